using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Mail;
using Queqiao.Mail.Wire;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>An agent writes a mail to somebody who has not written.</summary>
public sealed class FirstMailTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_first_mail_begins_a_conversation_and_the_answer_comes_into_it(string engine)
    {
        var postman = new Postman();
        await using var mailbox = await EmailSite.Open(engine, new { smtpHost = "smtp.shop.test", smtpSecurity = "none" }, postman);
        var path = $"/api/v1/channels/{mailbox.Channel}/mails";
        var wish = new { to = new[] { new { address = "ann@client.test", name = "Ann" } }, cc = new[] { new { address = "boss@client.test" } }, subject = "您的订单", text = "您好，\n已发货。", clientId = "m1" };
        var begun = (await mailbox.Site.Owner.Api.Post(path, wish)).Expect(HttpStatusCode.Created);
        Assert.Equal(begun.Text("conversationId"), (await mailbox.Site.Owner.Api.Post(path, wish)).Expect(HttpStatusCode.Created).Text("conversationId")); // the same again
        await Until.True(async () => await mailbox.Site.RunDueJobs() >= 0 && postman.To("ann@client.test").Count > 0, "the mail is delivered");
        var mail = Assert.Single(postman.To("ann@client.test"));
        Assert.Equal(("您的订单", EmailSite.Mailbox, "boss@client.test"), (mail.Subject, mail.From!.Address, mail.Cc.Single().Address));
        Assert.Single(postman.To("boss@client.test"));
        var conversation = Assert.Single(await mailbox.Conversations());
        Assert.Equal(("您的订单", "Ann", "open"), (conversation.Text("subject"), conversation.GetProperty("contact").Text("name"), conversation.Text("status")));

        // The answer, proven: by our token in its references; from now on the address is known to be theirs.
        await mailbox.Write("Ann <ann@client.test>", "Re: 您的订单", "收到，谢谢", "a1@client.test", more: $"In-Reply-To: {mail.MessageId}\n");
        Assert.Equal(["您好，\n已发货。", "收到，谢谢"], await mailbox.Texts(Assert.Single(await mailbox.Conversations())));
        await mailbox.Write("Ann <ann@client.test>", "别的事", "你好", "a2@client.test");
        var both = await mailbox.Conversations();
        Assert.Equal(2, both.Count);
        Assert.Equal(both[0].GetProperty("contact").Text("id"), both[1].GetProperty("contact").Text("id"));
        Assert.Equal("sent", await mailbox.Answer(both[0], "不客气"));
        Assert.Equal("Re: 您的订单", postman.To("ann@client.test")[^1].Subject);
    }

    [Fact]
    public async Task Who_may_not_or_is_not_to_be_written_to_gets_none()
    {
        var postman = new Postman();
        await using var mailbox = await EmailSite.Open(Engines.Sqlite, new { smtpHost = "smtp.shop.test", smtpSecurity = "none" }, postman);
        var (site, path) = (mailbox.Site, $"/api/v1/channels/{mailbox.Channel}/mails");
        object Wish(string address, string subject = "Hi") => new { to = new[] { new { address } }, subject, text = "x" };
        foreach (var wrong in (object[])[Wish("x\r\nBcc: y@z.test"), Wish("nobody"), Wish("a@b.test", "a\nBcc: x@y.test"), Wish("a@b.test", ""), new { to = Array.Empty<object>(), subject = "x", text = "x" }, new { to = new[] { new { address = "a@b.test" } }, subject = "x", text = " " }])
            Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(path, wrong)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("viewer")).Api.Post(path, Wish("a@b.test"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Post($"/api/v1/channels/{site.ChannelId}/mails", Wish("a@b.test"))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(path, new { to = new[] { new { address = "a@b.test" } }, subject = "x", text = "x", contactId = Guid.NewGuid() })).Status);
        await site.Workspace(2);
        Assert.Equal(HttpStatusCode.NotFound, (await (await site.Agent("owner", ws: 2)).Api.Post(path, Wish("a@b.test"))).Status);

        await mailbox.Write("Ann <ann@client.test>", "Hi", "hello", "r1@client.test");
        var contact = (await mailbox.Conversations())[0].GetProperty("contact").Text("id");
        (await site.Owner.Api.Post($"/api/v1/contacts/{contact}/block", new { reason = "spam" })).Expect(HttpStatusCode.OK);
        Assert.Equal("contact_blocked", (await site.Owner.Api.Post(path, new { to = new[] { new { address = "ann@client.test" } }, subject = "x", text = "x", contactId = contact })).Code);
        await site.RunDueJobs();
        Assert.Empty(postman.Taken);
    }
}
