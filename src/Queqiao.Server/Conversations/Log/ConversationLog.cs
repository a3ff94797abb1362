using System.Data.Common;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Conversations.Relaying;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Conversations.Log;

/// <summary>
/// The heart: the only writer of messages and of conversations' state. Commands queue for the next group commit;
/// what it acknowledges is on disk.
/// </summary>
internal sealed class ConversationLog : IGroupBody<LogCommand>
{
    private readonly ILogDialect _dialect;
    private readonly Ids _ids;
    private readonly LogFeed _feed;
    private readonly ConversationSeals _seals;
    private readonly IGroupWriter<LogCommand> _writer;
    private readonly LogRelay? _relay;
    private readonly Pressure? _pressure;
    private readonly IReplyGate? _gate;

    /// <param name="relay">Told of every transaction when other nodes may be writing too.</param>
    public ConversationLog(IStorageEngine storage, Ids ids, LogFeed feed, ConversationSeals? seals = null, LogRelay? relay = null, Pressure? pressure = null, IReplyGate? gate = null)
    {
        _gate = gate;
        _pressure = pressure;
        _relay = storage.IsPostgres ? relay : null;
        _seals = seals ?? new ConversationSeals(storage, NullLogger<ConversationSeals>.Instance);
        _dialect = storage.IsPostgres ? new PostgresLogDialect() : new SqliteLogDialect();
        _ids = ids;
        _feed = feed;
        _writer = storage.Group(this);
    }

    /// <summary>
    /// Queues a command; its reply is told after the commit, or at once when it would have to wait too long. What the server does by itself
    /// (waking, taking back, giving away) is never turned away: there is nobody to tell to come again, and it is what relieves agents.
    /// </summary>
    public void Post(LogCommand command)
    {
        if (command.By.Kind != SenderKind.System && _pressure?.Of(command.Customer is null ? Worth.Agent : Worth.Live) is { } busy)
        {
            command.Reply.Done(new LogOutcome.Refused(busy));
            return;
        }
        Tag(command);
        _writer.Enqueue(command, ShardOf(command));
    }

    /// <summary>Queues a command and waits for its commit.</summary>
    /// <exception cref="Platform.Problems.StorageUnavailableException">Nothing was stored, or nobody can know: repeat with the same key.</exception>
    public async Task<LogOutcome> Append(Func<ILogReply, LogCommand> command)
    {
        using var span = Measures.Source.StartActivity("log append");
        var reply = new Awaited();
        Post(command(reply));
        var outcome = await reply.Task;
        span?.SetTag("queqiao.outcome", outcome is LogOutcome.Refused no ? no.Refusal.Code : "stored");
        return outcome;
    }

    /// <summary>Appends inside somebody's transaction: "ticket and entry", "contact and first message" as one. Call it last in the unit: it locks.</summary>
    public async Task<LogOutcome> AppendIn(WriteUnit unit, LogCommand command, CancellationToken ct)
    {
        Tag(command);
        var written = (Written)await Write(unit.Connection, unit.Transaction, [command], ct);
        unit.AfterCommit(written.Committed);
        unit.AfterRollback(written.Lost);
        return written.Batch.Outcomes[0];
    }

    /// <summary>Several commands at once inside somebody's transaction, locked in one order: two conversations become one. Abandon the unit when one was refused.</summary>
    public async Task<LogOutcome[]> AppendIn(WriteUnit unit, IReadOnlyList<LogCommand> commands, CancellationToken ct)
    {
        var written = (Written)await Write(unit.Connection, unit.Transaction, commands, ct);
        unit.AfterCommit(written.Committed);
        unit.AfterRollback(written.Lost);
        return written.Batch.Outcomes;
    }

    public async ValueTask<IWritten> Write(DbConnection connection, DbTransaction transaction, IReadOnlyList<LogCommand> items, CancellationToken ct)
    {
        using var span = Measures.Source.StartActivity("log batch");
        var batch = new LogBatch(items, _ids, _gate);
        var seals = new BatchSeals(batch, _seals);
        await _dialect.Load(batch, connection, transaction, ct);
        await seals.Open(_dialect, connection, transaction, ct);
        batch.Decide();
        seals.Seal();
        await _dialect.Store(batch, connection, transaction, ct);
        span?.SetTag("queqiao.commands", items.Count).SetTag("queqiao.entries", batch.Entries.Count);
        return new Written(batch, _feed, batch.Entries.Count > 0 ? _relay : null);
    }

    public void Failed(LogCommand item, Exception error)
    {
        // The index that allows one unresolved conversation of a person has the last word: somebody reopened an old one while a newer is open.
        if (IsOpenElsewhere(error))
            item.Reply.Done(new LogOutcome.Refused(Refusal.Conflict("conversation_open_elsewhere")));
        else
            item.Reply.Failed(error);
    }

    /// <summary>Here, in the sender's thread: the writer has enough to do.</summary>
    private void Tag(LogCommand command)
    {
        if (command.Customer is { } customer)
            command.CustomerTag = _seals.TagOf(command.Ws, customer.Identity);
    }

    /// <summary>A unit failed because a conversation was reopened while its person has a newer one.</summary>
    public static bool IsOpenElsewhere(Exception error) => Duplicates.Of(error, "ux_conversation_unresolved", "conversation.identity_tag");

    /// <summary>A customer's commands stay in order; so do those on one conversation. By slot, so that no shard waits for another's slot locks.</summary>
    private static int ShardOf(LogCommand command) => command.Customer is { } customer
        ? LogEntry.SlotOf(customer)
        : LogEntry.SlotOf(command.ConversationId!.Value);

    private sealed class Written : IWritten
    {
        private readonly LogFeed _feed;
        private readonly LogRelay? _relay;
        private readonly List<SlotSpan> _spans = [];

        public Written(LogBatch batch, LogFeed feed, LogRelay? relay)
        {
            (Batch, _feed, _relay) = (batch, feed, relay);
            if (relay is null)
                return;
            _spans = SlotLedger.SpansOf(batch);
            relay.Ledger.Reserve(this, _spans); // before the commit: nobody can have seen these positions yet
        }

        public LogBatch Batch { get; }

        public void Committed()
        {
            _feed.Publish(Batch);
            _relay?.Committed(this, _spans);
        }

        public void Lost() => _relay?.RolledBack(this, _spans);
    }

    private sealed class Awaited : ILogReply
    {
        private readonly TaskCompletionSource<LogOutcome> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<LogOutcome> Task => _source.Task;

        public void Done(LogOutcome outcome) => _source.TrySetResult(outcome);

        public void Failed(Exception error) => _source.TrySetException(error);
    }
}
