using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Knowledge;
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

    /// <summary>Answers by the first word of the question: knowledge by retrieval has tests of its own.</summary>
    private sealed class FirstWord : IKnowledgeBrain
    {
        public Task<Func<string, Judged>> Learn(PublishedKnowledge knowledge, CancellationToken ct) => Task.FromResult<Func<string, Judged>>(question =>
            knowledge.Faqs.FirstOrDefault(item => item.Content.Wordings[0].Question.Split(' ')[0] == question.Split(' ')[0]) is { } item ? new Judged("item", item.Id) : new Judged("refusal"));
    }
}
