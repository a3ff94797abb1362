using System.Globalization;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Routing.Presence;
using Queqiao.Server.Routing.Storage;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Routing;

public sealed class PresenceTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_lease_outlives_a_reload_and_ends_after_20_seconds(string engine)
    {
        await using var store = await Store.Open(engine);
        using var office = new Office(store, store.Node);
        office.Consoles.Open(store.Lin.Id);
        await office.Statuses.Turn(CancellationToken.None);
        Assert.Equal(PresenceStatus.Online, office.Statuses.StatusOf(1, store.Lin.Id));

        office.Consoles.Shut(store.Lin.Id);
        store.Clock.Move(TimeSpan.FromSeconds(15));
        await office.Statuses.Turn(CancellationToken.None);
        Assert.Equal(PresenceStatus.Online, office.Statuses.StatusOf(1, store.Lin.Id));
        store.Clock.Move(TimeSpan.FromSeconds(6));
        await office.Statuses.Turn(CancellationToken.None);

        Assert.Equal(PresenceStatus.Offline, office.Statuses.StatusOf(1, store.Lin.Id));
        await using var db = store.Node.Engine.ReadSystem();
        Assert.Equal(["online", "offline"], await db.Table<PresenceChange>().OrderBy(row => row.At).Select(row => row.Status).ToListAsync());
        Assert.Equal(2, office.Consoles.Told.Count(frame => frame.Contains("\"status\"", StringComparison.Ordinal)));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Whoever_comes_back_is_online_since_then(string engine)
    {
        await using var store = await Store.Open(engine);
        using var office = new Office(store, store.Node);
        office.Consoles.Open(store.Lin.Id);
        await office.Statuses.Turn(CancellationToken.None);
        office.Consoles.Shut(store.Lin.Id);
        store.Clock.Move(TimeSpan.FromHours(2));
        await office.Statuses.Turn(CancellationToken.None);
        store.Clock.Move(TimeSpan.FromMinutes(5));
        office.Consoles.Open(store.Lin.Id);
        var back = store.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        await office.Statuses.Turn(CancellationToken.None);
        store.Clock.Move(TimeSpan.FromSeconds(5));
        await office.Statuses.Turn(CancellationToken.None); // what stands in the database says the same

        Assert.Equal(back, office.Statuses.Of(1).Single(one => one.AgentId == store.Lin.Id).Since);
    }

    [PostgresFact]
    public async Task Nodes_know_who_is_on_the_other_and_what_they_chose()
    {
        await using var store = await Store.Open(Engines.Postgres);
        using var here = new Office(store, store.Node);
        using var there = new Office(store, await store.Start());
        here.Consoles.Open(store.Lin.Id);
        await here.Statuses.Turn(CancellationToken.None);
        await there.Statuses.Turn(CancellationToken.None);
        Assert.Equal(PresenceStatus.Online, there.Statuses.StatusOf(1, store.Lin.Id));

        store.Clock.Move(TimeSpan.FromSeconds(21)); // the node of the console has died
        await there.Statuses.Turn(CancellationToken.None);
        Assert.Equal(PresenceStatus.Offline, there.Statuses.StatusOf(1, store.Lin.Id));
    }

    [Fact]
    public async Task Agents_say_that_they_are_away_and_everybody_sees_it()
    {
        await using var site = await Site.Open();
        var ming = await site.Agent("agent", name: "Ming");
        await using var mings = await ming.Socket();
        await using var console = await site.Owner.Socket();

        var answer = await ming.Api.Patch("/api/v1/presence", new { status = "away", reason = " 午休 " });
        Assert.Equal("away", answer.Expect(HttpStatusCode.OK).Text("status"));
        await console.Next(frame => frame.IsEvent("presence.updated") && frame.GetProperty("data").Maybe("status") == "away", "the owner sees it");

        var rows = (await site.Owner.Api.Get("/api/v1/presence")).Expect(HttpStatusCode.OK).Items();
        Assert.Equal(("away", "午休"), (rows.Single(row => row.Text("name") == "Ming").Text("status"), rows.Single(row => row.Text("name") == "Ming").Text("reason")));
        Assert.Equal("away", (await site.Owner.Api.Get("/api/v1/presence/history?limit=1&agent=" + ming.Id + "")).Expect(HttpStatusCode.OK).Items().First().Text("status"));
        Assert.Equal(HttpStatusCode.BadRequest, (await ming.Api.Patch("/api/v1/presence", new { status = "asleep" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ming.Api.Get("/api/v1/presence/history")).Status);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Whoever_was_with_a_server_that_died_is_gone_from_then_on(string engine)
    {
        await using var store = await Store.Open(engine);
        using (var died = new Office(store, store.Node))
        {
            died.Consoles.Open(store.Lin.Id);
            died.Consoles.Open(store.Wang.Id);
            await died.Statuses.Turn(CancellationToken.None);
        }
        store.Clock.Move(TimeSpan.FromHours(8));
        using var next = new Office(store, store.Node);
        next.Consoles.Open(store.Wang.Id);
        await next.Statuses.Turn(CancellationToken.None);

        await using var db = store.Node.Engine.ReadSystem();
        var rows = await db.Table<PresenceChange>().OrderBy(row => row.At).ToListAsync();
        Assert.Equal(["online", "offline"], rows.Where(row => row.AgentId == store.Lin.Id).Select(row => row.Status));
        Assert.Equal(["online", "offline", "online"], rows.Where(row => row.AgentId == store.Wang.Id).Select(row => row.Status));
        Assert.All(rows.Where(row => row.Status == "offline"), row => Assert.InRange(row.At - rows[0].At, 1, 90_000));
        Assert.Equal(store.Wang.Id, (await db.Table<AgentLease>().SingleAsync()).AgentId);
    }

    [Fact]
    public void A_day_is_the_workspaces_and_says_every_second_once()
    {
        var shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");
        static long At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
        PresenceChange Change(string at, string status, string? reason = null) => new() { Ws = 1, AgentId = Guid.Empty, At = At(at), Status = status, Reason = reason };

        List<PresenceDay> days = [.. PresenceDays.Of(
        [
            Change("2026-11-24T22:00+08:00", "online"), // over midnight
            Change("2026-11-25T01:00+08:00", "offline"),
            Change("2026-11-25T09:00+08:00", "online"),
            Change("2026-11-25T09:30+08:00", "online"), // a restart says it again
            Change("2026-11-25T12:00+08:00", "away", "lunch"),
            Change("2026-11-25T13:00+08:00", "busy"),
            Change("2026-11-26T10:00+08:00", "online"),
        ], new(2026, 11, 25), new(2026, 11, 28), shanghai, At("2026-11-26T10:00:05+08:00"))];

        Assert.Equal([25, 26], days.Select(day => day.Day.Day));
        Assert.Equal(("4:00:00", "1:00:00", "11:00:00"), (PresenceDays.Clock(days[0].Milliseconds("online")), PresenceDays.Clock(days[0].Milliseconds("away")), PresenceDays.Clock(days[0].Milliseconds("busy"))));
        Assert.Equal(["online", "online", "away", "busy"], days[0].Spans.Select(span => span.Status));
        Assert.Equal(("10:00:00", "0:00:05"), (PresenceDays.Clock(days[1].Milliseconds("busy")), PresenceDays.Clock(days[1].Milliseconds("online"))));
        Assert.All(days, day => Assert.Equal(day.Spans.Select(span => span.From).Skip(1).Order(), day.Spans.Zip(day.Spans.Skip(1), (a, b) => Math.Max(a.To, b.From))));

        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"); // the day on which clocks go back has 25 hours
        Assert.Equal("25:00:00", PresenceDays.Clock(Assert.Single(PresenceDays.Of([Change("2026-10-24T00:00Z", "online")], new(2026, 10, 25), new(2026, 10, 25), berlin, At("2026-11-01T00:00Z"))).Milliseconds("online")));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Days_of_presence_are_shown_and_exported_to_supervisors(string engine)
    {
        await using var site = await Site.Open(engine);
        var (ming, supervisor) = (await site.Agent("agent", name: "Ming"), await site.Agent("supervisor", name: "Su"));
        await site.Storage.Run(1, async (unit, ct) =>
        {
            foreach (var (who, time, status, reason) in new (AgentClient, string, string, string?)[]
                { (ming, "09:00", "online", null), (supervisor, "09:00", "online", null), (ming, "10:00", "busy", null), (ming, "12:00", "away", "=lunch"), (ming, "12:30", "away", "meeting"), (ming, "12:45:01", "offline", null), (supervisor, "17:30", "offline", null) })
                unit.Db.Table<PresenceChange>().Add(new() { Ws = 1, AgentId = who.Id, At = DateTimeOffset.Parse($"2026-11-02T{time}+08:00", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), Status = status, Reason = reason });
            return await unit.Db.SaveChangesAsync(ct);
        }, CancellationToken.None);

        var days = (await supervisor.Api.Get("/api/v1/presence/days?from=2026-11-02&to=2026-11-03")).Expect(HttpStatusCode.OK).Items().ToList();
        Assert.Equal(["Ming", "Su"], days.Select(day => day.Text("name")));
        Assert.Equal((3600L, 7200L, 2701L), (days[0].Long("onlineSeconds"), days[0].Long("busySeconds"), days[0].Long("awaySeconds")));
        Assert.Equal(["online", "busy", "away", "away"], days[0].GetProperty("spans").EnumerateArray().Select(span => span.Text("status")));
        using var sheet = await supervisor.Api.Raw(HttpMethod.Get, "/api/v1/presence/days/export?from=2026-11-01&to=2026-11-30&agent=" + ming.Id);
        Assert.Contains("2026-11-02,Ming,09:00:00,12:45:01,1:00:00,2:00:00,0:45:01,=lunch 0:30:00; meeting 0:15:01".Replace("=lunch", "'=lunch", StringComparison.Ordinal), await sheet.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("presence.exported", (await site.Owner.Api.Get("/api/v1/audit?limit=5")).Expect(HttpStatusCode.OK).ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await ming.Api.Get("/api/v1/presence/days")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await supervisor.Api.Get("/api/v1/presence/days?from=2026-01-01&to=2026-03-01")).Status);

        var pages = new List<string>(); // two at one moment: a page between them loses neither
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await supervisor.Api.Get($"/api/v1/presence/history?limit=1{(cursor.Length > 0 ? "&cursor=" + cursor : "")}")).Expect(HttpStatusCode.OK);
            pages.AddRange(page.Items().Select(row => row.Text("at") + row.Text("agentId")));
            cursor = page.Maybe("nextCursor");
        }
        Assert.Equal((7, 7), (pages.Count, pages.Distinct().Count()));
    }

    [Fact]
    public async Task Another_reason_is_another_span()
    {
        await using var store = await Store.Open(Engines.Sqlite);
        using var office = new Office(store, store.Node);
        office.Consoles.Open(store.Lin.Id);
        await office.Statuses.Turn(CancellationToken.None);
        foreach (var reason in new[] { "lunch", "meeting", "meeting" })
        {
            store.Clock.Move(TimeSpan.FromSeconds(5));
            office.Statuses.Chose(1, store.Lin.Id, "away", reason, store.Ids.Now());
            await office.Statuses.Turn(CancellationToken.None);
        }
        await using var db = store.Node.Engine.ReadSystem();
        Assert.Equal([null, "lunch", "meeting"], await db.Table<PresenceChange>().OrderBy(row => row.At).Select(row => row.Reason).ToListAsync());
    }

    [Fact]
    public async Task Automatic_routing_gives_a_new_conversation_to_who_is_online()
    {
        await using var site = await Site.Open();
        var ming = await site.Agent("agent", name: "Ming");
        Assert.Equal(HttpStatusCode.Forbidden, (await ming.Api.Patch("/api/v1/routing", new { mode = "automatic" })).Status);
        Assert.Equal("manual", (await site.Owner.Api.Get("/api/v1/routing")).Expect(HttpStatusCode.OK).Text("mode"));
        (await site.Owner.Api.Patch("/api/v1/routing", new { mode = "automatic", requeueAfterMinutes = 5 })).Expect(HttpStatusCode.OK);
        await using var console = await ming.Socket();
        await console.Send(new { op = "watch", list = "mine" });
        var visitor = await site.Visitor();
        await using var tab = await visitor.Socket();

        await tab.Send(new { op = "send", clientId = "a", text = "hello" });

        await console.Next(frame => frame.IsEvent("list.changed") && frame.GetProperty("data").GetProperty("rows").GetArrayLength() == 1, "it is Ming's");
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Patch("/api/v1/routing", new { mode = "magic" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Patch("/api/v1/routing", new { mode = "manual", requeueAfterMinutes = 0 })).Status);
    }
}
