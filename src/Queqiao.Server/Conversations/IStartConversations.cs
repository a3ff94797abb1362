using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>Conversations that an agent begins, on channels that can reach somebody who has not written yet.</summary>
internal interface IStartConversations
{
    /// <summary>The channel's name of the person must be known to the contacts already. The same client id again gives the first answer again.</summary>
    Task<StartOutcome> Start(Actor actor, CustomerKey who, FirstWords words);
}

/// <param name="Subject">The line that the conversation gets when it begins.</param>
internal sealed record FirstWords(string Text, string ClientId, string? Subject = null)
{
    /// <summary>The same words with their marks.</summary>
    public string? Markdown { get; init; }
}

/// <summary>Where it is, or why not.</summary>
internal sealed record StartOutcome(Guid ConversationId, long Seq, Refusal? Refusal = null);
