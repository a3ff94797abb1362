using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Mail.Wire;
using Queqiao.Server.Channels.Email.Letters;
using Queqiao.Server.Identity;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Mail of the server itself: links and notices for colleagues, where an outgoing server is set up.</summary>
public sealed class LetterTests
{
    private const string Path = "/api/v1/server-mail";

    [Theory, OnSqlite, OnPostgres]
    public async Task Links_and_notices_go_by_mail_once_a_server_is_set_up(string engine)
    {
        var postman = new Postman();
        await using var site = await Site.Open(engine, also: services => services.AddSingleton<IMailDialer>(postman));
        Assert.False((await site.Owner.Api.Post("/api/v1/invitations", new { email = "first@firm.test", role = "agent" })).Expect(HttpStatusCode.Created).GetProperty("mailed").GetBoolean());
        var set = (await site.Owner.Api.Send(HttpMethod.Put, Path, new { isOn = true, host = "smtp.firm.test", port = 25, security = "none", from = "noreply@firm.test", fromName = "鹊桥" })).Expect(HttpStatusCode.OK);
        Assert.Equal((true, false), (set.GetProperty("isOn").GetBoolean(), set.GetProperty("hasPassword").GetBoolean()));

        var made = (await site.Owner.Api.Post("/api/v1/invitations", new { email = "new@firm.test", role = "agent" })).Expect(HttpStatusCode.Created);
        Assert.True(made.GetProperty("mailed").GetBoolean());
        var colleague = await site.Agent("agent");
        var reset = (await site.Owner.Api.Post($"/api/v1/agents/{colleague.Id}/password-reset", new { })).Expect(HttpStatusCode.OK);
        Assert.True(reset.GetProperty("mailed").GetBoolean());
        postman.IsAway = true;
        await site.RunDueJobs();
        Assert.Equal("smtp_unreachable", (await site.Owner.Api.Get(Path)).Expect(HttpStatusCode.OK).Text("trouble"));
        postman.IsAway = false;
        site.Time.Move(TimeSpan.FromMinutes(10));
        await site.RunDueJobs();
        var mail = Assert.Single(postman.To("new@firm.test"));
        Assert.Contains(made.Text("link"), mail.Text, StringComparison.Ordinal);
        Assert.Contains("邀请您加入", mail.Subject, StringComparison.Ordinal);
        Assert.Equal(("noreply@firm.test", "鹊桥"), (mail.From!.Address, mail.From.Name));
        Assert.Null((await site.Owner.Api.Get(Path)).Expect(HttpStatusCode.OK).Maybe("trouble"));
        await Tell(site, NoticeKinds.ApprovalAsked, colleague.Id);
        await Tell(site, NoticeKinds.NewDevice, colleague.Id);
        await site.RunDueJobs();
        var address = $"{colleague.Id}@example.com";
        Assert.Equal(["/console/reset#token=", "/console/settings/approvals", "/console/settings/security"], postman.To(address).Select(one => new[] { "/console/reset#token=", "/console/settings/approvals", "/console/settings/security" }.Single(part => one.Text.Contains(part, StringComparison.Ordinal))));

        // What is turned off stays in the bell alone.
        (await site.Owner.Api.Send(HttpMethod.Put, Path, new { isOn = true, host = "smtp.firm.test", port = 25, security = "none", from = "noreply@firm.test", kinds = new[] { "access" } })).Expect(HttpStatusCode.OK);
        await Tell(site, NoticeKinds.NewDevice, colleague.Id);
        await site.RunDueJobs();
        Assert.Equal(3, postman.To(address).Count);
        Assert.Equal(3, (await colleague.Api.Get("/api/v1/me/notices")).Expect(HttpStatusCode.OK).Items().Count());
    }

    [Fact]
    public async Task The_test_says_what_is_wrong_and_a_mailbox_that_is_a_channel_will_do()
    {
        var postman = new Postman();
        await using var site = await Site.Open(also: services => services.AddSingleton<IMailDialer>(postman));
        Assert.Equal("mail_no_server", (await site.Owner.Api.Post(Path + "/test", new { })).Expect(HttpStatusCode.OK).Text("code"));
        foreach (var (wrong, field) in ((object, string)[])[(new { isOn = true }, "host"), (new { isOn = true, host = "a b", from = "x@y.test" }, "host"), (new { isOn = true, host = "h.test", from = "nobody" }, "from"), (new { isOn = true, channelId = Guid.NewGuid() }, "channelId"), (new { isOn = false, security = "ssl" }, "security"), (new { isOn = false, kinds = new[] { "x" } }, "kinds")])
            Assert.Contains(field, (await site.Owner.Api.Send(HttpMethod.Put, Path, wrong)).Expect(HttpStatusCode.BadRequest).GetProperty("errors").EnumerateObject().Select(one => one.Name));
        (await site.Owner.Api.Send(HttpMethod.Put, Path, new { isOn = true, host = "h.test", from = "x@y.test", password = "secret", security = "none" })).Expect(HttpStatusCode.OK);
        Assert.Equal("smtp_no_sign_in", (await site.Owner.Api.Post(Path + "/test", new { })).Expect(HttpStatusCode.OK).Text("code")); // this server takes none
        Assert.DoesNotContain("secret", (await site.Owner.Api.Get(Path)).Expect(HttpStatusCode.OK).GetRawText(), StringComparison.Ordinal);

        var channel = (await site.Owner.Api.Post("/api/v1/channels", new { kind = "email", name = "客服邮箱", settings = new { address = "help@shop.test", smtpHost = "h.test", smtpSecurity = "none" } })).Expect(HttpStatusCode.Created).Text("id");
        (await site.Owner.Api.Send(HttpMethod.Put, Path, new { isOn = true, channelId = channel })).Expect(HttpStatusCode.OK);
        var to = (await site.Owner.Api.Post(Path + "/test", new { })).Expect(HttpStatusCode.OK).Text("to");
        Assert.Equal("help@shop.test", Assert.Single(postman.To(to)).From!.Address);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("supervisor")).Api.Get(Path)).Status);
    }

    [Theory, InlineData("zh-CN"), InlineData("en")]
    public void Every_letter_is_written_in_both_languages_and_names_a_place(string language)
    {
        string[] kinds = [LetterKinds.Invitation, LetterKinds.PasswordReset, NoticeKinds.NewDevice, NoticeKinds.ApprovalAsked, NoticeKinds.ApprovalDecided, NoticeKinds.KnowledgeHeld, NoticeKinds.KnowledgeImportHeld];
        foreach (var kind in kinds)
        {
            var written = LetterText.Of(new Letter(kind, "鹊桥优选", "a@b.test", language) { Name = "林晓", By = "王芳", About = "x" }, "https://chat.example.com");
            Assert.DoesNotContain("letter_", written.Subject + written.Text, StringComparison.Ordinal);
            Assert.Contains("https://chat.example.com/console/", written.Text, StringComparison.Ordinal);
        }
    }

    private static Task<int> Tell(Site site, string kind, Guid agent) => site.Storage.Run(1, async (unit, ct) =>
    {
        await site.The<INotices>().Tell(unit, [agent], kind, null, null, ct);
        return await unit.Db.SaveChangesAsync(ct);
    }, CancellationToken.None);
}
