using System.Net;
using Queqiao.Server.Knowledge;
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
}
