using Queqiao.Text.Matching;

namespace Queqiao.Text.Tests.Matching;

public sealed class QuestionMatcherTests
{
    private static readonly QuestionMatcher Matcher = Train();

    [Fact]
    public void What_means_the_same_is_likelier_the_same()
    {
        Assert.True(Matcher.Probability("怎么退款", "如何退钱") > Matcher.Probability("怎么退款", "怎么发货"));
        Assert.True(Matcher.Probability("发票怎么开", "怎么开发票") > Matcher.Probability("发票怎么开", "密码怎么改"));
    }

    [Fact]
    public void The_order_does_not_matter() => Assert.Equal(Matcher.Probability("怎么退款", "几天发货"), Matcher.Probability("几天发货", "怎么退款"), 1e-6);

    private static QuestionMatcher Train()
    {
        string[][] groups = [["怎么退款", "如何退款", "退款怎么弄", "退钱的方法"], ["怎么发货", "什么时候发货", "几天发货", "多久能发出"], ["怎么开发票", "发票怎么开", "如何开票", "开票流程"], ["怎么改密码", "密码怎么改", "如何修改密码", "重设密码"]];
        var pairs = new List<LabelledPair>();
        for (var i = 0; i < groups.Length; i++)
        {
            for (var j = 0; j < groups.Length; j++)
                pairs.AddRange(groups[i].SelectMany(one => groups[j].Where(other => other != one).Select(other => new LabelledPair(one, other, i == j))));
        }
        return QuestionMatcher.Train(pairs);
    }
}
