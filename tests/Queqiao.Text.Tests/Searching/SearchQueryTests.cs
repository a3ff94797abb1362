using Queqiao.Text.Folding;
using Queqiao.Text.Searching;

namespace Queqiao.Text.Tests.Searching;

public sealed class SearchQueryTests
{
    [Theory]
    [InlineData("退款", "我要退款呢")]
    [InlineData("退", "我要退款呢")]
    [InlineData("退款", "我要退款吗")]
    [InlineData("退貨", "我想退货")]
    [InlineData("订单", "訂單在哪")]
    [InlineData("ｒｅｆｕｎｄ", "Refund please")]
    [InlineData("REFUND", "two refunds")]
    [InlineData("refu", "no refund yet")]
    [InlineData("addresses", "my address")]
    [InlineData("policies", "Your policy?")]
    [InlineData("customer", "the customer's phone")]
    [InlineData("dont", "I don't know")]
    [InlineData("iphone手机壳", "有 iPhone 的手机壳吗")]
    [InlineData("退款 订单", "订单怎么退款")]
    [InlineData("\"refund policy\"", "the refund, policy")]
    [InlineData("“全额退款”", "可以全额退款吗")]
    [InlineData("“全额 退款”", "可以全额退款吗")]
    [InlineData("20240601", "单号DD20240601")]
    [InlineData("dd2024", "单号 DD20240601")]
    [InlineData("13800138000", "电话 138-0013-8000 谢谢")]
    [InlineData("138 0013 8000", "电话13800138000")]
    [InlineData("8000", "电话13800138000")]
    [InlineData("138001", "138-0013-8000")]
    [InlineData("8000", "138-0013-8000")]
    [InlineData("report", "report_2024.pdf")]
    [InlineData("report_2024.pdf", "见 Report_2024.PDF")]
    [InlineData("😡", "什么破东西😡😡")]
    [InlineData("👍", "好的👍🏽")]
    [InlineData("𠮷野", "在𠮷野家")]
    [InlineData("カード", "ｶｰﾄﾞで")]
    [InlineData("zhang@example.com", "写到 Zhang@Example.com")]
    public void Finds(string query, string text)
    {
        Assert.True(IsFound(query, text), "the text does not match");
        Assert.True(HasTokens(query, text), "an index would miss it");
    }

    [Theory]
    [InlineData("退款", "退了款")]
    [InlineData("退款 订单", "我要退款")]
    [InlineData("\"policy refund\"", "refund policy")]
    [InlineData("\"全额退款\"", "全额 退款")]
    [InlineData("\"refund policy\"", "refund our policy")]
    [InlineData("re", "refund")]
    [InlineData("refu policy", "refund policy")]
    [InlineData("8001", "13800138000")]
    [InlineData("cat", "dog")]
    [InlineData("👍", "👎")]
    public void Does_not_find(string query, string text) => Assert.False(IsFound(query, text));

    [Theory]
    [InlineData(""), InlineData("  ，。！ "), InlineData("\"\""), InlineData("----")]
    public void There_may_be_nothing_to_look_for(string query) => Assert.Null(SearchQuery.Parse(query));

    [Theory]
    [InlineData("退款", "我要退款，快退款", "退款|退款")]
    [InlineData("訂單 退", "订单号；退了", "订单|退")]
    [InlineData("refu", "Ｒｅｆｕｎｄ now", "Ｒｅｆｕ")]
    [InlineData("8000", "138-0013-8000", "138-0013-8000")]
    [InlineData("8000", "电话13800138000", "8000")]
    [InlineData("cafe", "le cafe\u0301!", "cafe\u0301")]
    [InlineData("👍", "好👍🏽的", "👍🏽")]
    [InlineData("\"refund policy\"", "our refund — policy.", "refund — policy")]
    public void Says_where(string query, string text, string marks)
    {
        var hits = Hits(query, text)!;
        Assert.Equal(marks, string.Join('|', hits.Select(hit => text[hit.Start..hit.End])));
    }

    /// <summary>What matches must have the tokens: else an index would hide it.</summary>
    [Fact]
    public void Whatever_matches_has_the_tokens()
    {
        var random = new Random(5);
        string[] pieces = ["退", "款", "退款", "訂", "单", "refund", "refunds", "Policy", "don't", " ", " ", "-", "，", "138", "0013", "8000", "13800138000", "DD2024", "20240601", "👍", "❤️", "é", "ｶﾞ", "𠮷", "s", "\"", "class", "boxes"];
        var found = 0;
        for (var n = 0; n < 60_000; n++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => pieces[random.Next(pieces.Length)]));
            var query = random.Next(2) == 0
                ? string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => pieces[random.Next(pieces.Length)]))
                : text[..random.Next(1, text.Length + 1)];
            if (random.Next(4) == 0)
                query = $"\"{query.Replace("\"", "", StringComparison.Ordinal)}\"";
            if (SearchQuery.Parse(query) is null || !IsFound(query, text))
                continue;
            found++;
            Assert.True(HasTokens(query, text), $"'{query}' matches '{text}', but not by its tokens");
        }
        Assert.True(found > 5_000, $"only {found} matched");
    }

    [Fact]
    public void Nothing_throws()
    {
        var random = new Random(3);
        for (var n = 0; n < 5000; n++)
        {
            var text = Folding.TextFoldingTests.Random(random, 40);
            var query = Folding.TextFoldingTests.Random(random, 8);
            if (Hits(query, text) is not { } hits)
                continue;
            Assert.All(hits, hit => Assert.InRange(hit.End, hit.Start + 1, text.Length));
            Assert.All(Snippet.Of(text, hits, 16).Marks, mark => Assert.InRange(mark.End, mark.Start + 1, 18));
        }
    }

    private static bool IsFound(string query, string text) => Hits(query, text) is not null;

    private static List<TextRange>? Hits(string query, string text)
    {
        var folded = new FoldedText();
        TextFolding.Fold(text, folded);
        var hits = new List<TextRange>();
        return SearchQuery.Parse(query) is { } parsed && parsed.Matches(folded, hits) ? hits : null;
    }

    private static bool HasTokens(string query, string text)
    {
        var folded = new FoldedText();
        TextFolding.Fold(text, folded);
        var sink = new Collected([]);
        Tokens.Of(folded, ref sink);
        return SearchQuery.Parse(query)!.Clauses.All(clause => clause.Alternatives.Any(sink.All.Contains));
    }

    internal readonly record struct Collected(HashSet<SearchToken> All) : ITokenSink
    {
        public void Add(TokenKind kind, ReadOnlySpan<char> token) => All.Add(new(kind, token.ToString()));
    }
}
