using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Server.Identity.Factors;

/// <summary>Time-based one-time passwords: RFC 6238 with HMAC-SHA1, 30 seconds and six digits, which is what every authenticator app knows.</summary>
internal static class Totp
{
    public const int Digits = 6;
    public const int StepSeconds = 30;

    /// <summary>RFC 4226 4 asks for 128 bits at least and recommends 160.</summary>
    public const int SecretLength = 20;

    /// <summary>Steps before and after the server's that are taken too: phones' clocks are off (RFC 6238 5.2).</summary>
    private const int Drift = 1;

    private const string Base32Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretLength);

    public static long StepOf(long unixMs) => unixMs / 1000 / StepSeconds;

    /// <summary>RFC 4226 5.3.</summary>
    public static string Code(ReadOnlySpan<byte> secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // the algorithm of the RFC and of the apps; HMAC does not need SHA-1 to resist collisions
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[^1] & 15)..]) & 0x7fffffff;
        return (number % (uint)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The step whose code this is, of those around now and after <paramref name="lastStep"/>; null when it is none. Always compares with all of them.</summary>
    public static long? Match(ReadOnlySpan<byte> secret, string code, long unixMs, long lastStep)
    {
        long? found = null;
        var given = Encoding.ASCII.GetBytes(code);
        var now = StepOf(unixMs);
        for (var step = now - Drift; step <= now + Drift; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Code(secret, step)), given) && step > lastStep)
                found ??= step;
        }
        return found;
    }

    /// <summary>What was typed, if it can be a code: six digits, spaces between them are welcome.</summary>
    public static string? Typed(string text)
    {
        var digits = string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));
        return digits.Length == Digits && digits.All(char.IsAsciiDigit) ? digits : null;
    }

    /// <summary>RFC 4648 6, without padding: what people type when they cannot scan.</summary>
    public static string Base32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        int buffer = 0, bits = 0;
        foreach (var one in bytes)
        {
            buffer = (buffer << 8) | one;
            bits += 8;
            for (; bits >= 5; bits -= 5)
                text.Append(Base32Letters[(buffer >> (bits - 5)) & 31]);
            buffer &= (1 << bits) - 1;
        }
        if (bits > 0)
            text.Append(Base32Letters[(buffer << (5 - bits)) & 31]);
        return text.ToString();
    }

    /// <summary>The key URI that authenticator apps read from the QR code.</summary>
    public static string Uri(ReadOnlySpan<byte> secret, string issuer, string account) =>
        $"otpauth://totp/{System.Uri.EscapeDataString(issuer)}:{System.Uri.EscapeDataString(account)}?secret={Base32(secret)}&issuer={System.Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits={Digits}&period={StepSeconds}";
}
