using System.Globalization;

namespace Queqiao.Channels.Sending;

/// <summary>How long a provider wants us to wait, in whichever header it says so.</summary>
internal static class RateHints
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public static TimeSpan? After(HttpResponseMessage response, DateTimeOffset now)
    {
        var hint = response.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - now
            : Number(response, "Retry-After") is { } fraction ? Seconds(fraction)
            : (int)response.StatusCode == 429 && Number(response, "x-ogw-ratelimit-reset") is { } wait ? Seconds(wait)
            : (int)response.StatusCode == 429 && Number(response, "x-ratelimit-reset-after") is { } later ? Seconds(later)
            : (int)response.StatusCode == 429 && Number(response, "x-rate-limit-reset") is { } at ? Seconds(at - now.ToUnixTimeSeconds())
            : null;
        return hint is { } given ? Bounded(given) : null;
    }

    public static TimeSpan? Seconds(double? seconds) => seconds is >= 0 and <= 86_400 ? TimeSpan.FromSeconds(seconds.Value) : seconds > 86_400 ? Longest : null;

    private static TimeSpan Bounded(TimeSpan given) => given < TimeSpan.Zero ? TimeSpan.Zero : given > Longest ? Longest : given;

    private static double? Number(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values) && double.TryParse(values.FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
