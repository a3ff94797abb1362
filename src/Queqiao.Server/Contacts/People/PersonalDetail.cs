using System.Text.Json;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Contacts.People;

/// <summary>The sealed part of a profile: two JSON objects as texts.</summary>
/// <param name="Fields">Custom fields about the person.</param>
/// <param name="Attributes">What sites have signed about them.</param>
internal sealed record PersonalDetail(string? Fields = null, string? Attributes = null)
{
    public static PersonalDetail Read(ContactKeyRing ring, ContactDetail? row) =>
        row?.Sealed is { } bytes && ring.Text(ProfilePlaces.Detail(row.ContactId), bytes, out _) is { } json
            ? JsonSerializer.Deserialize<PersonalDetail>(json, TolerantJson.Options)!
            : new PersonalDetail();

    public byte[]? Seal(ContactKey key) =>
        Fields is null && Attributes is null ? null : key.Seal(ProfilePlaces.Detail(key.ContactId), JsonSerializer.SerializeToUtf8Bytes(this, StrictJson.Options));

    public PersonalDetail With(FieldPatch patch) => patch.Personal is null ? this : this with { Fields = FieldValues.Merge(Fields, patch.Personal) };
}
