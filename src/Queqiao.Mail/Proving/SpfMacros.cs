using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Queqiao.Mail.Proving;

/// <summary>Macros in domains of SPF (RFC 7208 7): %{i}, %{d2r}, %{l-} …</summary>
internal static class SpfMacros
{
    private const int MostName = 253;
    private const string Delimiters = ".-+,/_=";

    /// <param name="Domain">%{d}: whose record is read.</param>
    public sealed record Facts(IPAddress Client, string Sender, string Domain, string Greeting);

    /// <summary>Whether it keeps to the grammar. "c", "r" and "t" are for explanations only.</summary>
    public static bool IsWell(string text) => Walk(text, null) is not null;

    /// <summary>The domain; null: it breaks the rules.</summary>
    public static string? Expand(string text, Facts facts)
    {
        if (Walk(text, facts) is not { } name)
            return null;
        name = name.TrimEnd('.');
        while (name.Length > MostName && name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot)
            name = name[(dot + 1)..];
        return name;
    }

    private static string? Walk(string text, Facts? facts)
    {
        var made = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is < '!' or > '~')
                return null;
            if (text[at] != '%')
            {
                made.Append(text[at]);
                continue;
            }
            if (++at >= text.Length)
                return null;
            switch (text[at])
            {
                case '%':
                    made.Append('%');
                    break;
                case '_':
                    made.Append(' ');
                    break;
                case '-':
                    made.Append("%20");
                    break;
                case '{' when text.IndexOf('}', at) is > 0 and var end:
                    if (Macro(text[(at + 1)..end], facts) is not { } value)
                        return null;
                    made.Append(value);
                    at = end;
                    break;
                default:
                    return null;
            }
        }
        return made.ToString();
    }

    private static string? Macro(string macro, Facts? facts)
    {
        if (macro.Length == 0)
            return null;
        var at = 1;
        while (at < macro.Length && char.IsAsciiDigit(macro[at]))
            at++;
        var (digits, rest) = (macro[1..at], macro[at..]);
        var reverses = rest is ['r' or 'R', ..];
        var delimiters = reverses ? rest[1..] : rest;
        if (delimiters.Any(sign => !Delimiters.Contains(sign, StringComparison.Ordinal)) || digits.Length > 3 || digits.Length > 0 && int.Parse(digits, CultureInfo.InvariantCulture) == 0
            || char.ToLowerInvariant(macro[0]) is not ('s' or 'l' or 'o' or 'd' or 'i' or 'p' or 'v' or 'h'))
            return null;
        if (facts is null)
            return "";
        var value = ValueOf(char.ToLowerInvariant(macro[0]), facts);
        var parts = value.Split((delimiters.Length == 0 ? "." : delimiters).ToCharArray());
        if (reverses)
            Array.Reverse(parts);
        if (digits.Length > 0)
            parts = parts[^Math.Min(parts.Length, int.Parse(digits, CultureInfo.InvariantCulture))..];
        var made = delimiters.Length == 0 && !reverses && digits.Length == 0 ? value : string.Join('.', parts);
        return char.IsAsciiLetterUpper(macro[0]) ? Uri.EscapeDataString(made) : made;
    }

    private static string ValueOf(char letter, Facts facts) => letter switch
    {
        's' => facts.Sender,
        'l' => facts.Sender[..facts.Sender.LastIndexOf('@')],
        'o' => facts.Sender[(facts.Sender.LastIndexOf('@') + 1)..],
        'd' => facts.Domain,
        'i' => facts.Client.AddressFamily == AddressFamily.InterNetwork ? facts.Client.ToString() : string.Join('.', Convert.ToHexStringLower(facts.Client.GetAddressBytes()).ToCharArray()),
        'p' => "unknown", // RFC 7208 7.3: not to be used, and this is what stands for it when it is not looked up
        'v' => facts.Client.AddressFamily == AddressFamily.InterNetwork ? "in-addr" : "ip6",
        _ => facts.Greeting,
    };
}
