using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Channels.Signing;

/// <summary>Signatures by shared secrets, compared in constant time.</summary>
internal static class Signature
{
    public static bool HmacSha256Hex(string secret, ReadOnlySpan<byte> message, string given) =>
        secret.Length > 0 && Same(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), message)), given.ToLowerInvariant());

    public static bool HmacSha256Base64(string secret, ReadOnlySpan<byte> message, string given) =>
        secret.Length > 0 && Same(Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), message)), given);

    public static string Sha1Hex(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));

    public static string Sha256Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Takes as long for a wrong text as for the right one; the length is no secret.</summary>
    public static bool Same(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    public static byte[] Join(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var joined = new byte[first.Length + second.Length];
        first.CopyTo(joined);
        second.CopyTo(joined.AsSpan(first.Length));
        return joined;
    }

    public static byte[] Join(string first, ReadOnlySpan<byte> second) => Join(Encoding.UTF8.GetBytes(first), second);

    /// <summary>Whether a signed time lies within the tolerance, either way.</summary>
    public static bool IsFresh(DateTimeOffset? signed, DateTimeOffset now, TimeSpan tolerance) => signed is { } at && (now - at).Duration() <= tolerance;
}
