using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Server.Platform.Security;

/// <summary>
/// Opaque tokens: 256 random bits as 43 characters of base64url. Stored only as their SHA-256; with that many random bits a slow
/// hash would add nothing.
/// </summary>
internal static class TokenText
{
    public const int Length = 43;

    public static Secret New()
    {
        Span<byte> random = stackalloc byte[32];
        RandomNumberGenerator.Fill(random);
        return new Secret(Base64Url.EncodeToString(random));
    }

    /// <summary>What to store and to look up by; null for text that cannot be a token of ours, so that nothing blank ever matches.</summary>
    public static byte[]? Hash(string? token) => IsWellFormed(token) ? SHA256.HashData(Encoding.ASCII.GetBytes(token!)) : null;

    /// <summary>Compares with a stored hash in constant time.</summary>
    public static bool Matches(string? token, ReadOnlySpan<byte> storedHash) =>
        Hash(token) is { } hash && storedHash.Length == hash.Length && CryptographicOperations.FixedTimeEquals(hash, storedHash);

    private static bool IsWellFormed(string? token)
    {
        if (token is not { Length: Length })
            return false;
        foreach (var c in token)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                return false;
        }
        return true;
    }
}
