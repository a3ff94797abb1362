using System.Globalization;

namespace Queqiao.Server.Platform.Json;

/// <summary>Instants: 64-bit Unix milliseconds inside, RFC 3339 in UTC with milliseconds on the wire.</summary>
internal static class WireTime
{
    private const string Written = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const int Longest = 40;

    /// <summary>For example <c>2026-11-22T10:15:00.123Z</c>.</summary>
    /// <param name="unixMs">Milliseconds since 1970-01-01T00:00:00Z.</param>
    public static string Format(long unixMs) => Format(DateTimeOffset.FromUnixTimeMilliseconds(unixMs));

    public static string Format(DateTimeOffset instant) => instant.UtcDateTime.ToString(Written, CultureInfo.InvariantCulture);

    /// <summary>Any RFC 3339 date-time; one without a zone is refused, since nobody can say which instant is meant.</summary>
    public static bool TryParse(string? text, out long unixMs)
    {
        unixMs = 0;
        if (text is null or { Length: > Longest } || !IsRfc3339(text))
            return false;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant))
            return false;
        unixMs = instant.ToUnixTimeMilliseconds();
        return true;
    }

    // yyyy-MM-ddTHH:mm:ss[.f+](Z|±HH:mm). DateTimeOffset alone would take "tomorrow-like" forms such as "1/2/2026 10:00 +08".
    private static bool IsRfc3339(ReadOnlySpan<char> text)
    {
        const string shape = "0000-00-00T00:00:00";
        if (text.Length <= shape.Length)
            return false;
        for (var i = 0; i < shape.Length; i++)
        {
            if (shape[i] == '0' ? !char.IsAsciiDigit(text[i]) : char.ToUpperInvariant(text[i]) != shape[i])
                return false;
        }

        var rest = text[shape.Length..];
        if (rest[0] == '.')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0)
                return false;
            rest = rest[(1 + digits)..];
        }
        return rest is "Z" or "z"
            || (rest is ['+' or '-', _, _, ':', _, _] && char.IsAsciiDigit(rest[1]) && char.IsAsciiDigit(rest[2]) && char.IsAsciiDigit(rest[4]) && char.IsAsciiDigit(rest[5]));
    }
}
