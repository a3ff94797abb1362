using System.Text.RegularExpressions;
using Queqiao.Text.Folding;

namespace Queqiao.Text.Extracting;

/// <summary>Finds what means something in a text: numbers of orders, phones, e-mail, cards, money, times, addresses, products. For any number of threads.</summary>
/// <param name="products">What the dictionary calls a thing, and its other names.</param>
public sealed partial class EntityReader(IReadOnlyDictionary<string, IReadOnlyList<string>>? products = null)
{
    private readonly (string Name, string Folded)[] _products = products is null ? [] :
        [.. products.SelectMany(product => product.Value.Append(product.Key).Select(name => (product.Key, TextFolding.Fold(name)))).Where(name => name.Item2.Length > 1).OrderByDescending(name => name.Item2.Length)];

    /// <summary>The entities of a text, in their order; none overlaps another.</summary>
    /// <param name="text">Of a customer.</param>
    /// <param name="now">What "tomorrow" follows, in the customer's zone.</param>
    public IReadOnlyList<Entity> Read(string text, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = new FoldedText();
        TextFolding.Fold(text, folded);
        var plain = folded.Letters.ToString();
        var found = new List<Entity>();
        void Add(EntityKind kind, int start, int length, string value)
        {
            // 订单号 QQ… is not also a phone: whoever comes first has it.
            while (length > 0 && char.IsWhiteSpace(plain[start]))
                (start, length) = (start + 1, length - 1);
            while (length > 0 && char.IsWhiteSpace(plain[start + length - 1]))
                length--;
            if (length == 0)
                return;
            var (from, to) = (folded.StartOf(start), folded.EndOf(start + length - 1));
            if (!found.Exists(other => from < other.Start + other.Length && other.Start < to))
                found.Add(new Entity(kind, from, to - from, value));
        }
        foreach (Match match in Email().Matches(plain))
            Add(EntityKind.Email, match.Index, match.Length, match.Value);
        Numbers(plain, Add);
        foreach (var (name, alias) in _products)
        {
            for (var at = plain.IndexOf(alias, StringComparison.Ordinal); at >= 0; at = plain.IndexOf(alias, at + alias.Length, StringComparison.Ordinal))
                Add(EntityKind.Product, at, alias.Length, name);
        }
        foreach (var (start, length, value) in Amounts.In(plain))
            Add(EntityKind.Money, start, length, value);
        foreach (Match match in Address().Matches(plain))
        {
            var before = BeforeAddress().Match(match.Value).Length; // 寄到江苏省…
            Add(EntityKind.Address, match.Index + before, match.Length - before, match.Value[before..]);
        }
        foreach (var (start, length, value) in Times.In(plain, now))
            Add(EntityKind.Time, start, length, value);
        found.Sort((a, b) => a.Start.CompareTo(b.Start));
        return found;
    }

    private static void Numbers(string plain, Action<EntityKind, int, int, string> add)
    {
        foreach (Match match in IdCard().Matches(plain))
        {
            if (CheckDigits.IsIdCard(match.Value))
                add(EntityKind.IdCard, match.Index, match.Length, match.Value.ToUpperInvariant());
        }
        foreach (Match match in IpAddress().Matches(plain))
        {
            if (match.Value.Split('.').All(part => part.Length < 4 && int.Parse(part, System.Globalization.CultureInfo.InvariantCulture) < 256))
                add(EntityKind.IpAddress, match.Index, match.Length, match.Value);
        }
        foreach (Match match in Phone().Matches(plain))
            add(EntityKind.Phone, match.Index, match.Length, Digits(match.Value));
        foreach (Match match in Card().Matches(plain))
        {
            if (CheckDigits.IsCard(Digits(match.Value)))
                add(EntityKind.BankCard, match.Index, match.Length, Digits(match.Value));
        }
        foreach (Match match in Passport().Matches(plain))
            add(EntityKind.Passport, match.Index, match.Length, match.Value.ToUpperInvariant());
        foreach (Match match in Plate().Matches(plain))
            add(EntityKind.Plate, match.Index, match.Length, match.Value.ToUpperInvariant());
        foreach (Match match in OrderNumbers.Shape().Matches(plain))
            add(EntityKind.OrderNumber, match.Index, match.Length, match.Value.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant());
    }

    private static string Digits(string text) => (text.StartsWith('+') ? "+" : "") + string.Concat(text.Where(char.IsAsciiDigit));

    [GeneratedRegex(@"[a-z0-9._%+-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,62}\.)+[a-z]{2,24}(?![a-z])")]
    private static partial Regex Email();

    [GeneratedRegex(@"(?<![0-9a-z])\d{17}[0-9x](?![0-9a-z])")]
    private static partial Regex IdCard();

    [GeneratedRegex(@"(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])")]
    private static partial Regex IpAddress();

    [GeneratedRegex(@"(?<![0-9a-z.-])(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}-\d{4}-\d{4}|0\d{2,3}[- ]\d{7,8}(?:-\d{1,5})?|[48]00[- ]\d{3}[- ]\d{4}|[48]00\d{7}|\+(?!86)\d{1,3}[- ]?\d(?:[- ]?\d){6,12}|(?<=\()0\d{2,3}\)\s?\d{7,8})(?![0-9a-z])")]
    private static partial Regex Phone();

    [GeneratedRegex(@"(?<![0-9a-z])(?:[3-6]\d{3}(?:[ -]?\d{4}){2,3}(?:[ -]?\d{1,3})?)(?![0-9a-z])")]
    private static partial Regex Card();

    [GeneratedRegex(@"(?<![0-9a-z])(?:e[a-hj-np-z]\d{7}|[eg]\d{8})(?![0-9a-z])")]
    private static partial Regex Passport();

    [GeneratedRegex(@"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][·. ]?[a-z0-9]{5,6}(?![a-z0-9])")]
    private static partial Regex Plate();

    [GeneratedRegex("^.{0,4}?(?:[寄送发改换邮递投搬](?:到|至|给|成|往|去)|地址(?:是|为|改成)?|住在?|位于|[到在至])(?=.{6})|^")]
    private static partial Regex BeforeAddress();

    [GeneratedRegex(@"(?:[\u4e00-\u9fa5]{2,8}?(?:省|自治区))?(?:[\u4e00-\u9fa5]{2,7}?(?:市|自治州|地区|盟))?(?:[\u4e00-\u9fa5]{1,7}?(?:区|县|旗))?(?:[\u4e00-\u9fa5]{1,8}?(?:街道|镇|乡))?[\u4e00-\u9fa5]{1,10}?(?:路|街|大道|巷|弄|胡同|村|小区|花园|大厦)\s?(?:[\d一二三四五六七八九十]+\s?(?:号|弄|巷)(?:院|楼)?)(?:\s?[\da-z一二三四五六七八九十]+\s?(?:号楼|栋|幢|座|单元|楼|层|室|号|户))*(?:\s?\d{3,4}室?)?")]
    private static partial Regex Address();
}
