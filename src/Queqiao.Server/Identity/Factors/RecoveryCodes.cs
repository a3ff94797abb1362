using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Server.Identity.Factors;

/// <summary>Ten codes for the day the phone is gone: 50 random bits each, in two groups of five letters that look like no other.</summary>
internal static class RecoveryCodes
{
    public const int Count = 10;
    private const int Length = 10;

    /// <summary>Crockford's base 32, in lower case: no i, l, o, u.</summary>
    private const string Letters = "0123456789abcdefghjkmnpqrstvwxyz";

    public static IReadOnlyList<string> New() => [.. Enumerable.Range(0, Count).Select(_ => One())];

    private static string One()
    {
        var text = RandomNumberGenerator.GetString(Letters, Length);
        return $"{text[..(Length / 2)]}-{text[(Length / 2)..]}";
    }

    /// <summary>What was typed, if it can be a code: capitals, spaces and the letters that look like digits are forgiven.</summary>
    public static string? Typed(string text)
    {
        var plain = string.Concat(text.ToLowerInvariant().Where(letter => letter is not ('-' or ' ')).Select(letter => letter switch { 'o' => '0', 'i' or 'l' => '1', _ => letter }));
        return plain.Length == Length && plain.All(Letters.Contains) ? plain : null;
    }

    /// <summary>What is stored: keyed, because 50 bits could be tried one by one by whoever has the database alone.</summary>
    public static byte[] Hash(byte[] key, Guid agentId, string typed) => HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"{agentId:N} {typed}"));
}
