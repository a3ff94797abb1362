using System.Numerics;
using System.Security.Cryptography;

namespace Queqiao.Simulators;

/// <summary>Ed25519 (RFC 8032, 5.1) for signing webhooks of invented accounts; not hardened, its secrets are worth nothing.</summary>
internal static class EdSigner
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly BigInteger D = Mod(-121665 * BigInteger.ModPow(121666, P - 2, P));
    private static readonly (BigInteger X, BigInteger Y) Base = (
        BigInteger.Parse("15112221349535400772501151409588531511454012693041857206046113283949847762202", System.Globalization.CultureInfo.InvariantCulture),
        BigInteger.Parse("46316835694926478169428394003475163141307993866256225615783033603165251855960", System.Globalization.CultureInfo.InvariantCulture));

    public static byte[] PublicKey(byte[] seed) => Encode(Times(Base, Scalar(seed)));

    public static byte[] Sign(byte[] seed, byte[] message)
    {
        var prefix = SHA512.HashData(seed)[32..];
        var (secret, key) = (Scalar(seed), PublicKey(seed));
        var r = Number(SHA512.HashData([.. prefix, .. message])) % L;
        var point = Encode(Times(Base, r));
        var k = Number(SHA512.HashData([.. point, .. key, .. message])) % L;
        return [.. point, .. Little((r + k * secret) % L)];
    }

    private static BigInteger Scalar(byte[] seed)
    {
        var hash = SHA512.HashData(seed)[..32];
        (hash[0], hash[31]) = ((byte)(hash[0] & 248), (byte)(hash[31] & 127 | 64));
        return Number(hash);
    }

    private static (BigInteger X, BigInteger Y) Times((BigInteger X, BigInteger Y) point, BigInteger by)
    {
        (BigInteger X, BigInteger Y) sum = (0, 1);
        for (; by > 0; by >>= 1, point = Add(point, point))
        {
            if (!by.IsEven)
                sum = Add(sum, point);
        }
        return sum;
    }

    private static (BigInteger X, BigInteger Y) Add((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b)
    {
        var d = Mod(D * a.X % P * b.X % P * a.Y % P * b.Y);
        var x = Mod((a.X * b.Y + b.X * a.Y) * BigInteger.ModPow(Mod(1 + d), P - 2, P));
        var y = Mod((a.Y * b.Y + a.X * b.X) * BigInteger.ModPow(Mod(1 - d), P - 2, P));
        return (x, y);
    }

    private static byte[] Encode((BigInteger X, BigInteger Y) point)
    {
        var bytes = Little(point.Y);
        if (!point.X.IsEven)
            bytes[31] |= 0x80;
        return bytes;
    }

    private static byte[] Little(BigInteger number)
    {
        var bytes = new byte[32];
        number.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true);

    private static BigInteger Mod(BigInteger number) => (number % P + P) % P;
}
