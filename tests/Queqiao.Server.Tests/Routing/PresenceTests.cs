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
