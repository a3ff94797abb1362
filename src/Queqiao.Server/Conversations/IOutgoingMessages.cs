using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations;

/// <summary>Messages as those need them who bring them to customers on other platforms, and what became of them.</summary>
internal interface IOutgoingMessages
{
    /// <summary>A message as it is now; null: it is not there, or its person was erased.</summary>
    Task<PostedMessage?> Find(int ws, Guid conversation, long seq, CancellationToken ct);

    /// <summary>Who the customer of a conversation is; null: there is no such conversation, or its person was erased.</summary>
    Task<CustomerKey?> WhoIn(int ws, Guid conversation, CancellationToken ct);

    /// <summary>What the customer of a conversation has not seen; null: nothing, or they were erased.</summary>
    Task<UnseenMessages?> Unseen(int ws, Guid conversation, CancellationToken ct);

    /// <summary>Writes down how far messages of one conversation came, as one entry, in somebody's transaction. Call it last in the unit.</summary>
    Task Note(WriteUnit unit, Guid conversation, IReadOnlyList<DeliveryNews> news, CancellationToken ct);

    /// <summary>A sign that our side put to a message or took away; null: that entry is none.</summary>
    Task<Reacted?> Reaction(int ws, Guid conversation, long seq, CancellationToken ct);

    /// <summary>A platform did not take a sign of ours, or leaves it: the log says so, and shows again what the customer sees.</summary>
    /// <param name="seq">Of the entry that could not be followed.</param>
    /// <param name="undone">What is so after all, with its reason.</param>
    Task Unreacted(int ws, Guid conversation, long seq, Reacted undone);

    /// <summary>What a platform calls a message of ours: receipts, answers and echoes name it so.</summary>
    Task Name(WriteUnit unit, CustomerKey who, string id, Guid conversation, long seq, CancellationToken ct);

    /// <summary>Where messages are that a platform names.</summary>
    Task<IReadOnlyDictionary<(CustomerKey Who, string Id), (Guid ConversationId, long Seq)>> Named(int ws, IReadOnlyCollection<(CustomerKey Who, string Id)> ids, CancellationToken ct);

    /// <summary>A file of a message is here (it was uploaded as the customer's), or is known not to come.</summary>
    Task Arrived(int ws, Guid conversation, long seq, int index, Guid? file, string? failed, CancellationToken ct);
}

/// <summary>A message with what surrounds it.</summary>
/// <param name="Body">As it is now, edits folded in.</param>
internal sealed record PostedMessage(Guid ConversationId, long Seq, CustomerKey Who, Guid ContactId, Sender Sender, MessagePosted Body, string? Subject)
{
    public override string ToString() => $"message {ConversationId}.{Seq}";
}

/// <param name="Count">Messages to the customer.</param>
/// <param name="LastSeq">Of the newest one.</param>
/// <param name="ReadSeq">As far as they have seen.</param>
internal sealed record UnseenMessages(CustomerKey Who, Guid ContactId, int Count, long LastSeq, long ReadSeq)
{
    public override string ToString() => $"{Count} unseen";
}

/// <summary>How far messages came, for who shows them. The Channels module answers.</summary>
internal interface IDeliveryStates
{
    /// <summary>Of the messages of a conversation between two seqs, those that a provider brings.</summary>
    Task<IReadOnlyDictionary<long, DeliveryNews>> Of(int ws, Guid conversation, long from, long to, CancellationToken ct);
}
