using Queqiao.Server.Conversations;
using Queqiao.Server.Routing.Assigning;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Routing;

/// <summary>What waits goes to who is free: oldest first, to the least loaded, never more than they take.</summary>
public sealed class AssigningTests
{
    [Fact]
    public void The_least_loaded_is_picked_then_whoever_has_waited_longest()
    {
        Candidate full = new(Guid.CreateVersion7(), "full", 2, 2, 0), half = new(Guid.CreateVersion7(), "half", 2, 4, 9), busy = new(Guid.CreateVersion7(), "busy", 3, 4, 0), also = new(Guid.CreateVersion7(), "also half", 1, 2, 5);

        Assert.Equal(also, Choosing.Pick([full, busy, half, also]));
        Assert.Equal(half, Choosing.Pick([full, busy, half]));
        Assert.Null(Choosing.Pick([full]));
        Assert.Null(Choosing.Pick([]));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_oldest_go_first_and_nobody_gets_more_than_their_capacity(string engine)
    {
        await using var store = await Store.Open(engine);
        await Office.Automatic(store);
        using var office = new Office(store, store.Node);
        for (var n = 0; n < 5; n++)
        {
            await store.Node.CustomerSays("v" + n, "hello", "c");
            store.Clock.Move(TimeSpan.FromSeconds(1));
        }
        office.Consoles.Open(store.Lin.Id);
        office.Consoles.Open(store.Wang.Id);

        Assert.Equal(4, await office.Turn());

        var heads = await Office.Heads(store);
        Assert.Equal(["open", "open", "open", "open", "queued"], heads.Select(head => head.Status));
        Assert.Equal(2, heads.Count(head => head.AssigneeId == store.Lin.Id));
        Assert.Equal(2, heads.Count(head => head.AssigneeId == store.Wang.Id));
        Assert.Equal(0, await office.Turn());

        await store.Node.Do(heads[0].Id, head => head.SetStatus(ConversationStatus.Resolved, null));
        Assert.Equal(1, await office.Turn());
        Assert.Equal(heads[0].AssigneeId, (await Office.Heads(store))[4].AssigneeId);
        await store.CheckLog();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_waits_although_somebody_is_free_is_noticed(string engine)
    {
        await using var store = await Store.Open(engine);
        await Office.Automatic(store);
        using var office = new Office(store, store.Node);
        Task<(int Waiting, IReadOnlyList<Guid> Overlooked)> Look() => office.Assigner.Overlooked(1, TimeSpan.FromSeconds(20), CancellationToken.None);
        for (var n = 0; n < 3; n++)
            await store.Node.CustomerSays("v" + n, "hello", "c");
        store.Clock.Move(TimeSpan.FromSeconds(30));
        Assert.Equal((3, 0), (await Look()) is var nobody ? (nobody.Waiting, nobody.Overlooked.Count) : default); // nobody is there
        office.Consoles.Open(store.Lin.Id);
        await office.Statuses.Turn(CancellationToken.None);
        Assert.Equal(3, (await Look()).Overlooked.Count); // the assigner sleeps
        Assert.Equal(2, await office.Assigner.Turn(1, CancellationToken.None));
        Assert.Equal((1, 0), (await Look()) is var full ? (full.Waiting, full.Overlooked.Count) : default); // who is full overlooks nobody
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Nothing_is_given_to_who_is_away_full_disabled_or_gone_nor_in_manual_mode(string engine)
    {
        await using var store = await Store.Open(engine);
        using var office = new Office(store, store.Node);
        await store.Node.CustomerSays("v", "hello", "c");
        office.Consoles.Open(store.Lin.Id);
        Assert.Equal(0, await office.Turn()); // manual

        await Office.Automatic(store);
        office.Settings.Forget(1);
        office.Capacity(store.Lin.Id, 0);
        Assert.Equal(0, await office.Turn());
        office.Capacity(store.Lin.Id, 1);
        office.Consoles.Shut(store.Lin.Id);
        store.Clock.Move(TimeSpan.FromSeconds(21));
        Assert.Equal(0, await office.Turn());
        office.Consoles.Open(store.Lin.Id);
        Assert.Equal(1, await office.Turn());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Two_routers_and_agents_who_help_themselves_never_give_one_twice_or_too_much(string engine)
    {
        await using var store = await Store.Open(engine);
        await Office.Automatic(store);
        var second = engine == Engines.Postgres ? await store.Start() : store.Node;
        using var here = new Office(store, store.Node);
        using var there = new Office(store, second);
        foreach (var office in new[] { here, there })
        {
            office.Capacity(store.Lin.Id, 3);
            office.Capacity(store.Wang.Id, 5);
            office.Consoles.Open(store.Lin.Id);
            office.Consoles.Open(store.Wang.Id);
        }
        var random = new Random(5);
        for (var round = 0; round < 12; round++)
        {
            var waiting = Enumerable.Range(0, 3).Select(n => store.Node.CustomerSays($"v{round}-{n}", "hello", "c" + n));
            await Task.WhenAll(waiting);
            await Task.WhenAll(here.Turn(), there.Turn());
            var heads = await Office.Heads(store);
            Assert.InRange(Open(heads, store.Lin.Id), 0, 3);
            Assert.InRange(Open(heads, store.Wang.Id), 0, 5);
            Assert.True(heads.All(head => head.Status != ConversationStatus.Queued) || Open(heads, store.Lin.Id) + Open(heads, store.Wang.Id) == 8, "somebody waits while somebody is free");
            foreach (var head in heads.Where(head => head.Status == ConversationStatus.Open && random.Next(3) == 0))
                await store.Node.Do(head.Id, it => it.SetStatus(ConversationStatus.Resolved, null));
        }
        await store.CheckLog();

        static int Open(List<ConversationHead> heads, Guid agent) => heads.Count(head => head.Status == ConversationStatus.Open && head.AssigneeId == agent);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Customers_who_wait_for_somebody_who_left_go_to_somebody_else(string engine)
    {
        await using var store = await Store.Open(engine);
        await Office.Automatic(store, requeueAfter: TimeSpan.FromMinutes(3));
        using var office = new Office(store, store.Node);
        office.Consoles.Open(store.Lin.Id);
        var waits = (await store.Node.CustomerSays("waits", "hello", "c")).ConversationOf();
        var answered = (await store.Node.CustomerSays("answered", "hello", "c")).ConversationOf();
        Assert.Equal(2, await office.Turn());
        await store.Node.AgentSays(answered, "done", "a", store.Lin);
        office.Consoles.Shut(store.Lin.Id);
        office.Consoles.Open(store.Wang.Id);

        store.Clock.Move(TimeSpan.FromMinutes(2));
        Assert.Equal(0, await office.Turn());
        store.Clock.Move(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await office.Turn());

        var heads = (await Office.Heads(store)).ToDictionary(head => head.Id);
        Assert.Equal(store.Wang.Id, heads[waits].AssigneeId);
        Assert.Equal(store.Lin.Id, heads[answered].AssigneeId);
        await store.CheckLog();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_waits_for_a_team_goes_to_its_members_and_urgent_ones_go_first(string engine)
    {
        await using var store = await Store.Open(engine);
        await Office.Automatic(store);
        using var office = new Office(store, store.Node);
        var team = await Office.AddTeam(store, office, store.Wang.Id);
        var plain = (await store.Node.CustomerSays("plain", "hello", "c")).ConversationOf();
        store.Clock.Move(TimeSpan.FromSeconds(1));
        var theirs = (await store.Node.CustomerSays("theirs", "hello", "c")).ConversationOf();
        var urgent = (await store.Node.CustomerSays("urgent", "hello", "c")).ConversationOf();
        await store.Node.Do(theirs, head => new TeamChanged(null, new(team, "team")));
        await store.Node.Do(urgent, head => new PriorityChanged("none", "urgent"));
        office.Capacity(store.Lin.Id, 1);
        office.Consoles.Open(store.Lin.Id);

        Assert.Equal(1, await office.Turn());
        Assert.Equal(store.Lin.Id, (await Office.Heads(store)).Single(head => head.Id == urgent).AssigneeId);
        office.Capacity(store.Lin.Id, 5);
        Assert.Equal(1, await office.Turn()); // the team's waits for the team
        office.Consoles.Open(store.Wang.Id);
        Assert.Equal(1, await office.Turn());

        var heads = (await Office.Heads(store)).ToDictionary(head => head.Id);
        Assert.Equal(store.Lin.Id, heads[plain].AssigneeId);
        Assert.Equal(store.Wang.Id, heads[theirs].AssigneeId);
    }
}
