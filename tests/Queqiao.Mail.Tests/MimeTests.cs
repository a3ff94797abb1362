using System.Text;
using Queqiao.Mail.Mime;

namespace Queqiao.Mail.Tests;

public sealed class MimeTests
{
    static MimeTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private static MailMessage Mail(string raw) => MailMessage.Read(Encoding.Latin1.GetBytes(raw.ReplaceLineEndings("\r\n")));

    private static MailMessage Bytes(byte[] raw) => MailMessage.Read(raw);

    [Theory]
    [InlineData("=?utf-8?B?5L2g5aW9?=", "你好")]
    [InlineData("=?gb2312?B?xOO6ww==?=", "你好")]
    [InlineData("=?GB2312?Q?=C4=E3=BA=C3?= x", "你好 x")]
    [InlineData("=?utf-8?B?5L2g?= =?utf-8?B?5aW9?=", "你好")]                     // white space between words is none
    [InlineData("=?iso-8859-1*de?Q?Gr=FC=DFe_an_alle?=", "Grüße an alle")]        // RFC 2231 language
    [InlineData("=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは")]
    [InlineData("=?nobody-knows?Q?abc?=", "abc")]
    [InlineData("=?utf-8?X?abc?=", "=?utf-8?X?abc?=")]
    [InlineData("=?utf-8?B?", "=?utf-8?B?")]
    [InlineData("a =? b", "a =? b")]
    public void Words_of_headers(string raw, string expected) => Assert.Equal(expected, EncodedWords.Decode(raw));

    [Fact]
    public void A_character_may_be_split_between_two_words_and_stays_whole() =>
        Assert.Equal("你好", EncodedWords.Decode($"=?utf-8?Q?=E4=BD?=\r\n =?utf-8?Q?=A0=E5=A5=BD?=".Replace("\r\n", "", StringComparison.Ordinal)));

    [Theory]
    [InlineData("gb2312", "镕基，喆")]              // GBK characters under the old name
    [InlineData("gb18030", "㐀你好")]
    [InlineData("big5", "訂單編號")]
    [InlineData("shift_jis", "注文番号")]
    [InlineData("iso-2022-jp", "注文番号")]
    [InlineData("euc-jp", "注文番号")]
    [InlineData("ks_c_5601-1987", "주문번호")]
    [InlineData("koi8-r", "Заказ")]
    [InlineData("windows-1251", "Заказ")]
    [InlineData("iso-8859-15", "Größe €")]
    public void Bodies_in_the_charsets_of_the_world(string charset, string text)
    {
        var encoding = Charsets.Find(charset)!;
        byte[] mail = [.. Encoding.ASCII.GetBytes($"Content-Type: text/plain; charset=\"{charset}\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"), .. encoding.GetBytes(text)];
        Assert.Equal(text, MailMessage.Read(mail).Text);
        byte[] quoted = [.. Encoding.ASCII.GetBytes($"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + string.Concat(encoding.GetBytes(text).Select(b => $"={b:X2}")))];
        Assert.Equal(text, MailMessage.Read(quoted).Text);
    }

    [Fact]
    public void Bytes_that_nobody_labelled_are_read_as_what_they_look_like()
    {
        Assert.Equal("订单号", Bytes([.. "\r\n"u8, .. Encoding.UTF8.GetBytes("订单号")]).Text);
        Assert.Equal("请问订单什么时候发货", Bytes([.. "\r\n"u8, .. Encoding.GetEncoding(936).GetBytes("请问订单什么时候发货")]).Text);
        Assert.Equal("请问订单", Bytes([.. "Subject: "u8, .. Encoding.GetEncoding(936).GetBytes("请问订单"), .. "\r\n\r\nx"u8]).Subject);
    }

    [Theory]
    [InlineData("attachment; filename=\"a b.txt\"", "a b.txt")]
    [InlineData("attachment; filename=a b.txt", "a b.txt")]
    [InlineData("attachment; filename*=utf-8''%E8%AE%A2%E5%8D%95.pdf", "订单.pdf")]
    [InlineData("attachment; filename*0*=utf-8''%E8%AE; filename*1*=%A2%E5%8D%95; filename*2=.pdf", "订单.pdf")]
    [InlineData("attachment; filename=\"=?utf-8?B?6K6i5Y2VLnBkZg==?=\"", "订单.pdf")]
    [InlineData("attachment; filename=\"a\\\"b.txt\"", "a\"b.txt")]
    [InlineData("attachment; filename=\"C:\\dir\\a.txt\"", "C:\\dir\\a.txt")]
    [InlineData("attachment; filename=\"x;y.txt\"; size=3", "x;y.txt")]
    [InlineData("attachment (why not; here); filename=z.txt", "z.txt")]
    public void Names_of_files(string disposition, string name) =>
        Assert.Equal(name, Mail($"Content-Type: application/pdf\nContent-Disposition: {disposition}\n\nx").Attachments.Single().FileName);

    [Theory]
    [InlineData("Ann <ann@example.com>", "Ann <ann@example.com>")]
    [InlineData("\"Li, Ann\" <ann@example.com>, b@example.com", "Li, Ann <ann@example.com>|b@example.com")]
    [InlineData("friends: a@x.example, b@x.example;, c@x.example", "a@x.example|b@x.example|c@x.example")]
    [InlineData("undisclosed-recipients:;", "")]
    [InlineData("ann@example.com (Ann)", "ann@example.com")]
    [InlineData("=?utf-8?B?5p6X5pmT?= <lin@example.com>", "林晓 <lin@example.com>")]
    [InlineData("<>", "")]
    [InlineData("Ann ann@example.com", "Ann <ann@example.com>")]
    [InlineData("'ann@example.com' <ann@example.com>", "ann@example.com <ann@example.com>")]
    public void Addresses(string raw, string expected) => Assert.Equal(expected, string.Join('|', MailAddresses.Parse(raw)));

    [Theory]
    [InlineData("Mon, 02 Jan 2006 15:04:05 -0700", "2006-01-02T22:04:05Z")]
    [InlineData("2 Jan 06 15:04 GMT", "2006-01-02T15:04:00Z")]
    [InlineData("Fri, 21 Nov 1997 09(comment):55:06 -0600", null)]
    [InlineData("Thu, 13 Feb 1969 23:32:54 -0330 (Newfoundland Time)", "1969-02-14T03:02:54Z")]
    [InlineData("Mon, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59Z")]
    [InlineData("nonsense", null)]
    [InlineData("Mon, 99 Jan 2006 15:04:05 +0000", null)]
    public void Dates(string raw, string? expected) => Assert.Equal(expected, MailDate.Parse(raw)?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void Parts_their_pictures_and_their_files()
    {
        var mail = Mail("""
            Subject: x
            Content-Type: multipart/mixed; boundary=M

            --M
            Content-Type: multipart/related; boundary=R

            --R
            Content-Type: multipart/alternative; boundary=A

            --A
            Content-Type: text/plain

            plain words
            --A
            Content-Type: text/html

            <p>words <img src="cid:pic@1"></p>
            --A--
            --R
            Content-Type: image/png
            Content-ID: <pic@1>
            Content-Transfer-Encoding: base64

            iVBORw0KGgo=
            --R--
            --M
            Content-Type: application/pdf; name=bill.pdf
            Content-Disposition: attachment

            %PDF
            --M
            Content-Type: text/plain

            and below the file
            """);
        Assert.Equal("plain words\nand below the file", mail.Text);
        Assert.Contains("cid:pic@1", mail.Html, StringComparison.Ordinal);
        Assert.Equal("pic@1", mail.Inline.Single().ContentId);
        Assert.Equal(8, mail.Inline.Single().Content().Length);
        Assert.Equal("bill.pdf", mail.Attachments.Single().FileName);
    }

    [Fact]
    public void A_mail_that_was_cut_anywhere_is_still_a_mail()
    {
        var whole = MailWriter.Write(Full(), "boundary0123456789");
        for (var length = 0; length <= whole.Length; length++)
        {
            var mail = MailMessage.Read(whole.AsMemory(0, length));
            _ = (mail.Reply, mail.Fingerprint, mail.Attachments.Sum(part => part.Content().Length), Reading.Bounces.Is(mail), Reading.AutoReplies.MayBeAnswered(mail));
        }
    }

    [Fact]
    public void Whatever_bytes_come_reading_ends()
    {
        var whole = MailWriter.Write(Full(), "boundary0123456789");
        var random = new Random(7);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])whole.Clone();
            for (var i = random.Next(1, 20); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var mail = MailMessage.Read(bytes);
            _ = (mail.Reply, mail.Fingerprint, mail.Attachments.Sum(part => part.Content().Length), Reading.Bounces.Is(mail), Reading.AutoReplies.MayBeAnswered(mail));
        }
    }

    [Fact]
    public void Parts_in_parts_in_parts_cost_no_more_than_their_length()
    {
        var deep = new StringBuilder();
        for (var i = 0; i < 5000; i++)
            deep.Append("Content-Type: multipart/mixed; boundary=b").Append(i).Append("\r\n\r\n--b").Append(i).Append("\r\n");
        var mail = MailMessage.Read(Encoding.ASCII.GetBytes(deep.ToString()));
        Assert.True(mail.Root.All().Count() < 100);
        var wide = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + string.Concat(Enumerable.Repeat("--b\r\n\r\nx\r\n", 50_000));
        Assert.InRange(MailMessage.Read(Encoding.ASCII.GetBytes(wide)).Root.Children.Count, 1, 2_000);
    }

    [Fact]
    public void What_is_written_is_read_as_it_was_meant_and_no_line_is_long()
    {
        var full = Full();
        var bytes = MailWriter.Write(full, "boundary0123456789");
        var text = Encoding.UTF8.GetString(bytes);
        Assert.True(Ascii.IsValid(bytes));
        Assert.All(text.Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
        Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
        var mail = MailMessage.Read(bytes);
        Assert.Equal((full.Subject, full.From, full.MessageId), (mail.Subject, mail.From, mail.MessageId));
        Assert.Equal(full.To, mail.To);
        Assert.Equal(full.Text, mail.Text);
        Assert.Equal(full.Html, mail.Html);
        Assert.Equal(full.Date, mail.Date);
        Assert.Equal("<b@x>", mail.Answers[0]);
        Assert.Equal(full.Files[0].Name, mail.Attachments.Single().FileName);
        Assert.Equal(full.Files[0].Content.ToArray(), mail.Attachments.Single().Content());
        Assert.Equal("pic", mail.Inline.Single().ContentId);
    }

    [Theory]
    [InlineData("subject\r\nBcc: evil@example.com")]
    [InlineData("subject\nBcc: evil@example.com")]
    public void Nothing_can_be_injected_through_a_subject_or_a_name(string hostile)
    {
        var bytes = MailWriter.Write(Full() with { Subject = hostile, From = new MailAddress("a@example.com", hostile) }, "boundary0123456789");
        Assert.False(MailMessage.Read(bytes).Root.Header.Has("Bcc"));
    }

    [Fact]
    public void What_cannot_be_an_address_or_an_id_is_refused()
    {
        Assert.Throws<ArgumentException>(() => MailWriter.Write(Full() with { From = new MailAddress("a@example.com>\r\nBcc: x@y") }, "boundary0123456789"));
        Assert.Throws<ArgumentException>(() => MailWriter.Write(Full() with { MessageId = "<a b>" }, "boundary0123456789"));
        Assert.Throws<ArgumentException>(() => MailWriter.Write(Full() with { Headers = [("X: y\r\nBcc", "z")] }, "boundary0123456789"));
        Assert.Throws<ArgumentException>(() => MailWriter.Write(Full(), "short"));
    }

    private static OutgoingMail Full() => new()
    {
        From = new MailAddress("service@example.com", "鹊桥优选客服中心（华南区）售后服务部门第一小组"),
        To = [new MailAddress("ann@example.com", "Li, Ann \"A\""), new MailAddress("b@example.com")],
        Subject = "关于您的订单 20261125-0001 的退款进度，以及一个很长很长的主题，它必须折成好几行才能放得下 😀",
        Text = "您好：\n\n退款已经发出。\n.\nFrom me",
        Html = "<p>您好</p><img src=\"cid:pic\">",
        Files = [new MailFile("退款凭证（二〇二六年十一月二十五日）-非常长的文件名称.pdf", "application/pdf", new byte[300]), new MailFile("p.png", "image/png", new byte[] { 1, 2, 3 }) { ContentId = "pic" }],
        MessageId = "<c1@example.com>",
        References = ["<a@x>", "<b@x>"],
        Date = new DateTimeOffset(2026, 11, 25, 10, 0, 0, TimeSpan.Zero),
        Headers = [("Auto-Submitted", "auto-replied")],
    };

    [Theory]
    [InlineData("application/ms-tnef; name=winmail.dat", "winmail.dat", "winmail.dat")]
    [InlineData("application/vnd.ms-tnef", null, "winmail.dat")]
    [InlineData("text/calendar; method=REQUEST; charset=utf-8", null, "invite.ics")]
    [InlineData("message/rfc822", null, "mail.eml")]
    [InlineData("image/png", null, "file.png")]
    [InlineData("application/x-unheard-of", null, "file.bin")]
    public void What_is_no_text_is_kept_as_a_file_with_a_name(string type, string? given, string name)
    {
        var mail = Mail($"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nCome!\n--b\nContent-Type: {type}\n\nBEGIN:VCALENDAR\n--b--\n");
        Assert.Equal("Come!", mail.Text);
        var file = mail.Attachments.Single();
        Assert.Equal(given, file.FileName);
        Assert.Equal(name, file.NameOrKind);
        Assert.StartsWith("BEGIN:VCALENDAR", Encoding.ASCII.GetString(file.Content()), StringComparison.Ordinal);
    }
}
