namespace Queqiao.Server.Platform.Search;

/// <summary>Kinds of texts in the index, as stored.</summary>
internal enum TextKind : short
{
    Message = 1,
    Note = 2,

    /// <summary>What a conversation is about. (3 was meant for people; they are found by words of their own.)</summary>
    Subject = 4,
}

/// <summary>Where a text is: whose it is, and which of the owner's.</summary>
/// <param name="OwnerId">The conversation.</param>
/// <param name="Seq">The entry.</param>
/// <param name="At">Unix milliseconds: the index is ordered by it.</param>
internal readonly record struct TextPlace(Guid OwnerId, long Seq, long At)
{
    private const int HashBits = 20;
    private const int OwnerBits = 12;
    private const long Begin = 1_577_836_800_000; // 2020-01-01
    private const long Week = 7L * 24 * 60 * 60 * 1000;

    /// <summary>The same place always has the same id (but for the rare neighbour that is there already).</summary>
    public long Id => IdAt(At) | Hash;

    /// <summary>The least id of a moment.</summary>
    public static long IdAt(long at) => Math.Clamp(at - Begin, 0, (1L << (63 - HashBits)) - 1) << HashBits;

    /// <summary>The moment of an id, in Unix milliseconds.</summary>
    public static long AtOf(long id) => (id >> HashBits) + Begin;

    /// <summary>Weeks since 2020.</summary>
    public static int WeekOf(long id) => (int)Math.Min((id >> HashBits) / Week, 0xfffe);

    /// <summary>The first id of a week.</summary>
    public static long FirstOf(int week) => (week * Week) << HashBits;

    /// <summary>The entry before the owner: what one conversation said within a millisecond stays in its order.</summary>
    private long Hash
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            OwnerId.TryWriteBytes(bytes);
            var hash = 14695981039346656037UL; // FNV-1a: the same for ever, unlike HashCode
            foreach (var part in bytes)
                hash = (hash ^ part) * 1099511628211;
            var owner = (long)((hash ^ (hash >> 32)) & ((1 << OwnerBits) - 1));
            return ((Seq << OwnerBits) | owner) & ((1 << HashBits) - 1);
        }
    }
}
