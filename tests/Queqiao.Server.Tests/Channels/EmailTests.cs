using System.Net;
using System.Text;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Mail;
using Queqiao.Mail.Reading;
using Queqiao.Mail.Tests.Support;
using Queqiao.Server.Channels.Email;
using Queqiao.Server.Channels.Email.Receiving;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

public sealed class EmailTests
{
    static EmailTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory, OnSqlite, OnPostgres]
    public async Task Mails_become_conversations_and_only_who_is_proven_or_has_our_token_joins_one(string engine)
    {
        await using var mailbox = await EmailSite.Open(engine);
        await mailbox.Write("Ann <ann@client.test>", "订单 1", "在吗？\n\n在 2026-01-01，鹊桥 写道：\n> 旧", "1@client.test");
        await mailbox.Write("Ann <ann@client.test>", "订单 1", "在吗？", "1@client.test"); // the same again
        await mailbox.Write("Ann <ann@client.test>", "Re: 订单 1", "还在吗", "2@client.test", more: "In-Reply-To: <1@client.test>\n");
        await mailbox.Write("Ann <ann@client.test>", "另一件事", "发票", "3@client.test");
        // Same subject, same From, same references: but nobody says that it is Ann.
        await mailbox.Write("Ann <ann@client.test>", "Re: 订单 1", "我是 Ann，改地址", "4@evil.test", proven: false, more: "In-Reply-To: <1@client.test>\nCc: spy@evil.test\n");
        await mailbox.Write("ann@client.test", "Re: 订单 1", "我也是", "5@evil.test", proven: false, more: "In-Reply-To: <1@client.test>\n");
        await mailbox.Write("bob@evil.test", "Re: 订单 1", "proven, but not Ann", "6@evil.test", more: "In-Reply-To: <1@client.test>\n");

        var all = await mailbox.Conversations();
        Assert.Equal(5, all.Count);
        Assert.Equal(["在吗？", "还在吗"], await mailbox.Texts(all[0]));
        Assert.Equal("订单 1", all[0].Text("subject"));
        Assert.Equal(all[0].GetProperty("contact").Text("id"), all[1].GetProperty("contact").Text("id")); // one person, two matters
        Assert.NotEqual(all[0].GetProperty("contact").Text("id"), all[2].GetProperty("contact").Text("id"));
        Assert.Equal(all[2].GetProperty("contact").Text("id"), all[3].GetProperty("contact").Text("id"));
        var mails = await mailbox.Mails(all[0]);
        Assert.Contains("> 旧", mails.GetProperty("items")[0].Text("whole"), StringComparison.Ordinal);
        Assert.True(mails.GetProperty("items")[0].GetProperty("proven").GetBoolean());
        Assert.False((await mailbox.Mails(all[2])).GetProperty("items")[0].GetProperty("proven").GetBoolean());
        Assert.Empty((await mailbox.Mails(all[2])).GetProperty("recipients").GetProperty("cc").EnumerateArray());
        Assert.Empty(await mailbox.Outside());
    }

    [Fact]
    public async Task Charsets_files_pictures_and_html_are_shown_and_nothing_is_fetched()
    {
        await using var mailbox = await EmailSite.Open(Engines.Sqlite);
        var gb = Encoding.GetEncoding("gb18030");
        byte[] mail =
        [
            .. Encoding.ASCII.GetBytes("From: =?gb18030?B?" + Convert.ToBase64String(gb.GetBytes("王芳")) + "?= <wang@client.test>\r\nTo: help@shop.test\r\nCc: Boss <boss@client.test>\r\nSubject: =?gb18030?B?" + Convert.ToBase64String(gb.GetBytes("发票问题")) + "?=\r\nMessage-ID: <gb@client.test>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"),
            .. gb.GetBytes("<p onclick=\"x()\">请开发票㐀</p><img src=\"cid:p1\"><img src=\"http://track.test/1.png\"><script>x()</script><blockquote>旧的</blockquote>"),
            .. Encoding.ASCII.GetBytes("\r\n--r\r\nContent-Type: image/png\r\nContent-ID: <p1>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\r\n--r--\r\n--b\r\nContent-Type: application/octet-stream; name=\"=?gb18030?B?" + Convert.ToBase64String(gb.GetBytes("合同.txt")) + "?=\"\r\nContent-Disposition: attachment\r\n\r\nhello\r\n--b\r\nContent-Type: application/x-msdownload; name=virus.exe\r\n\r\nMZ\r\n--b--\r\n"),
        ];
        await mailbox.Arrive(mail);
        var conversation = Assert.Single(await mailbox.Conversations());
        Assert.Equal("王芳", conversation.GetProperty("contact").Text("name"));
        Assert.Equal("发票问题", conversation.Text("subject"));
        var message = (await mailbox.Items(conversation)).Single(item => item.Text("kind") == "message");
        Assert.StartsWith("请开发票㐀", message.Text("text"), StringComparison.Ordinal);
        Assert.Equal(["合同.txt", "file.png"], message.GetProperty("attachments").EnumerateArray().Select(file => file.Text("name")));
        var facts = (await mailbox.Mails(conversation)).GetProperty("items")[0];
        Assert.Equal(("virus.exe", "file_type_not_allowed"), (facts.GetProperty("refusedFiles")[0].Text("name"), facts.GetProperty("refusedFiles")[0].Text("code")));
        Assert.Equal(1, facts.GetProperty("remoteImages").GetInt32());
        Assert.Equal("boss@client.test", facts.GetProperty("cc")[0].Text("address"));

        var path = $"/api/v1/conversations/{conversation.Text("id")}/mails/{message.GetProperty("seq")}/html";
        using var page = await mailbox.Site.Owner.Api.Raw(HttpMethod.Get, path);
        var (html, policy) = (await page.Content.ReadAsStringAsync(), page.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Contains("<p>请开发票㐀</p>", html, StringComparison.Ordinal);
        Assert.Contains("<img src=\"/files/", html, StringComparison.Ordinal);
        Assert.Contains("<details class=\"quoted\">", html, StringComparison.Ordinal);
        Assert.DoesNotContain("track.test", html, StringComparison.Ordinal);
        Assert.DoesNotContain("x()", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", policy, StringComparison.Ordinal);
        using var remote = await mailbox.Site.Owner.Api.Raw(HttpMethod.Get, path + "?remote=true");
        Assert.Contains("track.test", await remote.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var stranger = await mailbox.Site.Agent("agent", ws: 1);
        using var seen = await stranger.Api.Raw(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, seen.StatusCode); // unassigned: agents see it
        await mailbox.Site.Workspace(2);
        Assert.Equal(HttpStatusCode.NotFound, (await (await mailbox.Site.Agent("owner", ws: 2)).Api.Get(path)).Status);
    }

    [Fact]
    public async Task Programs_are_never_answered_loops_end_and_a_poisoned_mail_waits_alone()
    {
        await using var mailbox = await EmailSite.Open(Engines.Sqlite, new { acknowledge = true, acknowledgeText = "收到", smtpHost = "localhost", smtpPort = 1, smtpSecurity = "none" });
        await mailbox.Write("ann@client.test", "Out of office", "I am away", "a1@client.test", more: "Auto-Submitted: auto-replied\n");
        await mailbox.Arrive("From: Mailer-Daemon <mailer-daemon@x.test>\nTo: help@shop.test\nSubject: Undelivered\nReturn-Path: <>\n\n<x@y.test>: 550 5.1.1\n");
        await mailbox.Write(EmailSite.Mailbox, "to myself", "x", "a2@shop.test");
        await mailbox.Arrive("Subject: nobody\n\nx\n");
        await mailbox.Arrive(string.Concat(Enumerable.Repeat("Received: x\n", 60)) + "From: ann@client.test\nSubject: round\n\nx\n");
        Assert.Empty(await mailbox.Conversations());
        Assert.Equal(["left auto_reply", "left loop", "left no_sender", "left own_mail", "left report"], (await mailbox.Outside()).Order());
        Assert.Equal(0, await mailbox.Site.RunDueJobs());

        for (var i = 0; i < 25; i++)
            await mailbox.Write("machine@client.test", "ping", $"ping {i}", $"p{i}@client.test", more: i > 0 ? "In-Reply-To: <p0@client.test>\n" : "");
        Assert.Equal(20, (await mailbox.Texts(Assert.Single(await mailbox.Conversations()))).Count);

        // A form on the web site writes in our name for somebody.
        await mailbox.Write(EmailSite.Mailbox, "Contact form", "please call", "form@shop.test", more: "Reply-To: Eve <eve@client.test>\n");
        var form = (await mailbox.Conversations())[^1];
        Assert.Equal("eve@client.test", (await mailbox.Mails(form)).GetProperty("recipients").GetProperty("to")[0].Text("address"));
        Assert.False((await mailbox.Mails(form)).GetProperty("items")[0].GetProperty("proven").GetBoolean());
    }

    [Fact]
    public async Task Recipients_are_changed_by_who_may_answer_and_are_addresses()
    {
        await using var mailbox = await EmailSite.Open(Engines.Sqlite);
        await mailbox.Write("Ann <ann@client.test>", "Hi", "hello", "r1@client.test", more: "Cc: Boss <boss@client.test>, help@shop.test\n");
        var conversation = (await mailbox.Conversations())[0];
        var recipients = (await mailbox.Mails(conversation)).GetProperty("recipients");
        Assert.Equal(("ann@client.test", "boss@client.test", "Hi"), (recipients.GetProperty("to")[0].Text("address"), recipients.GetProperty("cc").EnumerateArray().Single().Text("address"), recipients.Text("subject")));
        var path = $"/api/v1/conversations/{conversation.Text("id")}/mail-recipients";
        foreach (var wrong in (object[])[new { to = Array.Empty<object>() }, new { to = new[] { new { address = "x\r\nBcc: y@z.test" } } }, new { to = new[] { new { address = "x@y.test", name = "a\r\nb" } } }, new { to = new[] { new { address = "x@y.test" } }, subject = "a\nb" }])
            Assert.Equal(HttpStatusCode.BadRequest, (await mailbox.Site.Owner.Api.Send(HttpMethod.Put, path, wrong)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await mailbox.Site.Agent("viewer")).Api.Send(HttpMethod.Put, path, new { to = new[] { new { address = "x@y.test" } } })).Status);
        var changed = (await mailbox.Site.Owner.Api.Send(HttpMethod.Put, path, new { to = new[] { new { address = "ann@client.test" } }, bcc = new[] { new { address = "audit@shop.test" } }, subject = "New" })).Expect(HttpStatusCode.OK);
        Assert.Equal(("audit@shop.test", 0, "New"), (changed.GetProperty("bcc")[0].Text("address"), changed.GetProperty("cc").GetArrayLength(), changed.Text("subject")));
    }

    [MailServersFact]
    public async Task The_whole_way_with_real_servers()
    {
        await using var servers = await MailServers.Start();
        await using var mailbox = await EmailSite.Open(Engines.Sqlite, new
        {
            password = MailServers.Password, imapHost = "localhost", imapPort = servers.Imap, imapSecurity = "none", smtpHost = "localhost", smtpPort = servers.Smtp, smtpSecurity = "none",
            acknowledge = true, acknowledgeText = "我们已收到您的来信。",
        });
        var test = (await mailbox.Site.Owner.Api.Post($"/api/v1/channels/{mailbox.Channel}/test", new { })).Expect(HttpStatusCode.OK);
        Assert.True(test.GetProperty("ok").GetBoolean(), test.GetRawText());
        await Fetch(mailbox); // from here on

        await servers.Swaks("--from", MailServers.Customer, "--to", MailServers.Firm, "--h-From", "Ann <ann@client.test>", "--h-Subject", "Where is my order?", "--h-Message-Id", "<q1@client.test>", "--body", "It should be here.");
        await servers.Inbox(MailServers.Firm, 1);
        await Fetch(mailbox);
        var conversation = Assert.Single(await mailbox.Conversations());
        Assert.Equal(["It should be here."], await mailbox.Texts(conversation));
        Assert.True(await mailbox.Site.RunDueJobs() > 0);
        var acknowledged = MailMessage.Read((await servers.Inbox(MailServers.Customer, 1))[^1]);
        Assert.True(AutoReplies.Is(acknowledged));
        Assert.DoesNotContain("should be here", acknowledged.Text, StringComparison.Ordinal);

        Assert.Equal("sent", await mailbox.Answer(conversation, "明天到 \n.\n"));
        var answer = MailMessage.Read((await servers.Inbox(MailServers.Customer, 2))[^1]);
        Assert.Equal("Re: Where is my order?", answer.Subject);
        Assert.Contains("<q1@client.test>", answer.Answers);
        Assert.Equal(("林晓 · 鹊桥客服", MailServers.Firm), (answer.From!.Name, answer.From.Address));
        Assert.StartsWith("明天到", answer.Reply, StringComparison.Ordinal);
        Assert.Contains("> It should be here.", answer.Text, StringComparison.Ordinal);

        // The customer's program answers: it is told, reopens nothing and gets no answer.
        await servers.Swaks("--from", MailServers.Customer, "--to", MailServers.Firm, "--h-Subject", "Automatic reply", "--add-header", "Auto-Submitted: auto-replied", "--add-header", $"In-Reply-To: {answer.MessageId}", "--body", "away");
        // The customer answers, from another address, without the subject: our token is in the reference.
        await servers.Swaks("--from", "ann@private.test", "--to", MailServers.Firm, "--h-From", "ann@private.test", "--h-Subject", "thanks", "--add-header", $"References: <q1@client.test> {answer.MessageId}", "--body", "Thank you!");
        await servers.Inbox(MailServers.Firm, 3);
        await Fetch(mailbox);
        Assert.Equal(["It should be here.", "明天到 \n.\n", "Thank you!"], await mailbox.Texts(Assert.Single(await mailbox.Conversations())));
        await mailbox.Site.RunDueJobs();
        Assert.Equal(2, (await servers.Inbox(MailServers.Customer, 2)).Count);

        // To somebody who does not exist: it comes back, and the conversation knows.
        (await mailbox.Site.Owner.Api.Send(HttpMethod.Put, $"/api/v1/conversations/{conversation.Text("id")}/mail-recipients", new { to = new[] { new { address = "nobody@client.test" } } })).Expect(HttpStatusCode.OK);
        Assert.Equal("sent", await mailbox.Answer(conversation, "are you there"));
        await servers.Inbox(MailServers.Firm, 4);
        await Fetch(mailbox);
        Assert.Contains(await mailbox.Items(conversation), item => item.GetRawText().Contains("mail_bounced", StringComparison.Ordinal) && item.GetRawText().Contains("nobody@client.test", StringComparison.Ordinal));
        var returned = (await mailbox.Items(conversation)).Last(item => item.Text("kind") == "message");
        Assert.Equal("failed", await mailbox.StateOf(conversation, returned.GetProperty("seq").GetInt64()));
        Assert.DoesNotContain(await mailbox.Outside(), one => !one.StartsWith("left", StringComparison.Ordinal));
    }

    private static async Task Fetch(EmailSite mailbox) => Assert.Null((await mailbox.Site.The<MailFetcher>().Fetch(mailbox.Channel, CancellationToken.None))?.Message);

    [Fact]
    public async Task What_is_wrong_with_a_mailbox_is_said_in_words()
    {
        await using var mailbox = await EmailSite.Open(Engines.Sqlite, new { password = "x", imapHost = "localhost", imapPort = 1, imapSecurity = "none" });
        var test = (await mailbox.Site.Owner.Api.Post($"/api/v1/channels/{mailbox.Channel}/test", new { })).Expect(HttpStatusCode.OK);
        Assert.Equal("imap_unreachable", test.Text("code"));
        Assert.NotNull(await mailbox.Site.The<MailFetcher>().Fetch(mailbox.Channel, CancellationToken.None));
        var state = await mailbox.State();
        Assert.Equal("imap_unreachable", state.Text("trouble"));
        await using (var db = mailbox.Site.Storage.ReadSystem())
            Assert.Equal(0, db.Table<MailBox>().Single().HeldUntil); // others need not wait
        Assert.Contains("host", (await mailbox.Site.Owner.Api.Get($"/api/v1/channels/{mailbox.Channel}/mailbox")).Text("reason") + "主机名 host", StringComparison.Ordinal);
        var bad = await mailbox.Site.Owner.Api.Post("/api/v1/channels", new { kind = "email", name = "x", settings = new { address = "nobody", imapHost = "a b" } });
        Assert.Equal(HttpStatusCode.BadRequest, bad.Status);
    }

    [Theory]
    [InlineData("ann@client.test", 1), InlineData("a #b@client.test", long.MaxValue)]
    public void A_thread_is_found_by_what_the_log_calls_the_customer(string address, long number) => Assert.Equal(number, MailBook.NumberOf(MailBook.IdentityOf(address, number)));
}
