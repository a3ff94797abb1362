using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>
/// Follows the log: each public message that a provider has to bring becomes a delivery and its job, in the transaction that moves the
/// cursor, so exactly once. Notes never get here: they are another kind of entry. Files that lie with a provider are fetched likewise.
/// </summary>
internal sealed class DeliverMessages(JobQueue jobs, Push.Sending.PushMarks push, IServiceProvider services) : ILogListener
{
    /// <summary>At first use: signs are sent by what needs the log, and the log feeds its listeners.</summary>
    private readonly Lazy<OutsideSignals> _signals = new(services.GetRequiredService<OutsideSignals>);

    public string Name => "channels.deliveries";

    public async Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        var read = entries.Where(entry => entry.Body is ReadMarked { By: SenderKind.Agent }).Select(entry => (entry.Ws, entry.ConversationId)).Distinct().ToList();
        if (read.Count > 0)
            unit.AfterCommit(() => read.ForEach(one => _signals.Value.Read(one.Ws, one.ConversationId)));
        await push.Note(unit, entries, ct);
        var wanted = entries.Where(entry => entry.Body is MessagePosted { Direction: Direction.Out, Parts: > 0 }).ToList();
        var coming = entries.Where(entry => entry.Body is MessagePosted { Media: { Count: > 0 } }).ToList();
        var revised = await Brought(unit, [.. entries.Where(entry => entry.Sender.Kind != SenderKind.Contact).Select(entry => (entry, Of: entry.Body switch { MessageEdited edited => edited.Of, MessageRecalled gone => gone.Of, _ => 0 })).Where(one => one.Of > 0)
            .Select(one => (one.entry.Ws, one.entry.ConversationId, one.Of)).Distinct()], wanted.Select(entry => (entry.Ws, entry.ConversationId, entry.Seq)).ToHashSet(), ct);
        // What only undoes a sign that the platform did not take is no news to it.
        var signs = entries.Where(entry => entry is { Body: Reacted { Code: null }, Sender.Kind: not SenderKind.Contact }).ToList();
        if (wanted.Count == 0 && coming.Count == 0 && revised.Count == 0 && signs.Count == 0)
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
            .. revised.Select(one => ReviseJob.Of(one.Ws, one.ConversationId, one.Of)),
            .. signs.Select(entry => ReactJob.Of(entry.Ws, entry.ConversationId, entry.Seq)),
            .. coming.Select(entry => NewJob.Of(entry.Ws, FetchMediaJob.Name, new AboutMessage(entry.ConversationId, entry.Seq))),
        ], ct);
    }

    /// <summary>Those of the changed messages that a provider brings, or is about to.</summary>
    private static async Task<List<(int Ws, Guid ConversationId, long Of)>> Brought(WriteUnit unit, IReadOnlyList<(int Ws, Guid ConversationId, long Of)> changed, HashSet<(int Ws, Guid ConversationId, long Seq)> justNow, CancellationToken ct)
    {
        var brought = new List<(int Ws, Guid ConversationId, long Of)>();
        foreach (var one in changed)
        {
            if (justNow.Contains(one) || await unit.Db.Visible(Scope<Delivery>.Workspace(one.Ws)).AnyAsync(row => row.ConversationId == one.ConversationId && row.Seq == one.Of, ct))
                brought.Add(one);
        }
        return brought;
    }
}

/// <summary>The payload of jobs about one message.</summary>
internal sealed record AboutMessage(Guid Conversation, long Seq);
