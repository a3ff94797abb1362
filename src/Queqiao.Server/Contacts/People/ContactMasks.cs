using System.Text.Json;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Contacts.People;

/// <summary>People as somebody's field policy shows them. Whoever answers with people passes them through here.</summary>
internal static class ContactMasks
{
    public static ContactRow For(this ContactRow row, FieldPolicy fields) => fields.IsClear ? row : row with
    {
        Name = NameAt(fields, row.Name),
        Email = Masks.At(fields.Email, row.Email, Masks.Email),
        Phone = Masks.At(fields.Phone, row.Phone, Masks.Phone),
    };

    public static ContactView For(this ContactView view, FieldPolicy fields) => fields.IsClear ? view : view with
    {
        Name = NameAt(fields, view.Name),
        Identities = [.. view.Identities.Select(one => one with { ExternalId = Masks.At(LevelOf(fields, one.Kind), one.ExternalId, value => Masks.Identifier(one.Kind, value)) })],
        Fields = Values(fields.Fields, view.Fields, view.PersonalFields),
        Attributes = Values(fields.Identities, view.Attributes, view.Attributes.Keys.ToHashSet()),
        Blocked = view.Blocked is { } block ? block with { Reason = WordsAt(fields, block.Reason) } : null,
        Merged = [.. view.Merged.Select(merge => merge with { Name = NameAt(fields, merge.Name) })],
        Revealable = [.. FieldPolicy.Names.Where(name => fields.Of(name) == FieldLevel.Reveal)],
    };

    public static NoteView For(this NoteView note, FieldPolicy fields) => fields.IsClear ? note : note with { Text = WordsAt(fields, note.Text) ?? "" };

    public static string? NameAt(FieldPolicy fields, string? name) => Masks.At(fields.Name, name, Masks.Name);

    public static string? WordsAt(FieldPolicy fields, string? text) => Masks.At(fields.Messages, text, static words => Masks.Text(words));

    public static FieldLevel LevelOf(FieldPolicy fields, string kind) => kind switch
    {
        IdentityKinds.Email => fields.Email,
        IdentityKinds.Phone => fields.Phone,
        _ => fields.Identities,
    };

    /// <summary>Custom fields about people; what is the firm's stays.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Values(FieldLevel level, IReadOnlyDictionary<string, JsonElement> values, IReadOnlySet<string> personal)
    {
        if (level == FieldLevel.Clear)
            return values;
        var shown = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (key, value) in values)
        {
            if (!personal.Contains(key))
                shown[key] = value;
            else if (level != FieldLevel.Hidden)
                shown[key] = JsonSerializer.SerializeToElement(value.ValueKind == JsonValueKind.String ? Masks.Rest(value.GetString()!) : "***");
        }
        return shown;
    }
}
