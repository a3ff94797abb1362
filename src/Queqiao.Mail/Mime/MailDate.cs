using System.Globalization;

namespace Queqiao.Mail.Mime;

/// <summary>Dates of mail (RFC 5322 3.3 and 4.3): with or without the day of the week, years of two digits, zones by name, comments.</summary>
internal static class MailDate
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private static readonly Dictionary<string, int> Zones = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ut"] = 0, ["utc"] = 0, ["gmt"] = 0, ["z"] = 0, ["est"] = -300, ["edt"] = -240, ["cst"] = -360, ["cdt"] = -300, ["mst"] = -420, ["mdt"] = -360, ["pst"] = -480, ["pdt"] = -420,
    };

    /// <summary>Null: there is no date in it.</summary>
    public static DateTimeOffset? Parse(string? raw)
    {
        if (string.IsNullOrWhiteSpace(raw))
            return null;
        var comment = raw.IndexOf('(', StringComparison.Ordinal);
        var words = (comment > 0 ? raw[..comment] : raw).Split([' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries);
        for (var at = 0; at + 3 < words.Length + 1 && at + 2 < words.Length; at++)
        {
            if (Read(words.AsSpan(at)) is { } date)
                return date;
        }
        return DateTimeOffset.TryParse(raw, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var iso) ? iso : null;
    }

    /// <summary>day month year time zone</summary>
    private static DateTimeOffset? Read(ReadOnlySpan<string> words)
    {
        if (words.Length < 3 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var day) || words[1].Length < 3)
            return null;
        var month = Array.IndexOf(Months, words[1][..3].ToLowerInvariant()) + 1;
        if (month == 0 || !int.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var year))
            return null;
        year += year < 50 ? 2000 : year < 1000 ? 1900 : 0;
        var clock = words.Length > 3 ? words[3].Split(':', '.') : ["0", "0"];
        if (clock.Length < 2 || !int.TryParse(clock[0], out var hour) || !int.TryParse(clock[1], out var minute))
            return null;
        var second = clock.Length > 2 && int.TryParse(clock[2], out var s) ? Math.Min(s, 59) : 0; // 60: a leap second
        try
        {
            return new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).AddMinutes(-(words.Length > 4 ? Zone(words[4]) : 0));
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Minutes east of Greenwich.</summary>
    private static int Zone(string text)
    {
        if (Zones.TryGetValue(text, out var named))
            return named;
        var digits = text.TrimStart('+', '-').Replace(":", "", StringComparison.Ordinal);
        if (digits.Length is < 3 or > 4 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number % 100 > 59 || number / 100 > 14)
            return 0;
        return (text[0] == '-' ? -1 : 1) * ((number / 100 * 60) + (number % 100));
    }

    /// <summary>As it is written into a mail, in UTC.</summary>
    public static string Format(DateTimeOffset at) => at.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
}
