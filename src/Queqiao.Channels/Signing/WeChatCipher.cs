using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Channels.Signing;

/// <summary>
/// The envelope of the WeChat family: SHA-1 over sorted strings, AES-256-CBC whose IV is the key's first half, PKCS#7 to
/// blocks of 32 bytes, random bytes + length + message + receiver. Douyin puts 32 random bytes in front instead of 16.
/// </summary>
internal sealed class WeChatCipher
{
    private const int Block = 32;
    private readonly string token;
    private readonly byte[] key;
    private readonly int randomBytes;

    private WeChatCipher(string token, byte[] key, int randomBytes) => (this.token, this.key, this.randomBytes) = (token, key, randomBytes);

    /// <summary>Null when the key is not one: 43 characters of base64.</summary>
    public static WeChatCipher? From(string token, string encodingAesKey, int randomBytes = 16)
    {
        var key = new byte[33];
        return Convert.TryFromBase64String(encodingAesKey + "=", key, out var length) && length == 32 ? new WeChatCipher(token, key[..32], randomBytes) : null;
    }

    /// <summary>SHA-1 over the strings in ordinal order.</summary>
    public static string Sign(params string[] parts)
    {
        var sorted = (string[])parts.Clone();
        Array.Sort(sorted, StringComparer.Ordinal);
        return Signature.Sha1Hex(string.Concat(sorted));
    }

    public bool IsSigned(string timestamp, string nonce, string encrypted, string given) => Signature.Same(Sign(token, timestamp, nonce, encrypted), given.ToLowerInvariant());

    public string SignFor(string timestamp, string nonce, string encrypted) => Sign(token, timestamp, nonce, encrypted);

    /// <summary>The message and whom it is for; null when it was not made with this key.</summary>
    public (byte[] Message, string Receiver)? Open(string encrypted)
    {
        var sealedBytes = new byte[encrypted.Length];
        if (!Convert.TryFromBase64String(encrypted, sealedBytes, out var length) || length == 0 || length % 16 != 0)
            return null;
        using var aes = Aes.Create();
        aes.Key = key;
        var plain = aes.DecryptCbc(sealedBytes.AsSpan(0, length), key.AsSpan(0, 16), PaddingMode.None);
        var pad = plain[^1];
        if (pad is 0 or > Block || pad > plain.Length)
            return null;
        var end = plain.Length - pad;
        if (end < randomBytes + 4)
            return null;
        var size = BinaryPrimitives.ReadUInt32BigEndian(plain.AsSpan(randomBytes));
        if (size > end - randomBytes - 4)
            return null;
        var start = randomBytes + 4;
        return (plain[start..(start + (int)size)], Encoding.UTF8.GetString(plain, start + (int)size, end - start - (int)size));
    }

    public string Seal(string message, string receiver, byte[]? random = null)
    {
        var (text, to) = (Encoding.UTF8.GetBytes(message), Encoding.UTF8.GetBytes(receiver));
        var length = randomBytes + 4 + text.Length + to.Length;
        var pad = Block - length % Block;
        var plain = new byte[length + pad];
        (random ?? RandomNumberGenerator.GetBytes(randomBytes)).CopyTo(plain, 0);
        BinaryPrimitives.WriteInt32BigEndian(plain.AsSpan(randomBytes), text.Length);
        text.CopyTo(plain, randomBytes + 4);
        to.CopyTo(plain, randomBytes + 4 + text.Length);
        plain.AsSpan(length).Fill((byte)pad);
        using var aes = Aes.Create();
        aes.Key = key;
        return Convert.ToBase64String(aes.EncryptCbc(plain, key.AsSpan(0, 16), PaddingMode.None));
    }
}
