using System.Text.RegularExpressions;

namespace Queqiao.Mail.Reading;

/// <summary>What a server that one trusts found out about a mail's sender (RFC 8601).</summary>
/// <param name="IsProven">The domain of the one From address says that the mail is from it.</param>
/// <param name="Dmarc">pass, fail, none …; null: not said. The others the same.</param>
public sealed partial record SenderProof(bool IsProven, string? Dmarc, string? Dkim, string? Spf)
{
    private const int MostResults = 50;

    public static readonly SenderProof None = new(false, null, null, null);

    /// <summary>
    /// Reads Authentication-Results of these servers only: everybody can write such a header. A receiving server takes foreign ones
    /// in its own name away (RFC 8601 5); whoever names a server here relies on that.
    /// </summary>
    public static SenderProof Of(MailMessage mail, IReadOnlyCollection<string> trusted)
    {
        var header = mail.Root.Header;
        if (trusted.Count == 0 || mail.From is not { } from || header.All("From").Count() != 1 || mail.Froms != 1)
            return None;
        // The newest stands first; older ones in the same name were written for another journey.
        var results = header.All("Authentication-Results").FirstOrDefault(one => trusted.Contains(ServerOf(one), StringComparer.OrdinalIgnoreCase));
        return results is null ? None : Judge(results, from.Domain);
    }

    /// <summary>Names of the servers that wrote such headers, the newest first.</summary>
    public static IEnumerable<string> Servers(MailMessage mail) => mail.Root.Header.All("Authentication-Results").Select(ServerOf).Where(name => name.Length > 0);

    /// <summary>What follows from results that we have found out ourselves.</summary>
    /// <param name="results">As <see cref="Proving.SenderCheck"/> writes them.</param>
    public static SenderProof Of(MailMessage mail, string results) =>
        mail.From is not { } from || mail.Root.Header.All("From").Count() != 1 || mail.Froms != 1 ? None : Judge("us; " + results, from.Domain);

    /// <summary>Whether a domain speaks for another.</summary>
    internal static bool Speaks(string who, string domain) => Covers(who, domain);

    private static SenderProof Judge(string results, string domain)
    {
        string? dmarc = null, dkim = null, spf = null;
        var aligned = false;
        foreach (var one in WithoutComments(results).Split(';').Skip(1).Take(MostResults))
        {
            if (Method().Match(one) is not { Success: true } method)
                continue;
            var (name, result) = (method.Groups[1].Value.ToLowerInvariant(), method.Groups[2].Value.ToLowerInvariant());
            switch (name)
            {
                case "dmarc":
                    dmarc ??= Same(Property(one, "header.from") ?? domain, domain) ? result : null;
                    break;
                case "dkim":
                    dkim = dkim == "pass" ? dkim : result;
                    aligned |= result == "pass" && Covers(Property(one, "header.d") ?? DomainOf(Property(one, "header.i")), domain);
                    break;
                case "spf":
                    spf ??= result;
                    aligned |= result == "pass" && Covers(DomainOf(Property(one, "smtp.mailfrom")), domain);
                    break;
                default:
                    break;
            }
        }
        // Without a verdict on DMARC an aligned signature or path is what DMARC would have asked for.
        return new SenderProof(dmarc == "pass" || (dmarc is null or "none" && aligned), dmarc, dkim, spf);
    }

    /// <summary>The same domain, or one above it with at least two labels. Domains beside or below may belong to somebody else.</summary>
    private static bool Covers(string? who, string domain) => who is { Length: > 0 } && who.Contains('.', StringComparison.Ordinal)
        && (Same(who, domain) || (domain.EndsWith("." + who, StringComparison.OrdinalIgnoreCase) && !Proving.PublicSuffixes.IsShared(who)));

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string? DomainOf(string? address) => address?[(address.LastIndexOf('@') + 1)..];

    private static string? Property(string result, string name)
    {
        foreach (var word in result.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase))
                return word[(name.Length + 1)..].Trim('"', '<', '>').ToLowerInvariant();
        }
        return null;
    }

    private static string ServerOf(string results)
    {
        var first = WithoutComments(results).Split(';')[0].Trim();
        return first.Split([' ', '\t'], 2)[0].Trim('"').ToLowerInvariant(); // a version may follow
    }

    private static string WithoutComments(string text)
    {
        var plain = new System.Text.StringBuilder(text.Length);
        var (depth, quoted) = (0, false);
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (c == '\\')
                at++;
            else if (c == '"' && depth == 0)
                quoted = !quoted;
            else if (c == '(' && !quoted)
                depth++;
            else if (c == ')' && depth > 0)
                depth--;
            else if (depth == 0 && !(quoted && c is ';' or ' '))
                plain.Append(c);
        }
        return plain.ToString();
    }

    [GeneratedRegex(@"^\s*([A-Za-z-]+)(?:/\d+)?\s*=\s*([A-Za-z]+)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Method();
}
