using System.Globalization;
using System.Net;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Outbound;

/// <summary>
/// Which addresses the server may call for administrators and customers. Public hosts by HTTPS on port 443 always; for internal
/// systems <c>--outbound-allow</c> (<c>QUEQIAO_OUTBOUND_ALLOW</c>) lists hosts (<c>crm.corp.example</c>, <c>*.corp.example</c>,
/// <c>crm.corp.example:8443</c>) and networks (<c>10.2.0.0/16</c>), which may then be private, plain HTTP and, unless a port is
/// given, on any port.
/// </summary>
internal sealed class OutboundOptions
{
    /// <summary>Plain HTTP on port 80 to public hosts too (<c>--outbound-http on</c>).</summary>
    public bool AllowHttp { get; init; }

    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];

    public IReadOnlyList<AllowedHost> Hosts { get; init; } = [];

    /// <param name="Name">Lower case, as DNS writes it; with <paramref name="AndBelow"/> also every name that ends in it.</param>
    /// <param name="AndBelow">Written as <c>*.name</c>.</param>
    /// <param name="Port">Null: any.</param>
    internal sealed record AllowedHost(string Name, bool AndBelow, int? Port)
    {
        public bool Covers(string host, int port) =>
            (Port is null || Port == port)
            && (AndBelow ? host.EndsWith("." + Name, StringComparison.OrdinalIgnoreCase) : host.Equals(Name, StringComparison.OrdinalIgnoreCase));
    }

    public static OutboundOptions Read(IConfiguration configuration)
    {
        const string name = "outbound-allow";
        var entries = Setting.List(configuration, name).ToLookup(IsNetwork);
        return new OutboundOptions
        {
            AllowHttp = Setting.Switch(configuration, "outbound-http"),
            Networks = [.. entries[true].Select(text => WebSafetyOptions.Network(name, text))],
            Hosts = [.. entries[false].Select(text => Host(name, text))],
        };
    }

    /// <summary>What an administrator wrote down may be anything; the rest must be public, and HTTPS unless HTTP is allowed.</summary>
    /// <returns>Null, or the code of <see cref="OutboundRefusedException"/>.</returns>
    public string? FaultOf(Uri address, IReadOnlyCollection<IPAddress> answers)
    {
        if (Hosts.Any(h => h.Covers(address.IdnHost, address.Port)))
            return null;
        if (answers.Count > 0 && answers.All(a => Networks.Any(n => n.Contains(SpecialAddresses.Plain(a)))))
            return null;
        if (answers.Any(SpecialAddresses.Contains))
            return "address";
        return address switch
        {
            { Scheme: "https" or "wss", Port: 443 } => null,
            { Scheme: "http" or "ws", Port: 80 } => AllowHttp ? null : "scheme",
            _ => "port",
        };
    }

    private static bool IsNetwork(string text) => text.Contains('/', StringComparison.Ordinal) || IPAddress.TryParse(text, out _);

    private static AllowedHost Host(string setting, string text)
    {
        var below = text.StartsWith("*.", StringComparison.Ordinal);
        var name = below ? text[2..] : text;
        var colon = name.LastIndexOf(':');
        int? port = null;
        if (colon >= 0)
        {
            port = ushort.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? number
                : throw new InvalidSettingException(setting, $"'{text}' has no valid port.");
            name = name[..colon];
        }
        return Uri.TryCreate($"http://{name}/", UriKind.Absolute, out var uri) && uri.HostNameType == UriHostNameType.Dns
            ? new AllowedHost(uri.IdnHost, below, port)
            : throw new InvalidSettingException(setting, $"'{text}' is neither a host nor a network.");
    }
}
