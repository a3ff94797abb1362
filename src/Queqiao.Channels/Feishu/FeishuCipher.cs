using System.Security.Cryptography;
using System.Text;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.Feishu;

/// <summary>AES-256-CBC with SHA-256 of the key; the IV stands in front.</summary>
internal static class FeishuCipher
{
    public static byte[]? Open(string encryptKey, string encrypted)
    {
        var bytes = new byte[encrypted.Length];
        if (!Convert.TryFromBase64String(encrypted, bytes, out var length) || length < 32 || length % 16 != 0)
            return null;
        using var aes = Aes.Create();
        aes.Key = SHA256.HashData(Encoding.UTF8.GetBytes(encryptKey));
        try
        {
            return aes.DecryptCbc(bytes.AsSpan(16, length - 16), bytes.AsSpan(0, 16));
        }
        catch (CryptographicException)
        {
            return null; // the padding is wrong: not sealed with this key
        }
    }

    public static string Sign(string timestamp, string nonce, string encryptKey, ReadOnlySpan<byte> body) => Signature.Sha256Hex(Signature.Join(timestamp + nonce + encryptKey, body));
}
