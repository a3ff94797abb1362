using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Queqiao.Mail.Proving;

/// <param name="Result">What follows when it matches: pass, fail, softfail, neutral.</param>
/// <param name="Name">all, include, a, mx, ptr, ip4, ip6, exists.</param>
/// <param name="Value">A domain with macros, or an address; null: none.</param>
internal sealed record SpfTerm(string Result, string Name, string? Value, int Bits4 = 32, int Bits6 = 128);

/// <summary>A domain's SPF record (RFC 7208 4.6, 5, 12), read strictly: one wrong term spoils the whole.</summary>
internal sealed record SpfRecord(IReadOnlyList<SpfTerm> Terms, string? Redirect)
{
    private const string Version = "v=spf1";

    public static bool Is(string text) => text.Equals(Version, StringComparison.OrdinalIgnoreCase) || text.StartsWith(Version + " ", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null: it breaks the rules.</summary>
    public static SpfRecord? Read(string text)
    {
        var terms = new List<SpfTerm>();
        string? redirect = null;
        var modifiers = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && IsName(word.AsSpan(0, equals)))
            {
                var (name, value) = (word[..equals].ToLowerInvariant(), word[(equals + 1)..]);
                if (name is "redirect" or "exp" && (!modifiers.Add(name) || value.Length == 0 || !SpfMacros.IsWell(value)))
                    return null;
                if (name == "redirect")
                    redirect = value;
                continue; // other modifiers are for others
            }
            if (Term(word) is not { } term)
                return null;
            terms.Add(term);
        }
        return new SpfRecord(terms, redirect);
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (!char.IsAsciiLetter(name[0]))
            return false;
        foreach (var letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.'))
                return false;
        }
        return true;
    }

    private static SpfTerm? Term(string word)
    {
        var result = word[0] switch { '-' => "fail", '~' => "softfail", '?' => "neutral", _ => "pass" };
        if (word[0] is '+' or '-' or '~' or '?')
            word = word[1..];
        var end = word.IndexOfAny([':', '/']);
        var (name, rest) = end < 0 ? (word.ToLowerInvariant(), "") : (word[..end].ToLowerInvariant(), word[end..]);
        return name switch
        {
            "all" => rest.Length == 0 ? new SpfTerm(result, name, null) : null,
            "include" or "exists" => rest is [':', _, ..] && SpfMacros.IsWell(rest[1..]) ? new SpfTerm(result, name, rest[1..]) : null,
            "ptr" => rest.Length == 0 || rest is [':', _, ..] && SpfMacros.IsWell(rest[1..]) ? new SpfTerm(result, name, rest.Length == 0 ? null : rest[1..]) : null,
            "a" or "mx" => Host(result, name, rest),
            "ip4" or "ip6" => Network(result, name, rest),
            _ => null,
        };
    }

    /// <summary>[":" domain] ["/" bits] ["//" bits of IPv6]</summary>
    private static SpfTerm? Host(string result, string name, string rest)
    {
        var (bits4, bits6) = (32, 128);
        if (rest.IndexOf("//", StringComparison.Ordinal) is >= 0 and var six)
        {
            if (Bits(rest[(six + 2)..], 128) is not { } read6)
                return null;
            (bits6, rest) = (read6, rest[..six]);
        }
        if (rest.LastIndexOf('/') is >= 0 and var four && Bits(rest[(four + 1)..], 32) is { } read4)
            (bits4, rest) = (read4, rest[..four]);
        if (rest.Length > 0 && (rest is not [':', _, ..] || !SpfMacros.IsWell(rest[1..])))
            return null;
        return new SpfTerm(result, name, rest.Length > 1 ? rest[1..] : null, bits4, bits6);
    }

    private static SpfTerm? Network(string result, string name, string rest)
    {
        if (rest is not [':', _, ..])
            return null;
        var (text, bits) = (rest[1..], (string?)null);
        if (text.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash)
            (bits, text) = (text[(slash + 1)..], text[..slash]);
        var isFour = name == "ip4";
        if (!IPAddress.TryParse(text, out var address) || address.AddressFamily != (isFour ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6) || isFour && text.Split('.').Length != 4)
            return null;
        if (bits is null)
            return new SpfTerm(result, name, text);
        return Bits(bits, isFour ? 32 : 128) is { } read ? new SpfTerm(result, name, text, read, read) : null;
    }

    private static int? Bits(string text, int most) =>
        text.Length is > 0 and < 4 && (text.Length == 1 || text[0] != '0') && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits <= most ? bits : null;
}
