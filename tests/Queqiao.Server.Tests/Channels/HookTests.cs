using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Platform.Jobs.Recurring;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>What providers deliver: once, in order, or refused; never lost after 2xx.</summary>
public sealed class HookTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Twice_in_parallel_and_out_of_order_is_one_message_each_in_order(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        var now = site.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var third = OutsideSite.Message("m3", "第三", at: now + 3);
        var first = OutsideSite.Message("m1", "第一", at: now + 1);
        var second = OutsideSite.Message("m2", "第二", at: now + 2);

        var answers = await Task.WhenAll(new[] { third, third, second, first, second, first }.Select(one => outside.Deliver((JsonObject)one.DeepClone())));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        await outside.Digest();
        Assert.Equal(["第一", "第二", "第三"], await outside.Texts());

        Assert.Equal(HttpStatusCode.OK, (await outside.Deliver(second)).StatusCode);
        await outside.Digest();
        Assert.Equal(3, (await outside.Texts()).Count);
        Assert.Empty(site.Troubles);
    }

    [Theory, OnPostgres]
    public async Task Two_nodes_that_receive_the_same_store_it_once(string engine)
    {
        await using var one = await Site.Open(engine);
        await using var two = await one.Join();
        using var here = await OutsideSite.Open(one);
        using var there = here.On(two);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? here : there).Deliver(OutsideSite.Message($"m{i / 2}", $"第{i / 2}条", $"u{i / 4}"))));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        await Task.WhenAll(here.Digest(), there.Digest());
        await here.Digest();
        Assert.Equal(["第0条", "第1条", "第2条", "第3条"], (await here.Texts()).Order(StringComparer.Ordinal));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_a_server_had_taken_when_it_died_is_taken_over_at_once(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        await outside.Deliver(OutsideSite.Message("m1", "还在吗"), OutsideSite.Message("m2", "在吗"));
        await outside.Deliver(OutsideSite.Message("m3", "刚到"));
        var now = site.Time.GetUtcNow().ToUnixTimeMilliseconds();
        // As a server has it that receives by itself: the others leave it alone for a minute. One of them has failed before, one came just now.
        await outside.Execute($"UPDATE hook_delivery SET next_at = {now + 60_000}");
        Assert.Equal(0, await outside.Digest());
        Assert.Equal(0, await site.The<HookHeirs>().TakeOver(default));
        site.Time.Move(TimeSpan.FromSeconds(3));
        Assert.Equal(2, await site.The<HookHeirs>().TakeOver(default));
        Assert.Equal(0, await site.The<HookHeirs>().TakeOver(default));
        Assert.Equal(2, await outside.Digest());
        Assert.Equal(3, (await outside.Texts()).Count);
        await outside.Deliver(OutsideSite.Message("m4", "再试"));
        await outside.Execute($"UPDATE hook_delivery SET state = 'waiting', tries = 2, received_at = {now}, next_at = {now + 60_000}");
        Assert.Equal(0, await site.The<HookHeirs>().TakeOver(default));
    }

    /// <summary>It lost 60 seconds: the registry of nodes is there on SQLite too, though nobody can be lost.</summary>
    [Theory, OnSqlite]
    public async Task A_server_that_is_alone_takes_up_at_its_start_what_it_had_taken_before(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        await outside.Deliver(OutsideSite.Message("m1", "还在吗"));
        await outside.Execute($"UPDATE hook_delivery SET next_at = {site.Time.GetUtcNow().ToUnixTimeMilliseconds() + 60_000}");
        Assert.Equal(0, await outside.Digest());
        await site.The<HookHeirs>().StartAsync(CancellationToken.None);
        Assert.Equal(1, await outside.Digest());
        Assert.Single(await outside.Texts());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_is_unsigned_changed_stale_or_too_large_is_refused_and_leaves_nothing(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        var body = Encoding.UTF8.GetBytes(new JsonObject { ["events"] = new JsonArray(OutsideSite.Message("m1", "口令是 open-sesame")) }.ToJsonString());
        var now = site.Time.GetUtcNow().ToUnixTimeSeconds();

        Assert.Equal(HttpStatusCode.Unauthorized, (await outside.Deliver(body, signature: "")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await outside.Deliver([.. body[..^3], .. "]} "u8], OutsideSite.Sign(body, now))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await outside.Deliver(body, at: now - 3600)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await outside.Deliver(new byte[(4 << 20) + 1])).StatusCode);
        Assert.Equal(0, await outside.Count("hook_delivery"));
        Assert.Equal(0, await outside.Count("conversation"));
        Assert.Empty(site.Troubles);

        // A body that ends anywhere: refused because it is not what was signed; signed as it is, refused as no JSON. Never stored, never a fault.
        for (var length = 0; length < body.Length; length += 7)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await outside.Deliver(body[..length], OutsideSite.Sign(body, now))).StatusCode);
            Assert.Equal(HttpStatusCode.BadRequest, (await outside.Deliver(body[..length])).StatusCode);
        }
        Assert.Equal(0, await outside.Count("hook_delivery"));
        Assert.Empty(site.Troubles);
        Assert.Equal(HttpStatusCode.NotFound, (await outside.Site.Owner.Api.Raw(HttpMethod.Post, $"/hooks/{Guid.NewGuid()}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await outside.Site.Owner.Api.Raw(HttpMethod.Post, $"/hooks/{site.ChannelId}")).StatusCode);
    }

    [Theory, OnSqlite]
    public async Task Ten_thousand_events_in_one_delivery_are_ten_thousand_messages(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        var answer = await outside.Deliver([.. Enumerable.Range(0, 10_000).Select(i => OutsideSite.Message($"m{i}", $"{i}", $"u{i % 50}"))]);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1, await outside.Digest());
        Assert.Equal(10_000, await outside.Count("entry WHERE type = 'message'"));
        Assert.Equal(50, await outside.Count("conversation"));
        Assert.Empty(site.Troubles);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Edits_recalls_reactions_and_unknown_kinds_reach_the_conversation(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        await outside.Deliver(OutsideSite.Message("m1", "在吗"), OutsideSite.Message("m2", "发错了"), OutsideSite.Message("m3", "回复你") is var reply && Set(reply, "replyTo", "m1") ? reply : reply,
            About("edit", "e1", "m1", "text", "在吗？"), About("recall", "e2", "m2"), About("reaction", "e3", "m3", "emoji", "👍"));
        await outside.Digest();
        var messages = await outside.Messages();
        Assert.Equal(["在吗？", "发错了", "回复你"], messages.Select(one => one.Text("text")));
        Assert.NotNull(messages[0].Maybe("editedAt"));
        Assert.NotNull(messages[1].Maybe("recalledAt"));
        Assert.Equal(messages[0].GetProperty("seq").GetInt64(), messages[2].GetProperty("replyTo").GetInt64());
        var items = (await site.Owner.Api.Get($"/api/v1/conversations/{messages[0].Text("conversationId")}/messages")).Expect(HttpStatusCode.OK).Items();
        Assert.Contains(items, item => item.Text("kind") == "event" && item.GetProperty("event").Text("type") == "reacted" && item.GetProperty("event").Text("emoji") == "👍");

        // About a message that nobody knows: taken, and nothing follows.
        Assert.Equal(HttpStatusCode.OK, (await outside.Deliver(About("edit", "e9", "never", "text", "?"))).StatusCode);
        await outside.Digest();
        Assert.Equal(3, (await outside.Messages()).Count);
        Assert.Empty(site.Troubles);

        static bool Set(JsonObject one, string name, string value) => (one[name] = value) is not null;
        static JsonObject About(string type, string id, string target, string? name = null, string? value = null)
        {
            var about = new JsonObject { ["type"] = type, ["id"] = id, ["target"] = target, ["from"] = new JsonObject { ["id"] = "u1" } };
            if (name is not null)
                about[name] = value;
            return about;
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_delivery_is_kept_sealed_for_a_week_and_then_nobody_can_read_it(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        await outside.Deliver(OutsideSite.Message("m1", "我的卡号是 6222 0202 0000 0000"));
        await outside.Digest();
        Assert.Equal(1, await outside.Count("hook_delivery"));
        Assert.Equal(1, await outside.Count("hook_key"));
        await site.The<JobSchedules>().Declare(CancellationToken.None);
        site.Time.Move(TimeSpan.FromDays(9));
        await site.RunDueJobs();
        Assert.Equal(0, await outside.Count("hook_key"));
        Assert.Equal(0, await outside.Count("hook_delivery"));
        Assert.Single(await outside.Texts());
    }

    [Fact]
    public async Task Settings_are_checked_by_the_schema_and_secrets_are_never_shown()
    {
        await using var site = await Site.Open();
        var api = site.Owner.Api;
        Assert.True((await api.Post("/api/v1/channels", new { kind = "wechat-official", name = "公众号", settings = new { } })).Expect(HttpStatusCode.BadRequest).GetProperty("errors").TryGetProperty("settings.appId", out _));
        Assert.Equal(HttpStatusCode.BadRequest, (await api.Post("/api/v1/channels", new { kind = "carrier-pigeon", name = "?" })).Status);
        Assert.True((await api.Post("/api/v1/channels", new { kind = "api", name = "x", settings = new { secret = "abc", nothing = 1 } })).Expect(HttpStatusCode.BadRequest).GetProperty("errors").TryGetProperty("settings.nothing", out _));
        var made = (await api.Post("/api/v1/channels", new { kind = "kakao", name = "카카오", settings = new { waitingText = "…" } })).Expect(HttpStatusCode.Created);
        Assert.Contains("?key=", made.Text("hookUrl"), StringComparison.Ordinal);
        Assert.Equal(["hookSecret"], made.GetProperty("secrets").EnumerateArray().Select(one => one.GetString()));
        Assert.DoesNotContain("hookSecret", made.GetProperty("settings").ToString(), StringComparison.Ordinal);
        var id = made.Text("id");

        // Secrets that are not given stay; an empty one goes; what it was is nowhere to be read.
        var agent = await site.Agent("agent");
        Assert.EndsWith("?key=***", (await agent.Api.Get($"/api/v1/channels/{id}")).Expect(HttpStatusCode.OK).Text("hookUrl"), StringComparison.Ordinal);
        var changed = (await api.Patch($"/api/v1/channels/{id}", new { settings = new { hookSecret = "another-secret-one" } })).Expect(HttpStatusCode.OK);
        Assert.EndsWith("?key=another-secret-one", changed.Text("hookUrl"), StringComparison.Ordinal);
        Assert.Equal(changed.Text("hookUrl"), (await api.Patch($"/api/v1/channels/{id}", new { settings = new { waitingText = "wait" } })).Expect(HttpStatusCode.OK).Text("hookUrl"));
        await using (var raw = await site.Raw())
        {
            await using var look = raw.CreateCommand();
            look.CommandText = "SELECT settings FROM channel WHERE kind = 'kakao'";
            Assert.Equal("""{"waitingText":"wait"}""", await look.ExecuteScalarAsync());
            look.CommandText = "SELECT count(*) FROM audit WHERE detail LIKE '%another-secret%'";
            Assert.Equal(0L, await look.ExecuteScalarAsync());
        }
        Assert.Equal(HttpStatusCode.NoContent, (await api.Delete($"/api/v1/channels/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Get($"/api/v1/channels/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Raw(HttpMethod.Post, $"/hooks/{id}?key=another-secret-one")).StatusCode);

        var kinds = (await api.Get("/api/v1/channel-kinds")).Expect(HttpStatusCode.OK).Items();
        Assert.True(kinds.Count() >= 28);
        Assert.True(kinds.Single(one => one.Text("kind") == "wechat-official").GetProperty("settings").GetProperty("properties").GetProperty("appSecret").GetProperty("writeOnly").GetBoolean());
    }
}
