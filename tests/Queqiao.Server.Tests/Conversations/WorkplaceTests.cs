using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Scheduling;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Conversations;

/// <summary>What the agents' workplace needs: groups, teams, counts, messages for later, looking before sending.</summary>
public sealed class WorkplaceTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Grouped_lists_page_through_every_conversation_once_and_keep_groups_together(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, li) = (site.Owner, await site.Agent("agent"));
        string[] priorities = ["none", "urgent", "low", "high", "urgent", "none", "medium"];
        foreach (var (priority, i) in priorities.Select((priority, i) => (priority, i)))
        {
            var id = (await (await site.Visitor()).Say("hello")).Text("conversationId");
            (await owner.Api.Post($"/api/v1/conversations/{id}/priority", new { priority })).Expect(HttpStatusCode.OK);
            if (i % 3 != 0)
                await owner.Assign(id, i % 3 == 1 ? owner.Id : li.Id);
            if (i % 2 == 0)
                await owner.Say(id, "answered");
            site.Time.Move(TimeSpan.FromSeconds(i % 3)); // ties too
        }
        foreach (var group in new[] { "priority", "status", "assignee", "team", "channel" })
        {
            foreach (var sort in new[] { "recent", "waiting", "created" })
            {
                var whole = await Pages(owner, $"group={group}&sort={sort}", 100);
                var paged = await Pages(owner, $"group={group}&sort={sort}", 2);
                Assert.Equal(whole.Select(row => row.Text("id")), paged.Select(row => row.Text("id")));
                Assert.Equal(priorities.Length, whole.Select(row => row.Text("id")).Distinct().Count());
                var keys = whole.Select(row => Key(row, group)).ToList();
                Assert.Equal(keys.Distinct().Count(), keys.Zip(keys.Skip(1)).Count(pair => pair.First != pair.Second) + 1);
                foreach (var key in keys.Distinct()) // in its group as in the plain list
                {
                    var plain = (await Pages(owner, $"sort={sort}", 100)).Where(row => Key(row, group) == key);
                    Assert.Equal(plain.Select(row => row.Text("id")), whole.Where(row => Key(row, group) == key).Select(row => row.Text("id")));
                }
            }
        }
        // The newest of everything are the newest of each status put together.
        var newest = await Pages(owner, "sort=recent", 100);
        Assert.True(newest.Select(row => row.Text("status")).Distinct().Count() > 1);
        Assert.Equal(newest.Select(row => row.Text("lastActivityAt")).OrderDescending(StringComparer.Ordinal), newest.Select(row => row.Text("lastActivityAt")));
        Assert.Equal(newest.Select(row => row.Text("id")), (await Pages(owner, "sort=recent", 2)).Select(row => row.Text("id")));
        Assert.Equal(["urgent", "high", "medium", "low", "none"], (await Pages(owner, "group=priority", 100)).Select(row => row.Text("priority")).Distinct());
        Assert.Equal("validation", (await owner.Api.Get("/api/v1/conversations?group=mood")).Code);
        var cursor = (await owner.Api.Get("/api/v1/conversations?limit=2&group=team")).Expect(HttpStatusCode.OK).Text("nextCursor");
        Assert.Equal("validation", (await owner.Api.Get("/api/v1/conversations?limit=2&group=status&cursor=" + cursor)).Code); // another list's
        Assert.Equal("validation", (await owner.Api.Get("/api/v1/conversations?limit=2&cursor=" + cursor)).Code);
    }

    private static string Key(JsonElement row, string group) => group is "priority" or "status" ? row.Text(group) : row.GetProperty(group) is { ValueKind: JsonValueKind.Object } one ? one.Text("id") : "";

    private static async Task<List<JsonElement>> Pages(AgentClient who, string query, int limit)
    {
        var rows = new List<JsonElement>();
        for (string? cursor = null; ;)
        {
            var page = (await who.Api.Get($"/api/v1/conversations?{query}&limit={limit}{(cursor is null ? "" : "&cursor=" + cursor)}")).Expect(HttpStatusCode.OK);
            rows.AddRange(page.Items());
            if ((cursor = page.Maybe("nextCursor")) is null)
                return rows;
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_team_sees_its_own_list_and_counts_of_saved_views_are_told_as_they_change(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, li) = (site.Owner, await site.Agent("agent"));
        var team = (await owner.Api.Post("/api/v1/teams", new { name = "售后" })).Expect(HttpStatusCode.Created).Text("id");
        (await owner.Api.Patch($"/api/v1/agents/{li.Id}", new { teams = new[] { team } })).Expect(HttpStatusCode.OK);
        var id = (await (await site.Visitor()).Say("hello")).Text("conversationId");
        await (await site.Visitor()).Say("another");
        Assert.Empty((await li.Api.Get("/api/v1/conversations?view=team")).Expect(HttpStatusCode.OK).Items());
        var conditions = new[] { new { field = "priority", op = "in", values = new[] { "urgent" } }, new { field = "team", op = "in", values = new[] { team } } };
        Assert.Equal(0, (await li.Api.Post("/api/v1/views/preview", new { conditions })).Expect(HttpStatusCode.OK).Long("count"));
        Assert.Equal("validation", (await li.Api.Post("/api/v1/views/preview", new { conditions = new[] { new { field = "color", op = "in", values = new[] { "red" } } } })).Code);
        var view = (await li.Api.Post("/api/v1/views", new { name = "急", conditions, sort = "recent" })).Expect(HttpStatusCode.Created).Text("id");
        var socket = await li.Socket();
        await socket.Send(new { op = "watch", list = "mine" });
        await socket.Next(frame => Told(frame, view) == 0, "the view's count was told");

        (await owner.Api.Post($"/api/v1/conversations/{id}/assign", new { teamId = team })).Expect(HttpStatusCode.OK);
        (await owner.Api.Post($"/api/v1/conversations/{id}/priority", new { priority = "urgent" })).Expect(HttpStatusCode.OK);
        await socket.Next(frame => Told(frame, view) == 1, "the view's count grew");
        await socket.Next(frame => frame.IsEvent("list.changed") && frame.GetProperty("data").GetProperty("counts").Long("team") == 1, "the team's count grew");
        Assert.Equal([id], (await li.Api.Get("/api/v1/conversations?view=team")).Expect(HttpStatusCode.OK).Items().Select(row => row.Text("id")));
        Assert.Empty((await owner.Api.Get("/api/v1/conversations?view=team")).Expect(HttpStatusCode.OK).Items());
        Assert.Equal(1, (await li.Api.Post("/api/v1/views/preview", new { conditions })).Expect(HttpStatusCode.OK).Long("count"));
        Assert.Equal(1, (await li.Api.Get("/api/v1/conversations/counts")).Expect(HttpStatusCode.OK).Long("team"));
    }

    private static int? Told(JsonElement frame, string view) =>
        frame.IsEvent("list.changed") && frame.GetProperty("data").GetProperty("counts").TryGetProperty("views", out var views) && views.TryGetProperty(view, out var count) ? count.GetInt32() : null;

    [Theory, OnSqlite, OnPostgres]
    public async Task A_message_for_later_is_sent_once_when_its_time_has_come(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, li) = (site.Owner, await site.Agent("agent"));
        var visitor = await site.Visitor();
        var id = (await visitor.Say("hello")).Text("conversationId");
        var path = $"/api/v1/conversations/{id}/scheduled";
        object At(double hours, string text, bool unlessReplied = false) => new { at = site.Time.GetUtcNow().AddHours(hours), text, unlessReplied };
        var first = (await li.Api.Post(path, At(2, "later-canary"))).Expect(HttpStatusCode.Created).Text("id");
        var moved = (await li.Api.Post(path, At(1, "moved"))).Expect(HttpStatusCode.Created).Text("id");
        var given = (await li.Api.Post(path, At(1, "given up"))).Expect(HttpStatusCode.Created).Text("id");
        var skipped = (await li.Api.Post(path, At(1, "are you there?", unlessReplied: true))).Expect(HttpStatusCode.Created).Text("id");
        Assert.Equal("validation", (await li.Api.Post(path, At(-1, "too late"))).Code);
        Assert.Equal("validation", (await li.Api.Post(path, At(24 * 200, "too far"))).Code);
        Assert.Equal("validation", (await li.Api.Post(path, At(1, " "))).Code);
        Assert.Equal("forbidden", (await (await site.Agent("viewer")).Api.Post(path, At(1, "x"))).Code);
        Assert.Equal("not_found", (await li.Api.Post($"/api/v1/conversations/{Guid.NewGuid()}/scheduled", At(1, "x"))).Code);
        await using (var db = site.Storage.Read(1))
            Assert.DoesNotContain("canary", Encoding.UTF8.GetString((await db.Visible(Scope<ScheduledRow>.Workspace(1)).SingleAsync(row => row.Id == Guid.Parse(first))).Body), StringComparison.Ordinal);

        Assert.Equal("moved!", (await owner.Api.Patch($"{path}/{moved}", new { at = site.Time.GetUtcNow().AddHours(3), text = "moved!" })).Expect(HttpStatusCode.OK).Text("text"));
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Api.Delete($"{path}/{given}")).Status);
        Assert.Equal("scheduled_gone", (await owner.Api.Delete($"{path}/{given}")).Code);
        await visitor.Say("one more thing");
        site.Time.Move(TimeSpan.FromMinutes(61));
        await site.RunDueJobs();
        Assert.DoesNotContain((await owner.Log(id)), item => item.Maybe("text") is "moved" or "given up" or "are you there?");
        var left = (await owner.Api.Get(path)).Expect(HttpStatusCode.OK).Items().ToList();
        Assert.Equal([(skipped, "skipped", "scheduled_customer_wrote"), (first, "waiting", null), (moved, "waiting", null)], left.Select(one => (one.Text("id"), one.Text("state"), one.Maybe("reason"))));
        Assert.Equal("客户先发来了消息。", (await owner.Api.Get(path)).Expect(HttpStatusCode.OK).Items().First().Text("reasonText"));

        await owner.Status(id, "resolved");
        site.Time.Move(TimeSpan.FromHours(3));
        await site.RunDueJobs();
        await site.RunDueJobs();
        var said = (await visitor.Log()).Where(item => item.Maybe("direction") == "out").Select(item => (item.Text("text"), item.GetProperty("sender").Text("name"))).ToList();
        Assert.Equal([("later-canary", li.Name), ("moved!", li.Name)], said);
        Assert.Equal(("open", li.Id.ToString()), ((await owner.Row(id)).Text("status"), (await owner.Row(id)).GetProperty("assignee").Text("id")));
        Assert.Equal([skipped], (await owner.Api.Get(path)).Expect(HttpStatusCode.OK).Items().Select(one => one.Text("id")));
    }

    [Fact]
    public async Task What_cannot_be_sent_when_its_time_has_come_says_why_and_waits_again_when_it_is_changed()
    {
        await using var site = await Site.Open();
        var (owner, visitor) = (site.Owner, await site.Visitor());
        var id = (await visitor.Say("hello")).Text("conversationId");
        var path = $"/api/v1/conversations/{id}/scheduled";
        var one = (await owner.Api.Post(path, new { at = site.Time.GetUtcNow().AddHours(90), text = "soon" })).Expect(HttpStatusCode.Created).Text("id");
        await owner.Status(id, "resolved");
        site.Time.Move(TimeSpan.FromHours(80));
        var next = (await visitor.Say("something new")).Text("conversationId"); // one open conversation of a person at a time
        var socket = await owner.Socket();
        await socket.Send(new { op = "watch", conversation = id, after = 0 });
        await socket.Next(frame => frame.Maybe("conversation") == id, "the conversation is watched");
        site.Time.Move(TimeSpan.FromHours(11));
        await site.RunDueJobs();
        var failed = Assert.Single((await owner.Api.Get(path)).Expect(HttpStatusCode.OK).Items());
        Assert.Equal((one, "failed", "conversation_open_elsewhere"), (failed.Text("id"), failed.Text("state"), failed.Text("reason")));
        await socket.Next(frame => frame.IsEvent("scheduled.updated"), "open screens look again");
        await owner.Status(next, "resolved");
        Assert.Equal("validation", (await owner.Api.Patch($"{path}/{one}", new { text = "now", format = "html" })).Code);
        (await owner.Api.Patch($"{path}/{one}", new { text = "**now**", format = "markdown" })).Expect(HttpStatusCode.OK);
        await site.RunDueJobs();
        var sent = (await owner.Log(id)).Last(item => item.Text("kind") == "message");
        Assert.Equal(("now", "**now**"), (sent.Text("text"), sent.Maybe("markdown")));
        Assert.Empty((await owner.Api.Get(path)).Expect(HttpStatusCode.OK).Items());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Whoever_has_not_seen_the_newest_words_is_asked_before_sending(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, li, visitor) = (site.Owner, await site.Agent("supervisor"), await site.Visitor());
        var id = (await visitor.Say("hello")).Text("conversationId");
        Task<ApiAnswer> Send(AgentClient who, string text, long? seen) => who.Api.Post($"/api/v1/conversations/{id}/messages", new { clientId = AgentClient.NewId(), text, seen });
        var seen = (await owner.Log(id))[^1].Long("seq");
        (await Send(owner, "hi", seen)).Expect(HttpStatusCode.Created);
        (await Send(owner, "and one's own words are no news", seen)).Expect(HttpStatusCode.Created);
        Assert.Equal("newer_message", (await Send(li, "hi too", seen)).Code);
        (await Send(li, "all the same", null)).Expect(HttpStatusCode.Created);
        seen = (await owner.Log(id))[^1].Long("seq");
        await owner.Say(id, "a note is no news", isPrivate: true);
        (await Send(li, "seen it", seen)).Expect(HttpStatusCode.Created);
        seen = (await owner.Log(id))[^1].Long("seq");
        await visitor.Say("wait");
        Assert.Equal("newer_message", (await Send(li, "bye", seen)).Code);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_log_opens_at_an_instant(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, visitor) = (site.Owner, await site.Visitor());
        var id = (await visitor.Say("which one?")).Text("conversationId");
        site.Time.Move(TimeSpan.FromDays(1));
        var day = site.Time.GetUtcNow();
        await owner.Say(id, "the blue one");
        await visitor.Say("thanks");

        var page = (await owner.Api.Get($"/api/v1/conversations/{id}/messages?limit=2&at={Uri.EscapeDataString(day.ToString("O"))}")).Expect(HttpStatusCode.OK);
        Assert.True(page.Items().First().GetProperty("at").GetDateTimeOffset() >= day);
        Assert.Equal((await owner.Log(id)).First(item => item.GetProperty("at").GetDateTimeOffset() >= day).Long("seq"), page.Items().First().Long("seq"));
        Assert.Empty((await owner.Api.Get($"/api/v1/conversations/{id}/messages?at=2040-01-01T00:00:00Z")).Expect(HttpStatusCode.OK).Items());
        Assert.Equal("validation", (await owner.Api.Get($"/api/v1/conversations/{id}/messages?at=2040-01-01T00:00:00Z&after=1")).Code);
        Assert.Equal("invalid_parameter", (await owner.Api.Get($"/api/v1/conversations/{id}/messages?at=tomorrow")).Code);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Conditions_ask_for_lengths_of_time_that_go_on_counting(string engine)
    {
        await using var site = await Site.Open(engine);
        var owner = site.Owner;
        var id = (await (await site.Visitor()).Say("hello")).Text("conversationId");
        static object Time(string field, string op, string value) => new { field, op, values = new[] { value } };
        async Task<long> Count(params object[] conditions) => (await owner.Api.Post("/api/v1/views/preview", new { conditions })).Expect(HttpStatusCode.OK).Long("count");
        var view = (await owner.Api.Post("/api/v1/views", new { name = "waiting", conditions = new[] { Time("waiting", "in", "10m") }, sort = "recent" })).Expect(HttpStatusCode.Created).Text("id");
        async Task<int> Shown() => (await owner.Api.Get("/api/v1/conversations?view=" + view)).Expect(HttpStatusCode.OK).Items().Count();

        Assert.Equal((0L, 1L, 1L, 0), (await Count(Time("waiting", "in", "10m")), await Count(Time("created", "in", "7d")), await Count(Time("active", "in", "1h")), await Shown()));
        site.Time.Move(TimeSpan.FromMinutes(11));
        Assert.Equal((1L, 0L, 1), (await Count(Time("waiting", "in", "10m")), await Count(Time("waiting", "not_in", "10m")), await Shown()));
        site.Time.Move(TimeSpan.FromHours(2));
        Assert.Equal((0L, 1L), (await Count(Time("active", "in", "1h")), await Count(Time("active", "not_in", "1h"), Time("created", "in", "1d"))));
        Assert.Single((await owner.Api.Get("/api/v1/conversations?waiting=2h")).Expect(HttpStatusCode.OK).Items());
        await owner.Say(id, "hi");
        Assert.Equal(0, await Shown());
        foreach (var wrong in new[] { "10", "0m", "m", "10w", "-5m", "99999d", "1e3m" })
            Assert.Equal("validation", (await owner.Api.Get("/api/v1/conversations?waiting=" + wrong)).Code);
    }
}
