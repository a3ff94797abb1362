using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Keys;

/// <summary>
/// People's data, each person's under a key of their own: names, identities, messages, files. Load the keys of a page in one go,
/// then seal and open from memory.
/// </summary>
internal interface IContactVault
{
    /// <summary>The keys of these people; those in memory cost nothing, the others one query.</summary>
    ValueTask<ContactKeyRing> Load(int ws, IEnumerable<Guid> contacts, CancellationToken ct);

    /// <summary>The same inside a unit, which also sees people it has just added.</summary>
    ValueTask<ContactKeyRing> Load(WriteUnit unit, int ws, IEnumerable<Guid> contacts, CancellationToken ct);

    /// <summary>Makes the key of a new person; it is stored with what the unit saves next.</summary>
    ContactKey Create(WriteUnit unit, int ws, Guid contact);
}

internal static class ContactVaultReading
{
    /// <summary>The keys that these sealed values name.</summary>
    public static ValueTask<ContactKeyRing> LoadFor(this IContactVault vault, int ws, IEnumerable<byte[]?> sealedValues, CancellationToken ct) =>
        vault.Load(ws, sealedValues.Select(one => one is null ? null : ContactKey.OwnerOf(one)).OfType<Guid>(), ct);
}
