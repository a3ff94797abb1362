using System.Collections.Concurrent;
using Queqiao.Server.Conversations;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Listening;

/// <summary>Listeners follow the log at least once and in order; what one cannot digest hurts nobody but itself.</summary>
public sealed class ListenerTests
{
    [Theory]
    [OnSqlite, OnPostgres]
    public async Task A_poison_entry_is_parked_after_five_tries_while_others_flow(string engine)
    {
        await using var store = await Store.Open(engine);
        var (poisoned, neighbour) = await TwoInOneSlot(store);
        await store.Node.CustomerSays(poisoned.Identity, "poison", "p1");
        await store.Node.CustomerSays(poisoned.Identity, "behind it", "p2");
        await store.Node.CustomerSays(neighbour.Identity, "fine", "n1");
        var recorder = new Recorder(entry => entry.ConversationId == poisoned.Id && entry.Seq == 3 ? new InvalidOperationException("cannot digest") : null);
        using var listeners = store.Node.Listeners(recorder);

        await listeners.RunOnce(CancellationToken.None);
        await listeners.RunOnce(CancellationToken.None); // no hot loop: nothing is due

        var digested = await Digested.By(store);
        Assert.Contains($"{neighbour.Id}.3", digested);
        Assert.Equal([$"{poisoned.Id}.1", $"{poisoned.Id}.2"], digested.Where(id => id.StartsWith(poisoned.Id.ToString(), StringComparison.Ordinal)));
        var first = TriesOf(recorder, $"{poisoned.Id}.3");
        await store.Node.CustomerSays(neighbour.Identity, "still fine", "n2");
        foreach (var (seconds, tries) in new[] { (1, 1), (4, 2), (16, 3) })
        {
            store.Clock.Move(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            await listeners.RunOnce(CancellationToken.None);
            Assert.Equal(first + tries - 1, TriesOf(recorder, $"{poisoned.Id}.3"));
            store.Clock.Move(TimeSpan.FromMilliseconds(1));
            await listeners.RunOnce(CancellationToken.None);
            Assert.Equal(first + tries, TriesOf(recorder, $"{poisoned.Id}.3"));
            Assert.Empty(await Digested.Parked(store));
        }
        store.Clock.Move(TimeSpan.FromSeconds(64));
        await listeners.RunOnce(CancellationToken.None);

        var parked = Assert.Single(await Digested.Parked(store));
        Assert.Equal((poisoned.Id, 3L, 5, nameof(InvalidOperationException)), (parked.ConversationId, parked.Seq, parked.Tries, parked.Error));
        Assert.Equal(0, await Digested.Held(store));
        await store.Node.CustomerSays(poisoned.Identity, "and on", "p3");
        await listeners.RunOnce(CancellationToken.None);
        digested = await Digested.By(store);
        Assert.Equal([$"{poisoned.Id}.1", $"{poisoned.Id}.2", $"{poisoned.Id}.4", $"{poisoned.Id}.5"], digested.Where(id => id.StartsWith(poisoned.Id.ToString(), StringComparison.Ordinal)));
        Assert.Contains($"{neighbour.Id}.4", digested);
        await Digested.InOrder(store);
    }

    [Theory]
    [OnSqlite, OnPostgres]
    public async Task Trouble_that_passes_leaves_nothing_out_and_nothing_twice(string engine)
    {
        await using var store = await Store.Open(engine);
        await Talk(store, conversations: 20, messages: 200);
        var random = new Random(7);
        var recorder = new Recorder(entry => random.Next(40) == 0 ? new TimeoutException() : null);
        using var listeners = store.Node.Listeners(recorder);
        for (var turn = 0; turn < 30 || await Digested.Held(store) > 0; turn++)
        {
            Assert.True(turn < 200, "the holds never end");
            await store.Node.CustomerSays($"v{turn % 20}", "more", "turn" + turn);
            await listeners.RunOnce(CancellationToken.None);
            store.Clock.Move(TimeSpan.FromSeconds(2));
        }

        Assert.Empty(await Digested.Parked(store));
        await Digested.ExactlyOnce(store);
        await Digested.InOrder(store);
    }

    [Theory]
    [OnSqlite, OnPostgres]
    public async Task A_server_that_dies_in_the_middle_goes_on_from_its_cursor(string engine)
    {
        await using var store = await Store.Open(engine);
        await Talk(store, conversations: 10, messages: 60);
        var left = 25;
        var dying = new Recorder(_ => left-- == 0 ? new OperationCanceledException("the plug was pulled") : null);
        using (var listeners = store.Node.Listeners(dying))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listeners.RunOnce(CancellationToken.None));
        Assert.InRange((await Digested.By(store)).Count, 0, 25);
        await store.Restart();

        using var after = store.Node.Listeners(new Recorder());
        await after.RunOnce(CancellationToken.None);
        await after.RunOnce(CancellationToken.None); // what it then finds is its lag

        await Digested.ExactlyOnce(store);
        Assert.Equal(0, await Digested.Held(store));
        Assert.Equal(0, after.Lag.Values.Sum());
    }

    [Theory]
    [OnSqlite, OnPostgres]
    public async Task Listeners_go_together_and_none_suffers_from_another(string engine)
    {
        await using var store = await Store.Open(engine);
        await Talk(store, conversations: 10, messages: 60);
        using (var early = store.Node.Listeners(new Recorder(name: "early"))) // so the others are behind it, and one a long way
            await early.RunOnce(CancellationToken.None);
        var random = new Random(3);
        var (calm, faulty) = (new Recorder(name: "calm"), new Recorder(entry => random.Next(15) == 0 ? new TimeoutException() : null, "faulty"));
        using var all = store.Node.Listeners(new Recorder(name: "early"), calm, faulty);
        for (var turn = 0; turn < 20 || await Digested.Held(store) > 0; turn++)
        {
            Assert.True(turn < 200, "the holds never end");
            await store.Node.CustomerSays($"v{turn % 10}", "more", "turn" + turn);
            await all.RunOnce(CancellationToken.None);
            store.Clock.Move(TimeSpan.FromSeconds(2));
        }

        await all.RunOnce(CancellationToken.None);
        Assert.All(all.Lag, lag => Assert.Equal(0, lag.Value));
        Assert.Empty(await Digested.Parked(store));
        await Digested.ExactlyOnceBy(store, "early", "calm", "faulty");
    }

    [PostgresFact]
    public async Task Two_servers_digest_each_entry_once_whatever_fails()
    {
        await using var store = await Store.Open(Engines.Postgres);
        var second = await store.Start();
        await Talk(store, conversations: 12, messages: 60);
        var failures = new ConcurrentDictionary<string, int>();
        var calm = false;
        Recorder Faulty(int seed)
        {
            var random = new Random(seed);
            return new Recorder(entry =>
            {
                lock (random)
                    return !calm && random.Next(12) == 0 && failures.AddOrUpdate(entry.Id, 1, (_, n) => n + 1) < 4 ? new InvalidOperationException("not now") : null;
            })
            {
                Meanwhile = () => Task.Delay(Random.Shared.Next(4)),
            };
        }
        using var here = store.Node.Listeners(Faulty(1));
        using var there = second.Listeners(Faulty(2));
        for (var turn = 0; turn < 30; turn++)
        {
            await Task.WhenAll(
                here.RunOnce(CancellationToken.None), there.RunOnce(CancellationToken.None),
                store.Node.CustomerSays($"v{turn % 12}", "here", "here" + turn), second.CustomerSays($"v{(turn + 5) % 12}", "there", "there" + turn));
            store.Clock.Move(TimeSpan.FromSeconds(5));
        }
        calm = true;
        store.Clock.Move(TimeSpan.FromMinutes(5));
        await Task.WhenAll(here.RunOnce(CancellationToken.None), there.RunOnce(CancellationToken.None));
        await here.RunOnce(CancellationToken.None);
        Assert.Equal(0, await Digested.Held(store));

        Assert.Empty(await Digested.Parked(store));
        await Digested.ExactlyOnce(store);
    }

    private static int TriesOf(Recorder recorder, string id) => recorder.Tries.Count(tried => tried == id);

    private static async Task Talk(Store store, int conversations, int messages) =>
        await Task.WhenAll(Enumerable.Range(0, messages).Select(n => store.Node.CustomerSays($"v{n % conversations}", "text " + n, "c" + n)));

    private static async Task<((Guid Id, string Identity) One, (Guid Id, string Identity) Other)> TwoInOneSlot(Store store)
    {
        var slots = new Dictionary<int, (Guid, string)>();
        for (var n = 0; ; n++)
        {
            var identity = "slot" + n;
            var id = (await store.Node.CustomerSays(identity, "hello", "s")).ConversationOf();
            if (!slots.TryAdd(LogEntry.SlotOf(id), (id, identity)))
                return (slots[LogEntry.SlotOf(id)], (id, identity));
        }
    }
}
