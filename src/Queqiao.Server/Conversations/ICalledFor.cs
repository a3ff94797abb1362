using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Conversations;

/// <summary>What an agent who is away may be told of a conversation, as they would see it: scope and masks are theirs.</summary>
internal interface ICalledFor
{
    /// <summary>Null when they may not see it, or the entry is gone.</summary>
    Task<Called?> Of(int ws, Guid agent, Guid conversation, long seq, CancellationToken ct);
}

/// <param name="IsSeen">Somebody has read that far.</param>
/// <param name="IsWaiting">Nobody has it.</param>
/// <param name="IsMine">They hold it.</param>
/// <param name="Who">What the customer is called; null: nothing, or hidden from them.</param>
/// <param name="Text">What was said; null: nothing, or hidden from them.</param>
internal sealed record Called(bool IsSeen, bool IsWaiting, bool IsMine, string? Who, string? Text);

internal sealed class CalledFor(IRights rights, ConversationReader reader, TimeProvider clock) : ICalledFor
{
    public async Task<Called?> Of(int ws, Guid agent, Guid conversation, long seq, CancellationToken ct)
    {
        if (await rights.Of(ws, agent, ct) is not { } all)
            return null;
        // Where they are is not known: roles that ask for a network do not count.
        var now = all.For(new Circumstances(null, clock.GetUtcNow(), all.TimeZone, SecondFactor: true));
        var somebody = new Actor(ws, default, agent, "", "", "", "") { Rights = now };
        if (!somebody.May(Permissions.ReadConversations) || await reader.Head(somebody.Conversations(), conversation, ct) is not { } head || await reader.Entry(head, seq, ct) is not { } entry)
            return null;
        var text = entry.For(now.Fields).Body switch { MessagePosted message => message.Text, NotePosted note => note.Text, _ => null };
        return new(head.AgentReadSeq >= seq, head is { Status: ConversationStatus.Queued, AssigneeId: null }, head.AssigneeId == agent, head.For(now.Fields).Personal?.ContactName, string.IsNullOrWhiteSpace(text) ? null : text);
    }
}
