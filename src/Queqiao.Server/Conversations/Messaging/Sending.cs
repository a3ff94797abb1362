using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Messaging;

/// <summary>What a send must look like, and the command it becomes. The same for REST and sockets.</summary>
internal static class Sending
{
    private const int MostClientId = 64;

    /// <summary>Null when the text, the clientId and the files' ids may be stored; a message with files needs no words.</summary>
    public static Refusal? Check(string? clientId, string? text, IReadOnlyList<Guid>? attachments = null)
    {
        if (string.IsNullOrEmpty(clientId) || clientId.Length > MostClientId || !clientId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            return Refusal.Invalid("clientId", "invalid_id");
        if (attachments is { Count: > FileLimits.MostInMessage })
            return Refusal.Invalid("attachments", "too_many_files", FileLimits.MostInMessage);
        if (attachments is not null && attachments.Distinct().Count() != attachments.Count)
            return Refusal.Invalid("attachments", "file_unknown");
        if (string.IsNullOrWhiteSpace(text) && attachments is null or { Count: 0 })
            return Refusal.Invalid("text", "required");
        return text?.Length > ConversationRules.MostText
            ? new Refusal(StatusCodes.Status400BadRequest, "message_too_long", ConversationRules.MostText)
            : null;
    }

    /// <summary>An agent's message or note.</summary>
    public static LogCommand ByAgent(Actor actor, Guid conversation, string clientId, string text, bool isNote, ILogReply reply, object? origin, IReadOnlyList<SentFile>? files = null)
    {
        var person = new Person(actor.AgentId, actor.Name);
        return new LogCommand
        {
            Ws = actor.Ws,
            ConversationId = conversation,
            Scope = actor.Conversations(),
            Key = LogCommand.KeyOf(actor.Ws, $"agent:{actor.AgentId}", clientId),
            By = new Sender(SenderKind.Agent, actor.AgentId, actor.Name),
            Decide = isNote ? head => head.AddNote(text, clientId, files) : head => head.AgentSays(text, clientId, person, files),
            Reply = reply,
            Origin = origin,
        };
    }

    /// <summary>A change of the conversation by an agent.</summary>
    public static LogCommand Change(Actor actor, Guid conversation, Func<ConversationHead, Decision> decide, ILogReply reply, object? origin = null) => new()
    {
        Ws = actor.Ws,
        ConversationId = conversation,
        Scope = actor.Conversations(),
        By = new Sender(SenderKind.Agent, actor.AgentId, actor.Name),
        Decide = decide,
        Reply = reply,
        Origin = origin,
    };
}
