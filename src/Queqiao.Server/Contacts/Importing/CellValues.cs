using System.Globalization;
using System.Text.Json;
using Queqiao.Server.CustomFields;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>Texts of cells as values, in the forms in which people and spreadsheets write them.</summary>
internal static class CellValues
{
    private static readonly char[] Separators = [';', '；', '、', '|', '\n', ',', '，'];
    private static readonly string[] Dates = ["yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyy年M月d日", "yyyyMMdd", "d.M.yyyy"];
    private static readonly string[] Times = ["", " H:mm", " H:mm:ss", "'T'HH:mm:ss", "'T'HH:mm:ss'Z'", " HH:mm:ss'Z'"];
    private static readonly HashSet<string> Yes = ["1", "true", "yes", "y", "是", "有", "同意", "已同意", "对", "√", "✓", "on"];
    private static readonly HashSet<string> No = ["0", "false", "no", "n", "否", "无", "不同意", "未同意", "已撤回", "错", "×", "✗", "off"];

    public static IReadOnlyList<string> List(string text) =>
        [.. text.Split(Separators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];

    public static bool? Bool(string text) => text.Trim().ToLowerInvariant() is var word && Yes.Contains(word) ? true : No.Contains(word) ? false : null;

    public static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : Moment(text) is { } moment ? DateOnly.FromDateTime(moment.UtcDateTime) : null;

    /// <summary>A day, or a day with a time; without a zone it is UTC.</summary>
    public static DateTimeOffset? Moment(string text) =>
        DateTimeOffset.TryParseExact(text, [.. Dates.SelectMany(_ => Times, (date, time) => date + time)], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;

    /// <summary>With or without thousands, in half or full width; a sign of money or percent is no part of a number.</summary>
    public static decimal? Number(string text)
    {
        var plain = text.Normalize(System.Text.NormalizationForm.FormKC).Trim();
        if (plain.Contains(',', StringComparison.Ordinal) && !IsGrouped(plain))
            return null;
        return decimal.TryParse(plain.Replace(",", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The value of a custom field as the API takes it; null when the text cannot be one.</summary>
    public static JsonElement? Of(CustomField field, string text) => field.Kind switch
    {
        FieldKind.Number => Number(text) is { } number ? Json(number) : null,
        FieldKind.Bool => Bool(text) is { } yes ? Json(yes) : null,
        FieldKind.Date => Day(text) is { } day ? Json(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)) : null,
        FieldKind.Single => Option(field, text) is { } id ? Json(id) : null,
        FieldKind.Multi => List(text).Select(one => Option(field, one)).ToList() is var ids && !ids.Contains(null) ? Json(ids) : null,
        _ => Json(text),
    };

    private static string? Option(CustomField field, string text) =>
        field.Options.FirstOrDefault(option => !option.Archived && (string.Equals(option.Label, text, StringComparison.OrdinalIgnoreCase) || option.Id == text))?.Id;

    private static bool IsGrouped(string text)
    {
        var whole = text.Split('.')[0].TrimStart('-', '+').Split(',');
        return whole[0].Length is > 0 and <= 3 && whole.Skip(1).All(group => group.Length == 3);
    }

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);
}
