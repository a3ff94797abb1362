using System.Buffers.Binary;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Relaying;

/// <summary>
/// Brings what other nodes commit to the screens of this one. A word on the bus says how far which slots go; what lies between is read
/// from the database, which is the only truth, and given to the feed as if it had been written here. Words may be lost: once a second
/// the ends of all slots are looked at.
/// </summary>
internal sealed class LogRelay : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookWhenDeaf = TimeSpan.FromMilliseconds(250);

    /// <summary>Commits within this time become one word.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(4);

    private readonly SemaphoreSlim _read = new(0);
    private readonly SemaphoreSlim _tell = new(0);
    private readonly Lock _gate = new();
    private readonly Dictionary<int, long> _ends = [];
    private readonly IStorageEngine _storage;
    private readonly IBus _bus;
    private readonly SlotReader _reader;
    private readonly LogFeed _feed;
    private readonly Func<bool> _isWanted;
    private readonly Ids _ids;
    private readonly ILogger<LogRelay> _log;
    private volatile bool _lookAtAll = true;

    /// <param name="isWanted">Whether anybody on this node follows anything.</param>
    public LogRelay(IStorageEngine storage, IBus bus, SlotReader reader, LogFeed feed, Func<bool> isWanted, Ids ids, ILogger<LogRelay> log)
    {
        (_storage, _bus, _reader, _feed, _isWanted, _ids, _log) = (storage, bus, reader, feed, isWanted, ids, log);
        bus.On(BusTopics.Log, OnWord);
        bus.Restored += OnRestored;
    }

    public LogRelay(IStorageEngine storage, IBus bus, SlotReader reader, LogFeed feed, ConversationHub hub, ListBoard lists, Ids ids, ILogger<LogRelay> log)
        : this(storage, bus, reader, feed, () => hub.HasReaders || lists.HasWatches, ids, log)
    {
    }

    public SlotLedger Ledger { get; } = new();

    /// <summary>Entries of other nodes that were given to the feed since the start.</summary>
    public long Heard { get; private set; }

    /// <summary>A transaction of this node is on disk, and the feed has it.</summary>
    public void Committed(object transaction, IReadOnlyList<SlotSpan> spans)
    {
        if (Ledger.Settle(transaction, spans, committed: true))
            Wake(_read);
        if (!_bus.HasPeers)
            return;
        lock (_gate)
        {
            foreach (var span in spans)
                _ends[span.Slot] = Math.Max(_ends.GetValueOrDefault(span.Slot), span.To);
        }
        Wake(_tell);
    }

    public void RolledBack(object transaction, IReadOnlyList<SlotSpan> spans)
    {
        if (Ledger.Settle(transaction, spans, committed: false))
            Wake(_read);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_storage.IsPostgres)
            Ledger.Begin(await _reader.Ends(cancellationToken));
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _storage.IsPostgres ? Task.WhenAll(Follow(stoppingToken), TellOthers(stoppingToken)) : Task.CompletedTask;

    private async Task Follow(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (!await _read.WaitAsync(_bus.IsQuick ? Look : LookWhenDeaf, ct))
                    _lookAtAll |= _bus.HasPeers;
                await Turn(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                _log.Fault(LogLevel.Warning, trouble, "What other nodes wrote could not be read; it is tried again");
                _lookAtAll = true;
                await _reader.Forget();
                await Task.WhenAny(Task.Delay(Look, ct));
            }
        }
    }

    /// <summary>Reads what is known of and not told yet.</summary>
    public async Task Turn(CancellationToken ct)
    {
        if (_lookAtAll)
        {
            _lookAtAll = false;
            foreach (var (slot, position) in await _reader.Ends(ct))
                Ledger.Know(slot, position);
        }
        var wanted = _isWanted(); // before the ledger is asked: who comes now reads the past by themselves
        while (Ledger.Behind(wanted) is { Count: > 0 } behind)
        {
            if (!Take(await _reader.Read(behind, ct)))
                return; // what comes next is our own and still on its way: its end wakes us
        }
    }

    private bool Take(SlotPage page)
    {
        var entries = new List<LogEntry>(page.Entries.Count);
        var progress = false;
        foreach (var slot in page.Entries.GroupBy(entry => entry.Slot))
        {
            foreach (var entry in slot)
            {
                var verdict = Ledger.Meet(slot.Key, entry.Position);
                if (verdict == SlotLedger.Verdict.Later)
                    break;
                progress = true;
                if (verdict == SlotLedger.Verdict.New)
                    entries.Add(entry);
            }
        }
        if (entries.Count > 0)
        {
            Heard += entries.Count;
            _feed.Publish(LogBatch.Heard(entries, page.Heads, _ids));
        }
        return progress;
    }

    private async Task TellOthers(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await _tell.WaitAsync(ct);
                await Task.Delay(Gather, ct);
                _bus.Tell(BusTopics.Log, Word());
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // stopping: the last commits are told by nobody, and found by the others within a second
        }
    }

    private byte[] Word()
    {
        lock (_gate)
        {
            var word = new byte[_ends.Count * 9];
            var at = 0;
            foreach (var (slot, position) in _ends)
            {
                word[at] = (byte)slot;
                BinaryPrimitives.WriteInt64BigEndian(word.AsSpan(at + 1), position);
                at += 9;
            }
            _ends.Clear();
            return word;
        }
    }

    private void OnWord(Guid node, ReadOnlyMemory<byte> word)
    {
        var news = false;
        for (var at = 0; at + 9 <= word.Length; at += 9)
        {
            if (word.Span[at] < SlotLedger.Slots)
                news |= Ledger.Know(word.Span[at], BinaryPrimitives.ReadInt64BigEndian(word.Span[(at + 1)..]));
        }
        if (news)
            Wake(_read);
    }

    private void OnRestored()
    {
        _lookAtAll = true;
        Wake(_read);
    }

    private static void Wake(SemaphoreSlim signal)
    {
        if (signal.CurrentCount == 0)
            signal.Release();
    }

    public override void Dispose()
    {
        _bus.Restored -= OnRestored;
        _read.Dispose();
        _tell.Dispose();
        base.Dispose();
    }
}
