using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Bulk;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Bulk;

/// <summary>Changing many conversations at once: all of it, what fails, undoing, and whose rights count.</summary>
public sealed class BulkTests
{
    private static async Task<List<string>> Conversations(Site site, int count)
    {
        var all = new List<string>();
        for (var i = 0; i < count; i++)
            all.Add((await (await site.Visitor()).Say("您好 " + i)).Text("conversationId"));
        return all;
    }

    private static async Task<JsonElement> Begin(AgentClient agent, object request) =>
        (await agent.Api.Post("/api/v1/conversations/bulk", request)).Expect(HttpStatusCode.Accepted);

    private static async Task<JsonElement> Show(AgentClient agent, JsonElement bulk) =>
        (await agent.Api.Get("/api/v1/conversations/bulk/" + bulk.Text("id"))).Expect(HttpStatusCode.OK);

    [Theory, OnSqlite, OnPostgres]
    public async Task A_preview_says_what_would_happen_to_each_and_changes_nothing(string engine)
    {
        await using var site = await Site.Open(engine);
        var lin = await site.Agent("supervisor", name: "Lin");
        var all = await Conversations(site, 4);
        await site.Owner.Say(all[0], "hi");
        await site.Owner.Status(all[0], "resolved", "solved");
        await site.Owner.Assign(all[1], lin.Id);
        var gone = Guid.NewGuid();
        var seen = (await lin.Row(all[2])).Long("seq");
        async Task<JsonElement> Preview(object action, params object[] ids) => (await lin.Api.Post("/api/v1/conversations/bulk/preview", new { action, ids }, ("Accept-Language", "en"))).Expect(HttpStatusCode.OK);

        var assign = await Preview(new { type = "assign", agentId = lin.Id }, all[0], all[1], all[2], all[3], gone);
        Assert.Equal((4L, 4L, 2L, 1L, 2L), (assign.Long("count"), assign.Long("looked"), assign.Long("changed"), assign.Long("unchanged"), assign.Long("refused")));
        Assert.Equal(["conversation_resolved", "not_found"], assign.GetProperty("reasons").EnumerateArray().Select(one => one.Text("code")).Order());
        Assert.Equal("refused", assign.GetProperty("items")[0].Text("outcome"));
        Assert.Equal(("unchanged", "Lin"), assign.GetProperty("items").EnumerateArray().Where(one => one.Text("conversationId") == all[1]).Select(one => (one.Text("outcome"), one.Text("assignee"))).Single());
        Assert.Equal(seen, (await lin.Row(all[2])).Long("seq"));
        Assert.Equal("validation", (await lin.Api.Post("/api/v1/conversations/bulk/preview", new { action = new { type = "priority", priority = "hot" }, ids = new[] { all[2] } })).Code);

        var filtered = (await lin.Api.Post("/api/v1/conversations/bulk/preview", new { action = new { type = "priority", priority = "high" }, filter = new { view = "all" } })).Expect(HttpStatusCode.OK);
        Assert.Equal((3L, 3L), (filtered.Long("count"), filtered.Long("changed")));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task All_that_match_a_filter_are_changed_and_put_back(string engine)
    {
        await using var site = await Site.Open(engine);
        var lin = await site.Agent("supervisor", name: "Lin");
        var all = await Conversations(site, 60); // more than one chunk
        await site.Owner.Assign(all[0], site.Owner.Id);
        var filter = new { view = "all", assignee = "none" };
        Assert.Equal(59, (await lin.Api.Post("/api/v1/conversations/bulk/preview", new { filter })).Expect(HttpStatusCode.OK).GetProperty("count").GetInt32());

        var bulk = await Begin(lin, new { action = new { type = "assign", agentId = lin.Id }, filter });
        Assert.Equal(("waiting", 59), (bulk.Text("state"), bulk.GetProperty("total").GetInt32()));
        await site.RunDueJobs();
        var done = await Show(lin, bulk);
        Assert.Equal(("done", 59L, 0L, 0L), (done.Text("state"), done.Long("changed"), done.Long("unchanged"), done.Long("failed")));
        var log = await lin.Log(all[7]);
        Assert.Equal(lin.Id.ToString(), log.Single(item => item.Text("kind") == "event" && item.GetProperty("event").Text("type") == "assigned").GetProperty("sender").Text("id"));
        Assert.Equal("open", (await lin.Row(all[7])).Text("status"));

        // something happens to one, somebody merely looks at another
        await lin.Say(all[3], "我来处理");
        await lin.Api.Post($"/api/v1/conversations/{all[4]}/read", new { seq = 99 });
        Assert.NotNull(done.Maybe("undoUntil"));
        (await lin.Api.Post($"/api/v1/conversations/bulk/{bulk.Text("id")}/undo", new { })).Expect(HttpStatusCode.Accepted);
        await site.RunDueJobs();
        var undone = (await Show(lin, bulk)).GetProperty("undo");
        Assert.Equal(("done", 58L, 1L), (undone.Text("state"), undone.Long("undone"), undone.Long("notUndone")));
        Assert.Equal(("queued", null), ((await lin.Row(all[4])).Text("status"), (await lin.Row(all[4])).Maybe("assignee")));
        Assert.Equal("open", (await lin.Row(all[3])).Text("status"));
        var failure = Assert.Single((await lin.Api.Get($"/api/v1/conversations/bulk/{bulk.Text("id")}/failures", ("Accept-Language", "en"))).Expect(HttpStatusCode.OK).Items());
        Assert.Equal((all[3], "bulk_changed_since", "Something else has happened to it since."), (failure.Text("conversationId"), failure.Text("code"), failure.Text("text")));
        Assert.Equal(HttpStatusCode.Conflict, (await lin.Api.Post($"/api/v1/conversations/bulk/{bulk.Text("id")}/undo", new { })).Status);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_cannot_be_changed_is_listed_with_its_reason(string engine)
    {
        await using var site = await Site.Open(engine);
        var all = await Conversations(site, 4);
        await site.Owner.Status(all[0], "resolved");
        var gone = Guid.NewGuid().ToString();
        var bulk = await Begin(site.Owner, new { action = new { type = "assign", agentId = site.Owner.Id }, ids = all.Append(gone) });
        await site.RunDueJobs();
        var done = await Show(site.Owner, bulk);
        Assert.Equal((3L, 2L), (done.Long("changed"), done.Long("failed")));
        var failures = (await site.Owner.Api.Get($"/api/v1/conversations/bulk/{bulk.Text("id")}/failures")).Expect(HttpStatusCode.OK).Items().ToDictionary(one => one.Text("conversationId"), one => one.Text("code"));
        Assert.Equal(("conversation_resolved", "not_found"), (failures[all[0]], failures[gone]));
    }

    /// <summary>Two conversations of one visitor: the older cannot be reopened beside the newer. Only that one fails.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task One_that_the_database_refuses_hurts_no_other(string engine)
    {
        await using var site = await Site.Open(engine);
        var visitor = await site.Visitor();
        var old = (await visitor.Say("first")).Text("conversationId");
        await site.Owner.Status(old, "resolved");
        site.Time.Move(TimeSpan.FromHours(80));
        var newer = (await visitor.Say("second")).Text("conversationId");
        Assert.NotEqual(old, newer);
        var others = await Conversations(site, 3);
        foreach (var one in others)
            await site.Owner.Status(one, "resolved");
        var bulk = await Begin(site.Owner, new { action = new { type = "status", status = "open" }, ids = others.Append(old) });
        await site.RunDueJobs();
        var done = await Show(site.Owner, bulk);
        Assert.Equal(("done", 3L, 1L), (done.Text("state"), done.Long("changed"), done.Long("failed")));
        Assert.Equal("conversation_open_elsewhere", Assert.Single((await site.Owner.Api.Get($"/api/v1/conversations/bulk/{bulk.Text("id")}/failures")).Expect(HttpStatusCode.OK).Items()).Text("code"));
        Assert.Equal("queued", (await site.Owner.Row(others[1])).Text("status"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Statuses_tags_and_priorities_come_back_as_they_were(string engine)
    {
        await using var site = await Site.Open(engine);
        var all = await Conversations(site, 3);
        var tag = (await site.Owner.Api.Post("/api/v1/tags", new { name = "退款" })).Body.Text("id");
        var old = (await site.Owner.Api.Post("/api/v1/tags", new { name = "老客户" })).Body.Text("id");
        (await site.Owner.Api.Post($"/api/v1/conversations/{all[1]}/tags", new { add = new[] { old } })).Expect(HttpStatusCode.OK);
        await site.Owner.Status(all[2], "pending");
        var before = await Rows(site, all);
        foreach (object action in new object[]
        {
            new { type = "status", status = "resolved", reason = "done" },
            new { type = "status", status = "snoozed", until = DateTimeOffset.UtcNow.AddDays(1) },
            new { type = "priority", priority = "urgent" },
            new { type = "tags", add = new[] { tag }, remove = new[] { old } },
        })
        {
            var bulk = await Begin(site.Owner, new { action, ids = all });
            await site.RunDueJobs();
            Assert.Equal(3, (await Show(site.Owner, bulk)).Long("changed"));
            Assert.NotEqual(before, await Rows(site, all));
            (await site.Owner.Api.Post($"/api/v1/conversations/bulk/{bulk.Text("id")}/undo", new { })).Expect(HttpStatusCode.Accepted);
            await site.RunDueJobs();
            Assert.Equal(3, (await Show(site.Owner, bulk)).GetProperty("undo").Long("undone"));
            Assert.Equal(before, await Rows(site, all));
        }
    }

    [Fact]
    public async Task The_rights_that_count_are_those_when_it_is_done()
    {
        await using var site = await Site.Open();
        var all = await Conversations(site, 3);
        var agent = await site.Agent("agent");
        var bulk = await Begin(agent, new { action = new { type = "priority", priority = "high" }, ids = all });
        await site.Owner.Assign(all[1], site.Owner.Id); // out of the agent's sight now
        await site.RunDueJobs();
        Assert.Equal((2L, 1L), ((await Show(agent, bulk)).Long("changed"), (await Show(agent, bulk)).Long("failed")));

        var next = await Begin(agent, new { action = new { type = "priority", priority = "low" }, ids = all });
        await site.Storage.RunSystem(async (unit, ct) => await unit.Db.Table<Server.Identity.Storage.Agent>().Where(row => row.Id == agent.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Role, "viewer"), ct), CancellationToken.None);
        site.The<Server.Identity.Roles.RightsBoard>().Tell(1);
        await site.RunDueJobs();
        await using var db = site.Storage.ReadSystem();
        var job = await db.Table<JobRow>().SingleAsync(row => row.Id == Guid.Parse(next.Text("jobId")));
        Assert.Equal((JobState.Dead, "bulk_actor_gone"), (job.State, job.Reason));
        Assert.Equal("high", (await site.Owner.Row(all[0])).Text("priority"));
    }

    [Fact]
    public async Task Requests_that_cannot_be_meant_are_refused_and_bulk_changes_are_ones_own()
    {
        await using var site = await Site.Open();
        var all = await Conversations(site, 1);
        var priority = new { type = "priority", priority = "high" };
        foreach (var (request, field) in new (object, string)[]
        {
            (new { action = priority }, "ids"),
            (new { action = priority, ids = all, filter = new { view = "all" } }, "ids"),
            (new { action = priority, ids = Array.Empty<string>() }, "ids"),
            (new { action = priority, filter = new { view = "nothing" } }, "filter.view"),
            (new { action = priority, filter = new { status = "gone" } }, "filter.status"),
            (new { action = new { type = "explode" }, ids = all }, "action.type"),
            (new { action = new { type = "priority", priority = "huge" }, ids = all }, "action.priority"),
            (new { action = new { type = "status", status = "snoozed" }, ids = all }, "action.until"),
            (new { action = new { type = "tags", add = new[] { Guid.NewGuid() } }, ids = all }, "action.add"),
            (new { action = new { type = "assign", agentId = Guid.NewGuid() }, ids = all }, "action.agentId"),
        })
        {
            var answer = await site.Owner.Api.Post("/api/v1/conversations/bulk", request);
            Assert.True(answer.Status == HttpStatusCode.BadRequest && answer.Body.GetProperty("errors").TryGetProperty(field, out _), $"{field}: {answer.Body.GetRawText()}");
        }
        var bulk = await Begin(site.Owner, new { action = priority, ids = all });
        var other = await site.Agent("admin");
        Assert.Equal(HttpStatusCode.NotFound, (await other.Api.Get("/api/v1/conversations/bulk/" + bulk.Text("id"))).Status);
        foreach (var act in new[] { "undo", "cancel" })
            Assert.Equal(HttpStatusCode.NotFound, (await other.Api.Post($"/api/v1/conversations/bulk/{bulk.Text("id")}/{act}", new { })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("viewer")).Api.Post("/api/v1/conversations/bulk", new { action = priority, ids = all })).Status);

        Assert.Equal(HttpStatusCode.Conflict, (await site.Owner.Api.Post($"/api/v1/conversations/bulk/{bulk.Text("id")}/undo", new { })).Status); // not yet
        Assert.Equal("cancelled", (await site.Owner.Api.Post($"/api/v1/conversations/bulk/{bulk.Text("id")}/cancel", new { })).Expect(HttpStatusCode.OK).Text("state"));
        await site.RunDueJobs();
        Assert.Equal("none", (await site.Owner.Row(all[0])).Text("priority"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task After_ten_minutes_it_stays_and_after_three_days_it_is_forgotten(string engine)
    {
        await using var site = await Site.Open(engine);
        var all = await Conversations(site, 2);
        var bulk = await Begin(site.Owner, new { action = new { type = "priority", priority = "high" }, ids = all });
        await site.RunDueJobs();
        site.Time.Move(BulkUndo.Within + TimeSpan.FromSeconds(1));
        Assert.Null((await Show(site.Owner, bulk)).Maybe("undoUntil"));
        Assert.Equal(HttpStatusCode.Conflict, (await site.Owner.Api.Post($"/api/v1/conversations/bulk/{bulk.Text("id")}/undo", new { })).Status);
        await site.The<Server.Platform.Jobs.Recurring.JobSchedules>().Declare(CancellationToken.None);
        site.Time.Move(TimeSpan.FromDays(4));
        await site.RunDueJobs();
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Get("/api/v1/conversations/bulk/" + bulk.Text("id"))).Status);
        await using var db = site.Storage.ReadSystem();
        Assert.Empty(await db.Table<BulkItem>().ToListAsync());
    }

    /// <summary>What a person sees of conversations, but for what grows with every entry.</summary>
    private static async Task<List<string>> Rows(Site site, List<string> ids)
    {
        var rows = new List<string>();
        foreach (var id in ids)
        {
            var row = await site.Owner.Row(id);
            rows.Add(string.Join(' ', new[] { "status", "assignee", "team", "priority", "tags", "snoozedUntil" }.Select(name => row.TryGetProperty(name, out var value) ? value.GetRawText() : "")));
        }
        return rows;
    }
}
