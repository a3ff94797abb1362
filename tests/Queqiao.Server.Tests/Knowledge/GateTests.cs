using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Bot.Learning;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Knowledge;

/// <summary>The regression set stands before everything that is published, also where nobody looks on.</summary>
public sealed class GateTests
{
    private const string Root = "/api/v1/knowledge";

    [Theory, OnSqlite, OnPostgres]
    public async Task A_schedule_publishes_nothing_that_would_be_answered_worse(string engine)
    {
        await using var site = await Open(engine);
        var refund = await Faq(site, "退款 多久", "三天");
        (await site.Owner.Api.Patch($"{Root}/faqs/{refund}", new { question = "返款 多久" })).Expect(HttpStatusCode.OK);
        await Schedule(site, refund, confirmed: false);
        await Check(site, "退款 到账要几天", refund);
        await Later(site);

        Assert.Equal("退款 多久", await Shown(site, refund));
        var item = (await site.Owner.Api.Get($"{Root}/items/{refund}")).Expect(HttpStatusCode.OK).GetProperty("item");
        Assert.Equal(("published", null), (item.Text("state"), item.Maybe("publishAt")));
        Assert.Equal(refund, (await site.Owner.Api.Get($"{Root}/faqs?state=held")).Expect(HttpStatusCode.OK).Items().Single().Text("id"));
        var run = (await site.Owner.Api.Get($"{Root}/checks/runs/{item.Text("heldRun")}")).Expect(HttpStatusCode.OK);
        var worse = run.GetProperty("worse").EnumerateArray().Single();
        Assert.Equal(("退款 到账要几天", "item: 退款 多久", "refusal"), (worse.Text("question"), worse.Text("gotBefore"), worse.Text("got")));
        var notice = (await site.Owner.Api.Get("/api/v1/me/notices")).Expect(HttpStatusCode.OK).Items().First();
        Assert.Equal(("knowledge.held", refund, 1L), (notice.Text("kind"), notice.Text("about"), notice.GetProperty("detail").Long("count")));

        // Who schedules knows now, and may insist; what came up since then counts again.
        Assert.Equal("knowledge_gate_worse", (await site.Owner.Api.Post($"{Root}/items/{refund}/publish", new { at = site.Time.GetUtcNow().AddHours(1) })).Code);
        await Schedule(site, refund, confirmed: true);
        await Check(site, "退款 怎么查", refund);
        await Later(site);
        Assert.Equal("退款 多久", await Shown(site, refund));
        await Schedule(site, refund, confirmed: true);
        await Later(site);
        Assert.Equal("返款 多久", await Shown(site, refund));
        Assert.Null((await site.Owner.Api.Get($"{Root}/items/{refund}")).Expect(HttpStatusCode.OK).GetProperty("item").Maybe("heldRun"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_import_publishes_what_does_no_harm_and_keeps_the_rest_as_drafts(string engine)
    {
        await using var site = await Open(engine);
        var refund = await Faq(site, "退款 多久", "三天", "k1");
        await Check(site, "退款 到账要几天", refund);
        await Check(site, "天气 怎么样", null);
        await Check(site, "运费 谁出", null);
        const string csv = "编号,标准问,答案\nk1,返款 多久,四天\nk2,天气 预报,晴\nk3,地址 怎么改,在订单里\nk4,发票 怎么开,在订单里\n";
        using var up = Uploader.Of(site.Owner);
        var import = (await site.Owner.Api.Post($"{Root}/imports", new { fileId = await up.Put("faq.csv", Encoding.UTF8.GetBytes(csv)) })).Expect(HttpStatusCode.Created).Text("id");
        (await site.Owner.Api.Post($"{Root}/imports/{import}/start", new { publish = true, overwrite = true })).Expect(HttpStatusCode.Accepted);
        await site.RunDueJobs();

        Assert.Equal(["k1 退款 多久", "k3 地址 怎么改", "k4 发票 怎么开"], (await site.The<IKnowledge>().Published(1, null, default)).Faqs.Select(one => $"{one.ExternalKey} {one.Content.Wordings[0].Question}").Order(StringComparer.Ordinal));
        var done = (await site.Owner.Api.Get($"{Root}/imports/{import}")).Expect(HttpStatusCode.OK);
        Assert.Equal(("done", 3L, 1L, 2L), (done.Text("phase"), done.GetProperty("counts").Long("added"), done.GetProperty("counts").Long("changed"), done.GetProperty("counts").Long("held")));
        var rows = (await site.Owner.Api.Get($"{Root}/imports/{import}/rows")).Expect(HttpStatusCode.OK).Items();
        Assert.Equal(["changed knowledge_held", "added knowledge_held", "added ", "added "], rows.Select(row => $"{row.Text("outcome")} {row.Maybe("code")}"));
        var run = (await site.Owner.Api.Get($"{Root}/checks/runs/{done.Text("runId")}")).Expect(HttpStatusCode.OK);
        Assert.Equal(["退款 到账要几天", "天气 怎么样"], run.GetProperty("worse").EnumerateArray().Select(line => line.Text("question")).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal((3L, 3L), (run.GetProperty("run").Long("rightBefore"), run.GetProperty("run").Long("rightAfter")));
        Assert.Equal("knowledge.import_held", (await site.Owner.Api.Get("/api/v1/me/notices")).Expect(HttpStatusCode.OK).Items().First().Text("kind"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_bots_learn_passes_the_same_gate(string engine)
    {
        await using var site = await Site.Open(engine, also: services => services.AddSingleton<IKnowledgeBrain, AnyWording>());
        var bot = (await site.Owner.Api.Post("/api/v1/bots", new { name = "小鹊", enabled = true, profile = new { autoPublishSimilar = true } })).Expect(HttpStatusCode.Created).Text("id");
        (await site.Owner.Api.Send(HttpMethod.Put, $"/api/v1/bots/{bot}/channels/{site.ChannelId}", new { enabled = true })).Expect(HttpStatusCode.OK);
        var refund = await Faq(site, "退款 多久", "三天");
        var invoice = await Faq(site, "发票 怎么开", "在订单里");
        await Check(site, "运费 谁出", null);
        var stealing = await Suggest(site, refund, "发票 在哪儿看");
        var spoiling = await Suggest(site, refund, "运费 退吗");
        var harmless = await Suggest(site, refund, "返款 几天");
        var wrong = await Suggest(site, refund, "返款 钱呢"); // was answered with this very FAQ, and that was of no use
        var more = new List<Guid>();
        for (var i = 0; i < 6; i++)
            more.Add(await Suggest(site, refund, $"发票 第{i}种", size: 9)); // larger, and none of them may
        var id = Guid.Parse((await (await site.Visitor()).Say("返款 钱呢")).Text("conversationId"));
        await site.The<IStorageEngine>().Run(1, (unit, ct) =>
        {
            unit.Db.Table<BotQuestionRow>().Add(new BotQuestionRow { Ws = 1, ConversationId = id, Seq = 1, At = 1, SuggestionId = wrong });
            unit.Db.Table<BotTurnRow>().Add(new BotTurnRow { Ws = 1, ConversationId = id, Seq = 99, AskedSeq = 1, At = 1, ChannelId = Guid.Empty, ContactId = Guid.Empty, Kind = "answer", Brain = "offline", Entry = refund + "/zh", Helpful = 0 });
            return unit.Db.SaveChangesAsync(ct);
        }, default);

        Assert.Equal(1, await site.The<AutoPublish>().Look(1, default)); // only what does no harm to the set and to the standard questions
        await Until.True(async () => (await Item(site, refund)).Wordings[0].Similar.SequenceEqual(["返款 几天"]), "published by itself");
        Assert.Equal(more.Concat([stealing, spoiling, wrong]).Order(), (await Clusters(site, "open")).Order());

        // A person sees what would become worse, and may insist; it can be taken back.
        var wanted = new { kind = "similar", question = "发票 在哪儿看", confirmed = false };
        Assert.Equal("knowledge_gate_worse", (await site.Owner.Api.Post($"/api/v1/learning/clusters/{stealing}/publish", wanted)).Code);
        site.Time.Move(TimeSpan.FromMinutes(1));
        var trial = (await site.Owner.Api.Post($"/api/v1/learning/clusters/{stealing}/trial", wanted)).Expect(HttpStatusCode.OK).GetProperty("result");
        var worse = Assert.Single(trial.GetProperty("worse").EnumerateArray());
        Assert.Equal(("发票 怎么开", "item: 发票 怎么开", "item: 退款 多久"), (worse.Text("question"), worse.Text("gotBefore"), worse.Text("got")));
        (await site.Owner.Api.Post($"/api/v1/learning/clusters/{stealing}/publish", wanted with { confirmed = true })).Expect(HttpStatusCode.NoContent);
        await Until.True(async () => (await Item(site, refund)).Wordings[0].Similar.SequenceEqual(["返款 几天", "发票 在哪儿看"]), "published");
        var runs = (await site.Owner.Api.Get($"{Root}/checks/runs")).Expect(HttpStatusCode.OK).Items().ToList();
        var last = (await site.Owner.Api.Get($"{Root}/checks/runs/{runs[0].Text("id")}")).Expect(HttpStatusCode.OK);
        Assert.Equal((2, invoice), (runs.Count, last.GetProperty("worse")[0].Text("expectedId")));
        (await site.Owner.Api.Post($"/api/v1/learning/clusters/{stealing}/undo", new { })).Expect(HttpStatusCode.NoContent);
        await Until.True(async () => (await Item(site, refund)).Wordings[0].Similar.SequenceEqual(["返款 几天"]), "taken back");

        // A new FAQ too.
        var fresh = new { kind = "new_faq", question = "尺码 怎么选", answer = "看尺码表", confirmed = false };
        Assert.Equal(0, (await site.Owner.Api.Post($"/api/v1/learning/clusters/{spoiling}/trial", fresh)).Expect(HttpStatusCode.OK).GetProperty("result").GetProperty("worse").GetArrayLength());
        Assert.Equal("knowledge_gate_worse", (await site.Owner.Api.Post($"/api/v1/learning/clusters/{spoiling}/publish", fresh with { question = "运费 多少" })).Code);
    }

    private static async Task<KnowledgeContent> Item(Site site, string id) => (await site.The<IKnowledge>().Published(1, null, default)).Items.Single(item => item.Id.ToString() == id).Content;

    private static async Task<IEnumerable<Guid>> Clusters(Site site, string state) => (await site.Owner.Api.Get($"/api/v1/learning/clusters?state={state}")).Expect(HttpStatusCode.OK).Items().Select(one => one.GetProperty("id").GetGuid());

    private static Task<Guid> Suggest(Site site, string faq, string question, int size = 5) => site.The<IStorageEngine>().Run(1, async (unit, ct) =>
    {
        var id = unit.Ids.New();
        unit.Db.Table<BotSuggestionRow>().Add(new BotSuggestionRow
        {
            Ws = 1, Id = id, Kind = "similar", State = "open", Sealed = site.The<IVault>().Seal(1, Learn.Purpose, new SuggestionText(question, question, null, [], "zh").Bytes(), id),
            Entry = faq + "/zh", Score = 0.9, Size = size, Recent = 5, Earlier = 0, ByItself = false, CreatedAt = unit.Ids.Now(), ChangedAt = unit.Ids.Now(),
        });
        await unit.Db.SaveChangesAsync(ct);
        return id;
    }, default);

    private static Task<Site> Open(string engine) => Site.Open(engine, also: services => services.AddSingleton<IKnowledgeBrain, FirstWord>());

    private static async Task<string> Faq(Site site, string question, string answer, string? externalKey = null) =>
        (await site.Owner.Api.Post($"{Root}/faqs", new { question, answer, externalKey })).Expect(HttpStatusCode.Created).GetProperty("item").Text("id");

    private static async Task Check(Site site, string question, string? itemId) =>
        (await site.Owner.Api.Post($"{Root}/checks", new { question, expects = itemId is null ? "refusal" : "item", itemId })).Expect(HttpStatusCode.Created);

    private static async Task Schedule(Site site, string item, bool confirmed) =>
        Assert.Equal("scheduled", (await site.Owner.Api.Post($"{Root}/items/{item}/publish", new { at = site.Time.GetUtcNow().AddHours(1), confirmed })).Expect(HttpStatusCode.OK).GetProperty("item").Text("state"));

    private static async Task Later(Site site)
    {
        await site.The<Server.Platform.Jobs.Recurring.JobSchedules>().Declare(default);
        site.Time.Move(TimeSpan.FromHours(2));
        await site.RunDueJobs();
    }

    private static async Task<string> Shown(Site site, string id) =>
        (await site.The<IKnowledge>().Published(1, null, default)).Items.Single(item => item.Id.ToString() == id).Content.Wordings[0].Question;

    /// <summary>Answers by the first word, like <see cref="FirstWord"/>, but of any way to ask; older items first.</summary>
    private sealed class AnyWording : IKnowledgeBrain
    {
        public Task<Func<string, Judged>> Learn(PublishedKnowledge knowledge, CancellationToken ct) => Task.FromResult<Func<string, Judged>>(question =>
            knowledge.Faqs.FirstOrDefault(item => item.Content.Wordings[0].Similar.Append(item.Content.Wordings[0].Question).Any(text => text.Split(' ')[0] == question.Split(' ')[0])) is { } item ? new Judged("item", item.Id) : new Judged("refusal"));
    }

    /// <summary>Answers by the first word of the question: knowledge by retrieval has tests of its own.</summary>
    private sealed class FirstWord : IKnowledgeBrain
    {
        public Task<Func<string, Judged>> Learn(PublishedKnowledge knowledge, CancellationToken ct) => Task.FromResult<Func<string, Judged>>(question =>
            knowledge.Faqs.FirstOrDefault(item => item.Content.Wordings[0].Question.Split(' ')[0] == question.Split(' ')[0]) is { } item ? new Judged("item", item.Id) : new Judged("refusal"));
    }
}
