using System.Text;
using Queqiao.Mail.Imap;
using Queqiao.Mail.Mime;
using Queqiao.Mail.Reading;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Tests.Support;
using Queqiao.Mail.Wire;

namespace Queqiao.Mail.Tests.Servers;

/// <summary>With Dovecot and Postfix as Debian has them.</summary>
public sealed class RealServerTests
{
    private static readonly TcpDialer Dialer = new();

    private static MailServer Imap(MailServers servers, MailSecurity security) =>
        new("localhost", security == MailSecurity.Tls ? servers.Imaps : servers.Imap, security) { Certificate = (_, shown, _, _) => servers.IsOurs(shown) };

    private static MailServer Smtp(MailServers servers, MailSecurity security) => new("localhost", servers.Smtp, security) { Certificate = (_, shown, _, _) => servers.IsOurs(shown) };

    private static readonly MailCredentials Firm = new(MailServers.Firm, MailServers.Password);

    private static byte[] Write(string to, string subject, string id = "<1@shop.test>") => MailWriter.Write(
        new OutgoingMail { From = new(MailServers.Firm, "鹊桥客服"), To = [new(to)], Subject = subject, Text = ".\n..\n你好\n" + new string('长', 3000), MessageId = id, Date = DateTimeOffset.UnixEpoch.AddYears(56) },
        "abcdefghijklmnop");

    [MailServersFact]
    public async Task Mails_go_out_come_in_and_are_moved_and_what_is_wrong_has_a_name()
    {
        await using var servers = await MailServers.Start();
        await SignsIn(servers);
        await Sends(servers);
        await ReadsAndMoves(servers);
        await Waits(servers);
        await ComesBack(servers);
    }

    private static async Task SignsIn(MailServers servers)
    {
        foreach (var security in Enum.GetValues<MailSecurity>())
        {
            await using var imap = await ImapClient.Connect(Imap(servers, security), Dialer, default);
            await imap.SignIn(Firm, default);
            Assert.Contains("IDLE", imap.Capabilities);
            await imap.SignOut(default);
        }
        await using var wrong = await ImapClient.Connect(Imap(servers, MailSecurity.None), Dialer, default);
        Assert.Equal(MailTrouble.SignIn, (await Assert.ThrowsAsync<MailException>(() => wrong.SignIn(Firm with { Secret = "no" }, default))).Trouble);
        var token = await Assert.ThrowsAsync<MailException>(() => wrong.SignIn(Firm with { IsToken = true }, default));
        Assert.Equal(MailTrouble.NoSignIn, token.Trouble);
        var strict = Imap(servers, MailSecurity.Tls) with { Certificate = null };
        Assert.Equal(MailTrouble.Certificate, (await Assert.ThrowsAsync<MailException>(() => ImapClient.Connect(strict, Dialer, default))).Trouble);
        var mistaken = Imap(servers, MailSecurity.Tls) with { Port = servers.Imap };
        Assert.Equal(MailTrouble.Tls, (await Assert.ThrowsAsync<MailException>(() => ImapClient.Connect(mistaken, Dialer, default))).Trouble);
        var other = Imap(servers, MailSecurity.None) with { Port = servers.Smtp };
        Assert.Equal(MailTrouble.Protocol, (await Assert.ThrowsAsync<MailException>(() => ImapClient.Connect(other, Dialer, default))).Trouble);
    }

    private static async Task Sends(MailServers servers)
    {
        foreach (var security in (MailSecurity[])[MailSecurity.None, MailSecurity.StartTls])
        {
            await using var smtp = await SmtpClient.Connect(Smtp(servers, security), Dialer, "queqiao.test", default);
            await smtp.SignIn(Firm, default);
            Assert.Equal(10_000_000, smtp.MostSize);
            var outcome = await smtp.Send(new(MailServers.Firm, [MailServers.Customer, "not an address"]) { ReportAs = "c1" }, Write(MailServers.Customer, "订单"), default);
            Assert.True(outcome.IsTaken, outcome.Failure?.Said);
            Assert.Equal("not an address", Assert.Single(outcome.Refused).Address);
            var large = await smtp.Send(new(MailServers.Firm, [MailServers.Customer]), new byte[11_000_000], default);
            Assert.Equal(SmtpVerdict.TooLarge, large.Failure!.Verdict);
            await smtp.SignOut(default);
        }
        await using var wrong = await SmtpClient.Connect(Smtp(servers, MailSecurity.None), Dialer, "queqiao.test", default);
        Assert.Equal(MailTrouble.SignIn, (await Assert.ThrowsAsync<MailException>(() => wrong.SignIn(Firm with { Secret = "no" }, default))).Trouble);
        var mail = MailMessage.Read((await servers.Inbox(MailServers.Customer, 2))[0]);
        Assert.Equal("订单", mail.Subject);
        Assert.Equal("鹊桥客服", mail.From!.Name);
        Assert.Equal(".\n..\n你好\n" + new string('长', 3000), mail.Text.TrimEnd('\n'));
    }

    private static async Task ReadsAndMoves(MailServers servers)
    {
        await servers.Swaks("--from", MailServers.Customer, "--to", MailServers.Firm, "--header", "Subject: =?gb18030?B?xOO6ww==?=", "--body", "first");
        await servers.Swaks("--from", MailServers.Customer, "--to", MailServers.Firm, "--header", "Subject: second", "--attach-type", "application/octet-stream", "--attach", "@/bin/true");
        await servers.Inbox(MailServers.Firm, 2);
        await using var imap = await ImapClient.Connect(Imap(servers, MailSecurity.Tls), Dialer, default);
        await imap.SignIn(Firm, default);
        await imap.Create("已处理 & Done", default);
        Assert.Contains("已处理 & Done", (await imap.Folders(default)).Select(folder => folder.Name));
        var box = await imap.Open("INBOX", write: true, default);
        Assert.True(box is { UidValidity: > 0, IsReadOnly: false, Mails: >= 2 });
        var uids = await imap.After(0, default);
        var before = uids.Count;
        Assert.Empty(await imap.After(uids[^1], default));
        Assert.Equal(uids, (await imap.Summaries(uids, default)).Select(one => one.Uid));
        Assert.All(await imap.Summaries(uids, default), one => Assert.True(one.Size > 100 && one.Arrived is not null && !one.Flags.Contains("\\Seen")));
        Assert.Contains("second", string.Concat((await imap.Headers(uids, "Subject", default)).Values), StringComparison.Ordinal);
        var first = await Fetch(imap, uids[0]);
        Assert.Equal("你好", first.Subject);
        Assert.Equal("true", (await Fetch(imap, uids[1])).Attachments.Single().FileName);
        Assert.False(await imap.Fetch(4_000_000_000, Stream.Null, 1 << 20, default));
        await imap.Flag(uids[0], "\\Seen", on: true, default);
        Assert.Contains("\\Seen", (await imap.Summaries([uids[0]], default)).Single().Flags);
        await imap.Move(uids[0], "已处理 & Done", default);
        Assert.Equal(before - 1, (await imap.After(0, default)).Count);
        await imap.Append("已处理 & Done", Write(MailServers.Customer, "copy"), seen: true, default);
        Assert.Equal(2u, (await imap.Open("已处理 & Done", write: false, default)).Mails);
        Assert.Equal(MailTrouble.Refused, (await Assert.ThrowsAsync<MailException>(() => imap.Open("没有", write: false, default))).Trouble);
        await imap.Open("INBOX", write: false, default); // a refusal ends nothing
        Assert.Equal(MailTrouble.TooMuch, (await Assert.ThrowsAsync<MailException>(() => imap.Fetch(uids[1], Stream.Null, 100, default))).Trouble);
    }

    private static async Task<MailMessage> Fetch(ImapClient imap, uint uid)
    {
        using var mail = new MemoryStream();
        Assert.True(await imap.Fetch(uid, mail, 1 << 20, default));
        return MailMessage.Read(mail.ToArray());
    }

    private static async Task Waits(MailServers servers)
    {
        await using var imap = await ImapClient.Connect(Imap(servers, MailSecurity.StartTls), Dialer, default);
        await imap.SignIn(Firm, default);
        await imap.Open("INBOX", write: false, default);
        Assert.False(await imap.WaitForNews(TimeSpan.FromMilliseconds(50), default));
        var news = imap.WaitForNews(TimeSpan.FromMinutes(5), default);
        await servers.Swaks("--from", MailServers.Customer, "--to", MailServers.Firm, "--header", "Subject: third");
        Assert.True(await news);
        Assert.NotEmpty(await imap.After(0, default)); // the connection goes on
    }

    private static async Task ComesBack(MailServers servers)
    {
        var before = (await servers.Inbox(MailServers.Firm, 1)).Count;
        await using var smtp = await SmtpClient.Connect(Smtp(servers, MailSecurity.StartTls), Dialer, "queqiao.test", default);
        await smtp.SignIn(Firm, default);
        Assert.True((await smtp.Send(new(MailServers.Firm, ["nobody@client.test"]), Write("nobody@client.test", "x", "<bounce-me@shop.test>"), default)).IsTaken);
        var bounce = MailMessage.Read((await servers.Inbox(MailServers.Firm, before + 1))[^1]);
        Assert.True(Bounces.Is(bounce), Encoding.UTF8.GetString(bounce.Root.Content()));
        Assert.Equal("<bounce-me@shop.test>", Bounces.OriginalId(bounce));
        var status = Bounces.Of(bounce).Single();
        Assert.Equal(("nobody@client.test", "5.1.1", true), (status.Recipient, status.Status, status.IsPermanent));
        Assert.False(AutoReplies.MayBeAnswered(bounce));
    }
}
