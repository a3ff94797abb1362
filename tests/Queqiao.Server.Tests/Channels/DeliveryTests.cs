#pragma warning disable RS0030 // a provider of the tests' own
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>What is said goes out once, in order and to the right person; what does not go out says why.</summary>
public sealed class DeliveryTests
{
    private static async Task<string> Begin(OutsideSite outside)
    {
        Assert.Equal(HttpStatusCode.OK, (await outside.Deliver(OutsideSite.Message("m1", "在吗"))).StatusCode);
        await outside.Digest();
        return Assert.Single(await outside.Messages()).Text("conversationId");
    }

    private static Task<ApiAnswerOf> Say(OutsideSite outside, string conversation, string text, bool isPrivate = false) => ApiAnswerOf.Of(outside.Site.Owner.Api.Post(
        $"/api/v1/conversations/{conversation}/messages", new { clientId = Guid.NewGuid().ToString("N"), text, @private = isPrivate }));

    private static async Task<JsonElement> Last(OutsideSite outside) => (await outside.Messages())[^1];

    private static Task Listened(OutsideSite outside, int count) => Until.True(async () => await outside.Count("delivery") >= count, $"{count} deliveries are written");

    [Theory, OnSqlite, OnPostgres]
    public async Task A_message_goes_out_once_in_order_a_note_never_and_receipts_come_back(string engine)
    {
        await using var provider = await FakeProvider.Start();
        await using var site = await FakeProvider.Site(engine);
        using var outside = await OutsideSite.Open(site, provider.Address.ToString());
        var conversation = await Begin(outside);
        await Say(outside, conversation, "您好");
        await Say(outside, conversation, "客户很生气，小心", isPrivate: true);
        await Say(outside, conversation, "已发货");
        Assert.Equal("pending", (await Last(outside)).GetProperty("delivery").Text("state"));
        await Listened(outside, 2);
        await site.RunDueJobs();
        Assert.Equal(["您好", "已发货"], provider.Taken.Select(one => one.Text("text")));
        Assert.All(provider.Taken, one => Assert.Equal("u1", one.Text("to")));
        await site.RunDueJobs();
        Assert.Equal(2, provider.Taken.Count);
        var sent = await Last(outside);
        Assert.Equal("sent", sent.GetProperty("delivery").Text("state"));

        // Receipts name it as the provider does; they come out of order and never go back.
        var id = provider.Taken.Last().Text("id");
        foreach (var type in (string[])["read", "delivered"])
            await outside.Deliver(new JsonObject { ["type"] = type, ["id"] = "r-" + type, ["target"] = "ext-" + id, ["from"] = new JsonObject { ["id"] = "u1" } });
        await outside.Digest();
        Assert.Equal("read", (await Last(outside)).GetProperty("delivery").Text("state"));
        Assert.Empty(site.Troubles);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_the_provider_refuses_says_why_and_an_agent_sends_it_again(string engine)
    {
        await using var provider = await FakeProvider.Start();
        await using var site = await FakeProvider.Site(engine);
        using var outside = await OutsideSite.Open(site, provider.Address.ToString());
        var conversation = await Begin(outside);
        provider.Statuses.Enqueue(422);
        await Say(outside, conversation, "退款已到账");
        await Listened(outside, 1);
        await site.RunDueJobs();
        var failed = await Last(outside);
        Assert.Equal(("failed", "你方拒绝了消息"), (failed.GetProperty("delivery").Text("state"), failed.GetProperty("delivery").GetProperty("reason").Text("zh")));
        var path = $"/api/v1/conversations/{conversation}/messages/{failed.GetProperty("seq").GetInt64()}/retry";
        Assert.Equal(HttpStatusCode.Accepted, (await site.Owner.Api.Post(path, new { })).Status);
        Assert.Equal("delivery_not_failed", (await site.Owner.Api.Post(path, new { })).Code);
        await site.RunDueJobs();
        Assert.Equal("sent", (await Last(outside)).GetProperty("delivery").Text("state"));
        Assert.Equal("退款已到账", Assert.Single(provider.Taken).Text("text"));

        // A provider that is away for a moment: tried again by itself, and the next one waits for its turn.
        provider.Statuses.Enqueue(503);
        await Say(outside, conversation, "一");
        await Say(outside, conversation, "二");
        await Listened(outside, 3);
        await site.RunDueJobs();
        Assert.Single(provider.Taken);
        site.Time.Move(TimeSpan.FromMinutes(1));
        await site.RunDueJobs();
        Assert.Equal(["退款已到账", "一", "二"], provider.Taken.Select(one => one.Text("text")));
    }

    [Fact]
    public async Task A_message_for_later_whose_window_has_closed_says_so_and_is_not_sent()
    {
        await using var site = await FakeProvider.Site(Engines.Sqlite);
        var made = (await site.Owner.Api.Post("/api/v1/channels", new { kind = "kakao", name = "카카오", settings = new { } })).Expect(HttpStatusCode.Created);
        using var outside = new OutsideSite(site, Guid.Parse(made.Text("id")), new HttpClient());
        using var http = new HttpClient();
        var body = new JsonObject { ["userRequest"] = new JsonObject { ["utterance"] = "여보세요", ["callbackUrl"] = "https://bot-api.kakao.com/callback/1", ["user"] = new JsonObject { ["id"] = "k1" } }, ["bot"] = new JsonObject { ["id"] = "b" } };
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync(new Uri(site.Address, new Uri(made.Text("hookUrl")).PathAndQuery), new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"))).StatusCode);
        await outside.Digest();
        var path = $"/api/v1/conversations/{(await Last(outside)).Text("conversationId")}/scheduled";
        (await site.Owner.Api.Post(path, new { at = site.Time.GetUtcNow().AddMinutes(2), text = "나중에" })).Expect(HttpStatusCode.Created); // its window is a minute

        site.Time.Move(TimeSpan.FromMinutes(3));
        await site.RunDueJobs();

        var left = Assert.Single((await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK).Items());
        Assert.Equal(("failed", "window_closed"), (left.Text("state"), left.Text("reason")));
        Assert.NotEmpty(left.Text("reasonText"));
        Assert.Equal("여보세요", (await Last(outside)).Text("text"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_window_is_a_budget_that_the_log_keeps(string engine)
    {
        await using var site = await FakeProvider.Site(engine);
        var made = (await site.Owner.Api.Post("/api/v1/channels", new { kind = "kakao", name = "카카오", settings = new { } })).Expect(HttpStatusCode.Created);
        using var outside = new OutsideSite(site, Guid.Parse(made.Text("id")), new HttpClient());
        var hook = new Uri(made.Text("hookUrl")).PathAndQuery;
        async Task Ask(string callback)
        {
            using var http = new HttpClient();
            var body = new JsonObject { ["userRequest"] = new JsonObject { ["utterance"] = "여보세요", ["callbackUrl"] = callback, ["user"] = new JsonObject { ["id"] = "k1" } }, ["bot"] = new JsonObject { ["id"] = "b" } };
            Assert.Equal(HttpStatusCode.OK, (await http.PostAsync(new Uri(site.Address, hook), new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"))).StatusCode);
            await outside.Digest();
        }

        await Ask("https://bot-api.kakao.com/callback/1");
        var conversation = (await Last(outside)).Text("conversationId");
        async Task<JsonElement> Reply() => (await site.Owner.Api.Get($"/api/v1/conversations/{conversation}")).Expect(HttpStatusCode.OK).GetProperty("reply");
        Assert.Equal((true, 1), ((await Reply()).GetProperty("canSend").GetBoolean(), (await Reply()).GetProperty("remaining").GetInt32()));
        Assert.Equal(HttpStatusCode.Created, (await Say(outside, conversation, "네")).Status);
        Assert.Equal((false, "window_closed"), ((await Reply()).GetProperty("canSend").GetBoolean(), (await Reply()).Text("reason")));
        Assert.Equal("window_closed", (await Say(outside, conversation, "또")).Code);
        Assert.Equal(HttpStatusCode.Created, (await Say(outside, conversation, "메모", isPrivate: true)).Status); // colleagues are nobody's customers

        await Ask("https://bot-api.kakao.com/callback/2");
        Assert.True((await Reply()).GetProperty("canSend").GetBoolean());
        site.Time.Move(TimeSpan.FromMinutes(2));
        Assert.Equal("window_closed", (await Say(outside, conversation, "늦음")).Code);

        // Died between the request and the commit, and this provider drops no repetitions: nobody knows, and it is not sent twice.
        await Listened(outside, 1);
        await using (var raw = await site.Raw())
        {
            await using var died = raw.CreateCommand();
            died.CommandText = engine == Engines.Postgres ? "UPDATE delivery SET trying = true" : "UPDATE delivery SET trying = 1";
            await died.ExecuteNonQueryAsync();
        }
        await site.RunDueJobs();
        var unknown = (await outside.Messages()).Single(one => one.Text("direction") == "out");
        Assert.Equal(("failed", "unknown_outcome"), (unknown.GetProperty("delivery").Text("state"), unknown.GetProperty("delivery").Text("code")));
    }

    [Theory, OnSqlite]
    public async Task Health_says_what_to_do(string engine)
    {
        await using var provider = await FakeProvider.Start();
        await using var site = await FakeProvider.Site(engine);
        using var outside = await OutsideSite.Open(site, provider.Address.ToString());
        async Task<(string State, string[] Todo)> Health()
        {
            var answer = (await site.Owner.Api.Get($"/api/v1/channels/{outside.Channel}/health")).Expect(HttpStatusCode.OK);
            return (answer.Text("state"), [.. answer.GetProperty("todo").EnumerateArray().Select(one => one.Text("code"))]);
        }

        Assert.Equal(["enter_webhook"], (await Health()).Todo);
        await outside.Deliver("{}"u8.ToArray(), "t=1,v1=00");
        Assert.Equal(("warning", "check_signing_secret"), ((await Health()).State, (await Health()).Todo.Single()));
        site.Time.Move(TimeSpan.FromSeconds(1));
        var conversation = await Begin(outside);
        Assert.Equal("ok", (await Health()).State);
        provider.Statuses.Enqueue(401);
        await Say(outside, conversation, "您好");
        await Listened(outside, 1);
        await site.RunDueJobs();
        Assert.Equal(("failing", "check_settings"), ((await Health()).State, (await Health()).Todo.Single()));
        Assert.True((await site.Owner.Api.Post($"/api/v1/channels/{outside.Channel}/test", new { })).Expect(HttpStatusCode.OK).GetProperty("ok").GetBoolean());
    }
}

/// <summary>Status and code of an answer.</summary>
internal sealed record ApiAnswerOf(HttpStatusCode Status, string? Code)
{
    public static async Task<ApiAnswerOf> Of(Task<Identity.ApiAnswer> answer)
    {
        var it = await answer;
        return new ApiAnswerOf(it.Status, (int)it.Status >= 400 ? it.Code : null);
    }
}
