using System.Globalization;

namespace Queqiao.Server.Conversations.Inbox;

/// <summary>The instant that lies so long ago, whenever it is asked: a saved view and a watched list keep theirs for days.</summary>
internal sealed class TimeAgo(TimeProvider clock, TimeSpan length)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(730);

    /// <summary>Unix milliseconds.</summary>
    public long At => clock.GetUtcNow().ToUnixTimeMilliseconds() - (long)length.TotalMilliseconds;

    /// <summary><c>10m</c>, <c>4h</c>, <c>7d</c>; null when it is none.</summary>
    public static TimeSpan? Length(string text)
    {
        if (text.Length is < 2 or > 6 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return null;
        TimeSpan? length = text[^1] switch
        {
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' => TimeSpan.FromDays(number),
            _ => null,
        };
        return length <= Longest ? length : null;
    }
}
