using System.Text.Json;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Contacts.People;

/// <summary>What may stand in a profile.</summary>
internal static class ContactRules
{
    public const int MostName = 200;
    public const int MostTag = 50;
    public const int MostTags = 50;
    public const int MostIdentifiers = 50;
    public const int MostNote = 10_000;
    public const int MostReason = 500;

    public static IEnumerable<(string Field, FieldFault Fault)> Name(string? name)
    {
        if (name?.Trim().Length > MostName)
            yield return ("name", new("too_long", MostName));
        else if (OneLine.HidesSomething(name))
            yield return ("name", new("control_characters"));
    }

    public static IEnumerable<(string Field, FieldFault Fault)> Tags(IReadOnlyList<string>? tags)
    {
        if (tags?.Count > MostTags)
            yield return ("tags", new("too_many", MostTags));
        foreach (var tag in tags ?? [])
        {
            if (string.IsNullOrWhiteSpace(tag))
                yield return ("tags", new("required"));
            else if (tag.Trim().Length > MostTag)
                yield return ("tags", new("too_long", MostTag));
            else if (OneLine.HidesSomething(tag))
                yield return ("tags", new("control_characters"));
        }
    }

    public static IEnumerable<(string Field, FieldFault Fault)> Identity(string below, string kind, string value)
    {
        var prefix = below.Length == 0 ? "" : below + ".";
        if (!IdentityKinds.IsKind(kind))
            yield return (prefix + "kind", new("invalid_kind"));
        else if (Identifiers.Fault(kind, value) is { } fault)
            yield return (prefix + "externalId", fault == "too_long" ? new(fault, IdentityKinds.MostValue) : new(fault));
    }

    public static async ValueTask<(FieldPatch Patch, Refusal? Refusal)> Fields(ICustomFields fields, int ws, JsonElement? given, CancellationToken ct)
    {
        if (given is not { } values)
            return (FieldPatch.Empty, null);
        var refusal = (await fields.Of(ws, FieldObject.Contact, ct)).Read(values, out var patch);
        return (patch, refusal);
    }

    public static string? Clean(string? name) => name?.Trim() is { Length: > 0 } clean ? clean : null;

    public static IReadOnlyList<string> CleanTags(IReadOnlyList<string>? tags) => [.. (tags ?? []).Select(tag => tag.Trim()).Distinct(StringComparer.Ordinal)];
}
