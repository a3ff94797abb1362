using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Merging;

/// <summary><c>POST /api/v1/conversations/{id}/merge</c>: this one goes on in another one of the same person. Two logs are linked, nothing is moved.</summary>
internal static class MergeConversations
{
    /// <param name="IntoId">Where it goes on.</param>
    internal sealed record Request(Guid IntoId);

    public static async Task<IResult> Handle(Guid id, Request request, Actor actor, ConversationReader reader, ConversationLog log, IStorageEngine storage, CancellationToken ct)
    {
        if (request.IntoId == id)
            return Refusal.Invalid("intoId", "merge_with_itself").ToProblem();
        if (await reader.Head(actor.Conversations(), id, ct) is not { } head)
            return Refusal.NotFound().ToProblem();
        if (await reader.Head(actor.Conversations(), request.IntoId, ct) is not { } into)
            return Refusal.Invalid("intoId", "not_found").ToProblem();
        if (head.ContactId != into.ContactId)
            return Refusal.Conflict("merge_other_contact").ToProblem();
        var outcomes = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var both = await log.AppendIn(unit, [
                Sending.Change(actor, id, now => now.MergeInto(into), NoReply.One),
                Sending.Change(actor, request.IntoId, now => now.TakeIn(head), NoReply.One)], stop);
            if (both.Any(outcome => outcome is LogOutcome.Refused))
                unit.Abandon();
            return both;
        }, ct);
        return outcomes.OfType<LogOutcome.Refused>().FirstOrDefault() is { } refused
            ? refused.Refusal.ToProblem()
            : TypedResults.Ok(new ChangeAnswer(((LogOutcome.Stored)outcomes[0]).Seq));
    }

    /// <summary>The answer is taken from the unit.</summary>
    private sealed class NoReply : ILogReply
    {
        public static readonly NoReply One = new();

        public void Done(LogOutcome outcome)
        {
        }

        public void Failed(Exception error)
        {
        }
    }
}
