namespace Queqiao.Bench.Search;

/// <summary>
/// What people write to a shop, in Chinese and English. By itself it makes sentences from pieces; given a file it takes its lines, a
/// random one each time, with an order number now and then. The same seed makes the same texts.
/// </summary>
internal sealed class SearchTexts
{
    /// <summary>In exactly three messages, whatever their number.</summary>
    public const string Rare = "黄道蟹";

    private static readonly string[] Openers = ["你好，", "请问", "麻烦看一下，", "在吗？", "", "", "亲，", "您好，我想问下", "Hi, ", "Hello, "];

    private static readonly string[] Chinese =
    [
        "我的订单{0}什么时候发货", "我要退款，订单号{0}", "快递三天没有动静了", "这件外套有没有黑色的L码", "可以改收货地址吗，门牌号写错了", "优惠券用不了，提示已过期",
        "发票抬头写错了能重开吗", "收到的杯子碎了，怎么赔", "退货的运费谁出", "会员积分怎么没有到账", "能不能便宜一点", "这个和上一代有什么区别", "充电器是原装的吗",
        "什么时候有货", "尺码偏大还是偏小", "洗了一次就掉色，质量太差了", "客服怎么一直不回", "谢谢，已经收到了", "退款{0}到账了吗，银行卡还没看到", "支付失败但是钱扣了",
        "能开增值税专用发票吗", "家里没人，放驿站就行", "换货多久能寄出来", "保修期是多久", "说明书看不懂，怎么连蓝牙",
    ];

    private static readonly string[] English =
    [
        "where is my order {0}?", "I would like a refund for {0}", "the lid arrived broken", "can I change the delivery address?", "my coupon is refused at checkout",
        "do you ship to Canada?", "the tracking page shows nothing", "is the charger included?", "which size should I take?", "thanks, it arrived today",
        "the invoice has the wrong name", "how long is the warranty?", "please cancel order {0}", "payment failed but I was charged", "the zipper broke after two days",
    ];

    private static readonly string[] Endings = ["", "", "", "，谢谢", "，急！", "😡", "👍", "，麻烦尽快", " 电话13{1}", " thanks"];

    private readonly string[]? _lines;

    /// <param name="file">One text a line; null: made from pieces.</param>
    public SearchTexts(string? file) => _lines = file is null ? null : [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length is > 1 and < 2000)];

    /// <summary>The text of message n of so many.</summary>
    public string Of(int n, int all)
    {
        var random = new Random(n * 7919 + 17);
        var text = _lines is { Length: > 0 } lines
            ? lines[random.Next(lines.Length)] + (random.Next(8) == 0 ? " " + Number(random, 12) : "")
            : Openers[random.Next(Openers.Length)] + (random.Next(4) > 0 ? Chinese[random.Next(Chinese.Length)] : English[random.Next(English.Length)]) + Endings[random.Next(Endings.Length)];
        text = text.Replace("{0}", "DD" + Number(random, 10), StringComparison.Ordinal).Replace("{1}", Number(random, 9), StringComparison.Ordinal);
        return n == all / 7 || n == all / 2 || n == all - all / 9 - 1 ? text + Rare : text;
    }

    /// <summary>What is asked for: kinds of words, several of each so that no single one decides.</summary>
    public static IReadOnlyList<(string Name, string[] Words)> Asked { get; } =
    [
        ("frequent", ["退款", "订单", "发货", "发票", "快递"]),
        ("rare", [Rare]),
        ("english", ["refund", "coupon broken", "\"delivery address\"", "warran"]),
        ("number", ["DD12345", "1388", "DD99"]),
        ("nothing", ["量子纠缠", "xylophone", "退款量子"]),
    ];

    private static string Number(Random random, int digits) => string.Concat(Enumerable.Range(0, digits).Select(_ => (char)('0' + random.Next(10))));
}
