using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Visitors whom a site has signed, through HTTP and sockets.</summary>
public sealed class IdentifiedVisitorTests
{
    private static long Soon => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 600;

    private static async Task<SignedUser> Shop(Site site)
    {
        var key = (await site.Owner.Api.Post($"/api/v1/channels/{site.ChannelId}/user-keys", new { algorithm = "HS256" })).Expect(HttpStatusCode.Created);
        return new SignedUser { Secret = key.Text("secret") };
    }

    private static async Task<JsonElement> Open(Site site, object? user, string? token = null)
    {
        using var api = new ApiClient(site.Address);
        return (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId, user, visitorToken = token, locale = "en" })).Expect(HttpStatusCode.OK);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_same_person_on_two_devices_has_keptconversation_and_a_name(string engine)
    {
        await using var site = await Site.Open(engine);
        using var shop = await Shop(site);
        var desk = await Open(site, new { jwt = shop.Jwt(new { sub = "u-1", name = "王芳", exp = Soon }) });
        Assert.True(desk.GetProperty("verified").GetBoolean());
        var said = await new VisitorClient(site, site.ChannelId, desk.Text("visitorToken")).Say("hello");

        var phone = await Open(site, new { id = "u-1", exp = Soon, hmac = shop.Hmac("u-1", Soon) });
        Assert.Equal(said.Text("conversationId"), phone.Text("conversationId"));
        await using var socket = await new VisitorClient(site, site.ChannelId, phone.Text("visitorToken")).Socket();
        await socket.Send(new { op = "send", clientId = "p1", text = "from the phone" });
        Assert.Equal(said.Text("conversationId"), (await socket.Op("ack")).Text("conversation"));
        Assert.Equal("王芳", (await site.Owner.Row(said.Text("conversationId"))).GetProperty("contact").Text("name"));
    }

    [Fact]
    public async Task A_first_message_over_a_socket_begins_with_the_name()
    {
        await using var site = await Site.Open();
        using var shop = await Shop(site);
        var session = await Open(site, new { jwt = shop.Jwt(new { sub = "u-9", name = "李雷", exp = Soon }) });
        await using var socket = await new VisitorClient(site, site.ChannelId, session.Text("visitorToken")).Socket();
        await socket.Send(new { op = "send", clientId = "a", text = "one" });
        await socket.Send(new { op = "send", clientId = "b", text = "two" });
        var first = await socket.Op("ack");
        Assert.Equal("李雷", (await site.Owner.Row(first.Text("conversation"))).GetProperty("contact").Text("name"));
        Assert.Equal(["one", "two"], (await site.Owner.Log(first.Text("conversation"))).Where(item => item.Text("kind") == "message").Select(item => item.Text("text")));
    }

    [Fact]
    public async Task A_bare_id_or_a_bad_signature_opens_nobodys_history()
    {
        await using var site = await Site.Open();
        using var shop = await Shop(site);
        var session = await Open(site, new { jwt = shop.Jwt(new { sub = "u-1", exp = Soon }) });
        await new VisitorClient(site, site.ChannelId, session.Text("visitorToken")).Say("secret");
        using var api = new ApiClient(site.Address);
        async Task<string> Refusal(object user) =>
            (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId, user })).Expect(HttpStatusCode.Forbidden).Text("code");
        Assert.Equal("user_token_malformed", await Refusal(new { id = "u-1" }));
        Assert.Equal("user_token_malformed", await Refusal(new { id = "u-1", exp = Soon }));
        Assert.Equal("user_token_signature", await Refusal(new { id = "u-1", exp = Soon, hmac = new string('0', 64) }));
        Assert.Equal("user_token_malformed", await Refusal(new { jwt = shop.Jwt(new { sub = "u-1", exp = Soon }), id = "u-1", exp = Soon, hmac = shop.Hmac("u-1", Soon) }));
        Assert.Equal("user_token_signature", await Refusal(new { jwt = shop.Jwt(new { sub = "u-1", exp = Soon }, secret: "guess") }));
        // what is not signed is not heard at all
        var anonymous = (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId, userId = "u-1", user = (object?)null })).Expect(HttpStatusCode.OK);
        Assert.False(anonymous.GetProperty("verified").GetBoolean());
        Assert.Equal(JsonValueKind.Null, anonymous.TryGetProperty("conversationId", out var id) ? id.ValueKind : JsonValueKind.Null);
    }

    [Fact]
    public async Task Somebody_else_on_the_same_device_sees_nothing_of_who_was_here_before()
    {
        await using var site = await Site.Open();
        using var shop = await Shop(site);
        var one = await Open(site, new { jwt = shop.Jwt(new { sub = "u-1", name = "One", exp = Soon }) });
        await new VisitorClient(site, site.ChannelId, one.Text("visitorToken")).Say("mine");
        var two = await Open(site, new { jwt = shop.Jwt(new { sub = "u-2", exp = Soon }) }, one.Text("visitorToken"));
        Assert.Empty(await new VisitorClient(site, site.ChannelId, two.Text("visitorToken")).Log());
        await using var db = site.Storage.Read(1);
        var kept = await db.Visible(Scope<Contact>.Workspace(1)).SingleAsync();
        var keys = await site.Storage.Vault.Contacts.Load(1, [kept.Id], CancellationToken.None);
        Assert.Equal("One", keys.Text(ContactPlaces.Name(kept.Id), kept.SealedName, out _));
    }

    [Fact]
    public async Task A_proof_lasts_a_week_and_a_token_alkeptdoes_not_prolong_it()
    {
        await using var site = await Site.Open();
        using var shop = await Shop(site);
        var session = await Open(site, new { jwt = shop.Jwt(new { sub = "u-1", exp = Soon }) });
        var visitor = new VisitorClient(site, site.ChannelId, session.Text("visitorToken"));
        await visitor.Say("hello");
        site.Time.Move(TimeSpan.FromDays(6));
        var renewed = await Open(site, null, visitor.Token);
        Assert.True(renewed.GetProperty("verified").GetBoolean());
        site.Time.Move(TimeSpan.FromDays(1.1));
        var later = await Open(site, null, renewed.Text("visitorToken"));
        Assert.False(later.GetProperty("verified").GetBoolean());
        Assert.Equal(HttpStatusCode.Unauthorized, (await visitor.Get("/widget/v1/messages")).Status);
    }

    [Fact]
    public async Task A_secret_is_shown_once_stored_sealed_and_changed_with_an_overlap()
    {
        await using var site = await Site.Open();
        using var old = await Shop(site);
        var path = $"/api/v1/channels/{site.ChannelId}/user-keys";
        using var shop = await Shop(site);
        Assert.NotEqual(old.Secret, shop.Secret);
        var listed = (await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK);
        Assert.DoesNotContain(shop.Secret, listed.GetRawText(), StringComparison.Ordinal);
        Assert.Equal([true, true], listed.Items().Select(key => key.GetProperty("live").GetBoolean()));
        await using (var db = site.Storage.Read(1))
            Assert.All(await db.Table<UserKey>().ToListAsync(), key => Assert.DoesNotContain(old.Secret, System.Text.Encoding.Latin1.GetString(key.Sealed!), StringComparison.Ordinal));
        await Open(site, new { jwt = old.Jwt(new { sub = "u", exp = Soon }) });
        await Open(site, new { jwt = shop.Jwt(new { sub = "u", exp = Soon }) });
        site.Time.Move(TimeSpan.FromHours(25));
        var then = Soon + 25 * 3600;
        using var api = new ApiClient(site.Address);
        Assert.Equal("user_token_signature", (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId, user = new { jwt = old.Jwt(new { sub = "u", exp = then }) } })).Code);
        await Open(site, new { jwt = shop.Jwt(new { sub = "u", exp = then }) });

        var newest = listed.Items().First().Text("id");
        Assert.Equal(HttpStatusCode.NoContent, (await site.Owner.Api.Delete($"{path}/{newest}")).Status);
        Assert.Equal("user_no_key", (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId, user = new { jwt = shop.Jwt(new { sub = "u", exp = then }) } })).Code);
    }

    [Fact]
    public async Task Keys_are_the_administrators_business()
    {
        await using var site = await Site.Open();
        var agent = await site.Agent("agent");
        var path = $"/api/v1/channels/{site.ChannelId}/user-keys";
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Api.Get(path)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Api.Post(path, new { algorithm = "HS256" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Post($"/api/v1/channels/{await site.Workspace(2)}/user-keys", new { algorithm = "HS256" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(path, new { algorithm = "none" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(path, new { algorithm = "RS256" })).Status);
        using var shop = new SignedUser();
        (await site.Owner.Api.Post(path, new { algorithm = "ES256", publicKey = shop.EcPem })).Expect(HttpStatusCode.Created);
        Assert.True((await Open(site, new { jwt = shop.Jwt(new { sub = "u", exp = Soon }, "ES256") })).GetProperty("verified").GetBoolean());
    }
}
