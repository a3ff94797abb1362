using System.Net;

namespace Queqiao.Mail.Proving;

public enum DnsFound
{
    /// <summary>There are records.</summary>
    Yes,

    /// <summary>The name is not there, or has none of this kind.</summary>
    No,

    /// <summary>Nobody answered, or somebody said that it does not work now.</summary>
    Trouble,
}

/// <param name="Found">Whether there are values.</param>
/// <param name="Values">Texts, addresses or names; none unless there are any.</param>
public sealed record DnsValues<T>(DnsFound Found, IReadOnlyList<T> Values);

public static class DnsValues
{
    public static DnsValues<T> None<T>() => new(DnsFound.No, []);

    public static DnsValues<T> Trouble<T>() => new(DnsFound.Trouble, []);

    public static DnsValues<T> Of<T>(IReadOnlyList<T> values) => values.Count == 0 ? None<T>() : new(DnsFound.Yes, values);
}

/// <summary>What checks of senders ask of DNS. An answer without records and no answer are different things.</summary>
public interface IMailDns
{
    /// <summary>TXT records, the strings of each joined.</summary>
    Task<DnsValues<string>> Texts(string name, CancellationToken ct);

    /// <summary>A records, or AAAA.</summary>
    Task<DnsValues<IPAddress>> Addresses(string name, bool v6, CancellationToken ct);

    /// <summary>Names of MX records, the preferred first.</summary>
    Task<DnsValues<string>> Exchanges(string name, CancellationToken ct);

    /// <summary>Names of PTR records.</summary>
    Task<DnsValues<string>> NamesOf(IPAddress address, CancellationToken ct);
}
