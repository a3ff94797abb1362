using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Pushing;

public sealed class PushTests
{
    private sealed record Stage(Site Site, PushService Service, AgentClient Ming, string Key) : IAsyncDisposable
    {
        public static async Task<Stage> Set(string engine = Engines.Sqlite)
        {
            var service = await PushService.Start();
            var allowed = new ConfigurationBuilder().AddInMemoryCollection([new("outbound-allow", "127.0.0.0/8")]).Build();
            var site = await Site.Open(engine, also: services => services.AddSingleton(OutboundOptions.Read(allowed)).AddSingleton(all => new GuardedHttp(all.GetRequiredService<OutboundOptions>(), all.GetRequiredService<TimeProvider>())));
            var ming = await site.Agent("agent", name: "Ming");
            return new(site, service, ming, (await ming.Api.Get("/api/v1/me/push")).Expect(HttpStatusCode.OK).Text("publicKey"));
        }

        public async Task<string> Subscribe(string browser, AgentClient? who = null) =>
            (await (who ?? Ming).Api.Post("/api/v1/me/push/browsers", Service.Subscribe(browser, Key))).Expect(HttpStatusCode.Created).Text("id");

        /// <summary>What happened is heard of, and its time comes.</summary>
        public async Task<List<(string Browser, JsonElement Notice)>> Calls(int seconds = 11)
        {
            await Site.The<Listeners>().RunOnce(CancellationToken.None);
            Site.Time.Move(TimeSpan.FromSeconds(seconds));
            await Site.RunDueJobs();
            Assert.Empty(Service.Faults);
            List<(string, JsonElement)> shown = [];
            while (Service.Shown.TryDequeue(out var one))
                shown.Add((one.Browser, one.Notice));
            return shown;
        }

        public async Task<(VisitorClient Visitor, string Conversation)> Asks(string text)
        {
            var visitor = await Site.Visitor();
            return (visitor, (await visitor.Say(text)).Text("conversationId"));
        }

        public async Task Give(string conversation) =>
            (await Site.Owner.Api.Post($"/api/v1/conversations/{conversation}/assign", new { agentId = Ming.Id })).Expect(HttpStatusCode.OK);

        public async ValueTask DisposeAsync()
        {
            await Site.DisposeAsync();
            await Service.DisposeAsync();
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Whoever_is_away_is_called_in_each_browser_and_only_for_what_is_theirs(string engine)
    {
        await using var stage = await Stage.Set(engine);
        await stage.Subscribe("phone");
        await stage.Subscribe("tablet");
        var (visitor, conversation) = await stage.Asks("where is my parcel?");
        Assert.Empty(await stage.Calls()); // somebody waits: Ming has not asked to hear of that

        await stage.Give(conversation);
        var calls = await stage.Calls();
        Assert.Equal(["phone", "tablet"], calls.Select(call => call.Browser).Order());
        Assert.Equal(("A conversation was given to you", $"queqiao {conversation}", $"/console/inbox/all/{conversation}"), (calls[0].Notice.Text("title"), calls[0].Notice.Text("tag"), calls[0].Notice.Text("path")));
        await visitor.Say("hello?");
        await visitor.Say("anybody?");
        calls = await stage.Calls();
        Assert.Equal(2, calls.Count); // two messages in one breath are one call for each browser
        Assert.DoesNotContain("anybody", calls[0].Notice.ToString(), StringComparison.Ordinal);

        var seq = (await visitor.Say("still there?")).Long("seq");
        (await stage.Ming.Api.Post($"/api/v1/conversations/{conversation}/read", new { seq })).Expect(HttpStatusCode.NoContent);
        Assert.Empty(await stage.Calls()); // read meanwhile
        await visitor.Say("hm");
        (await stage.Site.Owner.Api.Post($"/api/v1/conversations/{conversation}/assign", new { agentId = stage.Site.Owner.Id })).Expect(HttpStatusCode.OK);
        Assert.Empty(await stage.Calls()); // given away meanwhile
        (await stage.Site.Owner.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = "n1", text = "look", @private = true, mentions = new[] { stage.Ming.Id } })).Expect(HttpStatusCode.Created);
        Assert.Equal("A colleague named you", (await stage.Calls())[0].Notice.Text("title"));
    }

    [Fact]
    public async Task Rules_quiet_hours_and_the_workspaces_word_on_content_hold()
    {
        await using var stage = await Stage.Set();
        await stage.Subscribe("phone");
        (await stage.Ming.Api.Send(HttpMethod.Put, "/api/v1/me/push/rules", new { assigned = false, message = true, mention = true, waiting = true })).Expect(HttpStatusCode.OK);
        var (visitor, conversation) = await stage.Asks("hello");
        Assert.Equal(("Somebody is waiting", $"/console/inbox/unassigned/{conversation}"), (await stage.Calls()).Select(call => (call.Notice.Text("title"), call.Notice.Text("path"))).Single());
        await stage.Give(conversation);
        Assert.Empty(await stage.Calls());

        Assert.Equal(HttpStatusCode.Forbidden, (await stage.Ming.Api.Send(HttpMethod.Put, "/api/v1/push", new { content = "text" })).Status);
        (await stage.Site.Owner.Api.Send(HttpMethod.Put, "/api/v1/push", new { content = "text" })).Expect(HttpStatusCode.OK);
        await visitor.Say("my order Q17 is late");
        var called = (await stage.Calls()).Single().Notice;
        Assert.Equal("my order Q17 is late", called.Text("body"));
        Assert.Contains("push.changed", (await stage.Site.Owner.Api.Get("/api/v1/audit?limit=5")).Expect(HttpStatusCode.OK).ToString(), StringComparison.Ordinal);

        var now = stage.Site.Time.GetUtcNow();
        var call = new { sound = true, desktop = true };
        (await stage.Ming.Api.Patch("/api/v1/me", new
        {
            timeZone = "UTC",
            notifications = new { assigned = call, message = call, mention = call, waiting = call, tone = "chime", volume = 70, quiet = new { from = now.AddHours(-1).ToString("HH:mm", null), to = now.AddHours(2).ToString("HH:mm", null) } },
        })).Expect(HttpStatusCode.OK);
        await visitor.Say("psst");
        Assert.Empty(await stage.Calls());
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_browser_that_has_gone_is_forgotten(int status)
    {
        await using var stage = await Stage.Set();
        await stage.Subscribe("phone");
        var (_, conversation) = await stage.Asks("hello");
        stage.Service.Status = status;
        await stage.Give(conversation);
        await stage.Calls();
        Assert.Equal(1, stage.Service.Asked);
        Assert.Empty((await stage.Ming.Api.Get("/api/v1/me/push")).Expect(HttpStatusCode.OK).GetProperty("browsers").EnumerateArray());
    }

    [Fact]
    public async Task What_the_service_has_no_time_for_comes_later_and_what_it_refuses_is_said()
    {
        await using var stage = await Stage.Set();
        var id = await stage.Subscribe("phone");
        var (visitor, conversation) = await stage.Asks("hello");
        (stage.Service.Status, stage.Service.RetryAfter) = (429, "600");
        await stage.Give(conversation);
        Assert.Empty(await stage.Calls());
        stage.Service.Status = 201;
        Assert.Empty(await stage.Calls(300)); // the clock is the real one, put forward: a slow machine adds to it
        Assert.Single(await stage.Calls(500)); // and the wait is up to a quarter longer, by chance

        stage.Service.Status = 403;
        Assert.Equal((false, "403"), await Test());
        Assert.Equal("403", (await stage.Ming.Api.Get("/api/v1/me/push")).Expect(HttpStatusCode.OK).GetProperty("browsers")[0].Text("trouble"));
        stage.Service.Status = 201;
        Assert.Equal((true, null), await Test());
        Assert.Equal("Push works in this browser", (await stage.Calls()).Single().Notice.Text("title"));

        async Task<(bool, string?)> Test()
        {
            var answer = (await stage.Ming.Api.Post($"/api/v1/me/push/browsers/{id}/test", new { })).Expect(HttpStatusCode.OK);
            return (answer.GetProperty("sent").GetBoolean(), answer.Maybe("trouble"));
        }
    }

    [Fact]
    public async Task A_browser_belongs_to_the_session_it_began_in()
    {
        await using var stage = await Stage.Set();
        await stage.Subscribe("shared");
        var hua = await stage.Site.Agent("agent", name: "Hua");
        var hers = await stage.Subscribe("shared", hua); // the same browser, another person
        Assert.Empty((await stage.Ming.Api.Get("/api/v1/me/push")).Expect(HttpStatusCode.OK).GetProperty("browsers").EnumerateArray());
        Assert.Equal(HttpStatusCode.NotFound, (await stage.Ming.Api.Delete($"/api/v1/me/push/browsers/{hers}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stage.Ming.Api.Post($"/api/v1/me/push/browsers/{hers}/test", new { })).Status);

        await stage.Subscribe("phone");
        var (_, conversation) = await stage.Asks("hello");
        await stage.Give(conversation);
        (await stage.Ming.Api.Delete("/api/v1/session")).Expect(HttpStatusCode.NoContent);
        Assert.Empty(await stage.Calls());
        Assert.Equal(0, stage.Service.Asked);
    }

    [Fact]
    public async Task What_is_no_subscription_is_refused_and_nothing_stands_in_clear()
    {
        await using var stage = await Stage.Set();
        async Task<HttpStatusCode> Post(string endpoint, string p256dh, string auth) => (await stage.Ming.Api.Post("/api/v1/me/push/browsers", new { endpoint, keys = new { p256dh, auth }, name = "x" })).Status;
        Assert.Equal(HttpStatusCode.BadRequest, await Post("http://push.example.net/a", stage.Key, "BTBZMqHH6r4Tts7J_aSIgg"));
        Assert.Equal(HttpStatusCode.BadRequest, await Post("https://push.example.net/a", stage.Key[..80], "BTBZMqHH6r4Tts7J_aSIgg"));
        Assert.Equal(HttpStatusCode.BadRequest, await Post("https://push.example.net/a", stage.Key, "BTBZ"));
        await stage.Subscribe("canary-4711");
        await using var raw = await stage.Site.Raw();
        await using var query = raw.CreateCommand();
        query.CommandText = "SELECT count(*) FROM push_subscription WHERE instr(CAST(sealed AS TEXT), 'canary-4711') > 0 OR instr(name, 'canary-4711') > 0";
        Assert.Equal(0L, await query.ExecuteScalarAsync());
    }
}
