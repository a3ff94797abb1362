using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Queqiao.Server.Identity.Setup;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Identity.Auditing;

/// <summary>
/// The keyed digests of the audit trail (HMAC-SHA256). Their key follows from the workspace's, which the root key wraps: whoever has the
/// database alone can make none of them.
/// </summary>
internal sealed class AuditDigest
{
    /// <summary>In front of the first link.</summary>
    public static readonly byte[] Beginning = new byte[32];

    private readonly byte[] _key;

    private AuditDigest(byte[] key) => _key = key;

    /// <summary>Null as long as nobody has set the server up: there are no keys yet.</summary>
    public static AuditDigest? Of(Vault vault, int ws) =>
        // Workspace 0, strangers at the door, has no keys of its own.
        vault.DeriveIfAny(ws == 0 ? FirstWorkspace.Ws : ws, "audit trail v1") is { } key ? new AuditDigest(key) : null;

    /// <summary>Over everything the row says.</summary>
    public byte[] Row(AuditRow row)
    {
        using var digest = Begin("row");
        Add(digest, row.Ws);
        Add(digest, row.Id);
        Add(digest, row.At);
        Add(digest, row.ActorKind);
        Add(digest, row.ActorId?.ToString());
        Add(digest, row.Action);
        Add(digest, row.ObjectKind);
        Add(digest, row.ObjectId);
        Add(digest, row.Detail);
        Add(digest, row.Address);
        Add(digest, row.Via);
        return digest.GetHashAndReset();
    }

    /// <param name="before">Hash of the link before, or <see cref="Beginning"/>.</param>
    /// <param name="link">Its hash is not looked at.</param>
    /// <param name="row">Digest of its row.</param>
    public byte[] Link(ReadOnlySpan<byte> before, AuditLink link, ReadOnlySpan<byte> row)
    {
        using var digest = Begin("link");
        digest.AppendData(before);
        Add(digest, link.Ws);
        Add(digest, link.No);
        Add(digest, link.AuditId);
        Add(digest, link.At);
        Add(digest, link.Adopted ? 1 : 0);
        digest.AppendData(row);
        return digest.GetHashAndReset();
    }

    public byte[] Cut(AuditCut cut)
    {
        using var digest = Begin("cut");
        Add(digest, cut.Ws);
        Add(digest, cut.No);
        Add(digest, cut.At);
        digest.AppendData(cut.Hash);
        return digest.GetHashAndReset();
    }

    public static bool Same(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => CryptographicOperations.FixedTimeEquals(one, other);

    private IncrementalHash Begin(string kind)
    {
        var digest = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        Add(digest, kind);
        return digest;
    }

    private static void Add(IncrementalHash digest, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        digest.AppendData(bytes);
    }

    private static void Add(IncrementalHash digest, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        digest.AppendData(bytes);
    }

    /// <summary>With its length in front: no text can lend its end to the next one. Nothing is -1 long, which is not the same as an empty text.</summary>
    private static void Add(IncrementalHash digest, string? text)
    {
        var bytes = text is null ? null : Encoding.UTF8.GetBytes(text);
        Add(digest, bytes?.Length ?? -1);
        if (bytes is not null)
            digest.AppendData(bytes);
    }
}
