using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Keys.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Bus;

/// <summary>
/// What a broker may see: nothing. Every word is sealed under a key that all nodes of the store derive from the secret of its first
/// workspace; so a broker can neither read nor invent one. Before there is a workspace there is nothing to tell.
/// </summary>
internal sealed class BusSeal(IStorageEngine storage)
{
    private const byte Version = 1;
    private static readonly byte[] Header = [Version];

    private DataKey? _key;

    /// <summary>Null: there is no key yet.</summary>
    public byte[]? Seal(Guid node, string topic, ReadOnlySpan<byte> what)
    {
        if (Key() is not { } key)
            return null;
        var name = System.Text.Encoding.ASCII.GetBytes(topic);
        var clear = new byte[16 + 1 + name.Length + what.Length];
        node.TryWriteBytes(clear);
        clear[16] = (byte)name.Length;
        name.CopyTo(clear.AsSpan(17));
        what.CopyTo(clear.AsSpan(17 + name.Length));
        return key.Seal(Header, "queqiao bus"u8, clear);
    }

    /// <summary>False: not of this store, of another version, or changed.</summary>
    public bool TryOpen(ReadOnlySpan<byte> word, out Guid node, out string topic, out ReadOnlyMemory<byte> what)
    {
        (node, topic, what) = (default, "", default);
        if (word is not [Version, ..] || Key() is not { } key || !key.TryOpen(1, "queqiao bus"u8, word, out var clear) || clear.Length < 17 || clear.Length < 17 + clear[16])
            return false;
        node = new Guid(clear.AsSpan(0, 16));
        topic = System.Text.Encoding.ASCII.GetString(clear, 17, clear[16]);
        what = clear.AsMemory(17 + clear[16]);
        return true;
    }

    private DataKey? Key()
    {
        if (_key is { } known)
            return known;
        using var db = storage.ReadSystem();
        var first = db.Table<WorkspaceKeyRow>().AsNoTracking().OrderBy(row => row.Ws).Select(row => (int?)row.Ws).FirstOrDefault();
        return first is { } ws ? _key = new DataKey(storage.Vault.Derive(ws, "bus between nodes v1")) : null;
    }
}
