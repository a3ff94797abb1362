using Queqiao.Server.Conversations;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Background;

/// <summary><c>POST /api/v1/listeners/parked/replay</c> and <c>/discard</c></summary>
internal static class ActOnParked
{
    internal sealed record Request(string Listener, Guid ConversationId, long Seq)
    {
        public ParkedKey Key => new(Listener, ConversationId, Seq);
    }

    public static Task<IResult> Replay(Request request, Actor actor, IListenerDesk desk, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Act(request, "listener.replayed", actor, storage, context, (unit, stop) => desk.Replay(unit, actor.Ws, request.Key, stop), ct);

    public static Task<IResult> Discard(Request request, Actor actor, IListenerDesk desk, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Act(request, "listener.discarded", actor, storage, context, async (unit, stop) => await desk.Discard(unit, actor.Ws, request.Key, stop) ? null : Refusal.NotFound(), ct);

    private static async Task<IResult> Act(
        Request request, string action, Actor actor, IStorageEngine storage, HttpContext context, Func<WriteUnit, CancellationToken, Task<Refusal?>> act, CancellationToken ct) =>
        await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await act(unit, stop) is { } refusal)
            {
                unit.Abandon();
                return refusal.ToProblem();
            }
            await Audit.Record(unit, AuditBy.Agent(actor, context), action, "conversation", request.ConversationId.ToString(), new { listener = request.Listener, seq = request.Seq }, stop);
            return TypedResults.NoContent();
        }, ct);
}
