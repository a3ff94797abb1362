using System.Net;
using System.Net.Sockets;

namespace Queqiao.Mail.Proving;

/// <summary>
/// Whether a machine may send for a domain (RFC 7208): pass, fail, softfail, neutral, none, temperror, permerror. One check asks for at
/// most ten records that need DNS, and at most two of them may be empty; whoever needs more is a mistake or an attack.
/// </summary>
public sealed class SpfCheck
{
    public const string Pass = "pass";
    public const string None = "none";
    private const string TempError = "temperror";
    private const string PermError = "permerror";
    private const int MostLookups = 10;
    private const int MostVoid = 2;
    private const int MostNames = 10;

    private readonly IMailDns _dns;
    private readonly IPAddress _client;
    private readonly string _sender;
    private readonly string _greeting;
    private int _lookups;
    private int _voids;

    private SpfCheck(IMailDns dns, IPAddress client, string sender, string greeting) => (_dns, _client, _sender, _greeting) = (dns, client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client, sender, greeting);

    /// <param name="sender">Of the envelope; empty (a report): the greeting stands for it.</param>
    /// <param name="greeting">What the machine said in EHLO.</param>
    /// <returns>The result, and the domain that it is about.</returns>
    public static async Task<(string Result, string Domain)> Of(IMailDns dns, IPAddress client, string sender, string greeting, CancellationToken ct)
    {
        var domain = (sender.Contains('@', StringComparison.Ordinal) ? sender[(sender.LastIndexOf('@') + 1)..] : greeting).TrimEnd('.').ToLowerInvariant();
        var whole = sender.Contains('@', StringComparison.Ordinal) ? sender.StartsWith('@') ? "postmaster" + sender : sender : "postmaster@" + domain;
        if (!IsDomain(domain))
            return (None, domain);
        try
        {
            return (await new SpfCheck(dns, client, whole, greeting).Ask(domain, ct), domain);
        }
        catch (SpfTrouble trouble)
        {
            return (trouble.Result, domain);
        }
    }

    private sealed class SpfTrouble(string result) : Exception
    {
        public string Result => result;
    }

    private async Task<string> Ask(string domain, CancellationToken ct)
    {
        var texts = await _dns.Texts(domain, ct);
        if (texts.Found == DnsFound.Trouble)
            return TempError;
        var records = texts.Values.Where(SpfRecord.Is).ToList();
        if (records.Count == 0)
            return None;
        if (records.Count > 1 || SpfRecord.Read(records[0]) is not { } record)
            return PermError;
        var facts = new SpfMacros.Facts(_client, _sender, domain, _greeting);
        foreach (var term in record.Terms)
        {
            if (await Matches(term, facts, ct))
                return term.Result;
        }
        if (record.Redirect is null)
            return "neutral";
        Count();
        var target = Expand(record.Redirect, facts);
        var result = IsDomain(target) ? await Ask(target, ct) : PermError;
        return result == None ? PermError : result;
    }

    private async Task<bool> Matches(SpfTerm term, SpfMacros.Facts facts, CancellationToken ct)
    {
        if (term.Name is not ("all" or "ip4" or "ip6"))
            Count();
        var name = term.Value is null || term.Name is "ip4" or "ip6" ? facts.Domain : Expand(term.Value, facts);
        return term.Name switch
        {
            "all" => true,
            "ip4" or "ip6" => IsIn(IPAddress.Parse(term.Value!), term),
            "a" => IsDomain(name) && (await Addresses(name, counts: true, ct)).Any(one => IsIn(one, term)),
            "mx" => IsDomain(name) && await Exchanges(name, term, ct),
            "ptr" => await Names(name, ct),
            "exists" => IsDomain(name) && Checked(await _dns.Addresses(name, v6: false, ct), counts: true).Count > 0,
            _ => await Includes(name, ct),
        };
    }

    private async Task<bool> Includes(string name, CancellationToken ct) => !IsDomain(name) ? throw new SpfTrouble(PermError) : await Ask(name, ct) switch
    {
        Pass => true,
        TempError => throw new SpfTrouble(TempError),
        PermError or None => throw new SpfTrouble(PermError),
        _ => false,
    };

    private async Task<bool> Exchanges(string name, SpfTerm term, CancellationToken ct)
    {
        var hosts = Checked(await _dns.Exchanges(name, ct), counts: true);
        if (hosts.Count > MostNames)
            throw new SpfTrouble(PermError);
        foreach (var host in hosts)
        {
            if ((await Addresses(host, counts: false, ct)).Any(one => IsIn(one, term)))
                return true;
        }
        return false;
    }

    /// <summary>Names of the machine that are true both ways. What goes wrong here matches nothing.</summary>
    private async Task<bool> Names(string target, CancellationToken ct)
    {
        var names = await _dns.NamesOf(_client, ct);
        if (names.Found == DnsFound.No)
            Empty();
        foreach (var name in names.Values.Take(MostNames).Select(one => one.TrimEnd('.')).Where(one => Ends(one, target)))
        {
            if ((await _dns.Addresses(name, _client.AddressFamily == AddressFamily.InterNetworkV6, ct)).Values.Contains(_client))
                return true;
        }
        return false;
    }

    private static bool Ends(string name, string target) => name.Equals(target, StringComparison.OrdinalIgnoreCase) || name.EndsWith("." + target, StringComparison.OrdinalIgnoreCase);

    private async Task<IReadOnlyList<IPAddress>> Addresses(string name, bool counts, CancellationToken ct) =>
        Checked(await _dns.Addresses(name, _client.AddressFamily == AddressFamily.InterNetworkV6, ct), counts);

    private IReadOnlyList<T> Checked<T>(DnsValues<T> answer, bool counts)
    {
        if (answer.Found == DnsFound.Trouble)
            throw new SpfTrouble(TempError);
        if (answer.Found == DnsFound.No && counts)
            Empty();
        return answer.Values;
    }

    private static string Expand(string text, SpfMacros.Facts facts) => SpfMacros.Expand(text, facts) ?? throw new SpfTrouble(PermError);

    private void Count()
    {
        if (++_lookups > MostLookups)
            throw new SpfTrouble(PermError);
    }

    private void Empty()
    {
        if (++_voids > MostVoid)
            throw new SpfTrouble(PermError);
    }

    private bool IsIn(IPAddress network, SpfTerm term)
    {
        if (network.AddressFamily != _client.AddressFamily)
            return false;
        var (left, right, bits) = (network.GetAddressBytes(), _client.GetAddressBytes(), network.AddressFamily == AddressFamily.InterNetwork ? term.Bits4 : term.Bits6);
        for (var at = 0; at < left.Length && bits > 0; at++, bits -= 8)
        {
            var mask = bits >= 8 ? 0xff : 0xff << (8 - bits) & 0xff;
            if (((left[at] ^ right[at]) & mask) != 0)
                return false;
        }
        return true;
    }

    /// <summary>At least two labels, none too long.</summary>
    internal static bool IsDomain(string name) =>
        name.Length is > 2 and <= 253 && name.Contains('.', StringComparison.Ordinal) && name.Split('.').All(label => label.Length is > 0 and <= 63) && name.All(letter => letter is > ' ' and <= '~');
}
