using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.CustomFields;

/// <summary>Values of custom fields as they are stored: one JSON object, keys sorted, every value in its one form.</summary>
internal static class FieldValues
{
    public const int MostText = 1000;
    public const int MostUrl = 2000;
    public const int MostChosen = 50;
    private const int MostFacet = 200;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Null when the value fits the field; <paramref name="value"/> is then its one form, null when the field is cleared.</summary>
    public static FieldFault? Check(CustomField field, JsonElement given, out JsonElement? value)
    {
        value = null;
        if (given.ValueKind == JsonValueKind.Null)
            return null;
        if (field.Archived)
            return new FieldFault("field_archived");
        var (fault, form) = field.Kind switch
        {
            FieldKind.Text => OfText(given),
            FieldKind.Number => OfNumber(given),
            FieldKind.Bool => given.ValueKind is JsonValueKind.True or JsonValueKind.False ? (null, given.GetBoolean()) : WrongType,
            FieldKind.Date => OfDate(given),
            FieldKind.Url => OfUrl(given),
            FieldKind.Single => OfChoice(field, given),
            FieldKind.Multi => OfChoices(field, given),
            _ => throw new InvalidOperationException($"No values of the kind {field.Kind}."),
        };
        if (fault is null && form is not null)
            value = JsonSerializer.SerializeToElement(form);
        return fault;
    }

    private static readonly (FieldFault?, object?) WrongType = (new FieldFault("json_wrong_type"), null);

    private static (FieldFault?, object?) OfText(JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.String)
            return WrongType;
        var text = given.GetString()!.Trim();
        return text.Length > MostText ? (new FieldFault("too_long", MostText), null) : (null, text.Length == 0 ? null : text);
    }

    private static (FieldFault?, object?) OfNumber(JsonElement given)
    {
        const decimal most = 1_000_000_000_000_000m;
        if (given.ValueKind != JsonValueKind.Number || !given.TryGetDecimal(out var number))
            return WrongType;
        return Math.Abs(number) > most ? (new FieldFault("out_of_range", -most, most), null) : (null, number / 1.000000000000000000000000000000000m); // 1.50 is 1.5
    }

    private static (FieldFault?, object?) OfDate(JsonElement given) =>
        given.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(given.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? (null, given.GetString())
            : (new FieldFault("invalid_date"), null);

    private static (FieldFault?, object?) OfUrl(JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.String)
            return WrongType;
        var text = given.GetString()!.Trim();
        if (text.Length == 0)
            return (null, null);
        if (text.Length > MostUrl)
            return (new FieldFault("too_long", MostUrl), null);
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? (null, text) : (new FieldFault("invalid_url"), null);
    }

    private static (FieldFault?, object?) OfChoice(CustomField field, JsonElement given) =>
        given.ValueKind == JsonValueKind.String && Known(field, given.GetString()!) is { } id ? (null, id) : (NotOne(field), null);

    private static (FieldFault?, object?) OfChoices(CustomField field, JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.Array)
            return WrongType;
        if (given.GetArrayLength() > MostChosen)
            return (new FieldFault("too_many", MostChosen), null);
        var chosen = given.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? Known(field, one.GetString()!) : null).Distinct().ToList();
        if (chosen.Contains(null))
            return (NotOne(field), null);
        return (null, chosen.Count == 0 ? null : chosen);
    }

    private static string? Known(CustomField field, string id) => field.Options.FirstOrDefault(option => option.Id == id && !option.Archived)?.Id;

    private static FieldFault NotOne(CustomField field) => new("not_one_of", string.Join(", ", field.Options.Where(option => !option.Archived).Select(option => option.Id)));

    /// <summary>Null when there is nothing to write.</summary>
    internal static string? Write(SortedDictionary<string, JsonElement?> values)
    {
        if (values.Count == 0)
            return null;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            foreach (var (key, value) in values)
            {
                json.WritePropertyName(key);
                if (value is { } known)
                    known.WriteTo(json);
                else
                    json.WriteNullValue();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>The values after a change; null when none is left.</summary>
    public static string? Merge(string? values, string? patch)
    {
        if (patch is null)
            return values;
        var merged = Of(values);
        foreach (var (key, value) in Of(patch))
        {
            if (value is null)
                merged.Remove(key);
            else
                merged[key] = value;
        }
        return Write(merged);
    }

    /// <summary>What of a change is one: values that already are as wished are left out. Null when nothing is.</summary>
    public static string? News(string? values, string? patch)
    {
        var known = Of(values);
        var news = new SortedDictionary<string, JsonElement?>(StringComparer.Ordinal);
        foreach (var (key, value) in Of(patch))
        {
            if (known.GetValueOrDefault(key)?.GetRawText() != value?.GetRawText())
                news[key] = value;
        }
        return Write(news);
    }

    /// <summary>What of a change is new: values of fields that have none yet. Null when nothing is.</summary>
    public static string? Missing(string? values, string? patch)
    {
        var known = Of(values);
        return Write(new SortedDictionary<string, JsonElement?>(Of(patch).Where(one => !known.ContainsKey(one.Key)).ToDictionary(), StringComparer.Ordinal));
    }

    /// <summary>The change that takes another one back: what its fields had before. Null when there is nothing to take back.</summary>
    public static string? Back(string? values, string? patch)
    {
        var known = Of(values);
        return Write(new SortedDictionary<string, JsonElement?>(Of(patch).ToDictionary(one => one.Key, one => known.GetValueOrDefault(one.Key)), StringComparer.Ordinal));
    }

    public static IEnumerable<string> Keys(string? values) => Of(values).Keys;

    /// <summary>The values as lines <c>key=value</c>, each between line breaks, for filters that ask whether one is there. Null without values.</summary>
    public static string? Facets(string? values)
    {
        if (values is null)
            return null;
        var lines = new StringBuilder("\n");
        foreach (var (key, value) in Of(values))
        {
            foreach (var one in value is { ValueKind: JsonValueKind.Array } many ? many.EnumerateArray().ToArray() : [value!.Value])
                lines.Append(key).Append('=').Append(FacetOf(one)).Append('\n');
        }
        return lines.ToString();
    }

    /// <summary>What a filter looks for: <c>field.KEY=value</c> of a query becomes a line of <see cref="Facets"/>.</summary>
    public static string Facet(string key, string value) => $"\n{key}={OneLine(value)}\n";

    private static string FacetOf(JsonElement value) => OneLine(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());

    private static string OneLine(string value)
    {
        var text = value.Trim().ToLowerInvariant().ReplaceLineEndings(" ");
        return text.Length <= MostFacet ? text : text[..MostFacet];
    }

    private static SortedDictionary<string, JsonElement?> Of(string? values)
    {
        var known = new SortedDictionary<string, JsonElement?>(StringComparer.Ordinal);
        if (values is null)
            return known;
        using var document = JsonDocument.Parse(values);
        foreach (var member in document.RootElement.EnumerateObject())
            known[member.Name] = member.Value.ValueKind == JsonValueKind.Null ? null : member.Value.Clone();
        return known;
    }
}
