using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Queqiao.Server.Platform.Keys;

/// <summary>
/// 256 bits that seal: AES-256-GCM with random nonces. Sealed is <c>header | nonce 12 | ciphertext | tag 16</c>; the header says which
/// algorithm and key, and is authenticated together with what the place says (<c>context</c>), so that nothing can be moved.
/// The prepared cipher is kept: setting it up costs more than sealing a message.
/// </summary>
#pragma warning disable CA1001 // others may be sealing with it when a cache lets it go: the finalizer of the cipher's handle frees it
internal sealed class DataKey(byte[] raw)
#pragma warning restore CA1001
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int OnStack = 256;

    private readonly Lock _gate = new(); // the cipher keeps state: one at a time
    private readonly AesGcm _cipher = new(raw, TagLength);

    /// <summary>What sealing adds to the clear bytes, beside the header.</summary>
    public const int Overhead = NonceLength + TagLength;

    /// <summary>The key itself, for wrapping it.</summary>
    public ReadOnlySpan<byte> Raw => raw;

    public static DataKey New() => new(RandomNumberGenerator.GetBytes(32));

    public byte[] Seal(ReadOnlySpan<byte> header, ReadOnlySpan<byte> context, ReadOnlySpan<byte> clear)
    {
        var sealedBytes = GC.AllocateUninitializedArray<byte>(header.Length + NonceLength + clear.Length + TagLength);
        header.CopyTo(sealedBytes);
        var nonce = sealedBytes.AsSpan(header.Length, NonceLength);
        Nonces.Fill(nonce);
        var bound = header.Length + context.Length <= OnStack ? stackalloc byte[header.Length + context.Length] : new byte[header.Length + context.Length];
        header.CopyTo(bound);
        context.CopyTo(bound[header.Length..]);
        var body = sealedBytes.AsSpan(header.Length + NonceLength);
        lock (_gate)
            _cipher.Encrypt(nonce, clear, body[..clear.Length], body[clear.Length..], bound);
        return sealedBytes;
    }

    /// <summary>False: changed, sealed elsewhere, or too short to be anything.</summary>
    public bool TryOpen(int header, ReadOnlySpan<byte> context, ReadOnlySpan<byte> sealedBytes, [NotNullWhen(true)] out byte[]? clear)
    {
        clear = null;
        var length = sealedBytes.Length - header - Overhead;
        if (length < 0)
            return false;
        var bound = header + context.Length <= OnStack ? stackalloc byte[header + context.Length] : new byte[header + context.Length];
        sealedBytes[..header].CopyTo(bound);
        context.CopyTo(bound[header..]);
        var opened = GC.AllocateUninitializedArray<byte>(length);
        try
        {
            lock (_gate)
                _cipher.Decrypt(sealedBytes.Slice(header, NonceLength), sealedBytes.Slice(header + NonceLength, length), sealedBytes[^TagLength..], opened, bound);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        clear = opened;
        return true;
    }
}

/// <summary>Random nonces from a stock per thread: asking the system for twelve bytes costs as much as sealing a message.</summary>
internal static class Nonces
{
    private const int Stock = 12 * 256;

    [ThreadStatic]
    private static byte[]? _stock;

    [ThreadStatic]
    private static int _used;

    public static void Fill(Span<byte> nonce)
    {
        if (_stock is not { } stock || _used + nonce.Length > stock.Length)
        {
            stock = _stock ??= new byte[Stock];
            RandomNumberGenerator.Fill(stock);
            _used = 0;
        }
        stock.AsSpan(_used, nonce.Length).CopyTo(nonce);
        _used += nonce.Length;
    }
}
