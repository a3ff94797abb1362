using Queqiao.Text.Clustering;

namespace Queqiao.Text.Tests.Clustering;

public sealed class QuestionClustersTests
{
    private static readonly string[] Texts =
    [
        "退款多久到账", "退款几天到", "退款什么时候到", "退款还没到账",
        "怎么开发票", "发票怎么开", "要开发票", "开票在哪里",
        "快递到哪了", "我的快递呢", "快递怎么还没到", "查一下快递",
    ];

    [Fact]
    public void Questions_that_ask_for_the_same_are_together()
    {
        var heaps = QuestionClusters.Of(Texts, 3);
        for (var i = 0; i < Texts.Length; i += 4)
            Assert.Single(heaps[i..(i + 4)].Distinct());
        Assert.Equal(3, heaps.Distinct().Count());
    }

    [Fact]
    public void Every_heap_has_a_text_that_stands_for_it()
    {
        var heaps = QuestionClusters.Of(Texts, 3);
        var middles = QuestionClusters.Middles(Texts, heaps);
        Assert.Equal(3, middles.Select(text => heaps[text]).Distinct().Count());
    }

    [Fact]
    public void Few_texts_make_few_heaps()
    {
        Assert.Empty(QuestionClusters.Of([], 5));
        Assert.Equal([0], QuestionClusters.Of(["一"], 5));
    }
}
