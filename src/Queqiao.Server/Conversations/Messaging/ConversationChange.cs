using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Messaging;

/// <summary>The answer of every route that changes a conversation: where its log is now.</summary>
internal sealed record ChangeAnswer(long Seq);

/// <summary>Asks a rule in the log and answers with what became of it.</summary>
internal static class ConversationChange
{
    public static async Task<IResult> Apply(ConversationLog log, Actor actor, Guid id, Func<ConversationHead, Decision> decide, string permission = Permissions.Reply)
    {
        var outcome = await log.Append(reply => Sending.Change(actor, id, decide, reply, permission: permission));
        return outcome is LogOutcome.Stored stored
            ? JsonAnswer.Object(stored, static (json, it) => json.WriteNumber("seq", it.Seq))
            : ((LogOutcome.Refused)outcome).Refusal.ToProblem();
    }
}
