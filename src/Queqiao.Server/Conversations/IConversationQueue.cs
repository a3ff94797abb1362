using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations;

/// <summary>What routing may ask: who waits, who is busy with how much, and to give work or take it back. The log decides.</summary>
internal interface IConversationQueue
{
    /// <summary>The workspace of a conversation that began to wait, or of an agent who became free. Must be quick.</summary>
    event Action<int>? Changed;

    /// <summary>Conversations that nobody holds: higher priority first, then whoever has waited longest.</summary>
    Task<IReadOnlyList<WaitingConversation>> Waiting(int ws, int most, CancellationToken ct);

    /// <summary>Those of these conversations that an agent could see once they hold them; null: all of them.</summary>
    Task<IReadOnlySet<Guid>?> SeenBy(int ws, Guid agentId, IReadOnlyCollection<Guid> conversations, CancellationToken ct);

    /// <summary>Open conversations of each agent who has any.</summary>
    Task<IReadOnlyDictionary<Guid, int>> Loads(int ws, CancellationToken ct);

    /// <summary>Open conversations of one agent, as the unit sees it.</summary>
    Task<int> LoadOf(WriteUnit unit, Guid agentId, CancellationToken ct);

    /// <summary>
    /// Gives a waiting conversation to an agent. False, and the unit is given up, when somebody was faster. Call it last in the unit,
    /// after locking what stands for the agent and counting with <see cref="LoadOf"/>.
    /// </summary>
    Task<bool> Give(WriteUnit unit, Guid conversation, Guid agentId, string agentName, CancellationToken ct);

    /// <summary>Takes the conversations whose customers wait for an answer back from an agent who is gone.</summary>
    /// <returns>How many.</returns>
    Task<int> TakeBack(int ws, Guid agentId, CancellationToken ct);
}

/// <param name="Since">Unix milliseconds.</param>
internal sealed record WaitingConversation(Guid Id, Guid? TeamId, string Priority, long Since);
