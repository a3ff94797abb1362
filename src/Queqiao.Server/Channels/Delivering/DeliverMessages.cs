using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>
/// Follows the log: each public message that a provider has to bring becomes a delivery and its job, in the transaction that moves the
/// cursor, so exactly once. Notes never get here: they are another kind of entry. Files that lie with a provider are fetched likewise.
/// </summary>
internal sealed class DeliverMessages(JobQueue jobs) : ILogListener
{
    public string Name => "channels.deliveries";

    public async Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        var wanted = entries.Where(entry => entry.Body is MessagePosted { Direction: Direction.Out, Parts: > 0 }).ToList();
        var coming = entries.Where(entry => entry.Body is MessagePosted { Media: { Count: > 0 } }).ToList();
        if (wanted.Count == 0 && coming.Count == 0)
            return;
        var known = await ConversationChannels.Of(unit, wanted.Select(entry => (entry.Ws, entry.ConversationId)), ct);
        foreach (var entry in wanted)
        {
            unit.Db.Add(new Delivery
            {
                Ws = entry.Ws, ConversationId = entry.ConversationId, Seq = entry.Seq, ChannelId = known[(entry.Ws, entry.ConversationId)], State = DeliveryStates.Pending, Done = 0, Trying = false,
                CreatedAt = entry.At, ChangedAt = entry.At,
            });
        }
        await unit.Db.SaveChangesAsync(ct);
        await jobs.Add(unit, [
            .. wanted.Select(entry => DeliverJob.Of(entry.Ws, entry.ConversationId, entry.Seq)),
            .. coming.Select(entry => NewJob.Of(entry.Ws, FetchMediaJob.Name, new AboutMessage(entry.ConversationId, entry.Seq))),
        ], ct);
    }
}

/// <summary>The payload of jobs about one message.</summary>
internal sealed record AboutMessage(Guid Conversation, long Seq);
