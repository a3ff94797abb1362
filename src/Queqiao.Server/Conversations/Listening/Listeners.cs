using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Listening;

/// <summary>Keeps every listener at the end of the log: woken by each commit here, and once a second for what other nodes wrote.</summary>
internal sealed class Listeners(IStorageEngine storage, ConversationSeals seals, IEnumerable<ILogListener> listeners, ILogger<Listeners> log) : BackgroundService, ILogFollower
{
    private readonly Follower[] _all = [.. listeners.Select(listener => new Follower(listener.Name, new ListenerTurn(storage, seals, listener, log)))];

    /// <summary>Entries that each listener had still to digest when it last looked.</summary>
    public IReadOnlyDictionary<string, long> Lag => _all.ToDictionary(one => one.Name, one => one.Waiting);

    /// <summary>Whether every listener has looked at the log since the start.</summary>
    public bool HaveBegun => Array.TrueForAll(_all, one => one.LookedAt > 0);

    /// <summary>Since when the slowest listener has not finished a turn: about a second when all is well.</summary>
    public TimeSpan QuietFor => TimeSpan.FromMilliseconds(_all.Length == 0 ? 0 : Environment.TickCount64 - _all.Min(one => one.LookedAt));

    public void After(LogBatch batch)
    {
        if (batch.IsHeard)
            return; // the node that wrote it is at work on it already
        foreach (var one in _all)
            one.Wake();
    }

    /// <summary>One turn of every listener, for tests.</summary>
    public async Task RunOnce(CancellationToken ct)
    {
        foreach (var one in _all)
            await one.Turn.Run(ct);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_all.Select(one => Follow(one, stoppingToken)));

    private async Task Follow(Follower one, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await one.Woken(ct);
                one.Begins();
                one.Waiting = await one.Turn.Run(ct);
                one.Looked();
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                log.Fault(LogLevel.Warning, trouble, $"Listener {one.Name} waits for the database");
            }
        }
    }

    public override void Dispose()
    {
        foreach (var one in _all)
            one.Dispose();
        base.Dispose();
    }

    private sealed class Follower(string name, ListenerTurn turn) : IDisposable
    {
        private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
        private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

        private readonly SemaphoreSlim _signal = new(1, 1);
        private long _waiting;
        private long _lookedAt;

        public string Name => name;

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

        public void Wake()
        {
            if (_signal.CurrentCount == 0)
                _signal.Release();
        }

        public void Dispose() => _signal.Dispose();

        /// <summary>Waits for news, then a moment longer: a hundred entries at once cost little more than one.</summary>
        public async Task Woken(CancellationToken ct)
        {
            await _signal.WaitAsync(Poll, ct);
            await Task.Delay(Gather, ct);
        }
    }
}
