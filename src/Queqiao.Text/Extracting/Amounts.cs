using System.Globalization;
using System.Text.RegularExpressions;

namespace Queqiao.Text.Extracting;

/// <summary>Numbers and amounts, in digits and in Chinese: 129 元, ¥1,299.00, 三百二十块, 两百五, 1.5 万, $20.</summary>
public static partial class Amounts
{
    private const string Digits = "零一二三四五六七八九";

    /// <summary>A number in Chinese characters (also 两, 〇, 百 without one, 两百五); null: none.</summary>
    public static long? Chinese(ReadOnlySpan<char> text)
    {
        long total = 0, section = 0, digit = 0, lastUnit = 1;
        var any = false;
        foreach (var letter in text)
        {
            var value = Digits.IndexOf(letter is '两' or '俩' ? '二' : letter is '〇' ? '零' : letter, StringComparison.Ordinal);
            if (value >= 0)
            {
                digit = text.Length > 1 && lastUnit == 1 && section == 0 && any ? digit * 10 + value : value;
                any = true;
                if (value == 0)
                    lastUnit = 10; // 三百零五: the five stands alone
                continue;
            }
            long unit = letter switch { '十' => 10, '百' => 100, '千' => 1000, '万' => 10_000, '亿' => 100_000_000, _ => 0 };
            if (unit == 0)
                return null;
            if (unit >= 10_000)
                (total, section) = ((total + section + digit) * unit, 0);
            else
                section += (digit == 0 ? 1 : digit) * unit;
            (digit, lastUnit, any) = (0, unit, true);
        }
        if (!any)
            return null;
        // 两百五 is 250, 三千二 is 3200
        return total + section + (lastUnit >= 100 && digit > 0 && !text.Contains('零') ? digit * lastUnit / 10 : digit);
    }

    internal static IEnumerable<(int Start, int Length, string Value)> In(string folded)
    {
        foreach (Match match in Shape().Matches(folded))
        {
            var number = match.Groups["n"].Value.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
            decimal amount;
            if (decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var plain))
                amount = plain;
            else if (Chinese(number) is { } chinese)
                amount = chinese;
            else
                continue;
            amount *= match.Groups["m"].Value switch { "万" => 10_000, "千" => 1000, "k" => 1000, _ => 1 };
            if (match.Groups["j"].Success && match.Groups["j"].Value is { Length: 1 } tenth)
                amount += (char.IsAsciiDigit(tenth[0]) ? tenth[0] - '0' : Math.Max(0, Digits.IndexOf(tenth[0], StringComparison.Ordinal))) / 10m;
            var minor = decimal.Round(amount * 100);
            if (minor < 1e15m)
                yield return (match.Index, match.Length, $"{minor:0} {Currency(match.Groups["a"].Value + match.Groups["b"].Value)}");
        }
    }

    private static string Currency(string sign) => sign switch
    {
        _ when sign.Contains("hk", StringComparison.Ordinal) || sign.Contains('港', StringComparison.Ordinal) => "HKD",
        _ when sign.Contains('$', StringComparison.Ordinal) || sign.Contains('美', StringComparison.Ordinal) || sign.Contains("usd", StringComparison.Ordinal) || sign.Contains("dollar", StringComparison.Ordinal) => "USD",
        _ when sign.Contains('€', StringComparison.Ordinal) || sign.Contains('欧', StringComparison.Ordinal) || sign.Contains("eur", StringComparison.Ordinal) => "EUR",
        _ when sign.Contains('£', StringComparison.Ordinal) || sign.Contains("gbp", StringComparison.Ordinal) => "GBP",
        _ => "CNY",
    };

    [GeneratedRegex(@"(?:(?<a>[¥￥$€£]|hk\$|rmb|cny|usd)\s?(?<n>\d[\d,]*(?:\.\d{1,2})?)\s?(?<m>[万千k])?)|(?:(?<![\d.\-])(?<n>\d[\d,]*(?:\.\d+)?|[零一二两三四五六七八九十百千万]+)\s?(?<m>[万千])?\s?(?<b>元|块钱|块|圆|rmb|cny|usd|美元|美金|港币|港元|欧元|dollars?|eur|yuan)(?<j>[\d一二三四五六七八九](?![\d个天件]))?)")]
    private static partial Regex Shape();
}
