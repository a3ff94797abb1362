using Queqiao.Text.Retrieving;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Tests.Wording;

public sealed class MeaningsTests
{
    [Theory]
    [InlineData("咋退钱", "请问怎么退款")]
    [InlineData("退錢給我", "退款")]
    [InlineData("啥时候发货", "什么时候发货呢")]
    [InlineData("please give me my money back", "refund")]
    public void Words_of_one_meaning_are_one(string one, string other) => Assert.Equal(Phrase.Of(other).Order, Phrase.Of(one).Order);

    [Theory]
    [InlineData("环保吗", "保修吗")]
    [InlineData("已经发货了", "还没发货")]
    public void A_word_is_not_taken_apart(string one, string other) => Assert.NotEqual(Phrase.Of(other).Order, Phrase.Of(one).Order);

    [Fact]
    public void A_firm_adds_its_own()
    {
        var meanings = Meanings.With(["鹊卡 付费会员 年卡"]);
        Assert.Equal(Phrase.Of("鹊卡多少钱", meanings).Order, Phrase.Of("年卡多少钱", meanings).Order);
    }

    [Theory]
    [InlineData("空气炸锅", new[] { 4 })]
    [InlineData("我要退款", new[] { 1, 1, 2 })]
    public void Runs_are_cut_into_words(string run, int[] lengths)
    {
        var found = new List<int>();
        Words.Cut(run, found);
        Assert.Equal(lengths, found);
    }
}
