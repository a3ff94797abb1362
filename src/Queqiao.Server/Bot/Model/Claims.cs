using System.Globalization;
using System.Text.RegularExpressions;
using Queqiao.Text.Extracting;

namespace Queqiao.Server.Bot.Model;

/// <summary>
/// What must not be made up: numbers with what they count, days of the week, addresses of pages and of mail. Numbers are compared as wholes and
/// as what they mean: 七天 is 7 天 and 7 days, 1 万 is 10,000, and neither 1 nor 5 stands in 15. Pure.
/// </summary>
internal static partial class Claims
{
    private const string Chinese = "[零〇一二两俩三四五六七八九十百千万亿]{1,12}";

    private const string Units = "个?工作日|个?小时|钟头|个?星期|个?月|分钟|周|天|日|年|秒|元|块|折|倍|%|％|件|次(?!性)|位|张|台|款|种|米|公斤|千克|斤|克|箱|包|盒|瓶|层|岁|个|"
        + @"(?:(?:working|business) days?|days?|hours?|minutes?|weeks?|months?|years?|seconds?|yuan|percent|times)\b";

    private const string Shapes = @"(?:https?://|www\.)[^\s，。；！？、（）()《》<>""“”]+|[\w.+-]+@[\w-]+(?:\.\w+)+"
        + @"|(?<of>百分之)(?:(?<n>\d+(?:\.\d+)?)|(?<c>" + Chinese + @"))"
        + @"|(?<n>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.:]\d+)*)\s*(?<m>[万亿]|千(?!克))?\s*(?<u>" + Units + @")?"
        + @"|第(?<c>" + Chinese + @")"
        + @"|(?<c>" + Chinese + @")(?:\s*(?<u>" + Units + @")|(?=\s*(?:到|至|[-~～—])\s*[\d零一二两三四五六七八九十百千万]))"
        + @"|(?<![\w-])(?<e>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen)(?:\s+(?<u>" + Units + @")|(?=\s+(?:to|or)\s+\w+\s+(?:" + Units + @")))"
        + @"|(?:周|星期|礼拜)[一二三四五六日天末](?![次个件])";

    /// <param name="Unit">What is counted; empty: it does not stand beside it.</param>
    private readonly record struct Claim(string What, string Unit);

    /// <summary>Whether everything that is claimed stands in what is said.</summary>
    public static bool StandIn(string sentence, string said)
    {
        var known = Of(said).ToHashSet();
        var whats = known.Select(one => one.What).ToHashSet(StringComparer.Ordinal);
        return Of(sentence).All(one => one.Unit.Length == 0 ? whats.Contains(one.What) : known.Contains(one) || known.Contains(one with { Unit = "" }));
    }

    private static IEnumerable<Claim> Of(string text)
    {
        foreach (Match found in Facts().Matches(Narrow(text)))
        {
            var unit = found.Groups["of"].Success ? "%" : Counted(found.Groups["u"].Value.ToLowerInvariant());
            if (found.Groups["c"] is { Success: true, Value: var letters })
            {
                if (!(letters == "一" && "个位种款张件台箱包盒瓶".Contains(unit, StringComparison.Ordinal) && unit.Length > 0)) // 一个: an article
                    yield return new Claim(Amounts.Chinese(letters)?.ToString(CultureInfo.InvariantCulture) ?? letters, unit);
            }
            else if (found.Groups["n"] is { Success: true, Value: var digits })
                yield return new Claim(Number(digits, found.Groups["m"].Value), unit);
            else if (found.Groups["e"] is { Success: true, Value: var word })
                yield return new Claim((Array.IndexOf(English, word.ToLowerInvariant()) + 1).ToString(CultureInfo.InvariantCulture), unit);
            else
                yield return new Claim(found.Value.TrimEnd('.', ',', ':', ';').ToLowerInvariant(), "");
        }
    }

    private static readonly string[] English = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"];

    private static string Number(string digits, string times)
    {
        var plain = digits.Replace(",", "", StringComparison.Ordinal);
        if (!decimal.TryParse(plain, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 1e15m)
            return plain.TrimStart('0') + times; // 09:00, 1.2.3, a long code
        number *= times switch { "千" => 1000, "万" => 10_000, "亿" => 100_000_000, _ => 1 };
        return number.ToString("0.##########", CultureInfo.InvariantCulture);
    }

    private static string Counted(string unit) => unit switch
    {
        "日" or "day" or "days" => "天",
        "个工作日" or "working day" or "working days" or "business day" or "business days" => "工作日",
        "个小时" or "钟头" or "hour" or "hours" => "小时",
        "minute" or "minutes" => "分钟",
        "second" or "seconds" => "秒",
        "个星期" or "星期" or "week" or "weeks" => "周",
        "个月" or "month" or "months" => "月",
        "year" or "years" => "年",
        "块" or "yuan" => "元",
        "％" or "percent" => "%",
        "千克" => "公斤",
        "times" => "次",
        _ => unit,
    };

    /// <summary>Wide digits are digits; commas stay what they are, or two numbers would become one.</summary>
    private static string Narrow(string text) => string.Create(text.Length, text, static (letters, from) =>
    {
        for (var i = 0; i < from.Length; i++)
            letters[i] = from[i] is >= '０' and <= '９' ? (char)(from[i] - '０' + '0') : from[i];
    });

    [GeneratedRegex(Shapes, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Facts();
}
