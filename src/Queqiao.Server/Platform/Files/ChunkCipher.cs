using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Queqiao.Server.Platform.Files;

/// <summary>
/// How a blob is encrypted: chunks of 64 KiB, each AES-256-GCM under the file's own key with a fresh nonce beside it. Which file,
/// which chunk and whether it is the last are authenticated, so chunks cannot be swapped, dropped or cut off. Any chunk can be read
/// alone (ranges), and the last one can be written again with more in it (resumed uploads), which counter nonces would not allow
/// (docs/decisions/0038).
/// </summary>
internal sealed class ChunkCipher(byte[] key, Guid file, byte variant) : IDisposable
{
    public const int Plain = 64 * 1024;
    public const int Overhead = 12 + 16;
    public const int Sealed = Plain + Overhead;
    public const int HeaderLength = 8;

    private readonly AesGcm _aes = new(key, 16);

    /// <summary>Format 1, algorithm 1 (AES-256-GCM).</summary>
    public static ReadOnlySpan<byte> Header => "QQFILE\u0001\u0001"u8;

    /// <summary>Where a chunk begins in the blob.</summary>
    public static long At(long index) => HeaderLength + index * Sealed;

    /// <summary>How much plain text a blob of this length holds; a torn last chunk counts for nothing.</summary>
    public static long PlainLength(long sealedLength)
    {
        var body = Math.Max(0, sealedLength - HeaderLength);
        return body / Sealed * Plain + Math.Max(0, body % Sealed - Overhead);
    }

    /// <summary>Writes nonce, cipher text and tag; returns their length.</summary>
    public int Seal(long index, bool last, ReadOnlySpan<byte> plain, Span<byte> into)
    {
        var nonce = into[..12];
        RandomNumberGenerator.Fill(nonce);
        _aes.Encrypt(nonce, plain, into.Slice(12, plain.Length), into.Slice(12 + plain.Length, 16), About(stackalloc byte[26], index, last));
        return plain.Length + Overhead;
    }

    /// <exception cref="CryptographicException">Not what was written.</exception>
    public int Open(long index, bool last, ReadOnlySpan<byte> chunk, Span<byte> into)
    {
        var length = chunk.Length - Overhead;
        if (length < 0)
            throw new CryptographicException("The chunk is too short.");
        _aes.Decrypt(chunk[..12], chunk.Slice(12, length), chunk[(12 + length)..], into[..length], About(stackalloc byte[26], index, last));
        return length;
    }

    private Span<byte> About(Span<byte> about, long index, bool last)
    {
        file.TryWriteBytes(about, bigEndian: true, out _);
        about[16] = variant;
        BinaryPrimitives.WriteInt64BigEndian(about[17..], index);
        about[25] = last ? (byte)1 : (byte)0;
        return about;
    }

    public void Dispose() => _aes.Dispose();
}
