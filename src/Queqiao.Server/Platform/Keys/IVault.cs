using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Keys;

/// <summary>
/// What belongs to the firm and must not lie in the database in clear: secrets of agents, channels and webhooks. One key per workspace.
/// People's data is sealed under each person's own key instead, so that it can be erased. Thread-safe; a workspace's keys stay in memory.
/// </summary>
internal interface IVault
{
    /// <summary>Seals under the workspace's current key.</summary>
    /// <param name="ws">Whose.</param>
    /// <param name="purpose">What it is for, the same words for ever: <c>agent totp</c>. Only the same purpose opens it.</param>
    /// <param name="clear">Any bytes.</param>
    /// <param name="row">The row it belongs to, so that it cannot be copied to another.</param>
    byte[] Seal(int ws, string purpose, ReadOnlySpan<byte> clear, Guid row = default);

    /// <exception cref="DamagedException">Changed, or sealed for another workspace, purpose or row.</exception>
    byte[] Open(int ws, string purpose, ReadOnlySpan<byte> sealedBytes, Guid row = default);

    /// <summary>A blind index: equal texts have equal tags, and without the workspace's secret nobody can tell or guess the text. Normalise before.</summary>
    /// <param name="ws">Whose: the same text has another tag in another workspace.</param>
    /// <param name="purpose">What it is for: tags of different purposes do not match.</param>
    /// <param name="text">What is looked up.</param>
    Guid Tag(int ws, string purpose, string text);

    /// <summary>Whether there is such a workspace.</summary>
    bool Knows(int ws);

    /// <summary>32 bytes for one purpose of one workspace. They never change, not by rotation either.</summary>
    byte[] Derive(int ws, string purpose);

    /// <summary>Makes the keys of a workspace, in the unit that makes the workspace, after its row.</summary>
    Task CreateKeys(WriteUnit unit, int ws, CancellationToken ct);
}

internal static class VaultPurposes
{
    /// <summary>What the words of the search index are hidden with.</summary>
    public static byte[] IndexKey(this IVault vault, int ws) => vault.Derive(ws, "search index v1");
}
