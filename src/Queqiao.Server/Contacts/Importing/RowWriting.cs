using System.Text.Json;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>What a row replaced, so that it can be put back.</summary>
/// <param name="Renamed">Whether the name was another one.</param>
/// <param name="Name">The one before.</param>
/// <param name="Identifiers">Rows that were added.</param>
/// <param name="Tags">That were added.</param>
/// <param name="Internal">A change of fields that takes this one back.</param>
/// <param name="Personal">The same of fields about the person.</param>
/// <param name="Given">Purposes that the file said yes to.</param>
internal sealed record RowBefore(bool Renamed, string? Name, IReadOnlyList<Guid> Identifiers, IReadOnlyList<string> Tags, string? Internal, string? Personal, IReadOnlyList<string> Given)
{
    private static SealedPlace Place(Guid contact, int no) => new("contact_import_row", contact, no);

    public byte[] Seal(ContactKey key, int no) => key.Seal(Place(key.ContactId, no), JsonSerializer.SerializeToUtf8Bytes(this, StrictJson.Options));

    public static RowBefore? Open(ContactKeyRing ring, ContactImportRow row) =>
        ring.Text(Place(row.ContactId!.Value, row.No), row.Before, out _) is { } json ? JsonSerializer.Deserialize<RowBefore>(json, TolerantJson.Options) : null;
}

/// <summary>Does what was decided about rows, inside a unit.</summary>
internal sealed class RowWriting(ContactEdits edits, IConsents consents, IContactVault people)
{
    /// <summary>Whoever the row was about, and what to remember for taking it back; null: nothing was written.</summary>
    public async Task<(Guid Contact, byte[] Before)?> Write(WriteUnit unit, ImportedRow row, ImportPlan plan, RowDecision decision, Guid by, CancellationToken ct) => decision switch
    {
        RowDecision.Add => await Add(unit, row, plan, by, ct),
        RowDecision.Change change => await Change(unit, row, plan, change, by, ct),
        _ => null,
    };

    private async Task<(Guid, byte[])> Add(WriteUnit unit, ImportedRow row, ImportPlan plan, Guid by, CancellationToken ct)
    {
        var (id, key) = edits.Add(unit, row.Name, unit.Ids.Now(), by, row.Identities);
        foreach (var identity in row.Identities)
            edits.Identify(unit, key, Identifier(identity, plan, by));
        ContactEdits.Describe(unit, key, row.Fields);
        foreach (var tag in row.Tags)
            unit.Db.Add(new ContactTag { Ws = unit.Ws, ContactId = id, Tag = tag, At = unit.Ids.Now() });
        if (row.Consents.Count > 0)
            await Consent(unit, id, row, row.Consents, by, ct);
        return (id, new RowBefore(true, null, [], [], null, null, Given(row.Consents)).Seal(key, row.No));
    }

    private async Task<(Guid, byte[])> Change(WriteUnit unit, ImportedRow row, ImportPlan plan, RowDecision.Change change, Guid by, CancellationToken ct)
    {
        var (person, changes) = (change.Person, change.Changes);
        var key = (await people.Load(unit, unit.Ws, [person.Id], ct)).Of(person.Id)!;
        if (changes.Name is { } name)
            await edits.Rename(unit, person.Id, name, ct, by);
        var identifiers = changes.Identities.Select(identity => edits.Identify(unit, key, Identifier(identity, plan, by)).Id).ToList();
        if (identifiers.Count > 0)
            await edits.Reword(unit, person.Id, ct);
        foreach (var tag in changes.Tags)
            unit.Db.Add(new ContactTag { Ws = unit.Ws, ContactId = person.Id, Tag = tag, At = unit.Ids.Now() });
        await edits.SetFields(unit, person.Id, changes.Fields, ct);
        if (changes.Consents.Count > 0)
            await Consent(unit, person.Id, row, changes.Consents, by, ct);
        var before = new RowBefore(
            changes.Name is not null, person.Name, identifiers, changes.Tags, FieldValues.Back(person.Fields, changes.Fields.Internal), FieldValues.Back(person.Personal.Fields, changes.Fields.Personal), Given(changes.Consents));
        return (person.Id, before.Seal(key, row.No));
    }

    private Task Consent(WriteUnit unit, Guid contact, ImportedRow row, IReadOnlyDictionary<string, bool> said, Guid by, CancellationToken ct)
    {
        // What a file says of a moment that is still to come it cannot know.
        var at = Math.Min(row.ConsentAt ?? unit.Ids.Now(), unit.Ids.Now());
        return consents.Record(unit, contact, [.. said.Select(one => new ConsentLine(one.Key, one.Value ? ConsentActs.Given : ConsentActs.Withdrawn, at, "import", ActorId: by))], ct);
    }

    private static NewIdentifier Identifier(ClaimedIdentity identity, ImportPlan plan, Guid by) =>
        new(identity.Kind, identity.Value, Verified: false, "import", identity.Kind == IdentityKinds.User ? plan.ChannelId : null, by);

    private static string[] Given(IReadOnlyDictionary<string, bool> said) => [.. said.Where(one => one.Value).Select(one => one.Key)];
}
