using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Queqiao.Channels.Reading;

namespace Queqiao.Channels.Signing;

/// <summary>A compact JWT, taken apart. The verifier names the algorithm; the token does not choose.</summary>
internal sealed record Jwt(string Signed, Node Header, Node Claims, byte[] Signature)
{
    private const int Longest = 16 * 1024;

    public static Jwt? Read(string token)
    {
        var parts = token.Length > Longest ? [] : token.Split('.');
        if (parts.Length != 3 || Bytes(parts[0]) is not { } head || Bytes(parts[1]) is not { } body || Bytes(parts[2]) is not { } signature)
            return null;
        return Json.Read(head) is { IsObject: true } header && Json.Read(body) is { IsObject: true } claims ? new Jwt(parts[0] + "." + parts[1], header, claims, signature) : null;
    }

    public bool IsHs256(string secret) =>
        Header["alg"].Text == "HS256" && secret.Length > 0 &&
        CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(Signed)), Signature);

    public bool IsRs256(RSA key) =>
        Header["alg"].Text == "RS256" && key.VerifyData(Encoding.ASCII.GetBytes(Signed), Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public static byte[]? Bytes(string text)
    {
        var bytes = new byte[text.Length];
        try
        {
            return Base64Url.TryDecodeFromChars(text, bytes, out var length) ? bytes[..length] : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
