using System.Security.Cryptography;

namespace Queqiao.Server.Platform.Keys;

/// <summary>
/// Seals what leaves the server and comes back (tokens): AES-256-GCM under a derived key; 12 bytes of nonce, the text, 16 bytes of tag.
/// What is stored is sealed by <see cref="IVault"/>.
/// </summary>
internal sealed class SecretSeal(byte[] key)
{
    private const int Nonce = 12;
    private const int Tag = 16;

    /// <param name="plain">What to hide.</param>
    /// <param name="about">What it belongs to: it cannot be opened as anything else's.</param>
    public byte[] Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> about = default)
    {
        var box = new byte[Nonce + plain.Length + Tag];
        RandomNumberGenerator.Fill(box.AsSpan(0, Nonce));
        using var aes = new AesGcm(key, Tag);
        aes.Encrypt(box.AsSpan(0, Nonce), plain, box.AsSpan(Nonce, plain.Length), box.AsSpan(Nonce + plain.Length), about);
        return box;
    }

    /// <exception cref="CryptographicException">It was changed, or sealed for something else.</exception>
    public byte[] Open(ReadOnlySpan<byte> box, ReadOnlySpan<byte> about = default)
    {
        if (box.Length < Nonce + Tag)
            throw new CryptographicException("Too short to be sealed.");
        var plain = new byte[box.Length - Nonce - Tag];
        using var aes = new AesGcm(key, Tag);
        aes.Decrypt(box[..Nonce], box[Nonce..^Tag], box[^Tag..], plain, about);
        return plain;
    }
}
