using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Delivering;
using Queqiao.Server.Channels.Push.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Push.Sending;

/// <summary>
/// Hears what was said to customers of channels with push, in the transaction of the deliveries' listener. Messages that come close
/// together share one job, so they are one notification.
/// </summary>
internal sealed class PushMarks(PushDesk desk, JobQueue jobs)
{
    /// <summary>Somebody who looks at the chat has read it by then; several messages in a row have become one.</summary>
    public static readonly TimeSpan Gather = TimeSpan.FromSeconds(4);

    public async Task Note(WriteUnit unit, IReadOnlyList<LogEntry> entries, CancellationToken ct)
    {
        var said = entries.Where(entry => entry.Body is MessagePosted { Direction: Direction.Out, Parts: null, Elsewhere: not true }).ToList();
        foreach (var workspace in said.GroupBy(entry => entry.Ws))
        {
            if (await desk.Of(workspace.Key, ct) is not { Count: > 0 } targets)
                continue; // nearly everybody: this is the way of every message
            var channels = targets.Select(target => target.ChannelId).ToHashSet();
            var known = await ConversationChannels.Of(unit, workspace.Select(entry => (entry.Ws, entry.ConversationId)), ct);
            foreach (var conversation in workspace.Where(entry => known.TryGetValue((entry.Ws, entry.ConversationId), out var channel) && channels.Contains(channel)).GroupBy(entry => entry.ConversationId).OrderBy(group => group.Key))
                await Note(unit, workspace.Key, conversation.Key, ct);
        }
    }

    private async Task Note(WriteUnit unit, int ws, Guid conversation, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var mark = await unit.Db.Visible(Scope<PushMark>.Workspace(ws)).AsTracking().SingleOrDefaultAsync(row => row.ConversationId == conversation, ct);
        if (mark is { Waiting: true })
            return;
        if (mark is null)
            unit.Db.Add(new PushMark { Ws = ws, ConversationId = conversation, Waiting = true, Since = now, ToldSeq = 0 });
        else
            (mark.Waiting, mark.Since) = (true, now);
        await unit.Db.SaveChangesAsync(ct);
        await jobs.Add(unit, PushJob.Of(ws, conversation) with { RunAt = now + (long)Gather.TotalMilliseconds }, ct);
    }
}
