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
        return bytes[15] & LastSlot;
    }

    /// <summary>The slot a customer's conversations are begun in: commands that name the customer and commands that name the conversation meet in one place.</summary>
    public static int SlotOf(CustomerKey customer)
    {
        Span<byte> channel = stackalloc byte[16];
        customer.ChannelId.TryWriteBytes(channel);
        var hash = 2166136261u; // FNV-1a: the same on every node, unlike HashCode
        foreach (var part in channel)
            hash = (hash ^ part) * 16777619;
        foreach (var letter in customer.Identity)
            hash = (hash ^ letter) * 16777619;
        return (int)(hash ^ (hash >> 16)) & LastSlot;
    }

    /// <summary>The id, moved into a slot.</summary>
    public static Guid InSlot(Guid id, int slot)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        bytes[15] = (byte)((bytes[15] & ~LastSlot) | slot);
        return new Guid(bytes);
    }

    private const int LastSlot = 63;
}
