using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Delivering;

/// <summary><c>POST /api/v1/conversations/{id}/messages/{seq}/retry</c></summary>
internal static class RetryDelivery
{
    public static async Task<IResult> Handle(Guid id, long seq, Actor actor, IConversationSight sight, DeliveryBook book, JobQueue jobs, CancellationToken ct)
    {
        if (!await sight.MayReply(actor, id, ct))
            return Refusal.NotFound().ToProblem();
        var refusal = await book.Retry(actor.Ws, id, seq, (unit, stop) => jobs.Add(unit, DeliverJob.Of(actor.Ws, id, seq), stop), ct);
        return refusal is not null ? refusal.ToProblem() : TypedResults.Accepted((string?)null);
    }
}
