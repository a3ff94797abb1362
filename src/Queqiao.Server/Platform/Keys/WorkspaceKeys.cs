using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Queqiao.Server.Platform.Keys.Storage;

namespace Queqiao.Server.Platform.Keys;

/// <summary>The keys of one workspace, unwrapped.</summary>
internal sealed class WorkspaceKeys
{
    /// <summary>AES-256-GCM under a workspace's key; its number follows in four bytes.</summary>
    private const byte Format = 0x01;

    private const int HeaderLength = 1 + 4;

    private readonly Dictionary<int, DataKey> _data = [];
    private readonly byte[] _index;
    private readonly byte[] _tags;
    private readonly ConcurrentDictionary<string, byte[]> _derived = new();

    public WorkspaceKeys(int ws, IEnumerable<WorkspaceKeyRow> rows, IRootKeys roots)
    {
        Ws = ws;
        byte[]? index = null;
        foreach (var row in rows)
        {
            var key = roots.Unwrap(row.RootId, row.Wrapped, Context(ws, row.Id, row.Kind));
            if (row.Kind == KeyKind.Index)
                index = key;
            else
                _data[row.Id] = new DataKey(key);
            if (row is { Kind: KeyKind.Data, State: KeyState.Current })
                Current = row.Id;
        }
        if (index is null || Current == 0)
            throw new InvalidOperationException($"Workspace {ws} has no keys.");
        _index = index;
        _tags = Derive("blind index v1");
    }

    public int Ws { get; }

    /// <summary>The number of the key that seals.</summary>
    public int Current { get; }

    /// <summary>The largest number that was given.</summary>
    public int Newest => _data.Keys.Max();

    /// <summary>The rows of a new workspace: one key that seals, one secret to derive from.</summary>
    public static WorkspaceKeyRow[] New(int ws, IRootKeys roots, long now) => [NewRow(ws, 1, KeyKind.Data, roots, now), NewRow(ws, 2, KeyKind.Index, roots, now)];

    public static WorkspaceKeyRow NewRow(int ws, int id, string kind, IRootKeys roots, long now) => new()
    {
        Ws = ws,
        Id = id,
        Kind = kind,
        State = KeyState.Current,
        RootId = roots.Current,
        Wrapped = roots.Wrap(RandomNumberGenerator.GetBytes(32), Context(ws, id, kind)),
        CreatedAt = now,
    };

    /// <summary>What a wrapped key is bound to.</summary>
    public static byte[] Context(int ws, int id, string kind) => Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"workspace key|{ws}|{id}|{kind}"));

    public byte[] Seal(string purpose, ReadOnlySpan<byte> clear, Guid row)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        header[0] = Format;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], Current);
        return _data[Current].Seal(header, Bind(purpose, row), clear);
    }

    public byte[] Open(string purpose, ReadOnlySpan<byte> sealedBytes, Guid row)
    {
        if (sealedBytes.Length > HeaderLength && sealedBytes[0] == Format
            && _data.TryGetValue(BinaryPrimitives.ReadInt32BigEndian(sealedBytes[1..]), out var key)
            && key.TryOpen(HeaderLength, Bind(purpose, row), sealedBytes, out var clear))
            return clear;
        throw new DamagedException(purpose);
    }

    /// <summary>Which key sealed this; 0 when none of this form did.</summary>
    public static int KeyOf(ReadOnlySpan<byte> sealedBytes) =>
        sealedBytes.Length > HeaderLength && sealedBytes[0] == Format ? BinaryPrimitives.ReadInt32BigEndian(sealedBytes[1..]) : 0;

    public Guid Tag(string purpose, string text)
    {
        var length = Encoding.UTF8.GetByteCount(purpose) + 1 + Encoding.UTF8.GetByteCount(text);
        var message = length <= 256 ? stackalloc byte[length] : new byte[length];
        var at = Encoding.UTF8.GetBytes(purpose, message);
        message[at++] = 0;
        Encoding.UTF8.GetBytes(text, message[at..]);
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(_tags, message, mac);
        return new Guid(mac[..16], bigEndian: true);
    }

    public byte[] Derive(string purpose) => _derived.GetOrAdd(purpose, static (name, secret) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: Encoding.UTF8.GetBytes("queqiao workspace " + name)), _index);

    private byte[] Bind(string purpose, Guid row)
    {
        var name = Encoding.UTF8.GetByteCount(purpose);
        var bound = new byte[4 + 16 + name];
        BinaryPrimitives.WriteInt32BigEndian(bound, Ws);
        row.TryWriteBytes(bound.AsSpan(4), bigEndian: true, out _);
        Encoding.UTF8.GetBytes(purpose, bound.AsSpan(20));
        return bound;
    }
}
