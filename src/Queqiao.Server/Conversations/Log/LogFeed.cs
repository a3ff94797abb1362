using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Telemetry;
using System.Threading.Channels;

namespace Queqiao.Server.Conversations.Log;

/// <summary>
/// What happens after a commit: senders get their answer, then subscribers hear of it. One reader keeps commit order and
/// leaves the write lane free for the next batch.
/// </summary>
internal sealed class LogFeed : IAsyncDisposable
{
    private readonly Channel<LogBatch> _batches = Channel.CreateUnbounded<LogBatch>(new() { SingleReader = true });
    private readonly ILogSubscriber[] _subscribers;
    private readonly ILogFollower[] _followers;
    private readonly ILogger _log;
    private readonly Task _loop;

    public LogFeed(IEnumerable<ILogSubscriber> subscribers, IEnumerable<ILogFollower> followers, ILogger<LogFeed> log)
    {
        _subscribers = [.. subscribers];
        _followers = [.. followers];
        _log = log;
        _loop = Task.Run(Loop);
    }

    public void Publish(LogBatch batch) => _batches.Writer.TryWrite(batch);

    private async Task Loop()
    {
        await foreach (var batch in _batches.Reader.ReadAllAsync())
        {
            for (var i = 0; i < batch.Commands.Count; i++)
                Tell(batch, i);
            Count(batch);
            foreach (var follower in _followers)
                Safely(() => follower.After(batch));
        }
    }

    /// <summary>Subscribers first, then the sender: its ack comes behind the events that its own command caused, in the order of their seq.</summary>
    private void Tell(LogBatch batch, int command)
    {
        if (batch.EntriesOf(command) is { Length: > 0 })
        {
            foreach (var subscriber in _subscribers)
                Safely(() => subscriber.On(batch, command, batch.EntriesOf(command)));
        }
        Safely(() => batch.Commands[command].Reply.Done(batch.Outcomes[command]));
    }

    /// <summary>After everybody was told, so that nobody waits for it.</summary>
    private static void Count(LogBatch batch)
    {
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
    void On(LogBatch batch, int command, ReadOnlySpan<LogEntry> entries);
}

/// <summary>Hears of whole batches, after everybody was told: lists, wake-ups of listeners.</summary>
internal interface ILogFollower
{
    void After(LogBatch batch);
}
