namespace Queqiao.Server.Conversations;

/// <summary>One entry of a conversation's log, as it is on disk.</summary>
/// <param name="Seq">Position in the conversation: 1, 2, 3 … without gaps.</param>
/// <param name="PublicPrev">The seq before this one that the customer can see; null when the customer cannot see this one.</param>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Slot">0–63, from the conversation's id.</param>
/// <param name="Position">Position in the slot: gap-free in commit order. Listeners' cursors count these.</param>
internal sealed record LogEntry(int Ws, Guid ConversationId, long Seq, long? PublicPrev, long At, Sender Sender, EntryBody Body, int Slot, long Position)
{
    public bool IsPublic => PublicPrev is not null;

    /// <summary>The id on the wire.</summary>
    public string Id => $"{ConversationId}.{Seq}";

    /// <summary>The slot a conversation's entries are numbered in.</summary>
    // The last bytes of a UUIDv7 are random, the first are time.
    public static int SlotOf(Guid conversationId)
    {
        Span<byte> bytes = stackalloc byte[16];
        conversationId.TryWriteBytes(bytes);
        return bytes[15] & 63;
    }
}
