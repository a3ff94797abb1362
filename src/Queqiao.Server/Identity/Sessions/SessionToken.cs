using System.Buffers.Text;
using System.Security.Cryptography;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>A secret of 256 random bits that somebody else keeps; we keep its SHA-256. Too long to guess, so no slow hash is needed.</summary>
internal static class SessionToken
{
    private const int Bytes = 32;
    private const int Letters = 43;

    public static (string Token, byte[] Hash) New()
    {
        Span<byte> secret = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(secret);
        return (Base64Url.EncodeToString(secret), SHA256.HashData(secret));
    }

    /// <summary>Null when the text cannot be a token.</summary>
    public static byte[]? HashOf(string? token)
    {
        if (token is not { Length: Letters })
            return null;
        Span<byte> secret = stackalloc byte[Bytes];
        return Base64Url.IsValid(token) && Base64Url.TryDecodeFromChars(token, secret, out var length) && length == Bytes
            ? SHA256.HashData(secret)
            : null;
    }
}
