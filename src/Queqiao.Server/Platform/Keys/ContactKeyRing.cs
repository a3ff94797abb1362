using System.Text;

namespace Queqiao.Server.Platform.Keys;

/// <summary>Why something sealed does not open.</summary>
internal enum Unreadable
{
    /// <summary>It opened.</summary>
    No,

    /// <summary>The person was erased: the key is gone for good, as it should be.</summary>
    Erased,

    /// <summary>Changed, moved or cut: somebody should look at the store.</summary>
    Damaged,
}

/// <summary>The keys of some people of one workspace, and what they open.</summary>
internal sealed class ContactKeyRing(int ws)
{
    private readonly Dictionary<Guid, ContactKey?> _keys = [];

    public int Ws => ws;

    /// <summary>The key to seal with; null when the person was erased or is not in this ring.</summary>
    public ContactKey? Of(Guid contactId) => _keys.GetValueOrDefault(contactId);

    /// <summary>Whether this person was asked for, whatever came of it.</summary>
    public bool Knows(Guid contactId) => _keys.ContainsKey(contactId);

    /// <param name="contactId">Whose.</param>
    /// <param name="key">Null: destroyed.</param>
    public void Add(Guid contactId, ContactKey? key) => _keys[contactId] = key;

    /// <summary>Opens what lies at a place.</summary>
    public Unreadable Open(SealedPlace place, ReadOnlySpan<byte> sealedBytes, out byte[] clear)
    {
        clear = [];
        if (ContactKey.OwnerOf(sealedBytes) is not { } owner || !_keys.TryGetValue(owner, out var key))
            return Unreadable.Damaged;
        if (key is null)
            return Unreadable.Erased;
        if (!key.TryOpen(place, sealedBytes, out var opened))
            return Unreadable.Damaged;
        clear = opened;
        return Unreadable.No;
    }

    /// <summary>Opens a text. Null: there is none, or it is unreadable (<paramref name="why"/>).</summary>
    public string? Text(SealedPlace place, byte[]? sealedBytes, out Unreadable why)
    {
        why = Unreadable.No;
        if (sealedBytes is null)
            return null;
        why = Open(place, sealedBytes, out var clear);
        return why == Unreadable.No ? Encoding.UTF8.GetString(clear) : null;
    }
}
