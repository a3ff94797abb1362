using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Queqiao.Mail.Proving;

/// <summary>Which domains are everybody's (com.cn, co.uk, github.io), by the Public Suffix List: below them each name is an organisation's own.</summary>
public static class PublicSuffixes
{
    private static readonly Lazy<HashSet<string>> Rules = new(Read);

    /// <summary>Everybody can have a name below it.</summary>
    public static bool IsShared(string domain) => Organisation(domain) is null;

    /// <summary>Whether both are names of one organisation: what a DMARC record leaves "relaxed" (RFC 7489 3.1).</summary>
    public static bool AreOne(string one, string other) => Organisation(one) is { } organisation && organisation.Equals(Organisation(other), StringComparison.Ordinal);

    /// <summary>The name that an organisation has registered: a suffix and one label more. Null: the domain is a suffix itself, or no domain.</summary>
    public static string? Organisation(string domain)
    {
        var labels = domain.TrimEnd('.').ToLowerInvariant().Split('.');
        if (labels.Any(label => label.Length == 0))
            return null;
        for (var at = 0; at < labels.Length; at++)
        {
            var name = string.Join('.', labels[at..]);
            if (Rules.Value.Contains("!" + name))
                return name; // what an exception names is an organisation's
            if (Rules.Value.Contains(name) || at + 1 < labels.Length && Rules.Value.Contains("*." + string.Join('.', labels[(at + 1)..])))
                return at == 0 ? null : string.Join('.', labels[(at - 1)..]);
        }
        return labels.Length < 2 ? null : string.Join('.', labels[^2..]); // a top-level domain that nobody knows
    }

    private static HashSet<string> Read()
    {
        using var packed = typeof(PublicSuffixes).Assembly.GetManifestResourceStream("Queqiao.Mail.public_suffixes.txt.gz")!;
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress), Encoding.UTF8);
        var rules = new HashSet<string>(StringComparer.Ordinal);
        var idn = new IdnMapping { AllowUnassigned = true };
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line.StartsWith("//", StringComparison.Ordinal))
                continue;
            rules.Add(line);
            if (!Ascii.IsValid(line))
                rules.Add(idn.GetAscii(line)); // as mails write it
        }
        return rules;
    }
}
