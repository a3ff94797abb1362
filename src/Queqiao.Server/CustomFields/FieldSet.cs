using System.Text.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.CustomFields;

/// <summary>The fields of one kind of thing: reads what somebody wants to write into them.</summary>
internal sealed class FieldSet(IReadOnlyList<CustomField> fields)
{
    public static readonly FieldSet None = new([]);

    private readonly Dictionary<string, CustomField> _byKey = fields.ToDictionary(field => field.Key, StringComparer.Ordinal);

    public IReadOnlyList<CustomField> All => fields;

    public CustomField? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>
    /// Checks <c>{key: value|null}</c>: every value in its one form, those of the firm apart from those about the person. Null clears
    /// a field. Faults are named <c>fields.KEY</c>.
    /// </summary>
    public Refusal? Read(JsonElement given, out FieldPatch patch)
    {
        patch = FieldPatch.Empty;
        if (given.ValueKind != JsonValueKind.Object)
            return Refusal.Invalid("fields", "json_wrong_type");
        var faults = new List<(string, FieldFault)>();
        var (clear, personal) = (new SortedDictionary<string, JsonElement?>(StringComparer.Ordinal), new SortedDictionary<string, JsonElement?>(StringComparer.Ordinal));
        foreach (var member in given.EnumerateObject())
        {
            if (Find(member.Name) is not { } field)
                faults.Add(("fields." + member.Name, new("field_unknown")));
            else if (FieldValues.Check(field, member.Value, out var value) is { } fault)
                faults.Add(("fields." + member.Name, fault));
            else
                (field.IsPersonal ? personal : clear)[field.Key] = value;
        }
        if (Refusal.Of(faults) is { } refusal)
            return refusal;
        patch = new FieldPatch(FieldValues.Write(clear), FieldValues.Write(personal));
        return null;
    }

    /// <summary>Keys of required fields that have no value.</summary>
    public IReadOnlyList<string> Missing(params string?[] values)
    {
        var known = values.SelectMany(FieldValues.Keys).ToHashSet(StringComparer.Ordinal);
        return [.. fields.Where(field => field is { Required: true, Archived: false } && !known.Contains(field.Key)).Select(field => field.Key)];
    }
}

/// <summary>A checked change: JSON objects of keys with their new values (null: cleared). A member is null when nothing of its class changes.</summary>
/// <param name="Internal">May be stored in clear.</param>
/// <param name="Personal">Must be sealed.</param>
internal sealed record FieldPatch(string? Internal, string? Personal)
{
    public static readonly FieldPatch Empty = new(null, null);

    public bool IsEmpty => Internal is null && Personal is null;
}
