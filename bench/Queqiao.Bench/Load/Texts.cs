using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Queqiao.Bench.Load;

/// <summary>What visitors say: short, in both languages, each message different, made without allocation.</summary>
internal sealed class Texts
{
    private const string IdPrefix = "m-";
    private const int IdDigits = 8;
    private const int NumberDigits = 8;

    private static readonly string[] Sentences =
    [
        "你好，我的订单 {0} 已经三天没有物流更新了，麻烦帮我查一下。",
        "请问订单 {0} 还能改收货地址吗？我写错了门牌号。",
        "Hi, order {0} arrived with a broken lid.",
        "退款单号 {0} 什么时候可以到账？银行卡还没有收到。",
        "Can I still change the size in order {0}?",
        "发票抬头写错了，订单号 {0}，可以重新开一张吗？",
        "The tracking page for {0} shows nothing yet.",
        "商品 {0} 有没有黑色 L 码？现在下单今天能发货吗？",
        "谢谢，{0} 已经收到了，包装很好，下次还来。",
        "My coupon {0} is refused at checkout, why?",
    ];

    private readonly (byte[] Before, byte[] After)[] _frames;
    private readonly string _padding;

    /// <param name="padding">Characters added to every message, to fill buffers sooner.</param>
    public Texts(int padding = 0)
    {
        _padding = new string('…', padding);
        _frames = [.. Sentences.Select(sentence =>
        {
            var halves = sentence.Split("{0}");
            return (Encoding.UTF8.GetBytes(halves[0]), Encoding.UTF8.GetBytes(halves[1] + _padding));
        })];
    }

    /// <summary>The text of message n.</summary>
    public string Of(int n) => Sentences[n % Sentences.Length].Replace("{0}", n.ToString("D8", null), StringComparison.Ordinal) + _padding;

    /// <summary>The client's id of message n.</summary>
    public static string IdOf(int n) => IdPrefix + n.ToString("x8", null);

    /// <summary>Which message an id belongs to; -1: none of ours.</summary>
    public static int NumberOf(ReadOnlySpan<byte> id) =>
        id.Length == IdPrefix.Length + IdDigits && Utf8Parser.TryParse(id[IdPrefix.Length..], out int n, out var used, 'x') && used == IdDigits ? n : -1;

    /// <summary>Writes the frame's text that sends message n, and gives its length.</summary>
    public int WriteSend(Span<byte> to, int n)
    {
        var (before, after) = _frames[n % _frames.Length];
        var at = 0;
        Put(to, ref at, "{\"op\":\"send\",\"clientId\":\"m-"u8);
        Put(to, ref at, n, 'x', IdDigits);
        Put(to, ref at, "\",\"text\":\""u8);
        Put(to, ref at, before);
        Put(to, ref at, n, 'D', NumberDigits);
        Put(to, ref at, after);
        Put(to, ref at, "\"}"u8);
        return at;
    }

    private static void Put(Span<byte> to, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(to[at..]);
        at += bytes.Length;
    }

    private static void Put(Span<byte> to, ref int at, int number, char format, byte digits)
    {
        Utf8Formatter.TryFormat(number, to[at..], out var written, new StandardFormat(format, digits));
        at += written;
    }
}
