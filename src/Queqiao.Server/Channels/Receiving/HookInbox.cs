using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>
/// Deliveries between the commit and the conversations. What this node received it digests from memory, in groups; what is left in
/// the store (this node died, the store was away) is taken from there by whichever node looks next.
/// </summary>
internal sealed class HookInbox(
    HookStore store, HookKeys keys, IChannelIntake intake, IChannels channels, KindRegistry kinds, IStorageEngine storage, Ids ids, HookInboxOptions options, ILogger<HookInbox> log) : BackgroundService
{
    private const int MostAtOnce = 500;
    private const int MostWaiting = 10_000;
    private const int MostTries = 6;
    private const int MostLooks = 3;

    /// <summary>How long the receiving node has before others take a delivery for left behind.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<Pending> _waiting = new();
    private readonly SemaphoreSlim _signal = new(0);
    private long _looked;

    private sealed record Pending(int Ws, Guid Id, ChannelView Channel, IReadOnlyList<InboundEvent> Events, int Tries = 0);

    /// <summary>Stores a verified delivery; returns after the commit.</summary>
    public async Task Put(ChannelView channel, byte[] delivery, IReadOnlyList<InboundEvent> events, long now, CancellationToken ct)
    {
        var (id, day) = (ids.New(), HookKeys.DayOf(now));
        var key = await keys.Of(channel.Ws, day, ct);
        var keep = options.ByThemselves && _waiting.Count < MostWaiting;
        await store.Store(new NewHook(channel.Ws, id, channel.Id, day, now, HookKeys.Seal(key, channel.Ws, id, delivery), keep ? now + (long)Grace.TotalMilliseconds : now,
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        if (!keep)
            return;
        _waiting.Enqueue(new Pending(channel.Ws, id, channel, events));
        if (_signal.CurrentCount == 0)
            _signal.Release();
    }

    /// <summary>Something in the store may be due: looks at once instead of in a few seconds.</summary>
    public void Look()
    {
        Volatile.Write(ref _looked, 0);
        if (_signal.CurrentCount == 0)
            _signal.Release();
    }

    /// <summary>Digests everything that waits in the store at this clock. For tests: there the inbox does not run by itself.</summary>
    public async Task<int> RunDue(CancellationToken ct)
    {
        var digested = 0;
        while (await Left(ct) is { Count: > 0 } left)
        {
            await Digest(left, ct);
            digested += left.Count;
        }
        return digested;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var more = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (_waiting.IsEmpty && !more)
                    await _signal.WaitAsync(LookEvery, stoppingToken);
                var group = new List<Pending>();
                while (group.Count < MostAtOnce && _waiting.TryDequeue(out var next))
                    group.Add(next);
                if (group.Count > 0)
                    await Digest(group, stoppingToken);
                if (!more && ids.Now() - Volatile.Read(ref _looked) < (long)LookEvery.TotalMilliseconds)
                    continue;
                Volatile.Write(ref _looked, ids.Now());
                var left = await Left(stoppingToken); // one group: what comes in meanwhile must not wait until all of it is digested
                more = left.Count == MostAtOnce;
                await Digest(left, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                log.Fault(LogLevel.Warning, trouble, "Deliveries of channels could not be digested; they stay in the store");
                await Task.Delay(LookEvery, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Digest(List<Pending> group, CancellationToken ct)
    {
        var ended = await Task.WhenAll(group.GroupBy(one => one.Channel.Id).Select(channel => Digest(channel.First().Channel, [.. channel], ct)));
        await End(ended.SelectMany(one => one), ct);
    }

    /// <summary>One channel's deliveries, all together; when that fails, one by one, so that a bad one costs no other.</summary>
    private async Task<List<(Pending Delivery, bool IsDone)>> Digest(ChannelView channel, List<Pending> deliveries, CancellationToken ct)
    {
        try
        {
            await intake.Take(channel, [.. deliveries.SelectMany(one => one.Events)], ct);
            return deliveries.ConvertAll(one => (one, true));
        }
        catch (StorageUnavailableException)
        {
            return []; // they are in the store, and are looked for there
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            if (deliveries.Count == 1 && trouble is NotYetException)
            {
                // After the last look it is as if nothing were known: it is another tool's.
                return [(deliveries[0], deliveries[0].Tries >= MostLooks)];
            }
            if (deliveries.Count == 1)
            {
                log.Fault(LogLevel.Warning, trouble, $"A delivery of the channel {channel.Id} ({channel.Kind}) could not be digested");
                return [(deliveries[0], false)];
            }
        }
        var ended = new List<(Pending Delivery, bool IsDone)>();
        foreach (var one in deliveries)
            ended.AddRange(await Digest(channel, [one], ct));
        return ended;
    }

    private async Task End(IEnumerable<(Pending Delivery, bool IsDone)> ended, CancellationToken ct)
    {
        var all = ended.ToList();
        if (all.Count == 0)
            return;
        var now = ids.Now();
        await storage.RunSystem(async (unit, stop) =>
        {
            foreach (var (ws, done) in Apart(all.Where(one => one.IsDone).Select(one => (one.Delivery.Ws, one.Delivery.Id))))
                await unit.Db.Visible(Everywhere).Where(row => row.Ws == ws && done.Contains(row.Id)).ExecuteUpdateAsync(set => set.SetProperty(row => row.State, HookStates.Done).SetProperty(row => row.NextAt, (long?)null), stop);
            foreach (var (failed, _) in all.Where(one => !one.IsDone))
            {
                var isLast = failed.Tries + 1 >= MostTries;
                var (state, next) = (isLast ? HookStates.Parked : HookStates.Waiting, isLast ? (long?)null : now + (1000L << (2 * failed.Tries)));
                await unit.Db.Visible(Everywhere).Where(row => row.Ws == failed.Ws && row.Id == failed.Id)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, state).SetProperty(row => row.NextAt, next).SetProperty(row => row.Tries, failed.Tries + 1), stop);
            }
            return 0;
        }, ct);
    }

    /// <summary>Takes what was left behind, oldest first; another node does not get it for a while.</summary>
    private async Task<List<Pending>> Left(CancellationToken ct)
    {
        var now = ids.Now();
        var rows = await storage.RunSystem(async (unit, stop) =>
        {
            var due = await Due(unit, now, stop);
            foreach (var (ws, claimed) in Apart(due.Select(row => (row.Ws, row.Id))))
                await unit.Db.Visible(Everywhere).Where(row => row.Ws == ws && claimed.Contains(row.Id)).ExecuteUpdateAsync(set => set.SetProperty(row => row.NextAt, now + (long)Grace.TotalMilliseconds), stop);
            return due;
        }, ct);
        var left = new List<Pending>(rows.Count);
        foreach (var row in rows.OrderBy(row => row.ReceivedAt).ThenBy(row => row.Id))
            left.Add(await Read(row, ct));
        return left;
    }

    /// <summary>What nobody else is claiming at this moment. SQLite has one writer, and that is us.</summary>
    private async Task<List<HookDelivery>> Due(WriteUnit unit, long now, CancellationToken ct)
    {
        if (!storage.IsPostgres)
            return await unit.Db.Visible(Everywhere).Where(row => row.NextAt != null && row.NextAt <= now).OrderBy(row => row.NextAt).ThenBy(row => row.ReceivedAt).ThenBy(row => row.Id).Take(MostAtOnce).ToListAsync(ct);
        var free = await unit.Db.Database.SqlQueryRaw<Place>(
            """SELECT ws, id FROM hook_delivery WHERE next_at <= {0} ORDER BY next_at, received_at, id LIMIT {1} FOR UPDATE SKIP LOCKED""", now, MostAtOnce).ToListAsync(ct);
        var due = new List<HookDelivery>(free.Count);
        foreach (var (ws, some) in Apart(free.Select(one => (one.Ws, one.Id))))
            due.AddRange(await unit.Db.Visible(Everywhere).Where(row => row.Ws == ws && some.Contains(row.Id)).ToListAsync(ct));
        return due;
    }

    /// <summary>By workspace: the key begins with it, and an id alone would be looked for in all that was ever received.</summary>
    private static IEnumerable<(int Ws, Guid[] Ids)> Apart(IEnumerable<(int Ws, Guid Id)> places) =>
        places.GroupBy(place => place.Ws).Select(ws => (ws.Key, ws.Select(place => place.Id).ToArray()));

    private sealed record Place(int Ws, Guid Id);

    private async Task<Pending> Read(HookDelivery row, CancellationToken ct)
    {
        var gone = new ChannelView(row.Ws, row.ChannelId, "", "", false, null);
        if (await channels.Find(row.ChannelId, ct) is not { Account: { } account } channel || kinds.Find(channel.Kind)?.Adapter is not { } adapter)
            return new Pending(row.Ws, row.Id, gone, [], MostTries); // taken away meanwhile
        if (await keys.Open(row.Ws, row.Day, row.Id, row.Body, ct) is not { } clear)
            return new Pending(row.Ws, row.Id, channel, [], MostTries);
        var received = Connections.FrameReading.Read(adapter, StoredHook.Read(clear), account.Settings, DateTimeOffset.FromUnixTimeMilliseconds(row.ReceivedAt));
        return new Pending(row.Ws, row.Id, channel, received.Events, row.Tries);
    }

    private static readonly Scope<HookDelivery> Everywhere = Scope<HookDelivery>.Everything("deliveries of all workspaces are digested alike");

    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }
}

/// <param name="ByThemselves">False: only when somebody calls <see cref="HookInbox.RunDue"/> (tests).</param>
internal sealed record HookInboxOptions(bool ByThemselves);
