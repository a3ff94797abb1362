using System.Text;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Tests.Support;
using Queqiao.Mail.Wire;

namespace Queqiao.Mail.Tests.Servers;

public sealed class SmtpTests
{
    private static readonly MailServer Server = new("mail.test", 25, MailSecurity.None);

    private static async Task<(SmtpOutcome Outcome, string Heard)> Send(string offers, string says, SmtpEnvelope? envelope = null, string mail = "Subject: x\r\n\r\nhello\r\n")
    {
        var canned = new Canned($"220 hi\r\n250-mail.test\r\n{string.Concat(offers.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => $"250-{one}\r\n"))}250 HELP\r\n{says}");
        await using var smtp = await SmtpClient.Connect(Server, canned, "me.test", default);
        return (await smtp.Send(envelope ?? new("a@shop.test", ["b@client.test"]), Encoding.UTF8.GetBytes(mail), default), canned.Heard);
    }

    [Theory]
    [InlineData("550 5.1.1 no such user", SmtpVerdict.NoSuchAddress)]
    [InlineData("550 no such user", SmtpVerdict.NoSuchAddress)]
    [InlineData("550 5.7.1 relaying denied", SmtpVerdict.Policy)]
    [InlineData("554 5.7.1 spam", SmtpVerdict.Policy)]
    [InlineData("550 4.7.1 greylisted", SmtpVerdict.Later)]   // the status counts before the code
    [InlineData("451 4.3.0 later", SmtpVerdict.Later)]
    [InlineData("421 4.7.28 too fast", SmtpVerdict.SlowDown)]
    [InlineData("452 4.5.3 too many recipients", SmtpVerdict.Later)]
    [InlineData("450 too frequent", SmtpVerdict.SlowDown)]
    [InlineData("452 4.2.2 full", SmtpVerdict.Later)]
    [InlineData("552 too large", SmtpVerdict.TooLarge)]
    [InlineData("552 5.3.4 too large", SmtpVerdict.TooLarge)]
    [InlineData("530 5.7.0 sign in first", SmtpVerdict.SignIn)]
    [InlineData("535 5.7.8 bad", SmtpVerdict.SignIn)]
    [InlineData("554 no", SmtpVerdict.Final)]
    [InlineData("553 5.1.8 sender", SmtpVerdict.Policy)]
    public async Task Every_no_says_what_to_do(string no, SmtpVerdict verdict)
    {
        var (outcome, _) = await Send("", $"250 ok\r\n{no}\r\n250 reset\r\n");
        Assert.Equal(verdict, outcome.Failure!.Verdict);
        (outcome, _) = await Send("PIPELINING", $"{no}\r\n503 5.5.1 what\r\n250 reset\r\n");
        Assert.Equal(verdict, outcome.Failure!.Verdict);
        Assert.Empty(outcome.Refused);
    }

    [Fact]
    public async Task Some_recipients_are_refused_and_the_others_get_it()
    {
        var (outcome, heard) = await Send("PIPELINING,SIZE 1000,DSN,8BITMIME", "250 ok\r\n250 ok\r\n550 5.1.1 who\r\n354 go\r\n250 2.0.0 queued as 17\r\n", new("a@shop.test", ["b@client.test", "c@client.test", "B@client.test"]) { ReportAs = "m1" }, "Subject: x\n\n.\nµ\r..\n");
        Assert.True(outcome.IsTaken);
        Assert.Equal("2.0.0 queued as 17", outcome.Said);
        Assert.Equal("c@client.test", Assert.Single(outcome.Refused).Address);
        Assert.Contains("MAIL FROM:<a@shop.test> SIZE=", heard, StringComparison.Ordinal);
        Assert.Contains(" BODY=8BITMIME RET=HDRS ENVID=m1\r\nRCPT TO:<b@client.test> NOTIFY=FAILURE,DELAY\r\nRCPT TO:<c@client.test>", heard, StringComparison.Ordinal);
        Assert.EndsWith("Subject: x\r\n\r\n..\r\nÂµ\r\n...\r\n.\r\n", heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b@client.test>\r\nRCPT TO:<evil@x.test"), InlineData("b@client.test\r\nDATA"), InlineData("<b@client.test>"), InlineData("b c@client.test"), InlineData("b@"), InlineData("@client.test"), InlineData("b@-x-.test"), InlineData("\"a b\"@client.test"), InlineData("b\u202E@client.test")]
    public async Task An_address_is_an_address_and_nothing_else(string address)
    {
        Assert.False(SmtpAddress.IsOne(address));
        var (outcome, heard) = await Send("PIPELINING", "", new("a@shop.test", [address]));
        Assert.Equal(SmtpVerdict.NoSuchAddress, outcome.Failure!.Verdict);
        Assert.DoesNotContain("RCPT", heard, StringComparison.Ordinal);
        var (from, _) = await Send("PIPELINING", "", new(address, ["b@client.test"]));
        Assert.True(from.Failure!.IsFinal);
    }

    [Fact]
    public async Task Names_of_any_language_go_as_the_server_can()
    {
        var (_, heard) = await Send("PIPELINING", "250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n", new("", ["b@例子.test"]));
        Assert.Contains("MAIL FROM:<>\r\nRCPT TO:<b@xn--fsqu00a.test>", heard, StringComparison.Ordinal);
        var (no, _) = await Send("PIPELINING", "", new("", ["王@例子.test"]));
        Assert.Equal("5.6.7", no.Failure!.Status);
        var (yes, said) = await Send("PIPELINING,SMTPUTF8", "250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n", new("", ["王@例子.test"]));
        Assert.True(yes.IsTaken);
        Assert.Contains("MAIL FROM:<> SMTPUTF8", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SIZE 20", SmtpVerdict.TooLarge)]
    [InlineData("", SmtpVerdict.Final)]
    public async Task What_the_server_cannot_take_is_not_sent(string offers, SmtpVerdict verdict)
    {
        var (outcome, heard) = await Send(offers, "", mail: "Subject: x\r\n\r\n这里有二十多个字节\r\n");
        Assert.Equal(verdict, outcome.Failure!.Verdict);
        Assert.DoesNotContain("MAIL", heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_ends_means_later() => Assert.Equal(SmtpVerdict.Later, (await Send("", "250 ok\r\n250 ok\r\n354 go\r\n")).Outcome.Failure!.Verdict);

    [Theory]
    [InlineData("220 hi\r\n250-mail.test\r\n250 STARTTLS\r\n220 go\r\n250-AUTH PLAIN\r\n", MailTrouble.Protocol)]
    [InlineData("220 hi\r\n250 mail.test\r\n", MailTrouble.NoStartTls)]
    [InlineData("554 no service\r\n", MailTrouble.Refused)]
    [InlineData("421 busy\r\n", MailTrouble.Busy)]
    [InlineData("* OK imap\r\n", MailTrouble.Protocol)]
    public async Task Connecting_says_what_is_wrong(string says, MailTrouble trouble) =>
        Assert.Equal(trouble, (await Assert.ThrowsAsync<MailException>(() => SmtpClient.Connect(Server with { Security = MailSecurity.StartTls }, new Canned(says, 4096), "me.test", default))).Trouble);

    [Theory]
    [InlineData("220 ", "x"), InlineData("", "220-more\r\n")]
    public async Task Nobody_has_to_read_for_ever(string first, string again)
    {
        var endless = new Endless(first, again);
        Assert.Equal(MailTrouble.TooMuch, (await Assert.ThrowsAsync<MailException>(() => SmtpClient.Connect(Server, endless, "me.test", default))).Trouble);
        Assert.True(endless.Said < 1 << 20);
    }

    [Fact]
    public async Task Signing_in_by_LOGIN_and_by_a_token_that_is_explained_to_be_wrong()
    {
        await using var login = await SmtpClient.Connect(Server, new Canned("220 hi\r\n250-x\r\n250 AUTH=LOGIN\r\n334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n235 ok\r\n"), "me.test", default);
        await login.SignIn(new("a", "b"), default);
        var canned = new Canned("220 hi\r\n250-x\r\n250 AUTH XOAUTH2\r\n334 eyJ9\r\n535 5.7.8 no\r\n");
        await using var token = await SmtpClient.Connect(Server, canned, "me.test", default);
        Assert.Equal(MailTrouble.SignIn, (await Assert.ThrowsAsync<MailException>(() => token.SignIn(new("a", "b", IsToken: true), default))).Trouble);
        await using var none = await SmtpClient.Connect(Server, new Canned("220 hi\r\n250 x\r\n"), "me.test", default);
        Assert.Equal(MailTrouble.NoSignIn, (await Assert.ThrowsAsync<MailException>(() => none.SignIn(new("a", "b"), default))).Trouble);
    }
}
