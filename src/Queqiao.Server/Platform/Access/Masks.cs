using System.Globalization;
using System.Text;

namespace Queqiao.Server.Platform.Access;

/// <summary>Personal data with most of it starred out, as people in China know it: 138****5678, 张**, z***@example.com.</summary>
internal static class Masks
{
    private static readonly string[] CompoundSurnames =
        ["欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于", "司空", "令狐"];

    /// <summary>The value as a level shows it; null: it does not.</summary>
    public static string? At(FieldLevel level, string? value, Func<string, string> mask) => level switch
    {
        FieldLevel.Clear => value,
        FieldLevel.Hidden => null,
        _ => value is null ? null : mask(value),
    };

    public static string Name(string name)
    {
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > 1)
            return string.Join(' ', words.Select(Name));
        var letters = Letters(name);
        if (letters.Count == 0)
            return name;
        var kept = letters.Count > 2 && CompoundSurnames.Any(surname => name.StartsWith(surname, StringComparison.Ordinal)) ? 2 : 1;
        return string.Concat(letters.Take(kept)) + new string('*', Math.Clamp(letters.Count - kept, 1, 6));
    }

    public static string Email(string address)
    {
        var at = address.LastIndexOf('@');
        return at <= 0 ? Rest(address) : Letters(address)[0] + "***" + address[at..];
    }

    public static string Phone(string number)
    {
        var digits = string.Concat(number.Where(char.IsDigit));
        if (number.TrimStart().StartsWith("+86", StringComparison.Ordinal) && digits.Length == 13)
            return "+86 " + Ends(digits[2..], 3, 4);
        var plus = number.TrimStart().StartsWith('+') ? "+" : "";
        return digits.Length switch
        {
            >= 10 => plus + Ends(digits, 3, 4),
            >= 5 => plus + Ends(digits, 1, 2),
            _ => "****",
        };
    }

    /// <summary>GB 11643: what stays says neither birthday nor sex.</summary>
    public static string IdentityCard(string number) => Ends(number, 3, 4);

    /// <summary>PCI DSS 3.4.1: at most the first six and the last four.</summary>
    public static string BankCard(string number) => Ends(number, 6, 4);

    /// <summary>Of a kind nobody knows: how it begins.</summary>
    public static string Rest(string value) => Letters(value) is [var first, ..] ? first + "***" : value;

    /// <summary>By what it is: <c>email</c>, <c>phone</c> or something else.</summary>
    public static string Identifier(string kind, string value) => kind switch
    {
        "email" => Email(value),
        "phone" => Phone(value),
        _ => Rest(value),
    };

    private static string Ends(string text, int first, int last) =>
        text.Length <= first + last ? new string('*', text.Length) : string.Concat(text.AsSpan(0, first), new string('*', text.Length - first - last), text.AsSpan(text.Length - last));

    private static List<string> Letters(string text)
    {
        var letters = new List<string>();
        for (var each = StringInfo.GetTextElementEnumerator(text.Trim()); each.MoveNext();)
            letters.Add(each.GetTextElement());
        return letters;
    }

    /// <summary>
    /// What is written, with phone numbers, e-mail addresses, identity and bank card numbers masked. Order numbers and the like stay:
    /// a number is masked when its form says what it is. The same text when there is nothing to mask.
    /// </summary>
    /// <param name="text">What is written.</param>
    /// <param name="isCut">It may end in the middle of a number.</param>
    public static string Text(string text, bool isCut = false)
    {
        StringBuilder? masked = null;
        MaskNumbers(text, ref masked);
        MaskAddresses(masked?.ToString() ?? text, ref masked);
        var result = masked?.ToString() ?? text;
        return isCut ? WithoutCutNumber(result) : result;
    }

    /// <summary>A number that the cut went through is not known by its form any more.</summary>
    private static string WithoutCutNumber(string text)
    {
        var end = text.Length;
        while (end > 0 && (char.IsDigit(text[end - 1]) || text[end - 1] is ' ' or '-'))
            end--;
        while (end < text.Length && !char.IsDigit(text[end]))
            end++;
        return text.Length - end < 3 || end == text.Length ? text : string.Concat(text.AsSpan(0, end), new string('*', text.Length - end));
    }

    /// <summary>A stretch of digits: where it begins and ends in the text.</summary>
    private readonly record struct Group(int From, int To);

    private static void MaskNumbers(string text, ref StringBuilder? masked)
    {
        for (var at = 0; at < text.Length;)
        {
            if (!char.IsDigit(text[at]))
            {
                at++;
                continue;
            }
            var groups = Groups(text, at);
            var from = at;
            at = groups[^1].To;
            for (var first = 0; first < groups.Count;)
                first = MaskFrom(text, groups, first, from, ref masked);
        }
    }

    /// <summary>Digits with at most one space or hyphen between them.</summary>
    private static List<Group> Groups(string text, int at)
    {
        var groups = new List<Group>();
        while (true)
        {
            var from = at;
            while (at < text.Length && (char.IsDigit(text[at]) || (text[at] is 'x' or 'X' && at - from == 17)))
                at++;
            groups.Add(new Group(from, at));
            if (at + 1 >= text.Length || text[at] is not (' ' or '-' or '–') || !char.IsDigit(text[at + 1]))
                return groups;
            at++;
        }
    }

    /// <summary>Masks the longest number that begins with this group.</summary>
    /// <returns>The group to go on with.</returns>
    private static int MaskFrom(string text, List<Group> groups, int first, int start, ref StringBuilder? masked)
    {
        var digits = new StringBuilder();
        (int Last, string Masked)? best = null;
        for (var last = first; last < groups.Count && digits.Length <= 19; last++)
        {
            foreach (var letter in text.AsSpan(groups[last].From, groups[last].To - groups[last].From))
                digits.Append(letter is 'x' or 'X' ? 'X' : (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(letter)));
            var plus = groups[first].From > 0 && text[groups[first].From - 1] == '+';
            if (Masked(digits.ToString(), plus) is { } shown)
                best = (last, shown);
        }
        if (best is not var (end, number))
            return first + 1;
        masked ??= new StringBuilder(text);
        // The same length, so that what is masked later still finds its place: what separated the digits goes.
        var (from, length) = (groups[first].From, groups[end].To - groups[first].From);
        for (var i = 0; i < length; i++)
            masked[from + i] = i < number.Length ? number[i] : '*';
        return end + 1;
    }

    /// <summary>Null: it may be anything.</summary>
    private static string? Masked(string digits, bool plus)
    {
        if (digits.Length == 18 && IsIdentityCard(digits))
            return IdentityCard(digits);
        if (digits.Contains('X', StringComparison.Ordinal))
            return null;
        if (digits.Length is >= 13 and <= 19 && !digits.StartsWith("86", StringComparison.Ordinal) && IsLuhn(digits) && digits[0] is >= '2' and <= '9')
            return BankCard(digits);
        var national = digits.Length == 13 && digits.StartsWith("86", StringComparison.Ordinal) ? digits[2..] : digits;
        if (national is ['1', >= '3' and <= '9', ..] && national.Length == 11)
            return digits[..(digits.Length - 11)] + Ends(national, 3, 4);
        if (plus && digits.Length is >= 8 and <= 15)
            return Ends(digits, 3, 2);
        return digits is ['0', not '0', ..] && digits.Length is >= 10 and <= 12 ? Ends(digits, 3, 4) : null; // a fixed line with its area code
    }

    private static bool IsIdentityCard(string number) =>
        int.TryParse(number.AsSpan(6, 4), out var year) && year is >= 1900 and <= 2100
        && int.TryParse(number.AsSpan(10, 2), out var month) && month is >= 1 and <= 12
        && int.TryParse(number.AsSpan(12, 2), out var day) && day is >= 1 and <= 31;

    private static bool IsLuhn(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
        }
        return sum % 10 == 0;
    }

    private static void MaskAddresses(string text, ref StringBuilder? masked)
    {
        for (var at = text.IndexOf('@', StringComparison.Ordinal); at > 0; at = text.IndexOf('@', at + 1))
        {
            var from = at;
            while (from > 0 && (char.IsAsciiLetterOrDigit(text[from - 1]) || text[from - 1] is '.' or '_' or '%' or '+' or '-' or '*'))
                from--;
            var to = at + 1;
            while (to < text.Length && (char.IsAsciiLetterOrDigit(text[to]) || text[to] is '.' or '-'))
                to++;
            if (from == at || text.AsSpan(at, to - at).IndexOf('.') < 2)
                continue;
            masked ??= new StringBuilder(text);
            for (var i = from + 1; i < at; i++)
                masked[i] = '*';
            if (from + 1 == at)
                masked[from] = '*';
        }
    }
}
