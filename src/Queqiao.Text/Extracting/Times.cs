using System.Globalization;
using System.Text.RegularExpressions;

namespace Queqiao.Text.Extracting;

/// <summary>Days and times, in digits and in words: 2026-11-20, 11月20号, 明天下午三点半, 下周三下午, 三天后, tomorrow 3pm, next Friday.</summary>
public static partial class Times
{
    internal static IEnumerable<(int Start, int Length, string Value)> In(string folded, DateTimeOffset now)
    {
        foreach (Match match in Shape().Matches(folded))
        {
            if (match.Length == 0)
                continue;
            var day = Day(match, now);
            var clock = Clock(match);
            if (day is null && clock is null)
                continue;
            var part = match.Groups["part"].Value;
            var value = (day ?? DateOnly.FromDateTime(now.DateTime)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            if (clock is { } time)
                value += "T" + time.ToString("HH:mm", CultureInfo.InvariantCulture);
            else if (PartOfDay(part) is { } range)
                value += "T" + range;
            yield return (match.Index, match.Length, value);
        }
    }

    private static DateOnly? Day(Match match, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.DateTime);
        if (match.Groups["month"].Success)
            return Calendar(match, today);
        if (match.Groups["word"] is { Success: true } word)
        {
            return word.Value switch
            {
                "今天" or "今日" or "今晚" or "今早" or "今儿" or "today" or "tonight" => today,
                "明天" or "明日" or "明早" or "明晚" or "明儿" or "tomorrow" => today.AddDays(1),
                "大后天" => today.AddDays(3),
                "后天" or "后日" => today.AddDays(2),
                "昨天" or "昨日" or "昨晚" or "昨儿" or "yesterday" => today.AddDays(-1),
                "大前天" => today.AddDays(-3),
                "前天" or "前日" => today.AddDays(-2),
                _ => null,
            };
        }
        if (match.Groups["week"].Success)
            return Weekday(match.Groups["which"].Value, "日一二三四五六天".IndexOf(match.Groups["week"].Value, StringComparison.Ordinal) % 7, today);
        if (match.Groups["eweek"].Success)
            return Weekday(match.Groups["ewhich"].Value, Array.FindIndex(English, name => match.Groups["eweek"].Value.StartsWith(name, StringComparison.Ordinal)), today);
        return match.Groups["after"].Success && Number(match.Groups["after"].Value) is { } count ? Later(match, today, (int)count) : null;
    }

    private static readonly string[] English = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static DateOnly? Calendar(Match match, DateOnly today)
    {
        if (Number(match.Groups["month"].Value) is not { } month || Number(match.Groups["day"].Value) is not { } day || month is < 1 or > 12 || day is < 1 or > 31)
            return null;
        var year = match.Groups["year"].Success ? int.Parse(match.Groups["year"].Value, CultureInfo.InvariantCulture) : today.Year;
        if (year < 100)
            year += 2000;
        return day <= DateTime.DaysInMonth(Math.Clamp(year, 1, 9999), (int)month) ? new DateOnly(Math.Clamp(year, 1, 9999), (int)month, (int)day) : null;
    }

    /// <summary>周三 is the next one from today on; 下周三 that of the week after this one, and weeks begin on Monday.</summary>
    private static DateOnly? Weekday(string which, int weekday, DateOnly today)
    {
        if (weekday < 0)
            return null;
        var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
        var inWeek = (weekday + 6) % 7;
        return which switch
        {
            "下下" => monday.AddDays(14 + inWeek),
            "下" or "下个" or "next " => monday.AddDays(7 + inWeek),
            "上" or "上个" or "last " => monday.AddDays(-7 + inWeek),
            "这" or "本" or "这个" or "this " => monday.AddDays(inWeek),
            _ => monday.AddDays(inWeek) < today ? monday.AddDays(7 + inWeek) : monday.AddDays(inWeek),
        };
    }

    private static DateOnly Later(Match match, DateOnly today, int count)
    {
        var sign = match.Groups["back"].Value is "前" or "ago" ? -1 : 1;
        count = Math.Clamp(count, 0, 3000) * sign;
        return match.Groups["unit"].Value switch
        {
            "周" or "个星期" or "星期" or "个礼拜" or "week" or "weeks" => today.AddDays(7 * count),
            "个月" or "month" or "months" => today.AddMonths(count),
            "年" or "year" or "years" => today.AddYears(count),
            _ => today.AddDays(count),
        };
    }

    private static TimeOnly? Clock(Match match)
    {
        if (!match.Groups["hour"].Success || Number(match.Groups["hour"].Value) is not { } hour || hour > 24)
            return null;
        var minute = match.Groups["half"].Value switch
        {
            "半" => 30,
            "一刻" => 15,
            "三刻" => 45,
            _ => match.Groups["minute"].Success ? Number(match.Groups["minute"].Value) ?? 0 : 0,
        };
        var late = match.Groups["part"].Value is "下午" or "晚上" or "傍晚" or "晚" or "夜里" or "今晚" or "pm" or "evening" or "afternoon"
            || match.Groups["word"].Value is "今晚" or "明晚" or "昨晚" or "tonight" || match.Groups["pm"].Value.StartsWith('p');
        if (late && hour < 12)
            hour += 12;
        if (match.Groups["part"].Value == "中午" && hour < 3)
            hour += 12;
        return minute < 60 ? new TimeOnly((int)(hour % 24), (int)minute) : null;
    }

    /// <summary>A part of the day as from/to.</summary>
    private static string? PartOfDay(string part) => part switch
    {
        "早上" or "早晨" or "清早" or "morning" => "06:00/09:00",
        "上午" => "08:00/12:00",
        "中午" or "noon" => "11:00/13:00",
        "下午" or "afternoon" => "12:00/18:00",
        "傍晚" => "17:00/19:00",
        "晚上" or "晚" or "夜里" or "evening" => "18:00/24:00",
        "凌晨" => "00:00/06:00",
        _ => null,
    };

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Amounts.Chinese(text);

    private const string N = "[零〇一二两三四五六七八九十]+";

    [GeneratedRegex(
        @"(?:(?<![\d-])(?:(?<year>\d{4}|\d{2}(?=年))[-/.年]\s?)?(?<month>\d{1,2}|" + N + @")(?:月|(?<=\d{4}[-/.]\d{1,2})[-/.])\s?(?<day>\d{1,2}|" + N + @")(?:日|号)?(?![\d元块])"
        + @"|(?<word>大后天|大前天|今天|今日|今晚|今早|今儿|明天|明日|明早|明晚|明儿|后天|后日|昨天|昨日|昨晚|昨儿|前天|前日|\btoday\b|\btonight\b|\btomorrow\b|\byesterday\b)"
        + @"|(?<which>下下|下个|上个|这个|下|上|这|本)?(?:周|星期|礼拜)(?<week>[一二三四五六日天])"
        + @"|\b(?<ewhich>next |last |this )?(?<eweek>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
        + @"|(?<after>\d{1,3}|" + N + @")\s?(?<unit>天|日|周|个星期|星期|个礼拜|个月|年)(?:之|以)?(?<back>后|前|内(?=到))"
        + @"|\bin (?<after>\d{1,3}) (?<unit>days?|weeks?|months?)\b|\b(?<after>\d{1,3}) (?<unit>days?|weeks?|months?) (?<back>ago)\b)?"
        + @"\s?的?(?<part>早上|早晨|清早|上午|中午|下午|傍晚|晚上|夜里|凌晨|晚(?=[\d一二三四五六七八九十])|\bmorning\b|\bafternoon\b|\bevening\b|\bnoon\b)?"
        + @"\s?(?:\bat )?(?:(?<hour>\d{1,2}|" + N + @")(?:(?::|：)(?<minute>\d{2})|[点时](?!钟?[前之]?[个到半]*[多几])(?:(?<half>半|一刻|三刻)|(?<minute>\d{1,2}|" + N + @")分?)?钟?)|\b(?<hour>\d{1,2})(?::(?<minute>\d{2}))?\s?(?<pm>am|pm)\b)?")]
    private static partial Regex Shape();
}
