using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Listening;

/// <summary>
/// Keeps every listener at the end of the log: woken by each commit here, and once a second for what other nodes wrote. They go
/// together; one that is far behind (it is new, or reads all anew) catches up aside, so that nobody waits for it.
/// </summary>
internal sealed class Listeners(IStorageEngine storage, ConversationSeals seals, IEnumerable<ILogListener> listeners, ILogger<Listeners> log) : BackgroundService, ILogFollower
{
    /// <summary>Entries that the others wait for.</summary>
    private const int Near = 2000;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    private readonly Follower[] _all = Followers(storage, seals, [.. listeners], log);
    private readonly ListenerPlaces _places = new(storage, [.. listeners.Select(one => one.Name)]);
    private readonly SharedTurn _shared = new(storage, seals);
    private readonly ConcurrentDictionary<Follower, Task> _aside = new();
    private readonly SemaphoreSlim _signal = new(1, 1);

    /// <summary>Entries that each listener had still to digest when it last looked.</summary>
    public IReadOnlyDictionary<string, long> Lag => _all.ToDictionary(one => one.Name, one => one.Waiting);

    /// <summary>Whether every listener has looked at the log since the start.</summary>
    public bool HaveBegun => Array.TrueForAll(_all, one => one.LookedAt > 0);

    /// <summary>Since when the slowest listener has not finished a turn: about a second when all is well.</summary>
    public TimeSpan QuietFor => TimeSpan.FromMilliseconds(_all.Length == 0 ? 0 : Environment.TickCount64 - _all.Min(one => one.LookedAt));

    public void After(LogBatch batch)
    {
        if (!batch.IsHeard && _signal.CurrentCount == 0) // of what was heard, the node that wrote it is at work already
            _signal.Release();
    }

    /// <summary>One turn of every listener, for tests.</summary>
    public async Task RunOnce(CancellationToken ct)
    {
        await Round(ct);
        await Task.WhenAll(_aside.Values);
        if (!_aside.IsEmpty)
            await Round(ct);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _signal.WaitAsync(Poll, stoppingToken);
                await Task.Delay(Gather, stoppingToken); // a hundred entries at once cost little more than one
                await Round(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception trouble)
            {
                log.Fault(LogLevel.Warning, trouble, $"Listeners wait for the database");
            }
        }
        await Task.WhenAll(_aside.Values);
    }

    private async Task Round(CancellationToken ct)
    {
        foreach (var ended in _aside.Where(one => one.Value.IsCompleted))
            _aside.TryRemove(ended);
        foreach (var one in _all)
            one.Begins();
        var places = await _places.Look(ct);
        foreach (var one in _all)
            one.Waiting = places.TryGetValue(one.Name, out var place) ? place.Waiting : 0;
        var behind = _all.Where(one => places.TryGetValue(one.Name, out var place) && place.Behind > 0).ToList();
        foreach (var one in behind)
        {
            if (places[one.Name].Behind > Near)
                _ = _aside.GetOrAdd(one, who => CatchUp(who, ct));
            else if (!_aside.ContainsKey(one))
                await one.Turn.CatchUp(ct);
        }
        if (behind.Count > 0)
            places = await _places.Look(ct);
        var together = _all.Where(one => places.TryGetValue(one.Name, out var place) && place.Behind == 0 && !_aside.ContainsKey(one)).ToList();
        if (together.Exists(one => places[one.Name].Waiting > 0))
            await _shared.Run([.. together.Select(one => one.Turn)], ct);
        await RetryHeld(ct);
        foreach (var one in _all.Where(one => !_aside.ContainsKey(one)))
            one.Looked();
    }

    private async Task RetryHeld(CancellationToken ct)
    {
        string[] holding;
        await using (var db = storage.ReadSystem())
        {
            holding = await db.Table<ListenerHold>().Select(hold => hold.Listener).Distinct().ToArrayAsync(ct);
        }
        foreach (var one in _all.Where(one => holding.Contains(one.Name)))
            await one.Turn.Retry(ct);
    }

    private async Task CatchUp(Follower one, CancellationToken ct)
    {
        try
        {
            await one.Turn.CatchUp(ct);
            one.Looked();
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // it goes on from its cursor after the next start
        }
        catch (Exception trouble)
        {
            log.Fault(LogLevel.Warning, trouble, $"Listener {one.Name} waits for the database");
        }
    }

    private static Follower[] Followers(IStorageEngine storage, ConversationSeals seals, ILogListener[] listeners, ILogger log)
    {
        var names = listeners.Select(one => one.Name).ToArray();
        return [.. listeners.Select(one => new Follower(new ListenerTurn(storage, seals, one, names, log)))];
    }

    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    private sealed class Follower(ListenerTurn turn)
    {
        private long _waiting;
        private long _lookedAt;

        public string Name => turn.Name;

        public ListenerTurn Turn => turn;

        /// <summary>On the clock of <see cref="Environment.TickCount64"/>: when the last turn ended, or the first began.</summary>
        public long LookedAt => Volatile.Read(ref _lookedAt);

        public void Begins() => Interlocked.CompareExchange(ref _lookedAt, Environment.TickCount64, 0);

        public void Looked() => Volatile.Write(ref _lookedAt, Environment.TickCount64);

        public long Waiting
        {
            get => Volatile.Read(ref _waiting);
            set => Volatile.Write(ref _waiting, value);
        }
    }
}
