using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Push.Storage;
using Queqiao.Server.Channels.Push.Vendors;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;
using Queqiao.Simulators;
using Queqiao.Simulators.Push;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Users of an app hear of answers while it is closed: once for several, never of what they have read.</summary>
public sealed class PushTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>The firm's own server.</summary>
    private sealed class Shop : IAsyncDisposable
    {
        private LocalServer _server = null!;

        public ConcurrentQueue<(JsonElement Body, byte[] Raw, IReadOnlyDictionary<string, string> Headers)> Taken { get; } = new();

        public ConcurrentQueue<int> Statuses { get; } = new();

        public string Url => new Uri(_server.Address, "/push").ToString();

        public static async Task<Shop> Open()
        {
            var shop = new Shop();
            shop._server = await LocalServer.Start(async context =>
            {
                var raw = Encoding.UTF8.GetBytes(await LocalServer.Body(context));
                shop.Taken.Enqueue((JsonDocument.Parse(raw).RootElement, raw, context.Request.Headers.ToDictionary(one => one.Key, one => one.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
                await LocalServer.Say(context, shop.Statuses.TryDequeue(out var status) ? status : 200, "{}");
            });
            return shop;
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }

    private static async Task<string> Connect(Site site, Shop shop, bool preview = false) =>
        (await site.Owner.Api.Put($"/api/v1/channels/{site.ChannelId}/push/webhook", new { settings = new { url = shop.Url, preview } })).Expect(HttpStatusCode.OK).Text("secret");

    private static async Task<VisitorClient> SignedIn(Site site)
    {
        var key = (await site.Owner.Api.Post($"/api/v1/channels/{site.ChannelId}/user-keys", new { algorithm = "HS256" })).Expect(HttpStatusCode.Created);
        using var shop = new SignedUser { Secret = key.Text("secret") };
        using var api = new ApiClient(site.Address);
        var session = (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId, user = new { jwt = shop.Jwt(new { sub = "shop-7", name = "小雨", exp = site.Time.GetUtcNow().ToUnixTimeSeconds() + 600 }) } })).Expect(HttpStatusCode.OK);
        return new VisitorClient(site, site.ChannelId, session.Text("visitorToken"));
    }

    /// <summary>The listener has heard of what was said, and what follows is due.</summary>
    private static async Task Run(Site site, Func<IQueryable<PushMark>, Task<bool>>? heard = null, TimeSpan? after = null)
    {
        await Until.True(async () =>
        {
            await using var db = site.Storage.Read(1);
            return await (heard ?? (marks => marks.AnyAsync(mark => mark.Waiting)))(db.Visible(Scope<PushMark>.Workspace(1)));
        }, "the message is marked");
        site.Time.Move(after ?? Soon);
        await site.RunDueJobs();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Several_answers_are_one_signed_notification_with_the_right_number(string engine)
    {
        await using var shop = await Shop.Open();
        await using var site = await FakeProvider.Site(engine);
        var secret = await Connect(site, shop);
        var visitor = await SignedIn(site);
        Assert.Equal("push_not_yet", (await visitor.Post("/widget/v1/push", new { vendor = "huawei", token = "tok-1" })).Code);
        var conversation = (await visitor.Say("在吗")).Text("conversationId");
        Assert.Equal(HttpStatusCode.NoContent, (await visitor.Post("/widget/v1/push", new { vendor = "huawei", token = "tok-1", locale = "zh-CN" })).Status);
        await site.Owner.Say(conversation, "在的");
        await site.Owner.Say(conversation, "内部：小心", isPrivate: true);
        await site.Owner.Say(conversation, "已发货，单号 SF1");
        await Run(site);

        var (body, raw, headers) = Assert.Single(shop.Taken);
        Assert.Equal(("message.unread", 2, conversation), (body.Text("event"), body.GetProperty("unread").GetInt32(), body.Text("conversationId")));
        Assert.Equal("shop-7", body.GetProperty("contact").Text("userId"));
        Assert.Equal("huawei tok-1", string.Join(' ', body.GetProperty("devices").EnumerateArray().Select(one => $"{one.Text("vendor")} {one.Text("token")}")));
        Assert.DoesNotContain("发货", Encoding.UTF8.GetString(raw), StringComparison.Ordinal);
        var timestamp = headers[WebhookPush.TimestampHeader];
        Assert.Equal("v1=" + WebhookPush.Sign(secret, timestamp, raw), headers[WebhookPush.SignatureHeader]);
        Assert.InRange(site.Time.GetUtcNow().ToUnixTimeSeconds() - long.Parse(timestamp, CultureInfo.InvariantCulture), 0, 300);

        // Nothing new: nobody is told again. What was read is not told; what comes after it is, with its own number.
        await site.RunDueJobs();
        Assert.Single(shop.Taken);
        await site.Owner.Say(conversation, "还需要什么吗");
        await visitor.Post("/widget/v1/events", new { type = "read", seq = 100 });
        await Run(site);
        Assert.Single(shop.Taken);

        // With text, and with a new secret: the old one signs too, for a while.
        await site.Owner.Api.Put($"/api/v1/channels/{site.ChannelId}/push/webhook", new { settings = new { url = shop.Url, preview = true } });
        var next = (await site.Owner.Api.Post($"/api/v1/channels/{site.ChannelId}/push/webhook/rotate", new { overlapHours = 1 })).Expect(HttpStatusCode.OK).Text("secret");
        await site.Owner.Say(conversation, "优惠券已到账");
        await Run(site);
        (body, raw, headers) = shop.Taken.Last();
        Assert.Equal((1, "优惠券已到账"), (body.GetProperty("unread").GetInt32(), body.Text("preview")));
        Assert.StartsWith("林晓", body.Text("title"), StringComparison.Ordinal);
        timestamp = headers[WebhookPush.TimestampHeader];
        Assert.Equal($"v1={WebhookPush.Sign(next, timestamp, raw)},v1={WebhookPush.Sign(secret, timestamp, raw)}", headers[WebhookPush.SignatureHeader]);
        site.Time.Move(TimeSpan.FromHours(1));
        Assert.True((await site.Owner.Api.Post($"/api/v1/channels/{site.ChannelId}/push/webhook/test", new { })).Expect(HttpStatusCode.OK).GetProperty("ok").GetBoolean());
        Assert.DoesNotContain(',', shop.Taken.Last().Headers[WebhookPush.SignatureHeader]);
        Assert.Empty(site.Troubles);
    }

    [Fact]
    public async Task Who_has_the_chat_open_is_not_told_and_who_left_without_reading_is()
    {
        await using var shop = await Shop.Open();
        await using var site = await FakeProvider.Site(Engines.Sqlite);
        await Connect(site, shop);
        var visitor = await SignedIn(site);
        var socket = await visitor.Socket();
        var conversation = (await visitor.Say("在吗")).Text("conversationId");
        await site.Owner.Say(conversation, "在的");
        await Run(site);
        Assert.Empty(shop.Taken);
        await socket.DisposeAsync();
        await Until.True(() => !site.The<Server.Conversations.Live.ConversationHub>().HasReaders, "the server has noticed");
        site.Time.Move(TimeSpan.FromMinutes(1));
        await site.RunDueJobs();
        Assert.Equal(1, Assert.Single(shop.Taken).Body.GetProperty("unread").GetInt32());

        // Somebody on a web site who never signed in has no phone that the firm knows.
        var stranger = await VisitorClient.Open(site.Address, site.ChannelId);
        await site.Owner.Say((await stranger.Say("你好")).Text("conversationId"), "您好");
        await Run(site);
        Assert.Single(shop.Taken);
    }

    [Fact]
    public async Task A_server_that_is_away_is_asked_again_with_the_same_id_and_what_was_read_meanwhile_is_not_told()
    {
        await using var shop = await Shop.Open();
        await using var site = await FakeProvider.Site(Engines.Sqlite);
        await Connect(site, shop);
        var visitor = await SignedIn(site);
        var conversation = (await visitor.Say("在吗")).Text("conversationId");
        shop.Statuses.Enqueue(503);
        await site.Owner.Say(conversation, "在的");
        await Run(site);
        Assert.Single(shop.Taken);
        site.Time.Move(TimeSpan.FromMinutes(1));
        await site.RunDueJobs();
        Assert.Single(shop.Taken.Select(one => one.Headers[WebhookPush.IdHeader]).Distinct());
        Assert.Equal(2, shop.Taken.Count);

        shop.Statuses.Enqueue(503);
        await site.Owner.Say(conversation, "还在吗");
        await Run(site);
        Assert.Equal(3, shop.Taken.Count);
        await visitor.Post("/widget/v1/events", new { type = "read", seq = 100 });
        site.Time.Move(TimeSpan.FromMinutes(1));
        await site.RunDueJobs();
        Assert.Equal(3, shop.Taken.Count);
        var row = (await site.Owner.Api.Get($"/api/v1/channels/{site.ChannelId}/push")).Expect(HttpStatusCode.OK).Items().Single(one => one.Text("service") == "webhook");
        Assert.NotEmpty(row.Text("error"));
    }

    [Fact]
    public async Task Google_and_Apple_ring_each_phone_once_and_forget_those_that_are_gone()
    {
        await using var site = await FakeProvider.Site(Engines.Sqlite);
        using var google = new Played<FcmSimulator>(new(site.Time));
        using var apple = new Played<ApnsSimulator>(new(site.Time));
        await using var googles = await google.Serve(only2: false);
        await using var apples = await apple.Serve(only2: true); // as Apple: HTTP/2 only
        var path = $"/api/v1/channels/{site.ChannelId}/push";
        foreach (var (service, settings, at) in new[] { ("fcm", google.It.Settings, googles.Address), ("apns", apple.It.Settings, apples.Address) })
        {
            Assert.Equal("validation", (await site.Owner.Api.Put($"{path}/{service}", new { settings = new { serviceAccount = "{}" } })).Code);
            (await site.Owner.Api.Put($"{path}/{service}", new { settings = new Dictionary<string, string>(settings) { ["apiBaseUrl"] = at.ToString(), ["preview"] = "true" } })).Expect(HttpStatusCode.OK);
            Assert.True((await site.Owner.Api.Post($"{path}/{service}/test", new { })).Expect(HttpStatusCode.OK).GetProperty("ok").GetBoolean());
        }
        var visitor = await VisitorClient.Open(site.Address, site.ChannelId);
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        var (android, iphone, old) = ("android-token-1", new string('a', 64), new string('b', 64));
        foreach (var (vendor, token) in new[] { ("fcm", android), ("apns", iphone), ("apns", old), ("apns", iphone) })
            Assert.Equal(HttpStatusCode.NoContent, (await visitor.Post("/widget/v1/push", new { vendor, token, locale = "en" })).Status);
        apple.It.Gone[old] = true;
        google.It.Busy = 1;
        await site.Owner.Say(conversation, "Your parcel left");
        await Run(site);
        site.Time.Move(TimeSpan.FromMinutes(1));
        await site.RunDueJobs();
        Assert.Equal((android, "Your parcel left", 1), google.It.Notes.Select(one => (one.Device, one.Body, one.Badge)).Single());
        Assert.Equal((iphone, "Your parcel left", 1), apple.It.Notes.Select(one => (one.Device, one.Body, one.Badge)).Single());
        await using (var db = site.Storage.Read(1))
            Assert.Equal(2, await db.Visible(Scope<PushDevice>.Workspace(1)).CountAsync());

        // Without text they are told how many wait. One phone, another person: the first is told nothing there.
        await site.Owner.Api.Put($"{path}/fcm", new { settings = new { apiBaseUrl = googles.Address.ToString() } });
        await site.Owner.Api.Put($"{path}/apns", new { settings = new { apiBaseUrl = apples.Address.ToString(), teamId = "TEAM000001", keyId = "KEY0000001", bundleId = "com.played.shop" } });
        var other = await VisitorClient.Open(site.Address, site.ChannelId);
        await other.Say("me too");
        Assert.Equal(HttpStatusCode.NoContent, (await other.Post("/widget/v1/push", new { vendor = "fcm", token = android })).Status);
        await site.Owner.Say(conversation, "Anything else?");
        await Run(site);
        Assert.Single(google.It.Notes);
        Assert.Equal("New messages: 2", apple.It.Notes.Last().Body);
        Assert.Equal((1, 1), (google.It.Granted, apple.It.Tokens)); // tokens are kept, not made anew for each request
        Assert.Equal(HttpStatusCode.NoContent, (await visitor.Post("/widget/v1/push/forget", new { vendor = "apns", token = iphone })).Status);
        await site.Owner.Say(conversation, "Bye");
        await Run(site);
        Assert.Equal(2, apple.It.Notes.Count);
        Assert.Empty(site.Troubles);
    }

    [Fact]
    public async Task Settings_are_the_administrators_business_and_secrets_stay_sealed()
    {
        await using var shop = await Shop.Open();
        await using var site = await FakeProvider.Site(Engines.Sqlite);
        var secret = await Connect(site, shop);
        var path = $"/api/v1/channels/{site.ChannelId}/push";
        Assert.DoesNotContain(secret, (await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("agent")).Api.Get(path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Get($"/api/v1/channels/{await site.Workspace(2)}/push")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Put($"{path}/pager", new { settings = new { } })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Put($"{path}/webhook", new { settings = new { url = "ftp://x" } })).Status);
        await using (var db = site.Storage.Read(1))
            Assert.DoesNotContain(secret, Encoding.Latin1.GetString((await db.Table<PushTarget>().SingleAsync()).Secrets!), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await site.Owner.Api.Delete($"{path}/webhook")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Delete($"{path}/webhook")).Status);
    }

    /// <summary>A played push service on a port of this machine.</summary>
    private sealed class Played<T>(T it) : IDisposable
        where T : IPushSimulator, IDisposable
    {
        public T It => it;

        public Task<LocalServer> Serve(bool only2) => LocalServer.Start(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var answer = it.Answer(new SimRequest(context.Request.Method, context.Request.Path, new Dictionary<string, string>(), context.Request.Headers.ToDictionary(one => one.Key, one => one.Value.ToString()), body.ToArray()));
            context.Response.StatusCode = answer.Status;
            if (answer.RetryAfter is { } seconds)
                context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            await context.Response.Body.WriteAsync(answer.Body);
        }, only2);

        public void Dispose() => it.Dispose();
    }
}
