using System.Net;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Knowledge;

/// <summary>Where a base asks for a second person, nobody shows readers what they wrote themselves: not at once, not by a schedule, not by changing what was looked at.</summary>
public sealed class SecondPersonTests
{
    private const string Root = "/api/v1/knowledge";

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_wrote_does_not_publish_and_what_was_scheduled_is_what_was_looked_at(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, colleague) = (site.Owner, await site.Agent("supervisor"));
        var before = (await owner.Api.Post($"{Root}/faqs", new { question = "怎么退货？", answer = "七天内申请。" })).Expect(HttpStatusCode.Created).GetProperty("item");
        Assert.Equal("published", before.Text("state")); // nobody has asked for a second person yet
        var home = before.Text("baseId");
        Assert.Equal(HttpStatusCode.Forbidden, (await colleague.Api.Patch($"{Root}/bases/{home}", new { needsSecond = true })).Status);
        Assert.True((await owner.Api.Patch($"{Root}/bases/{home}", new { needsSecond = true })).Expect(HttpStatusCode.OK).GetProperty("needsSecond").GetBoolean());

        var added = (await owner.Api.Post($"{Root}/faqs", new { question = "怎么开发票？", answer = "在订单里。", publish = true })).Expect(HttpStatusCode.Created).GetProperty("item");
        var id = added.Text("id");
        Assert.Equal(("review", null), (added.Text("state"), added.Maybe("publishedVersion")));
        Assert.Equal((HttpStatusCode.Forbidden, "knowledge_second_person"), await Publish(owner, new { }));
        Assert.Equal((HttpStatusCode.Forbidden, "knowledge_second_person"), await Publish(owner, new { at = site.Time.GetUtcNow().AddHours(1), confirmed = true }));
        Assert.Null(await Shown());
        Assert.Equal(HttpStatusCode.OK, (await Publish(colleague, new { })).Status);
        Assert.Equal("在订单里。", await Shown());

        // What is changed after it was scheduled waits for the next look, also within the hour of the same sitting.
        await Change("在订单里点申请。");
        Assert.Equal(HttpStatusCode.OK, (await Publish(colleague, new { at = site.Time.GetUtcNow().AddHours(1) })).Status);
        await Change("把密码发给我。");
        await site.The<Server.Platform.Jobs.Recurring.JobSchedules>().Declare(default);
        site.Time.Move(TimeSpan.FromHours(2));
        await site.RunDueJobs();
        Assert.Equal("在订单里点申请。", await Shown());
        Assert.Equal((HttpStatusCode.Forbidden, "knowledge_second_person"), await Publish(owner, new { }));

        // Other parts that write are not a way around it: what bots learnt becomes a proposal, nobody's becomes nothing.
        var editing = site.The<IKnowledgeEditing>();
        Assert.NotNull(await site.Storage.Run(1, (unit, ct) => editing.AddSimilar(unit, 1, Guid.Parse(id), "zh-CN", "发票怎么弄", owner.Id, publish: true, ct), default));
        Assert.Null(await site.Storage.Run(1, (unit, ct) => editing.AddSimilar(unit, 1, Guid.Parse(id), "zh-CN", "发票去哪开", null, publish: true, ct), default));
        Assert.Equal("review", (await owner.Api.Get($"{Root}/items/{id}")).Expect(HttpStatusCode.OK).GetProperty("item").Text("state"));
        Assert.Empty((await Item())!.Wordings[0].Similar);
        Assert.Equal(HttpStatusCode.OK, (await Publish(colleague, new { })).Status);
        Assert.Equal(["发票怎么弄"], (await Item())!.Wordings[0].Similar);

        // What is no longer valid is away although it is published, and a newer version in review does not bring it back.
        (await owner.Api.Patch($"{Root}/faqs/{id}", new { answer = "到昨天为止。", validTo = site.Time.GetUtcNow().AddMinutes(1) })).Expect(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await Publish(colleague, new { })).Status);
        site.Time.Move(TimeSpan.FromMinutes(2));
        (await owner.Api.Patch($"{Root}/faqs/{id}", new { answer = "又可以了。", validTo = (DateTimeOffset?)null })).Expect(HttpStatusCode.OK);
        Assert.DoesNotContain((await site.The<IKnowledge>().Search(1, new KnowledgeQuery("怎么开发票", KnowledgeReader.Stranger), default)).Hits, hit => hit.Source.ItemId == Guid.Parse(id));

        async Task<(HttpStatusCode Status, string? Code)> Publish(AgentClient who, object wish)
        {
            var answer = await who.Api.Post($"{Root}/items/{id}/publish", wish);
            return (answer.Status, answer.Status == HttpStatusCode.OK ? null : answer.Code);
        }
        async Task Change(string answer) => (await owner.Api.Patch($"{Root}/faqs/{id}", new { answer })).Expect(HttpStatusCode.OK);
        async Task<KnowledgeContent?> Item() => (await site.The<IKnowledge>().Published(1, null, default)).Items.SingleOrDefault(item => item.Id.ToString() == id)?.Content;
        async Task<string?> Shown() => (await Item())?.Answers.Single().Text;
    }

    /// <summary>Bots answer from facts at once: they wait for a second person as texts do.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task A_fact_waits_for_somebody_else_too(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, colleague) = (site.Owner, await site.Agent("supervisor"));
        var edge = (await owner.Api.Post($"{Root}/edges", new { subject = "加湿器", relation = "有问题", target = "不出雾" })).Expect(HttpStatusCode.Created);
        (await owner.Api.Patch($"{Root}/bases/{edge.Text("baseId")}", new { needsSecond = true })).Expect(HttpStatusCode.OK);

        var added = (await owner.Api.Post($"{Root}/edges", new { subject = "不出雾", relation = "原因", target = "雾化片结垢" })).Expect(HttpStatusCode.Accepted);
        (await owner.Api.Patch($"{Root}/edges/{edge.Text("id")}", new { target = "漏水" })).Expect(HttpStatusCode.Accepted);
        var changed = (await owner.Api.Patch($"{Root}/edges/{edge.Text("id")}", new { target = "出雾小" })).Expect(HttpStatusCode.Accepted); // the last one counts
        Assert.Equal(["不出雾"], await Targets());
        var waiting = await Waiting(owner);
        Assert.Equal(["add  雾化片结垢 True", "change 不出雾 出雾小 True"], waiting.Select(Line));
        Assert.All(await Waiting(colleague), one => Assert.False(one.GetProperty("isOwn").GetBoolean()));
        Assert.Equal((HttpStatusCode.Forbidden, "knowledge_second_person"), await Act(owner, added, "accept"));
        Assert.Equal(["不出雾"], await Targets());
        Assert.Equal(HttpStatusCode.Forbidden, (await Act(await site.Agent("agent"), added, "accept")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await Act(colleague, added, "accept")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await Act(colleague, changed, "accept")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Act(colleague, changed, "accept")).Status);
        Assert.Equal(["出雾小", "雾化片结垢"], await Targets());

        var gone = (await colleague.Api.Delete($"{Root}/edges/{edge.Text("id")}")).Expect(HttpStatusCode.Accepted);
        Assert.Equal("remove", gone.Text("kind"));
        Assert.Equal(HttpStatusCode.NoContent, (await Act(colleague, gone, "dismiss")).Status); // taken back
        gone = (await colleague.Api.Delete($"{Root}/edges/{edge.Text("id")}")).Expect(HttpStatusCode.Accepted);
        Assert.Equal(HttpStatusCode.NoContent, (await Act(owner, gone, "accept")).Status);
        Assert.Equal(["雾化片结垢"], await Targets());
        Assert.Empty(await Waiting(owner));

        async Task<List<string>> Targets() => [.. (await site.The<IKnowledge>().Published(1, null, default)).Facts.Select(fact => fact.Target).Order(StringComparer.Ordinal)];
        static async Task<List<System.Text.Json.JsonElement>> Waiting(AgentClient who) => [.. (await who.Api.Get($"{Root}/edge-proposals")).Expect(HttpStatusCode.OK).Items()];
        static string Line(System.Text.Json.JsonElement one) => $"{one.Text("kind")} {Target(one, "before")} {Target(one, "after")} {one.GetProperty("isOwn").GetBoolean()}";
        static string Target(System.Text.Json.JsonElement one, string side) => one.TryGetProperty(side, out var words) && words.ValueKind == System.Text.Json.JsonValueKind.Object ? words.Text("target") : "";
        static async Task<(HttpStatusCode Status, string? Code)> Act(AgentClient who, System.Text.Json.JsonElement proposal, string act)
        {
            var answer = await who.Api.Post($"{Root}/edge-proposals/{proposal.Text("id")}/{act}", new { });
            return (answer.Status, answer.Status == HttpStatusCode.Forbidden ? answer.Code : null);
        }
    }

    /// <summary>What was proposed before a fact was corrected does not put back what was wrong; what is imported is written down as what is typed.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task A_direct_change_overtakes_what_waits_and_imports_are_audited(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, colleague) = (site.Owner, await site.Agent("admin"));
        async Task Import(AgentClient who, string audience, bool publish, HttpStatusCode status = HttpStatusCode.Accepted)
        {
            var id = (await who.Api.Post($"{Root}/imports", new { text = "主体,关系,对象,可见范围\n补偿,金额,二十元," + audience, name = "f.csv" })).Expect(HttpStatusCode.Created).Text("id");
            (await who.Api.Post($"{Root}/imports/{id}/start", new { publish, overwrite = true })).Expect(status);
            await site.RunDueJobs();
        }

        await Import(owner, "public", publish: true);
        await Import(colleague, "internal", publish: false);
        await Import(owner, "internal", publish: false); // takes the place of the colleague's
        var edge = Assert.Single((await owner.Api.Get($"{Root}/edges")).Expect(HttpStatusCode.OK).Items()).Text("id");
        Assert.Single(await Waiting());
        (await owner.Api.Patch($"{Root}/edges/{edge}", new { audience = "public" })).Expect(HttpStatusCode.OK); // as it is: the wish stays
        Assert.Single(await Waiting());
        (await owner.Api.Patch($"{Root}/edges/{edge}", new { target = "十元", audience = "internal" })).Expect(HttpStatusCode.OK);
        Assert.Empty(await Waiting());
        Assert.Equal(["changed", "changed", "created", "overtaken", "overtaken", "proposed", "proposed"], await Deeds());

        // Whoever may import and not publish: as by hand.
        var role = (await owner.Api.Post("/api/v1/roles", new { name = "整理", policy = new { permissions = new[] { "knowledge.read", "knowledge.write", "knowledge.manage" }, scope = new { who = new[] { "all" } }, handling = (object?)null, fields = new { name = "clear", phone = "clear", email = "clear", identities = "clear", fields = "clear", messages = "clear" }, conditions = new { } } })).Expect(HttpStatusCode.Created).Text("id");
        var sorter = await site.Agent("viewer");
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Api.Send(HttpMethod.Put, $"/api/v1/agents/{sorter.Id}/roles", new { roles = new[] { role } })).Status);
        await Import(sorter, "public", publish: true, HttpStatusCode.Forbidden);
        await Import(sorter, "public", publish: false);
        Assert.Single(await Waiting());

        // A server of the version before removes a fact without knowing what waits for it.
        (await owner.Api.Patch($"{Root}/bases/{(await owner.Api.Get($"{Root}/bases")).Expect(HttpStatusCode.OK).Items().First().Text("id")}", new { needsSecond = true })).Expect(HttpStatusCode.OK);
        (await owner.Api.Delete($"{Root}/edges/{edge}")).Expect(HttpStatusCode.Accepted);
        Assert.Equal(2, (await Waiting()).Count);
        await site.Storage.Run(1, (unit, ct) => unit.Db.Table<KnowledgeEdge>().Where(row => row.Ws == 1).ExecuteDeleteAsync(ct), default);
        Assert.Equal("add", Assert.Single(await Waiting()).Text("kind"));

        async Task<List<System.Text.Json.JsonElement>> Waiting() => [.. (await owner.Api.Get($"{Root}/edge-proposals")).Expect(HttpStatusCode.OK).Items()];
        async Task<List<string>> Deeds()
        {
            await using var db = site.Storage.Read(1);
            return [.. (await db.Table<Server.Identity.Storage.AuditRow>().Where(row => row.Ws == 1 && row.ObjectKind == "knowledge_edge").Select(row => row.Action).ToListAsync()).Select(action => action.Split('.')[1]).Order(StringComparer.Ordinal)];
        }
    }
}
