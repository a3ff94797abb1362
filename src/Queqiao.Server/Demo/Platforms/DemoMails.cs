using System.Text;
using Queqiao.Mail;
using Queqiao.Mail.Mime;

namespace Queqiao.Server.Demo.Platforms;

/// <summary>What customers of the demo have written by mail: as programs for mail write it, with quotes, HTML, pictures and files.</summary>
internal static class DemoMails
{
    public const string Mailbox = "help@shop.example";

    /// <summary>The receiving server, whose word about senders is believed.</summary>
    public const string Server = "mx.shop.example";

    private static readonly string Order = """
        <html><body style="font-family:Georgia,serif;color:#222">
        <p>Hello,</p>
        <p>one of the four cups of our order <b>QQ481516</b> arrived with a crack, see the picture. The rest is lovely.</p>
        <p><img src="cid:cup@maison.example" width="240" alt="A cup with a crack"></p>
        <table border="1" cellpadding="6" style="border-collapse:collapse"><tr><th>Item</th><th>Qty</th><th>Price</th></tr><tr><td>Stoneware cup “Kiln”</td><td>4</td><td>€ 15.90</td></tr><tr><td>Tea towel, linen</td><td>2</td><td>€ 9.50</td></tr></table>
        <p>Could you send a new one? Our stock desk reads along.</p>
        <p>Kind regards<br>Sophie Martin<br><span style="color:#888">Maison Martin, 12 rue des Lilas, 69004 Lyon</span></p>
        <img src="https://track.maison.example/open.gif" width="1" height="1">
        </body></html>
        """;

    private const string OrderText = "Hello,\n\none of the four cups of our order QQ481516 arrived with a crack, see the picture. The rest is lovely.\n\nCould you send a new one? Our stock desk reads along.\n\nKind regards\nSophie Martin";

    private const string Return = """
        您好，
        按您说的把外套寄回去了，快递单号 SF1390024815。麻烦收到后尽快退款，谢谢。

        王雨桐

        在 2026年11月24日，鹊桥优选客服 <help@shop.example> 写道：
        > 您好，7 天内吊牌完好可以退货，请把商品寄到：
        > 上海市青浦区华新镇新府中路 1500 号 3 号仓，鹊桥优选售后收。
        >> 衣服颜色和图片差得有点多，可以退吗？
        """;

    private const string Invoice = """
        Sehr geehrte Damen und Herren,

        für unsere Rindfleischetikettierungsüberwachungsaufgabenübertragungsstelle brauchen wir die Rechnung mit der Umsatzsteueridentifikationsnummer DE123456789. Die Bestellung steht in der Datei.

        Mit freundlichen Grüßen
        Hans-Jürgen Oberschleißheimer
        Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft
        """;

    /// <param name="now">They were written in the hours before.</param>
    public static IEnumerable<OutgoingMail> At(DateTimeOffset now)
    {
        yield return Mail("王雨桐", "yutong.wang@mail.example", "Re: 外套退货地址", Return, now.AddHours(-5)) with { References = ["<answer-0711@shop.example>"] };
        yield return Mail("Sophie Martin", "sophie@maison.example", "Cracked cup in order QQ481516", OrderText, now.AddHours(-3)) with
        {
            Html = Order,
            Cc = [new("stock@maison.example", "Maison Martin, stock desk")],
            Files =
            [
                new("cup.png", "image/png", Picture()) { ContentId = "cup@maison.example" },
                new("order-QQ481516.csv", "text/csv", Encoding.UTF8.GetBytes("item,quantity,price\nStoneware cup Kiln,4,15.90\n\"Tea towel, linen\",2,9.50\n")),
            ],
        };
        yield return Mail("Hans-Jürgen Oberschleißheimer", "oberschleissheimer@behoerde.example", "Rechnungsberichtigungsanforderung zur Bestellung QQ108108", Invoice, now.AddMinutes(-40)) with
        {
            Files = [new("Bestellungsbestätigung.txt", "text/plain", Encoding.UTF8.GetBytes("Bestellung QQ108108\n12 × Wasserkocher 1,7 l\nLieferung: Verwaltungsgebäude, Zimmer 4.12\n"))],
        };
    }

    /// <summary>What somebody writes back: quoted below, as mail programs do.</summary>
    public static OutgoingMail Thanks(MailMessage answered, MailAddress customer, DateTimeOffset now)
    {
        var isChinese = (customer.Name ?? "").Any(letter => letter is >= '\u4e00' and <= '\u9fff');
        var quoted = string.Join('\n', answered.Text.Trim().Split('\n').Take(30).Select(line => "> " + line.TrimEnd()));
        var head = isChinese ? FormattableString.Invariant($"在 {now:yyyy年M月d日}，{answered.From?.Name ?? Mailbox} <{Mailbox}> 写道：") : FormattableString.Invariant($"On {now:d MMMM yyyy}, {answered.From?.Name ?? Mailbox} <{Mailbox}> wrote:");
        return Mail(customer.Name, customer.Address, answered.Subject ?? "", (isChinese ? "好的，谢谢您！" : "Thank you, that helps!") + $"\n\n{head}\n{quoted}\n", now) with { Cc = answered.Cc, References = [.. answered.Answers, .. answered.MessageId is { } id ? [id] : Array.Empty<string>()] };
    }

    private static OutgoingMail Mail(string? name, string address, string subject, string text, DateTimeOffset at) => new()
    {
        From = new(address, name),
        To = [new(Mailbox)],
        Subject = subject,
        Text = text,
        Date = at,
        MessageId = FormattableString.Invariant($"<{at.ToUnixTimeMilliseconds()}.{address}>"),
        Headers = [("Authentication-Results", $"{Server}; spf=pass smtp.mailfrom={address}; dkim=pass header.d={new MailAddress(address).Domain}; dmarc=pass header.from={new MailAddress(address).Domain}")],
    };

    private static byte[] Picture()
    {
        using var stream = typeof(DemoMails).Assembly.GetManifestResourceStream("Queqiao.Server.Demo.Shop.cracked-cup.png")!;
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }
}
