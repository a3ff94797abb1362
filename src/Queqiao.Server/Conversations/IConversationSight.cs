using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Conversations;

/// <summary>Whether an agent may do something with a conversation, for modules that keep things of their own about it.</summary>
internal interface IConversationSight
{
    Task<bool> MayReply(Actor actor, Guid conversation, CancellationToken ct);
}

internal sealed class ConversationSight(ConversationReader reader) : IConversationSight
{
    public async Task<bool> MayReply(Actor actor, Guid conversation, CancellationToken ct) =>
        await reader.Head(actor.Conversations(Permissions.Reply), conversation, ct) is not null && await reader.Head(actor.Conversations(), conversation, ct) is not null;
}
