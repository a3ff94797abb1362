namespace Queqiao.Mail.Proving;

/// <summary>
/// What the domain in From says about mail in its name (RFC 7489): pass when a true signature or a permitted path speaks for it. What
/// the record leaves relaxed is spoken for by every name of the same organisation (<see cref="PublicSuffixes"/>).
/// </summary>
public static class DmarcCheck
{
    /// <summary>A record may stand this many labels above.</summary>
    private const int MostSteps = 5;

    /// <param name="from">The domain of the one From address.</param>
    /// <param name="speakers">Domains that a signature or path has proven, and whether it was a path.</param>
    /// <param name="covers">Whether a domain speaks for the one in From where the record leaves it relaxed.</param>
    /// <returns>pass, fail, none, temperror, permerror.</returns>
    public static async Task<string> Of(IMailDns dns, string from, IReadOnlyList<(string Domain, bool IsPath)> speakers, Func<string, bool> covers, CancellationToken ct)
    {
        var (tags, why) = await Record(dns, from.ToLowerInvariant(), ct);
        if (tags is null)
            return why;
        bool Aligned(string domain, bool isPath) => domain.Equals(from, StringComparison.OrdinalIgnoreCase) || tags.GetValueOrDefault(isPath ? "aspf" : "adkim", "r") != "s" && covers(domain);
        return speakers.Any(one => Aligned(one.Domain, one.IsPath)) ? "pass" : "fail";
    }

    /// <summary>At the domain itself, else at the nearest one above it; not at names that are everybody's.</summary>
    private static async Task<(IReadOnlyDictionary<string, string>? Tags, string Why)> Record(IMailDns dns, string domain, CancellationToken ct)
    {
        for (var step = 0; step < MostSteps && SpfCheck.IsDomain(domain) && (step == 0 || !PublicSuffixes.IsShared(domain)); step++)
        {
            var found = await dns.Texts("_dmarc." + domain, ct);
            if (found.Found == DnsFound.Trouble)
                return (null, "temperror");
            var records = found.Values.Where(text => text.TrimStart().StartsWith("v=DMARC1", StringComparison.Ordinal)).ToList();
            if (records.Count > 1)
                return (null, "none"); // 6.6.3: several are none
            if (records.Count == 1)
                return DkimCheck.Tags(records[0]) is { } tags && tags.GetValueOrDefault("p", "") is "none" or "quarantine" or "reject" ? (DkimCheck.Tags(records[0]), "") : (null, "permerror");
            domain = domain[(domain.IndexOf('.', StringComparison.Ordinal) + 1)..];
        }
        return (null, "none");
    }
}
