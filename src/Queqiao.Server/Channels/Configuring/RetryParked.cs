using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Configuring;

/// <summary><c>POST /api/v1/channels/{id}/parked/retry</c>: deliveries that could not be digested are read again. What was stored of them is not stored twice.</summary>
internal static class RetryParked
{
    public sealed record Answer(int Count);

    public static async Task<IResult> Handle(Guid id, Actor actor, IStorageEngine storage, HookInbox inbox, HttpContext context, CancellationToken ct)
    {
        var count = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (!await unit.Db.Table<Channel>().AnyAsync(channel => channel.Ws == actor.Ws && channel.Id == id && channel.DeletedAt == null, stop))
                return (int?)null;
            var now = unit.Ids.Now();
            var retried = await unit.Db.Visible(Scope<HookDelivery>.Workspace(actor.Ws)).Where(row => row.ChannelId == id && row.State == HookStates.Parked)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, HookStates.Waiting).SetProperty(row => row.Tries, 0).SetProperty(row => row.NextAt, now), stop);
            unit.AfterCommit(inbox.Look);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "channel.parked_retried", "channel", id.ToString(), new { count = retried }, stop);
            return retried;
        }, ct);
        return count is { } done ? TypedResults.Ok(new Answer(done)) : Refusal.NotFound().ToProblem();
    }
}
