using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Bot.Comparing;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Bot;

/// <summary>Two versions of a flow side by side: who begins which, what is counted, and what becomes of the one that won.</summary>
public sealed class FlowExperimentTests
{
    private const string Root = "/api/v1/bots/experiments";

    private static string Text(string words) => $"flow stock\ntitle 查库存\nlanguage zh\nwhen 查一下库存 | 库存还有多少\nstep a\n  ask sku: {words}\nstep b\n  end {words}：{{sku}} 有货。";

    [Theory, OnSqlite, OnPostgres]
    public async Task Customers_begin_their_version_and_the_books_say_what_came_of_it(string engine)
    {
        await using var site = await Site.Open(engine, also: services => services.AddSingleton<IBotKnowledgeSource>(new Shop()));
        var api = site.Owner.Api;
        var flow = (await api.Post("/api/v1/bots/flows", new { text = Text("一") })).Expect(HttpStatusCode.Created).Text("id");
        foreach (var words in (string[])["一", "二", "三", "四", "五", "六", "七"])
        {
            (await api.Patch("/api/v1/bots/flows/" + flow, new { text = Text(words) })).Expect(HttpStatusCode.OK);
            (await api.Post($"/api/v1/bots/flows/{flow}/publish", new { })).Expect(HttpStatusCode.OK);
        }
        var bot = (await api.Post("/api/v1/bots", new { name = "小鹊", enabled = true })).Expect(HttpStatusCode.Created).Text("id");
        (await api.Send(HttpMethod.Put, $"/api/v1/bots/{bot}/channels/{site.ChannelId}", new { enabled = true })).Expect(HttpStatusCode.OK);

        var early = await site.Visitor();
        await early.Say("查一下库存");
        await Until.True(async () => (await Texts(early)).Count == 1, "it is under way before the comparison begins");

        object Wanted(int? version, int? first = null, string? item = null) => new { name = "问法", flowId = flow, itemId = item, variants = new object[] { new { key = "A", share = 50, version = first }, new { key = "B", share = 50, version } } };
        foreach (var wrong in (object[])[Wanted(null), Wanted(99), Wanted(7), Wanted(1, first: 7), Wanted(1, item: flow), new { name = "x", variants = new object[] { new { key = "A", share = 50 }, new { key = "B", share = 50, version = 1 } } }])
            Assert.Equal("validation", (await api.Post(Root, wrong)).Code);
        var begun = (await api.Post(Root, Wanted(1))).Expect(HttpStatusCode.Created);
        var experiment = begun.GetProperty("id").GetGuid();
        Assert.Equal(("flow", "查库存", 7L, 1L), (begun.Text("kind"), begun.Text("itemTitle"), begun.GetProperty("variants")[0].Long("version"), begun.GetProperty("variants")[1].Long("version")));
        Assert.Equal("bot_experiment_runs", (await api.Post(Root, Wanted(2))).Code);
        Assert.Equal("flow_is_compared", (await api.Post($"/api/v1/bots/flows/{flow}/publish", new { })).Code);
        Assert.Equal("flow_is_compared", (await api.Delete("/api/v1/bots/flows/" + flow)).Code);

        await early.Say("H1");
        await Until.True(async () => (await Texts(early)).Contains("七：H1 有货。"), "it goes on with the version it had");
        Variant[] two = [new("A", 50, Version: 7), new("B", 50, Version: 1)];
        var heard = new List<string>();
        while (heard.Distinct().Count() < 2 && heard.Count < 20)
        {
            var visitor = await site.Visitor();
            var id = (await visitor.Say("查一下库存")).Text("conversationId");
            await Until.True(async () => (await Texts(visitor)).Count == 1, "asked");
            heard.Add(Variants.For(two, experiment, await Contact(site, Guid.Parse(id))).Key);
            Assert.Equal(heard[^1] == "A" ? "七" : "一", (await Texts(visitor))[0]); // also the version that is no longer kept by itself
            await visitor.Say("转人工");
            await Until.True(async () => (await site.Owner.Row(id)).Text("status") == "queued", "handed over");
        }
        JsonElement shown = default;
        await Until.True(async () =>
        {
            await site.The<Listeners>().RunOnce(CancellationToken.None);
            shown = (await api.Get(Root)).Expect(HttpStatusCode.OK).Items().Single();
            return shown.GetProperty("results").EnumerateArray().Sum(one => one.Long("handedOver")) == heard.Count;
        }, "the books are kept");
        foreach (var result in shown.GetProperty("results").EnumerateArray())
            Assert.Equal((heard.Count(key => key == result.Text("key")), 0L, 0L), (result.Long("cases"), result.Long("open"), result.Long("held"))); // who had begun before is in neither
        Assert.Equal("not_enough", shown.Text("verdict"));

        (await api.Post($"{Root}/{experiment}/end", new { winner = "B" })).Expect(HttpStatusCode.NoContent);
        var versions = (await api.Get($"/api/v1/bots/flows/{flow}/versions")).Expect(HttpStatusCode.OK).Items().ToList();
        Assert.Equal((8L, "问法", true), (versions[0].Long("version"), versions[0].Text("note"), versions[0].Text("text").Contains("end 一：", StringComparison.Ordinal)));
        Assert.Contains("end 一：", (await api.Get("/api/v1/bots/flows/" + flow)).Expect(HttpStatusCode.OK).Text("text"), StringComparison.Ordinal); // nobody was writing on it
        (await api.Post($"/api/v1/bots/flows/{flow}/publish", new { })).Expect(HttpStatusCode.OK);
        Assert.Empty(site.The<Experiments>().FlowsFor(1, Guid.NewGuid()));
    }

    /// <summary>While a new version is being published nobody begins to compare the one that it replaces.</summary>
    [Theory, OnPostgres]
    public async Task What_is_compared_is_what_is_published(string engine)
    {
        await using var site = await Site.Open(engine, also: services => services.AddSingleton<IBotKnowledgeSource>(new Shop()));
        var api = site.Owner.Api;
        var flow = Guid.Parse((await api.Post("/api/v1/bots/flows", new { text = Text("一") })).Expect(HttpStatusCode.Created).Text("id"));
        foreach (var words in (string[])["一", "二"])
        {
            (await api.Patch("/api/v1/bots/flows/" + flow, new { text = Text(words) })).Expect(HttpStatusCode.OK);
            (await api.Post($"/api/v1/bots/flows/{flow}/publish", new { })).Expect(HttpStatusCode.OK);
        }
        Task<ApiAnswer>? begins = null;
        await site.Storage.Run(1, async (unit, ct) =>
        {
            var row = await unit.Db.Table<BotFlowRow>().AsTracking().SingleAsync(row => row.Ws == 1 && row.Id == flow, ct);
            Assert.Null(await FlowPublishing.Publish(unit, row, row.Draft, null, null, ct));
            begins = api.Post(Root, new { name = "问法", flowId = flow, variants = new object[] { new { key = "A", share = 50 }, new { key = "B", share = 50, version = 1 } } });
            await Until.True(async () => begins.IsCompleted || await unit.Db.Database.SqlQuery<long>($"SELECT count(*) AS \"Value\" FROM pg_locks WHERE NOT granted").SingleAsync(ct) > 0, "it has begun, or waits for us");
            return await unit.Db.SaveChangesAsync(ct);
        }, default);
        Assert.Equal(3, (await begins!).Expect(HttpStatusCode.Created).GetProperty("variants")[0].Long("version"));
    }

    [Fact]
    public void A_version_is_begun_only_where_the_flow_is_switched_on_and_the_version_is_there()
    {
        var id = Guid.NewGuid();
        PublishedFlow Of(int version, bool isCurrent) => new(new BotFlow("f", "F", "zh", [], []), version, isCurrent) { Id = id };
        FlowBook Book(bool isOn, int wanted) => new([Of(1, false), Of(2, isOn)]) { Instead = new Dictionary<Guid, int> { [id] = wanted } };
        Assert.Equal(1, Book(true, 1).Newest("f")!.Version);
        Assert.Equal(2, Book(true, 5).Newest("f")!.Version);
        Assert.Null(Book(false, 1).Newest("f"));
    }

    [Fact]
    public void Whoever_a_flow_gives_away_is_counted_for_it_also_when_it_had_said_nothing()
    {
        var flow = FlowText.Read("flow f\nlanguage zh\ntitle F\nwhen x\nstep a\n  person 没有办法").Flow;
        var given = FlowEngine.Begin(Shop.Hears("x", BotMemory.Empty with { Language = "zh" }), new PublishedFlow(flow, 1));
        Assert.Equal(("flow:f", BotSays.HandOver), (Assert.Single(given.Words).Part.Entry, given.Words[0].Part.Kind));
    }

    [Fact]
    public async Task A_draft_is_tried_from_its_first_step_before_anybody_meets_it()
    {
        await using var site = await Site.Open(also: services => services.AddSingleton<IBotKnowledgeSource>(new Shop()));
        var api = site.Owner.Api;
        var bot = (await api.Post("/api/v1/bots", new { name = "小鹊", enabled = true })).Expect(HttpStatusCode.Created).Text("id");
        var flow = (await api.Post("/api/v1/bots/flows", new { text = Text("哪一种") })).Expect(HttpStatusCode.Created).Text("id");
        var begun = (await api.Post($"/api/v1/bots/{bot}/ask", new { text = "随便", flow })).Expect(HttpStatusCode.OK);
        Assert.Equal("哪一种", begun.GetProperty("messages")[0].Text("text"));
        var over = (await api.Post($"/api/v1/bots/{bot}/ask", new { text = "H1", flow, state = begun.Text("state") })).Expect(HttpStatusCode.OK);
        Assert.Equal("哪一种：H1 有货。", over.GetProperty("messages")[0].Text("text"));
        (await api.Patch("/api/v1/bots/flows/" + flow, new { text = Text("哪一种").Replace("step b", "step c\n  -> nowhere\nstep b", StringComparison.Ordinal) })).Expect(HttpStatusCode.OK);
        Assert.Equal("validation", (await api.Post($"/api/v1/bots/{bot}/ask", new { text = "随便", flow })).Code); // what is wrong with it is said first
        Assert.Equal(HttpStatusCode.NotFound, (await api.Post($"/api/v1/bots/{bot}/ask", new { text = "随便", flow = Guid.NewGuid() })).Status);
    }

    private static async Task<List<string>> Texts(VisitorClient visitor) => [.. (await visitor.Log()).Where(item => item.TryGetProperty("bot", out _)).Select(item => item.Text("text"))];

    private static async Task<Guid> Contact(Site site, Guid conversation)
    {
        await using var db = site.The<IStorageEngine>().Read(1);
        return await db.Visible(Scope<ConversationHead>.Workspace(1)).Where(head => head.Id == conversation).Select(head => head.ContactId).SingleAsync();
    }
}
