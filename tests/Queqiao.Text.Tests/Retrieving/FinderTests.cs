using Queqiao.Text.Retrieving;

namespace Queqiao.Text.Tests.Retrieving;

public sealed class FinderTests
{
    private static readonly KnowledgeEntry[] Shop =
    [
        new("refund", ["退款多久到账？", "什么时候能收到退款", "退的钱几天到"], "验收后 48 小时内退出，储蓄卡 1 到 3 个工作日到账。"),
        new("cancel", ["怎么取消订单？", "不想要了怎么退单", "刚下单想取消"], "在我的订单里点取消订单。"),
        new("address", ["怎么改收货地址？", "地址写错了", "换个收货地点"], "待发货订单可以在详情里修改地址。"),
        new("invoice", ["怎么开发票？", "开票入口在哪", "申请发票"], "在我的订单里申请开票。"),
        new("size", ["上衣尺码怎么选？", "T恤选多大码", "卫衣偏大吗"], "看商品页尺码表。"),
        new("courier", ["你们用什么快递？", "发哪家快递", "是什么物流公司送"], "小件用云雀速运。"),
    ];

    private static readonly Finder Finder = FinderTrainer.Train(Shop);

    [Theory]
    [InlineData("退钱要几天", "refund")]
    [InlineData("不要了，帮我把单子撤了", "cancel")]
    [InlineData("收貨地址填錯了怎麼改", "address")]
    [InlineData("卫衣穿几码", "size")]
    [InlineData("发的哪个快递公司", "courier")]
    public void It_finds_what_is_meant(string question, string entry) => Assert.Equal(entry, Finder.Find(question).Ranking[0].Id);

    [Theory]
    [InlineData("今天天气怎么样")]
    [InlineData("帮我写一首诗")]
    [InlineData("你们有实体店吗")]
    public void It_is_less_sure_of_what_nothing_answers(string question) =>
        Assert.True(Finder.Find(question).Right < Finder.Find("退款几天到账").Right);

    [Fact]
    public void Nothing_is_found_for_nothing()
    {
        var finding = Finder.Find("。。。");
        Assert.Empty(finding.Ranking);
        Assert.Equal(0, finding.Right);
    }

    [Fact]
    public void What_is_added_is_found_at_once_and_what_is_removed_no_more()
    {
        var finder = FinderTrainer.Train(Shop);
        finder.Index.Put("gift", ["可以做礼品包装吗？", "能写贺卡吗"], "每份 12 元。");
        Assert.Equal("gift", finder.Find("送人的，能写张贺卡吗").Ranking[0].Id);
        finder.Index.Put("gift", ["能刻字吗"]);
        Assert.DoesNotContain("gift", finder.Find("礼品包装").Ranking.Take(1).Select(found => found.Id));
        Assert.True(finder.Index.Remove("gift"));
        Assert.False(finder.Index.Remove("gift"));
        Assert.DoesNotContain(finder.Find("能刻字吗").Ranking, found => found.Id == "gift");
        Assert.Equal(Shop.Length, finder.Index.Count);
    }

    [Fact]
    public void Reading_goes_on_while_entries_are_added()
    {
        var finder = FinderTrainer.Train(Shop);
        var wrong = 0;
        Parallel.Invoke(
            () => Parallel.For(0, 300, i => finder.Index.Put("new" + i, ["第 " + i + " 个新问题", "另一种问法 " + i])),
            () =>
            {
                for (var i = 0; i < 300; i++)
                    wrong += finder.Find("退款多久到账").Ranking[0].Id == "refund" ? 0 : 1;
            });
        Assert.Equal(0, wrong);
        Assert.Equal(Shop.Length + 300, finder.Index.Count);
    }

    [Fact]
    public void The_same_knowledge_gives_the_same_answers()
    {
        var again = FinderTrainer.Train(Shop);
        foreach (var question in new[] { "退钱要几天", "发票怎么弄", "今天天气" })
            Assert.Equal(Finder.Find(question).Right, again.Find(question).Right);
    }

    [Fact]
    public void What_was_learnt_once_and_how_many_worked_at_it_change_nothing()
    {
        var again = FinderTrainer.Train(Shop, learnt: Finder.Learnt);
        var together = FinderTrainer.Train(Shop, threads: 3);
        Assert.Equal(Finder.Learnt.Ranking, together.Learnt.Ranking);
        Assert.Equal(Finder.Learnt.Decision, together.Learnt.Decision);
        foreach (var question in Shop.SelectMany(entry => entry.Questions).Take(20))
        {
            Assert.Equal(Finder.Find(question).Right, again.Find(question).Right);
            Assert.Equal(Finder.Find(question).Ranking, again.Find(question).Ranking);
        }
        var digest = Learnt.DigestOf(Shop, []);
        Assert.Equal(digest, Learnt.DigestOf([.. Shop.Select(entry => entry with { Id = entry.Id + "'" })], []));
        Assert.Equal(digest, Learnt.DigestOf([.. Shop.Reverse()], []));
        var backwards = FinderTrainer.Train([.. Shop.Reverse()]);
        Assert.Equal(Finder.Learnt.Ranking, backwards.Learnt.Ranking);
        Assert.Equal(Finder.Find("退钱要几天").Ranking, backwards.Find("退钱要几天").Ranking);
        Assert.NotEqual(digest, Learnt.DigestOf([.. Shop.Skip(1)], []));
        Assert.NotEqual(digest, Learnt.DigestOf(Shop, ["a = b"]));
        Assert.False(new Learnt([1], [2]).Fits); // another version's
    }
}
