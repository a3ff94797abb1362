using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Channels.Web;

/// <summary>A visitor of a web channel, as their signed token names them.</summary>
internal sealed record Visitor(Guid ChannelId, Guid Id, VisitorPapers? Papers = null)
{
    public CustomerKey Key => new(ChannelId, Id.ToString("N"));

    /// <summary>Whether the site has signed who this is.</summary>
    public bool IsVerified => Papers?.User is not null;
}

/// <summary>
/// Visitor tokens: channel, visitor id and time of issue, and the visitor's papers when there are any. The server stores nothing
/// about a visitor before their first message (decisions.md §5). Without papers they are under an HMAC-SHA256 (v1); with papers
/// these are sealed, and the rest is bound to them (v2).
/// </summary>
internal sealed class VisitorTokens(IVault vault, LocalRootKeys roots, TimeProvider clock)
{
    /// <summary>Every new session renews it; a visitor who stays away longer is a new one.</summary>
    private static readonly TimeSpan Valid = TimeSpan.FromDays(400);

    private const string Plain = "v1.";
    private const string Papered = "v2.";
    private const int Header = 16 + 16 + 8;
    private const int Mac = 32;
    private const int MostLength = 16 * 1024;

    /// <summary>
    /// The installation's own secret, which outlives a change of root key (that of its first workspace); then those that the first
    /// version used.
    /// </summary>
    private readonly Lazy<TokenKeys[]> _keys = new(() =>
    [
        new(vault.Derive(1, "visitor token v2"), new SecretSeal(vault.Derive(1, "visitor papers v2"))),
        .. roots.Known.Select(root => new TokenKeys(root.Derive("visitor token v1"), new SecretSeal(root.Derive("visitor papers v1")))),
    ]);

    private sealed record TokenKeys(byte[] Mac, SecretSeal Papers);

    public string Issue(Guid channelId, Guid? visitorId = null, VisitorPapers? papers = null)
    {
        Span<byte> header = stackalloc byte[Header];
        channelId.TryWriteBytes(header, bigEndian: true, out _);
        if (visitorId is { } known)
            known.TryWriteBytes(header[16..], bigEndian: true, out _);
        else
            RandomNumberGenerator.Fill(header[16..32]);
        BinaryPrimitives.WriteInt64BigEndian(header[32..], clock.GetUtcNow().ToUnixTimeMilliseconds());
        if (papers is null or { User: null, Notice: null })
            return Plain + Base64Url.EncodeToString([.. header, .. HMACSHA256.HashData(_keys.Value[0].Mac, header)]);
        return Papered + Base64Url.EncodeToString([.. header, .. _keys.Value[0].Papers.Seal(JsonSerializer.SerializeToUtf8Bytes(papers, StrictJson.Options), header)]);
    }

    /// <summary>Nobody can guess it: 128 random bits.</summary>
    public static Guid NewId() => new(RandomNumberGenerator.GetBytes(16));

    /// <summary>Null when the token is not ours, was changed, or is too old.</summary>
    public Visitor? Read(string? token)
    {
        if (token is null || token.Length > MostLength || Decode(token) is not { Length: >= Header + Mac or >= Header + 28 } bytes)
            return null;
        var header = bytes.AsSpan(0, Header);
        VisitorPapers? papers = null;
        if (token.StartsWith(Plain, StringComparison.Ordinal))
        {
            if (bytes.Length != Header + Mac || !IsSigned(header, bytes.AsSpan(Header)))
                return null;
        }
        else if ((papers = Open(header, bytes.AsSpan(Header))) is null)
        {
            return null;
        }
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var isOver = now - BinaryPrimitives.ReadInt64BigEndian(header[32..]) > Valid.TotalMilliseconds || papers?.UserUntil <= now;
        return isOver ? null : new Visitor(new Guid(header[..16], bigEndian: true), new Guid(header[16..32], bigEndian: true), papers);
    }

    /// <summary>Whether the site would have to sign again who this is: a socket may outlive that.</summary>
    public bool IsOver(Visitor visitor) => visitor.Papers?.UserUntil <= clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static byte[]? Decode(string token) =>
        token.StartsWith(Plain, StringComparison.Ordinal) || token.StartsWith(Papered, StringComparison.Ordinal) ? Base64UrlText.Decode(token.AsSpan(Plain.Length)) : null;

    private bool IsSigned(ReadOnlySpan<byte> header, ReadOnlySpan<byte> mac)
    {
        foreach (var keys in _keys.Value)
        {
            if (CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(keys.Mac, header), mac))
                return true;
        }
        return false;
    }

    private VisitorPapers? Open(ReadOnlySpan<byte> header, ReadOnlySpan<byte> box)
    {
        foreach (var keys in _keys.Value)
        {
            try
            {
                return JsonSerializer.Deserialize<VisitorPapers>(keys.Papers.Open(box, header), TolerantJson.Options);
            }
            catch (Exception fault) when (fault is CryptographicException or JsonException)
            {
                // another key, perhaps
            }
        }
        return null;
    }
}
