using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Server.Platform.WebPush;

/// <summary>
/// What a push service carries and cannot read: RFC 8291 (Message Encryption for Web Push) over one record of RFC 8188 (aes128gcm).
/// </summary>
internal static class PushCipher
{
    public const int PublicKeyBytes = 65;
    public const int AuthBytes = 16;

    /// <summary>Services take at least 4,096 bytes (RFC 8030, 7.2); here is what is left of them for words.</summary>
    public const int MostClear = 3_000;

    private const int SaltBytes = 16;
    private const int TagBytes = 16;
    private const int RecordSize = 4_096;

    /// <param name="clear">At most <see cref="MostClear"/> bytes.</param>
    /// <param name="receiver">The browser's public key, uncompressed (<c>p256dh</c>).</param>
    /// <param name="auth">The secret that the browser shares with us (<c>auth</c>).</param>
    /// <param name="block">Made longer up to a multiple of so many bytes, so that its length says nothing.</param>
    public static byte[] Encrypt(ReadOnlySpan<byte> clear, ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> auth, int block = 512)
    {
        using var sender = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Encrypt(clear, receiver, auth, sender, RandomNumberGenerator.GetBytes(SaltBytes), block);
    }

    /// <summary>With a key and salt that are given: for the RFC's own example.</summary>
    internal static byte[] Encrypt(ReadOnlySpan<byte> clear, ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> auth, ECDiffieHellman sender, ReadOnlySpan<byte> salt, int block = 1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clear.Length, MostClear);
        var own = PointOf(sender.ExportParameters(includePrivateParameters: false).Q);
        var (key, nonce) = KeysOf(sender, receiver, receiver, own, auth, salt);
        var padded = new byte[(clear.Length + 1 + block - 1) / block * block];
        clear.CopyTo(padded);
        padded[clear.Length] = 2; // the last record (RFC 8188, 2)
        var message = new byte[SaltBytes + 4 + 1 + PublicKeyBytes + padded.Length + TagBytes];
        salt.CopyTo(message);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(SaltBytes), RecordSize);
        message[SaltBytes + 4] = PublicKeyBytes;
        own.CopyTo(message.AsSpan(SaltBytes + 5));
        var body = message.AsSpan(SaltBytes + 5 + PublicKeyBytes);
        using var gcm = new AesGcm(key, TagBytes);
        gcm.Encrypt(nonce, padded, body[..padded.Length], body[padded.Length..]);
        return message;
    }

    /// <summary>What the browser does: for tests and for playing one.</summary>
    /// <exception cref="CryptographicException">Not for this key, or changed.</exception>
    public static byte[] Decrypt(ReadOnlySpan<byte> message, ECDiffieHellman receiver, ReadOnlySpan<byte> auth)
    {
        if (message.Length < SaltBytes + 5 + PublicKeyBytes + 1 + TagBytes || message[SaltBytes + 4] != PublicKeyBytes)
            throw new CryptographicException("No message of web push.");
        var sender = message.Slice(SaltBytes + 5, PublicKeyBytes);
        var (key, nonce) = KeysOf(receiver, sender, PointOf(receiver.ExportParameters(includePrivateParameters: false).Q), sender, auth, message[..SaltBytes]);
        var body = message[(SaltBytes + 5 + PublicKeyBytes)..];
        var clear = new byte[body.Length - TagBytes];
        using var gcm = new AesGcm(key, TagBytes);
        gcm.Decrypt(nonce, body[..clear.Length], body[clear.Length..], clear);
        var end = clear.AsSpan().LastIndexOfAnyExcept((byte)0);
        return end >= 0 && clear[end] == 2 ? clear[..end] : throw new CryptographicException("Not the last record.");
    }

    /// <summary>Whether these bytes are a point of the curve: only such keys may be written to.</summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> point)
    {
        if (point.Length != PublicKeyBytes || point[0] != 4)
            return false;
        try
        {
            using var key = KeyOf(point);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    internal static byte[] PointOf(ECPoint point) => [4, .. point.X!, .. point.Y!];

    private static ECDiffieHellman KeyOf(ReadOnlySpan<byte> point) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = point[1..33].ToArray(), Y = point[33..65].ToArray() },
    });

    /// <summary>RFC 8291, 3.4: both sides come to the same.</summary>
    private static (byte[] Key, byte[] Nonce) KeysOf(ECDiffieHellman own, ReadOnlySpan<byte> other, ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> sender, ReadOnlySpan<byte> auth, ReadOnlySpan<byte> salt)
    {
        using var theirs = KeyOf(other);
        var shared = own.DeriveRawSecretAgreement(theirs.PublicKey);
        byte[] info = [.. "WebPush: info\0"u8, .. receiver, .. sender];
        var material = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, 32, auth.ToArray(), info);
        CryptographicOperations.ZeroMemory(shared);
        return (
            HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 16, salt.ToArray(), Encoding.ASCII.GetBytes("Content-Encoding: aes128gcm\0")),
            HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 12, salt.ToArray(), Encoding.ASCII.GetBytes("Content-Encoding: nonce\0")));
    }
}
