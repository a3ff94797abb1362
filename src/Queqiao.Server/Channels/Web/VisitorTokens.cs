using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Channels.Web;

/// <summary>A visitor of a web channel, as their signed token names them.</summary>
internal sealed record Visitor(Guid ChannelId, Guid Id)
{
    public CustomerKey Key => new(ChannelId, Id.ToString("N"));
}

/// <summary>
/// Visitor tokens: channel, random visitor id and time of issue under an HMAC-SHA256. The server stores nothing about a
/// visitor before their first message (decisions.md §5).
/// </summary>
internal sealed class VisitorTokens(LocalRootKeys roots, TimeProvider clock)
{
    /// <summary>Every new session renews it; a visitor who stays away longer is a new one.</summary>
    private static readonly TimeSpan Valid = TimeSpan.FromDays(400);

    private const string Prefix = "v1.";
    private const int PayloadLength = 16 + 16 + 8;

    private readonly byte[] _key = roots.Known[0].Derive("visitor token v1");

    public string Issue(Guid channelId, Guid? visitorId = null)
    {
        Span<byte> token = stackalloc byte[PayloadLength + 32];
        channelId.TryWriteBytes(token, bigEndian: true, out _);
        if (visitorId is { } known)
            known.TryWriteBytes(token[16..], bigEndian: true, out _);
        else
            RandomNumberGenerator.Fill(token[16..32]);
        BinaryPrimitives.WriteInt64BigEndian(token[32..], clock.GetUtcNow().ToUnixTimeMilliseconds());
        HMACSHA256.HashData(_key, token[..PayloadLength], token[PayloadLength..]);
        return Prefix + Base64Url.EncodeToString(token);
    }

    /// <summary>Null when the token is not ours, was changed, or is too old.</summary>
    public Visitor? Read(string? token)
    {
        if (token is null || token.Length > 200 || !token.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        Span<byte> bytes = stackalloc byte[PayloadLength + 32];
        // The Try… methods throw on what is not Base64 at all.
        if (Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length), bytes, out var read, out var length) != OperationStatus.Done
            || length != bytes.Length || read != token.Length - Prefix.Length)
            return null;
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(_key, bytes[..PayloadLength], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, bytes[PayloadLength..]))
            return null;
        var issued = BinaryPrimitives.ReadInt64BigEndian(bytes[32..]);
        return clock.GetUtcNow().ToUnixTimeMilliseconds() - issued > Valid.TotalMilliseconds
            ? null
            : new Visitor(new Guid(bytes[..16], bigEndian: true), new Guid(bytes[16..32], bigEndian: true));
    }
}
