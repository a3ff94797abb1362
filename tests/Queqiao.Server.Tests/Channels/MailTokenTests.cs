using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Mail.Wire;
using Queqiao.Server.Channels;
using Queqiao.Server.Channels.Email;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Mailboxes that take tokens instead of passwords.</summary>
public sealed class MailTokenTests
{
    [Fact]
    public async Task Tokens_are_renewed_before_they_end_and_a_changed_refresh_token_is_followed()
    {
        var asked = new ConcurrentQueue<string>();
        var refused = false;
        var allowed = new ConfigurationBuilder().AddInMemoryCollection([new("outbound-allow", "127.0.0.0/8")]).Build();
        await using var site = await Site.Open(also: services => services.AddSingleton(OutboundOptions.Read(allowed)).AddSingleton(all => new GuardedHttp(all.GetRequiredService<OutboundOptions>(), all.GetRequiredService<TimeProvider>())));
        await using var provider = await LocalServer.Start(async context =>
        {
            asked.Enqueue(await LocalServer.Body(context));
            await (refused ? LocalServer.Say(context, 400, """{"error":"invalid_grant"}""") : LocalServer.Say(context, 200, $$"""{"access_token":"t{{asked.Count}}","expires_in":3600,"refresh_token":"r{{asked.Count}}"}"""));
        });
        var settings = new { address = "help@shop.test", imapHost = "imap.shop.test", smtpHost = "smtp.shop.test", oauthClientId = "app", oauthClientSecret = "hush", oauthRefreshToken = "r0", oauthTokenUrl = new Uri(provider.Address, "/token") };
        var id = Guid.Parse((await site.Owner.Api.Post("/api/v1/channels", new { kind = "email", name = "邮箱", settings })).Expect(HttpStatusCode.Created).Text("id"));
        Assert.DoesNotContain("hush", (await site.Owner.Api.Get("/api/v1/channels/" + id)).Expect(HttpStatusCode.OK).GetRawText(), StringComparison.Ordinal);
        var account = (await site.The<IChannels>().Find(id, default))!.Account!;
        var signIn = site.The<MailSignIn>();
        var first = await signIn.Imap(account, default);
        Assert.Equal(("help@shop.test", "t1", true), (first.User, first.Secret, first.IsToken));
        Assert.Equal("t1", (await signIn.Smtp(account, default))!.Secret);
        site.Time.Move(TimeSpan.FromMinutes(59));
        Assert.Equal("t2", (await signIn.Imap(account, default)).Secret);
        Assert.Equal(["r0", "r1"], asked.Select(form => form.Split('&').Single(part => part.StartsWith("refresh_token=", StringComparison.Ordinal))[14..]));
        refused = true;
        site.Time.Move(TimeSpan.FromHours(2));
        Assert.Equal(MailTrouble.SignIn, (await Assert.ThrowsAsync<MailException>(() => signIn.Imap(account, default))).Trouble);

        var wrong = await site.Owner.Api.Post("/api/v1/channels", new { kind = "email", name = "x", settings = new { address = "help@shop.test", imapHost = "imap.shop.test", oauthRefreshToken = "r0" } });
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status); // where to?
    }
}
