using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Queqiao.Simulators;

/// <summary>How platforms sign and seal, written apart from the adapters: each checks the other.</summary>
internal static class Sign
{
    /// <summary>As platforms write JSON: characters as they are.</summary>
    public static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Sha256(string text) => SHA256.HashData(Bytes(text));

    public static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    public static byte[] Hmac256(string key, byte[] message) => HMACSHA256.HashData(Bytes(key), message);

    public static byte[] Join(string first, byte[] second) => [.. Bytes(first), .. second];

    /// <summary>SHA-1 over the sorted pieces, as the WeChat family signs.</summary>
    public static string Sorted(params string[] pieces) => Hex(SHA1.HashData(Bytes(string.Concat(pieces.Order(StringComparer.Ordinal)))));

    /// <summary>AES-256-CBC over random, length, text and receiver, padded to 32.</summary>
    public static string WeChatSeal(string encodingAesKey, string text, string receiver)
    {
        var key = Convert.FromBase64String(encodingAesKey + "=");
        var message = Bytes(text);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, message.Length);
        byte[] plain = [.. RandomNumberGenerator.GetBytes(16), .. length, .. message, .. Bytes(receiver)];
        var pad = 32 - plain.Length % 32;
        using var aes = Aes.Create();
        aes.Key = key;
        return Convert.ToBase64String(aes.EncryptCbc([.. plain, .. Enumerable.Repeat((byte)pad, pad)], key.AsSpan(0, 16), PaddingMode.None));
    }

    public static string FeishuSeal(string encryptKey, byte[] body)
    {
        using var aes = Aes.Create();
        aes.Key = Sha256(encryptKey);
        var iv = RandomNumberGenerator.GetBytes(16);
        return Convert.ToBase64String([.. iv, .. aes.EncryptCbc(body, iv)]);
    }

    public static string Jwt(string header, string claims, Func<byte[], byte[]> sign)
    {
        var text = Base64Url.EncodeToString(Bytes(header)) + "." + Base64Url.EncodeToString(Bytes(claims));
        return text + "." + Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)));
    }
}
