using System.Text;
using Queqiao.Mail.Reading;

namespace Queqiao.Mail.Tests;

public sealed class ReadingTests
{
    [Theory]
    [InlineData("好的，谢谢\n\n------------------ 原始邮件 ------------------\n发件人: \"客服\"<a@b.c>;\n您好", "好的，谢谢")]
    [InlineData("好的\n\n在 2026年11月25日，客服 <a@example.com> 写道：\n\n> 您好", "好的")]
    [InlineData("好的\n\n发件人: 客服 <a@example.com>\n发送时间: 2026年11月25日 10:00\n收件人: me@example.com\n主题: 订单\n\n您好", "好的")]
    [InlineData("收到\n\n发自我的iPhone", "收到")]
    [InlineData("Thanks!\n\n-- \nAnn\nACME", "Thanks!")]
    [InlineData("> Will you come?\n\nYes.\n\n> Alone?\n\nNo.", "Yes.\n\nNo.")]
    [InlineData("On Mon, Jan 5, 2026 at 10:00 AM Bob <bob@example.com> wrote:\n> When?\nTomorrow.", "Tomorrow.")]
    [InlineData("I wrote:\nplease call me", "I wrote:\nplease call me")]
    [InlineData("On Monday we met. He said: fine.", "On Monday we met. He said: fine.")]
    [InlineData("From: the beginning I was unhappy\nand still am", "From: the beginning I was unhappy\nand still am")]
    [InlineData("时间 10:30 可以吗？", "时间 10:30 可以吗？")]
    [InlineData("", "")]
    public void Replies(string text, string reply) => Assert.Equal(reply, ReplyText.Of(text));

    [Theory]
    [InlineData("Re: AW: 回复：[EXT] 订单", "[EXT] 订单")]
    [InlineData("Re[2]: x", "x")]
    [InlineData("答复: 转发: 发票", "发票")]
    [InlineData("Regarding: x", "Regarding: x")]
    [InlineData("订单: 123", "订单: 123")]
    public void Subjects_without_prefixes(string subject, string bare) => Assert.Equal(bare, Subjects.Bare(subject));

    [Theory]
    [InlineData("Auto-Submitted: auto-replied", true, false)]
    [InlineData("Auto-Submitted: no", false, true)]
    [InlineData("Precedence: bulk", false, false)]
    [InlineData("List-Id: <x.example.com>", false, false)]
    [InlineData("X-Auto-Response-Suppress: DR, OOF, AutoReply", false, false)]
    [InlineData("Return-Path: <>", false, false)]
    [InlineData("Subject: 自动回复: 你好", true, false)]
    [InlineData("Subject: the automatic reply feature is broken", false, true)]
    public void Who_may_be_answered_by_a_program(string header, bool isAuto, bool mayBeAnswered)
    {
        var mail = MailMessage.Read(Encoding.UTF8.GetBytes($"From: ann@example.com\r\n{header}\r\n\r\nhello"));
        Assert.Equal((isAuto, mayBeAnswered), (AutoReplies.Is(mail), AutoReplies.MayBeAnswered(mail)));
    }

    [Fact]
    public void Addresses_that_read_nothing_are_not_answered() =>
        Assert.False(AutoReplies.MayBeAnswered(MailMessage.Read("From: no-reply@example.com\r\n\r\nhello"u8.ToArray())));

    [Theory]
    [InlineData("<p>Hello <b>you</b></p><p>two</p>", "Hello you\n\ntwo")]
    [InlineData("a<br>b<br><br>c", "a\nb\n\nc")]
    [InlineData("<style>p{}</style><script>alert('<p>')</script>x", "x")]
    [InlineData("1 &lt; 2 &amp;&nbsp;&#20320;", "1 < 2 & 你")]
    [InlineData("<a href=\"x>y\">link</a>", "link")]
    [InlineData("a < b and <unclosed", "a < b and")]
    [InlineData("<!-- <p>no</p> -->yes", "yes")]
    [InlineData("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc")]
    public void What_a_reader_of_html_reads(string html, string text) => Assert.Equal(text, HtmlText.Of(html));
}
