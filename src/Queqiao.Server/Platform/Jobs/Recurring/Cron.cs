using System.Globalization;

namespace Queqiao.Server.Platform.Jobs.Recurring;

/// <summary>
/// When something comes again: <c>every 15m</c> (s, m, h, d) or five cron fields (<c>30 3 * * 1-5</c>: minute, hour, day, month, weekday; 0 and 7 are
/// Sunday). As in cron, a day of the month and a weekday that are both given mean "either".
/// </summary>
internal sealed class Cron
{
    private static readonly (int From, int To)[] Fields = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];

    private readonly TimeSpan? _every;
    private readonly bool[][] _sets = [];
    private readonly bool _eitherDay;

    private Cron(TimeSpan every) => _every = every;

    private Cron(bool[][] sets, bool eitherDay) => (_sets, _eitherDay) = (sets, eitherDay);

    /// <summary>Null when the rule cannot be meant.</summary>
    public static Cron? Parse(string rule)
    {
        var words = rule.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["every", var span])
            return Span(span) is { } every ? new Cron(every) : null;
        if (words.Length != Fields.Length)
            return null;
        var sets = new bool[Fields.Length][];
        for (var i = 0; i < words.Length; i++)
        {
            if (Set(words[i], Fields[i].From, Fields[i].To) is not { } set)
                return null;
            sets[i] = set;
        }
        sets[4][0] |= sets[4][7];
        var cron = new Cron(sets, eitherDay: words[2][0] != '*' && words[4][0] != '*');
        return cron.Comes() ? cron : null;
    }

    /// <summary>
    /// The first time after an instant (Unix milliseconds). A local time that a change of the clocks skips comes at the change;
    /// one that comes twice counts the first time.
    /// </summary>
    public long Next(long after, TimeZoneInfo zone)
    {
        if (_every is { } every)
            return after - after % (long)every.TotalMilliseconds + (long)every.TotalMilliseconds;
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(after), zone).DateTime;
        var at = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0, DateTimeKind.Unspecified);
        while (true)
        {
            at = NextLocal(at);
            var instant = Instant(at, zone);
            if (instant > after)
                return instant;
        }
    }

    private static long Instant(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUnixTimeMilliseconds();
    }

    private DateTime NextLocal(DateTime after)
    {
        var at = after.AddMinutes(1);
        while (true)
        {
            if (!_sets[3][at.Month])
                at = new DateTime(at.Year, at.Month, 1, 0, 0, 0, DateTimeKind.Unspecified).AddMonths(1);
            else if (!DayFits(at))
                at = at.Date.AddDays(1);
            else if (!_sets[1][at.Hour])
                at = at.Date.AddHours(at.Hour + 1);
            else if (!_sets[0][at.Minute])
                at = at.AddMinutes(1);
            else
                return at;
        }
    }

    private bool DayFits(DateTime at)
    {
        var (day, weekday) = (_sets[2][at.Day], _sets[4][(int)at.DayOfWeek]);
        return _eitherDay ? day || weekday : day && weekday;
    }

    /// <summary>30 February never comes.</summary>
    private bool Comes() => _eitherDay || Enumerable.Range(1, 12).Any(month => _sets[3][month] && Enumerable.Range(1, DateTime.DaysInMonth(2024, month)).Any(day => _sets[2][day]));

    private static bool[]? Set(string field, int from, int to)
    {
        var set = new bool[to + 1];
        foreach (var part in field.Split(','))
        {
            var step = part.Split('/');
            var ends = step[0] == "*" ? [from.ToString(CultureInfo.InvariantCulture), to.ToString(CultureInfo.InvariantCulture)] : step[0].Split('-');
            if (step.Length > 2 || ends.Length > 2 || !Number(ends[0], out var first) || !Number(ends[^1], out var last))
                return null;
            var by = 1;
            if (step.Length == 2 && (!Number(step[1], out by) || by < 1))
                return null;
            if (step.Length == 2 && ends.Length == 1)
                last = to;
            if (first < from || last > to || first > last)
                return null;
            for (var value = first; value <= last; value += by)
                set[value] = true;
        }
        return set;
    }

    private static TimeSpan? Span(string text)
    {
        if (text.Length < 2 || !Number(text[..^1], out var count) || count is < 1 or > 100_000)
            return null;
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' => TimeSpan.FromDays(count),
            _ => null,
        };
    }

    private static bool Number(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
