using Queqiao.Text.Folding;
using Queqiao.Text.Searching;

namespace Queqiao.Text.Tests.Searching;

public sealed class TokensTests
{
    [Theory]
    [InlineData("我要退款", "我 要 我要 退 要退 款 退款")]
    [InlineData("退,款", "退 款")]
    [InlineData("Refunds", "refund ref^ refun^")]
    [InlineData("DD20240601", "dd20240601 dd2^ dd202^ dd202406^ $0601 20240601 202^ 20240^")]
    [InlineData("138-0013-8000", "138 0013 001^ 8000 800^ 13800138000 138^ 13800^ 13800138^ $8000")]
    [InlineData("a1b2", "a1b2 a1b^")]
    [InlineData("👍🏽", "👍")]
    [InlineData("退 款a", "退 款 a")]
    public void A_text_has_these_tokens(string text, string expected)
    {
        var folded = new FoldedText();
        TextFolding.Fold(text, folded);
        var sink = new Listed([]);
        Tokens.Of(folded, ref sink);
        Assert.Equal(expected.Split(' '), sink.All);
    }

    [Fact]
    public void Tokens_allocate_nothing()
    {
        var folded = new FoldedText();
        TextFolding.Fold("你好，我的订单DD20240601什么时候发货？电话138-0013-8000 the customer's boxes 👍", folded);
        var sink = new Counted();
        Tokens.Of(folded, ref sink);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Tokens.Of(folded, ref sink);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(sink.Count > 1000);
    }

    [Fact]
    public void A_word_without_end_is_found_by_its_beginning()
    {
        var folded = new FoldedText();
        TextFolding.Fold(new string('x', 10_000), folded);
        var sink = new Listed([]);
        Tokens.Of(folded, ref sink);
        Assert.All(sink.All, token => Assert.InRange(token.Length, 1, 64));
        Assert.True(SearchQuery.Parse("xxxxxx")!.Matches(folded, []));
    }

    private readonly record struct Listed(List<string> All) : ITokenSink
    {
        public void Add(TokenKind kind, ReadOnlySpan<char> token) => All.Add(kind switch
        {
            TokenKind.Prefix => token.ToString() + "^",
            TokenKind.Ending => "$" + token.ToString(),
            _ => token.ToString(),
        });
    }

    private struct Counted : ITokenSink
    {
        public int Count { get; private set; }

        public void Add(TokenKind kind, ReadOnlySpan<char> token) => Count++;
    }
}
