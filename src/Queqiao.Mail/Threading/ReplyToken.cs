using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Queqiao.Mail.Threading;

/// <summary>
/// Says in an address or a message id which thread an answer belongs to, so that nobody can say it who did not get a mail of it:
/// a number, and 128 bits over it that only the holder of the key can make. Letters and digits, of one case: mail servers do not
/// keep others.
/// </summary>
public static class ReplyToken
{
    private const string Digits = "abcdefghijklmnopqrstuvwxyz234567"; // RFC 4648 base32
    private const int SignatureBytes = 16;
    private const int Bytes = 8 + SignatureBytes;

    /// <summary>How long every token is.</summary>
    public const int Length = 40;

    private const char Mark = 'q'; // so that a token is not taken for a word

    /// <param name="key">Secret, 32 bytes.</param>
    /// <param name="thread">A number of the caller's.</param>
    public static string Make(ReadOnlySpan<byte> key, long thread)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, thread);
        Sign(key, bytes[..8], bytes[8..]);
        return Encode(bytes);
    }

    /// <summary>The thread; null: this is no token of this key.</summary>
    public static long? Read(ReadOnlySpan<byte> key, ReadOnlySpan<char> token)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (!Decode(token, bytes))
            return null;
        Span<byte> right = stackalloc byte[SignatureBytes];
        Sign(key, bytes[..8], right);
        return CryptographicOperations.FixedTimeEquals(right, bytes[8..]) ? BinaryPrimitives.ReadInt64BigEndian(bytes) : null;
    }

    /// <summary>"help@shop.example" as "help+TOKEN@shop.example"; null: the address is too long for it.</summary>
    public static string? InAddress(string address, string token)
    {
        var at = address.LastIndexOf('@');
        return at > 0 && at + 1 + token.Length <= 64 ? $"{address[..at]}+{token}{address[at..]}" : null;
    }

    /// <summary>A message id that carries the token. <paramref name="unique"/>: letters and digits, new for every mail.</summary>
    public static string InMessageId(string token, string unique, string domain) => $"<{token}.{unique}@{domain}>";

    /// <summary>Words in an address or a message id that have the form of a token. Whether they are is for <see cref="Read"/> to say.</summary>
    public static IEnumerable<string> Candidates(string text) =>
        text.Split(['<', '>', '@', '+', '.', ' ', '=', '-', '"', ','], StringSplitOptions.RemoveEmptyEntries).Where(word => word.Length == Length && word[0] is Mark or 'Q');

    private static void Sign(ReadOnlySpan<byte> key, ReadOnlySpan<byte> thread, Span<byte> signature)
    {
        Span<byte> whole = stackalloc byte[32];
        HMACSHA256.HashData(key, thread, whole);
        whole[..SignatureBytes].CopyTo(signature);
    }

    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[Length];
        (text[0], var at, var held, var bits) = (Mark, 1, 0u, 0);
        foreach (var one in bytes)
        {
            (held, bits) = ((held << 8) | one, bits + 8);
            for (; bits >= 5; bits -= 5)
                text[at++] = Digits[(int)(held >> (bits - 5)) & 31];
        }
        if (bits > 0)
            text[at++] = Digits[(int)(held << (5 - bits)) & 31];
        return new string(text[..at]);
    }

    private static bool Decode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length != Length || char.ToLowerInvariant(text[0]) != Mark)
            return false;
        var (at, held, bits) = (0, 0u, 0);
        foreach (var c in text[1..])
        {
            var digit = Digits.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
            if (digit < 0)
                return false;
            (held, bits) = ((held << 5) | (uint)digit, bits + 5);
            if (bits < 8)
                continue;
            if (at == bytes.Length)
                return false;
            bits -= 8;
            bytes[at++] = (byte)(held >> bits);
        }
        return at == bytes.Length && (held & ((1u << bits) - 1)) == 0; // one token, one spelling
    }
}
