using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Live;

/// <summary>Answers a frame with <c>ack</c> or <c>error</c>, straight from the commit.</summary>
/// <param name="connection">Whom to answer.</param>
/// <param name="op">The op that asked.</param>
/// <param name="clientId">Of a send; null for what has no acknowledgement.</param>
/// <param name="forCustomer">Whose numbering <c>prev</c> follows.</param>
internal sealed class SocketReply(GatewayConnection connection, string op, string? clientId, bool forCustomer) : ILogReply
{
    public void Done(LogOutcome outcome)
    {
        if (outcome is LogOutcome.Refused refused)
            Refuse(refused.Refusal);
        else if (clientId is not null)
            connection.Send(Ack((LogOutcome.Stored)outcome));
    }

    public void Failed(Exception error) => Refuse(error is StorageUnavailableException away
        ? Refusal.Unavailable(away.Code, away.RetryAfter)
        : new Refusal(500, "internal"));

    public void Refuse(Refusal refusal)
    {
        connection.Send(Frames.Error(connection.Locale, refusal.Code, new RefusedFrame(op, clientId, Conversation: null) { RetryAfter = refusal.RetryAfter }, refusal.Args));
        if (refusal.Code == "busy")
            connection.Rest();
    }

    private byte[] Ack(LogOutcome.Stored stored) => Frames.Write((stored, clientId, forCustomer), static (json, it) =>
    {
        json.WriteString("op", "ack");
        json.WriteString("clientId", it.clientId);
        SendAnswer.WriteMembers(json, it.stored, it.forCustomer);
    });
}

/// <summary>Answers a dropped message as if it had been stored.</summary>
/// <param name="reply">Answers everything else.</param>
/// <param name="conversation">Of the customer; empty when there is none.</param>
/// <param name="seen">What the widget has already: its numbering stays whole.</param>
/// <param name="clock">When.</param>
internal sealed class SilentReply(SocketReply reply, Guid conversation, long seen, TimeProvider clock) : ILogReply
{
    public void Done(LogOutcome outcome) => reply.Done(outcome is LogOutcome.Refused { Refusal.Code: "contact_blocked" }
        ? new LogOutcome.Stored(conversation, seen, seen, clock.GetUtcNow().ToUnixTimeMilliseconds(), seen + 1)
        : outcome);

    public void Failed(Exception error) => reply.Failed(error);
}

/// <summary>The answer to a send: the same members in the ack frame and in the REST answer.</summary>
internal static class SendAnswer
{
    public static void WriteMembers(System.Text.Json.Utf8JsonWriter json, LogOutcome.Stored stored, bool forCustomer)
    {
        json.WriteString("conversation", stored.ConversationId);
        json.WriteString("conversationId", stored.ConversationId);
        json.WriteString("id", $"{stored.ConversationId}.{stored.Seq}");
        json.WriteNumber("seq", stored.Seq);
        json.WriteNumber("prev", forCustomer ? stored.PublicPrev ?? 0 : stored.Seq - 1);
        json.WriteString("at", WireTime.Format(stored.At));
    }
}
