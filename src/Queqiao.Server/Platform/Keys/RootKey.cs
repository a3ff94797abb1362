using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Server.Platform.Keys;

/// <summary>One root key: 32 bytes, known by an id that follows from them and tells nothing about them.</summary>
internal sealed class RootKey
{
    private readonly byte[] _key;

    public RootKey(byte[] key)
    {
        _key = key;
        Id = Convert.ToHexStringLower(Derive("root key id").AsSpan(0, 8));
    }

    public string Id { get; }

    /// <summary>A new one of 256 random bits.</summary>
    public static RootKey New() => new(RandomNumberGenerator.GetBytes(32));

    /// <summary>Null: not 32 bytes in base64.</summary>
    public static RootKey? Parse(string text)
    {
        var key = new byte[32];
        return Convert.TryFromBase64String(text, key, out var length) && length == 32 ? new RootKey(key) : null;
    }

    /// <summary>32 bytes for one purpose (HKDF-SHA256, RFC 5869): keys of different purposes say nothing about each other.</summary>
    public byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, 32, info: Encoding.UTF8.GetBytes("queqiao " + purpose));

    /// <summary>As it is kept: the secret itself.</summary>
    public string Reveal() => Convert.ToBase64String(_key);
}
