using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Platform.Files;

/// <summary>For whom a link was made.</summary>
internal enum LinkAudience : byte
{
    Agent = 1,
    Visitor = 2,
}

/// <summary>What a link leads to.</summary>
internal sealed record FileLink(int Ws, Guid File, byte Variant, LinkAudience Audience);

/// <summary>
/// Links that work for minutes, for whoever has them: file, variant, audience and time under an HMAC-SHA256. Whether somebody may
/// have one is decided when it is made, never when it is used.
/// </summary>
internal sealed class FileLinks(LocalRootKeys roots, Ids ids)
{
    /// <summary>For what is fetched once.</summary>
    public static readonly TimeSpan Valid = TimeSpan.FromMinutes(5);

    /// <summary>For what is fetched bit by bit while it plays.</summary>
    public static readonly TimeSpan ValidForMedia = TimeSpan.FromMinutes(60);

    private const int PayloadLength = 4 + 16 + 1 + 1 + 8;
    private const int MacLength = 32;

    private readonly byte[] _key = roots.Known[0].Derive("file links v1");

    public (string Path, long ExpiresAt) Make(FileLink link, TimeSpan valid)
    {
        var expires = ids.Now() + (long)valid.TotalMilliseconds;
        Span<byte> token = stackalloc byte[PayloadLength + MacLength];
        BinaryPrimitives.WriteInt32BigEndian(token, link.Ws);
        link.File.TryWriteBytes(token[4..], bigEndian: true, out _);
        (token[20], token[21]) = (link.Variant, (byte)link.Audience);
        BinaryPrimitives.WriteInt64BigEndian(token[22..], expires);
        HMACSHA256.HashData(_key, token[..PayloadLength], token[PayloadLength..]);
        return ($"/files/{Base64Url.EncodeToString(token)}", expires);
    }

    /// <summary>Null when it is not ours, was changed, or is too old.</summary>
    public FileLink? Read(string token)
    {
        if (token.Length > 100)
            return null;
        Span<byte> bytes = stackalloc byte[PayloadLength + MacLength + 3];
        if (Base64Url.DecodeFromChars(token, bytes, out var read, out var length) != OperationStatus.Done || length != PayloadLength + MacLength || read != token.Length)
            return null;
        Span<byte> mac = stackalloc byte[MacLength];
        HMACSHA256.HashData(_key, bytes[..PayloadLength], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, bytes[PayloadLength..(PayloadLength + MacLength)]) || BinaryPrimitives.ReadInt64BigEndian(bytes[22..]) < ids.Now())
            return null;
        return new FileLink(BinaryPrimitives.ReadInt32BigEndian(bytes), new Guid(bytes.Slice(4, 16), bigEndian: true), bytes[20], (LinkAudience)bytes[21]);
    }
}
