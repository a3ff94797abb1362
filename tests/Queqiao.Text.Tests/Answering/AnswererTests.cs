using Queqiao.Text.Answering;
using Queqiao.Text.Retrieving;

namespace Queqiao.Text.Tests.Answering;

public sealed class AnswererTests
{
    private static readonly Fact[] Facts =
    [
        new("金炉空气炸锅 F5", "有问题", "冒黑烟"), new("冒黑烟", "原因", "加热管沾油短路"), new("加热管沾油短路", "处理", "断电并寄修"),
        new("加热管沾油短路", "适用政策", "整机保修 1 年"), new("整机保修 1 年", "规定", "保修期内来回运费商家承担"),
        new("金炉空气炸锅 F5", "有问题", "冒白烟"), new("冒白烟", "原因", "底盘积油"),
        new("千旋破壁机 B8", "有问题", "刀座漏水"), new("刀座漏水", "原因", "刀座密封圈磨损"), new("刀座密封圈磨损", "更换配件", "B8 密封圈"), new("B8 密封圈", "价格", "8 元"),
    ];

    private static readonly Answerer Bot = new(new Dictionary<string, Finder>
    {
        ["zh"] = FinderTrainer.Train(
        [
            new("refund", ["退款多久到账？", "什么时候能收到退款", "退的钱几天到"], "48 小时内退出。"),
            new("invoice", ["怎么开发票？", "开票入口在哪", "申请发票"], "在我的订单里申请。"),
            new("size", ["上衣尺码怎么选？", "T恤选多大码", "卫衣偏大吗"], "看尺码表。"),
            new("cancel", ["怎么取消订单？", "不想要了怎么退单", "刚下单想取消"], "点取消订单。"),
        ]),
    }, new FactGraph(Facts), number => number == "QQ2611180012");

    [Theory]
    [InlineData("退款几天到账", ReplyKind.Answer, "refund")]
    [InlineData("转人工", ReplyKind.Person, null)]
    [InlineData("qq2611180012 到哪里了", ReplyKind.Order, "QQ2611180012")]
    [InlineData("F5炸锅冒黑烟，保修期内来回运费谁出", ReplyKind.Facts, "金炉空气炸锅 F5")]
    [InlineData("破壁机刀座漏水，换密封圈多少钱", ReplyKind.Facts, "千旋破壁机 B8")]
    [InlineData("帮我写一首关于月亮的诗", ReplyKind.Refuse, null)]
    public void A_message_gets_what_it_needs(string message, ReplyKind kind, string? id)
    {
        var reply = Bot.Reply(message);
        Assert.Equal((kind, id), (reply.Kind, reply.Id));
    }

    [Fact]
    public void Where_two_entries_are_close_it_asks_which_is_meant()
    {
        var finder = new Dictionary<string, Finder> { ["zh"] = FinderTrainer.Train([new("home", ["上门取件怎么约？"], "在售后单里约时间。"), new("home-2", ["上门取件如何约？"], "打电话约时间。"), new("invoice", ["怎么开发票？"], "在订单里申请。"), new("size", ["尺码怎么选？"], "看尺码表。")]) };
        var reply = new Answerer(finder, boldness: new Boldness(Answer: 0.01, Clarify: 0)).Reply("上门取件怎样约");
        Assert.Equal((ReplyKind.Clarify, null), (reply.Kind, reply.Id));
        Assert.Equal(["home", "home-2"], reply.Candidates.Take(2).Select(candidate => candidate.Id).Order(StringComparer.Ordinal));
        Assert.Equal(ReplyKind.Answer, new Answerer(finder, boldness: new Boldness(Answer: 0.01, Clarify: 0, Close: 2)).Reply("上门取件怎样约").Kind);
    }

    [Fact]
    public void Edges_are_combined()
    {
        var path = Bot.Reply("F5炸锅冒黑烟，保修期内来回运费谁出").Path;
        Assert.Equal(["冒黑烟", "加热管沾油短路", "断电并寄修", "整机保修 1 年", "保修期内来回运费商家承担"], path.Select(fact => fact.Target));
        Assert.Contains(Bot.Reply("破壁机刀座漏水，换密封圈多少钱").Path, fact => fact is { Subject: "B8 密封圈", Target: "8 元" });
    }
}
