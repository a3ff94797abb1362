using System.Globalization;
using Queqiao.Server.Identity;
using Queqiao.Server.Routing.Storage;

namespace Queqiao.Server.Routing.Presence;

/// <summary>How long somebody was in one status, inside one day.</summary>
/// <param name="From">In Unix milliseconds.</param>
/// <param name="To">In Unix milliseconds.</param>
/// <param name="Status">Never offline: what lies between spans is that.</param>
internal sealed record PresenceSpan(long From, long To, string Status, string? Reason);

/// <param name="Begin">The day's first moment, in Unix milliseconds.</param>
/// <param name="End">The next day's.</param>
internal sealed record PresenceDay(DateOnly Day, long Begin, long End, IReadOnlyList<PresenceSpan> Spans)
{
    public long Milliseconds(string status) => Spans.Where(span => span.Status == status).Sum(span => span.To - span.From);
}

/// <summary>Days from changes of status. Pure.</summary>
internal static class PresenceDays
{
    /// <summary>The days on which somebody was there, oldest first.</summary>
    /// <param name="changes">Of one agent, oldest first; the one before the first day too, if there is one.</param>
    /// <param name="first">Of the days.</param>
    /// <param name="last">Of the days; what lies after <paramref name="now"/> has not happened.</param>
    public static IEnumerable<PresenceDay> Of(IReadOnlyList<PresenceChange> changes, DateOnly first, DateOnly last, TimeZoneInfo zone, long now)
    {
        var all = Spans(changes, now);
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            var (begin, end) = (WorkDay.BeginOf(day, zone).ToUnixTimeMilliseconds(), WorkDay.BeginOf(day.AddDays(1), zone).ToUnixTimeMilliseconds());
            var spans = all.Where(span => span.From < end && span.To > begin).Select(span => span with { From = Math.Max(span.From, begin), To = Math.Min(span.To, end) }).ToList();
            if (spans.Count > 0)
                yield return new PresenceDay(day, begin, end, spans);
        }
    }

    /// <summary>With seconds, for people are paid by it: <c>7:05:09</c>.</summary>
    public static string Clock(long milliseconds)
    {
        var time = TimeSpan.FromMilliseconds(milliseconds);
        return string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time:mm\\:ss}");
    }

    /// <summary>What says the same twice, as after a restart, is one span.</summary>
    private static List<PresenceSpan> Spans(IReadOnlyList<PresenceChange> changes, long now)
    {
        var spans = new List<PresenceSpan>();
        for (var i = 0; i < changes.Count; i++)
        {
            var (one, until) = (changes[i], i + 1 < changes.Count ? changes[i + 1].At : now);
            if (one.Status == PresenceStatus.Offline || until <= one.At)
                continue;
            if (spans is [.., var before] && before.To == one.At && (before.Status, before.Reason) == (one.Status, one.Reason))
                spans[^1] = before with { To = until };
            else
                spans.Add(new(one.At, until, one.Status, one.Reason));
        }
        return spans;
    }
}
