using System.Numerics;
using System.Security.Cryptography;

namespace Queqiao.Channels.Signing;

/// <summary>
/// Ed25519 (RFC 8032), which the base library has not. Verifying handles only public values. Signing is used for a
/// provider's handshake alone, with a secret that the provider made: it is not hardened against local timing.
/// </summary>
internal static class Ed25519
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));
    private static readonly BigInteger RootOfMinusOne = BigInteger.ModPow(2, (P - 1) / 4, P);
    private static readonly Point Base = Decode(BaseBytes())!.Value;

    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T);

    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != 32 || signature.Length != 64 || Decode(publicKey) is not { } key || Decode(signature[..32]) is not { } r)
            return false;
        var s = Number(signature[32..]);
        if (s >= L)
            return false;
        var k = Hash(signature[..32], publicKey, message);
        return Equal(Times(Base, s), Add(r, Times(key, k)));
    }

    public static byte[] PublicKey(ReadOnlySpan<byte> seed) => Encode(Times(Base, Number(Clamped(SHA512.HashData(seed)[..32]))));

    public static byte[] Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message)
    {
        var expanded = SHA512.HashData(seed);
        var scalar = Number(Clamped(expanded[..32]));
        var publicKey = Encode(Times(Base, scalar));
        var r = Hash(expanded.AsSpan(32), message, []);
        var encoded = Encode(Times(Base, r));
        var s = (r + Hash(encoded, publicKey, message) * scalar) % L;
        return [.. encoded, .. Bytes(s)];
    }

    private static byte[] Clamped(byte[] scalar)
    {
        scalar[0] &= 0xF8;
        scalar[31] = (byte)((scalar[31] & 0x7F) | 0x40);
        return scalar;
    }

    private static BigInteger Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(first);
        hash.AppendData(second);
        hash.AppendData(third);
        return Number(hash.GetHashAndReset()) % L;
    }

    private static BigInteger Number(ReadOnlySpan<byte> littleEndian) => new(littleEndian, isUnsigned: true);

    private static byte[] Bytes(BigInteger number)
    {
        var bytes = new byte[32];
        number.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    private static byte[] BaseBytes()
    {
        var bytes = new byte[32];
        bytes.AsSpan().Fill(0x66);
        bytes[0] = 0x58;
        return bytes;
    }

    private static BigInteger Mod(BigInteger value) => value % P is var rest && rest.Sign < 0 ? rest + P : rest;

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(value, P - 2, P);

    private static Point? Decode(ReadOnlySpan<byte> encoded)
    {
        var bytes = encoded.ToArray();
        var odd = bytes[31] >> 7 == 1;
        bytes[31] &= 0x7F;
        var y = Number(bytes);
        if (y >= P)
            return null;
        var square = Mod((y * y - 1) * Inverse(Mod(D * y * y + 1)));
        var x = BigInteger.ModPow(square, (P + 3) / 8, P);
        if (Mod(x * x - square) != 0)
            x = Mod(x * RootOfMinusOne);
        if (Mod(x * x - square) != 0 || (x.IsZero && odd))
            return null;
        if (x.IsEven == odd)
            x = P - x;
        return new Point(x, y, BigInteger.One, Mod(x * y));
    }

    private static byte[] Encode(Point point)
    {
        var inverse = Inverse(point.Z);
        var (x, y) = (Mod(point.X * inverse), Mod(point.Y * inverse));
        var bytes = Bytes(y);
        if (!x.IsEven)
            bytes[31] |= 0x80;
        return bytes;
    }

    private static bool Equal(Point a, Point b) => Mod(a.X * b.Z - b.X * a.Z).IsZero && Mod(a.Y * b.Z - b.Y * a.Z).IsZero;

    private static Point Add(Point p, Point q)
    {
        var a = Mod((p.Y - p.X) * (q.Y - q.X));
        var b = Mod((p.Y + p.X) * (q.Y + q.X));
        var c = Mod(2 * p.T * q.T * D);
        var d = Mod(2 * p.Z * q.Z);
        var (e, f, g, h) = (b - a, d - c, d + c, b + a);
        return new Point(Mod(e * f), Mod(g * h), Mod(f * g), Mod(e * h));
    }

    private static Point Times(Point point, BigInteger scalar)
    {
        var sum = new Point(BigInteger.Zero, BigInteger.One, BigInteger.One, BigInteger.Zero);
        for (; !scalar.IsZero; scalar >>= 1)
        {
            if (!scalar.IsEven)
                sum = Add(sum, point);
            point = Add(point, point);
        }
        return sum;
    }
}
