using System.Globalization;

namespace Queqiao.Channels.Reading;

/// <summary>Points in time as providers write them; null for what is none.</summary>
internal static class Instant
{
    private const long LastMillisecond = 253_402_300_799_999;
    private static readonly TimeSpan China = TimeSpan.FromHours(8);

    public static DateTimeOffset? Seconds(long? value) => value is > 0 and <= LastMillisecond / 1000 ? DateTimeOffset.FromUnixTimeSeconds(value.Value) : null;

    public static DateTimeOffset? Milliseconds(long? value) => value is > 0 and <= LastMillisecond ? DateTimeOffset.FromUnixTimeMilliseconds(value.Value) : null;

    public static DateTimeOffset? Iso(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null;

    /// <summary>yyyy-MM-dd HH:mm:ss as China's clocks show it.</summary>
    public static DateTimeOffset? InChina(string? text) =>
        DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && time.Year > 1
            ? new DateTimeOffset(time, China).ToUniversalTime() : null;

    public static DateTimeOffset? Exact(string? text, string format) =>
        DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time.ToUniversalTime() : null;
}
