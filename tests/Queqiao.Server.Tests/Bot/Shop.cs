using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Text.Answering;

namespace Queqiao.Server.Tests.Bot;

/// <summary>A small shop's knowledge, in memory.</summary>
internal sealed class Shop : IBotKnowledgeSource
{
    public static readonly BotKnowledge Small = new("1",
    [
        new("q1", "zh", "退款多久到账？", ["退款什么时候到", "钱多久能退回来", "退的钱几天到账"], "退货验收后 1 个工作日内退款，**信用卡** 3 到 7 个工作日到账。见[退款说明](https://shop.example/refund)。"),
        new("q2", "zh", "怎么修改收货地址？", ["能改地址吗", "地址填错了怎么办", "收货地址写错了"], "发货前可以在“我的订单”里修改收货地址；发货后请联系快递改派。"),
        new("q3", "zh", "怎么开发票？", ["可以开发票吗", "开票流程", "我要电子发票"], "在订单详情页点“申请发票”，电子发票 24 小时内发到邮箱。"),
        new("q4", "zh", "可以用哪些方式付款？", ["支持什么支付方式", "能用信用卡付款吗"], "支持储蓄卡、信用卡和礼品卡。"),
        new("q5", "zh", "快递一般几天到？", ["多久能送到", "发货后几天能收到"], "江浙沪次日达，其他地区 2 到 4 天。"),
        new("q6", "zh", "怎么申请退货？", ["我想退货", "退货流程是什么", "东西不想要了怎么退"], "签收 7 天内在“我的订单”里点“退货”。"),
        new("e1", "en", "How long does a refund take?", ["When do I get my money back", "refund time", "how many days for a refund"], "Within 1 working day after inspection; credit cards take 3 to 7 working days."),
        new("e2", "en", "How do I change my delivery address?", ["wrong address on my order", "can I change the shipping address"], "Before dispatch under My Orders."),
        new("e3", "en", "Which payment methods do you accept?", ["can I pay by card", "how can I pay"], "Debit cards, credit cards and gift cards."),
    ],
    [
        new Fact("加湿器 H1", "有问题", "不出雾"), new Fact("不出雾", "原因", "雾化片结垢"), new Fact("雾化片结垢", "解决办法", "用柠檬酸清洗"),
        new Fact("吸尘器 V6", "有问题", "吸力变小"), new Fact("吸力变小", "原因", "滤网堵塞"),
    ], []);

    private static readonly Lazy<Brain> Learnt = new(() => Brain.Train(Small, []));

    public static Brain Brain => Learnt.Value;

    public BotKnowledge Now { get; private set; } = Small;

    public event Action<int>? Changed;

    public ValueTask<BotKnowledge> Read(int ws, CancellationToken ct) => ValueTask.FromResult(Now);

    public void Put(BotKnowledge knowledge)
    {
        Now = knowledge;
        Changed?.Invoke(1);
    }

    /// <summary>Somebody says something to the bot.</summary>
    public static Situation Hears(string said, BotMemory? memory = null, BotProfile? profile = null, FlowBook? flows = null, Brain? brain = null) =>
        new(profile ?? BotProfile.Default, brain ?? Brain, flows ?? FlowBook.Empty, memory ?? BotMemory.Empty, said)
        {
            Language = Queqiao.Server.Bot.Turning.TurnTaking.LanguageOf(said, memory?.Language ?? ""), Staff = new Staff(1, 0), Now = 1_800_000_000_000,
        };
}
