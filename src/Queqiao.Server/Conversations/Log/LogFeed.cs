using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Telemetry;
using System.Threading.Channels;

namespace Queqiao.Server.Conversations.Log;

/// <summary>
/// What happens after a commit: senders get their answer, then subscribers hear of it. One reader keeps commit order and
/// leaves the write lane free for the next batch. What other nodes committed comes the same way (<see cref="Relaying.LogRelay"/>); a part
/// that comes before what precedes it in its conversation waits for that, but never long.
/// </summary>
internal sealed class LogFeed : IAsyncDisposable
{
    /// <summary>What precedes was read within milliseconds, or the database is away: then readers see the gap in seq and ask.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Channel<LogBatch> _batches = Channel.CreateUnbounded<LogBatch>(new() { SingleReader = true });
    private readonly List<(LogBatch Batch, int Part, long Since)> _early = [];
    private readonly ILogSubscriber[] _subscribers;
    private readonly ILogFollower[] _followers;
    private readonly ILogger _log;
    private readonly ILogOrder? _order;
    private readonly Task _loop;

    public LogFeed(IEnumerable<ILogSubscriber> subscribers, IEnumerable<ILogFollower> followers, ILogger<LogFeed> log, ILogOrder? order = null)
    {
        _subscribers = [.. subscribers];
        _followers = [.. followers];
        _log = log;
        _order = order;
        _loop = Task.Run(Loop);
    }

    public void Publish(LogBatch batch) => _batches.Writer.TryWrite(batch);

    private async Task Loop()
    {
        while (await More())
        {
            while (_batches.Reader.TryRead(out var batch))
            {
                for (var part = 0; part < batch.Parts; part++)
                    TellInOrder(batch, part);
                Count(batch);
                foreach (var follower in _followers)
                    Safely(() => follower.After(batch));
            }
            if (_early.Count > 0)
                TellOverdue();
        }
        foreach (var (batch, part, _) in _early)
            Tell(batch, part);
    }

    private async ValueTask<bool> More()
    {
        var more = _batches.Reader.WaitToReadAsync().AsTask();
        if (_early.Count > 0 && await Task.WhenAny(more, Task.Delay(Patience)) != more)
            return true;
        return await more;
    }

    private void TellInOrder(LogBatch batch, int part)
    {
        if (IsEarly(batch, part))
        {
            _early.Add((batch, part, Environment.TickCount64));
            return;
        }
        Tell(batch, part);
        while (_early.FindIndex(one => !IsEarly(one.Batch, one.Part)) is >= 0 and var ready)
        {
            var next = _early[ready];
            _early.RemoveAt(ready);
            Tell(next.Batch, next.Part);
        }
    }

    private void TellOverdue()
    {
        var now = Environment.TickCount64;
        while (_early.FindIndex(one => now - one.Since >= Patience.TotalMilliseconds) is >= 0 and var due)
        {
            var next = _early[due];
            _early.RemoveAt(due);
            Tell(next.Batch, next.Part);
        }
    }

    private bool IsEarly(LogBatch batch, int part) =>
        _order is not null && batch.EntriesOf(part) is [var first, ..] && _order.Lacks(first, batch.Heads[(first.Ws, first.ConversationId)]);

    /// <summary>Subscribers first, then the sender: its ack comes behind the events that its own command caused, in the order of their seq.</summary>
    private void Tell(LogBatch batch, int part)
    {
        if (batch.EntriesOf(part) is { Length: > 0 })
        {
            foreach (var subscriber in _subscribers)
                Safely(() => subscriber.On(batch, part, batch.EntriesOf(part)));
        }
        if (!batch.IsHeard)
            Safely(() => batch.Commands[part].Reply.Done(batch.Outcomes[part]));
    }

    /// <summary>After everybody was told, so that nobody waits for it.</summary>
    private static void Count(LogBatch batch)
    {
        if (batch.IsHeard)
            return; // it was counted where it was written
        Measures.Batch.Record(batch.Commands.Count);
        if (Measures.Ack.Enabled)
        {
            var now = System.Diagnostics.Stopwatch.GetTimestamp();
            foreach (var command in batch.Commands)
                Measures.Ack.Record(System.Diagnostics.Stopwatch.GetElapsedTime(command.MadeAt, now).TotalSeconds);
        }
        if (!Measures.Messages.Enabled)
            return;
        foreach (var entry in batch.Entries)
        {
            if (entry.Body is MessagePosted message)
                Measures.Messages.Add(1, new KeyValuePair<string, object?>("direction", message.Direction == Direction.In ? "in" : "out"));
            else if (entry.Body is NotePosted)
                Measures.Messages.Add(1, new KeyValuePair<string, object?>("direction", "note"));
        }
    }

    private void Safely(Action act)
    {
        try
        {
            act();
        }
        catch (Exception trouble)
        {
            // The entry is stored: who missed the news sees the gap in seq and fetches it.
            _log.Fault(LogLevel.Error, trouble, "A subscriber of the log failed");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _batches.Writer.TryComplete();
        await _loop;
    }
}

/// <summary>Hears of committed entries at once, on this node, and may miss some: screens. Durable work is a listener's.</summary>
internal interface ILogSubscriber
{
    /// <summary>The entries of one command, in commit order, from one thread. Must be quick.</summary>
    void On(LogBatch batch, int part, ReadOnlySpan<LogEntry> entries);
}

/// <summary>Knows what readers here were told last.</summary>
internal interface ILogOrder
{
    /// <summary>Whether somebody follows this conversation and has not been told yet what comes before this entry.</summary>
    bool Lacks(LogEntry entry, ConversationHead head);
}

/// <summary>Hears of whole batches, after everybody was told: lists, wake-ups of listeners.</summary>
internal interface ILogFollower
{
    void After(LogBatch batch);
}
