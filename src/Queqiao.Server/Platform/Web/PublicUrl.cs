using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Queqiao.Server.Platform.Web;

/// <summary>
/// Where the world finds this server. Links that leave the server (set-up, snippets, invitations) use it and not the Host header,
/// which anybody may write.
/// </summary>
/// <param name="Configured"><c>--public-url</c> or <c>QUEQIAO_PUBLIC_URL</c>: scheme and host, no trailing slash; null when not given.</param>
/// <param name="HostsAreChecked">Whether requests for other hosts than the configured ones are refused (<c>--allowed-hosts</c>).</param>
internal sealed record PublicUrl(string? Configured, bool HostsAreChecked = false)
{
    /// <summary>Stands for the address in what is shown to people while nobody has said what it is.</summary>
    public const string Unknown = "https://YOUR-SERVER";

    /// <summary>Reads the setting; stops the start when it is no address.</summary>
    public static PublicUrl Read(IConfiguration configuration, WebSafetyOptions web)
    {
        var text = Setting.Of(configuration, "public-url");
        var url = text is null ? null : Normalized(text) ?? throw new InvalidSettingException("public-url", $"'{text}' is no address like https://chat.example.com (without a path).");
        return new PublicUrl(url, web.AllowedHosts.Count > 0);
    }

    /// <summary>Null when the text is no address of a server: <c>https://chat.example.com</c>, without path, query or name.</summary>
    public static string? Normalized(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url)
        && url.Scheme is "https" or "http" && url.Host.Length > 0
        && url is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" }
            ? $"{url.Scheme}://{(url.IsDefaultPort ? url.IdnHostOrAddress() : url.IdnHostOrAddress() + ":" + url.Port)}"
            : null;

    /// <summary>The base of links that are printed on the server's own console, once it listens.</summary>
    public string For(IServer server) => Configured ?? Reachable(server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault());

    /// <summary>A server that listens on every address is found under localhost by whoever reads its console.</summary>
    internal static string Reachable(string? listening) => (listening ?? "http://localhost:5080")
        .Replace("://[::]", "://localhost", StringComparison.Ordinal)
        .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal)
        .Replace("://+", "://localhost", StringComparison.Ordinal)
        .Replace("://*", "://localhost", StringComparison.Ordinal)
        .TrimEnd('/');

    /// <summary>The base of links in an answer to this request.</summary>
    public string For(HttpRequest request) =>
        Configured ?? (HostsAreChecked || IsLoopback(request.Host.Host) ? $"{request.Scheme}://{request.Host}" : Unknown);

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}

internal static class UriHosts
{
    /// <summary>The host as browsers send it: lower case, names of other scripts in Punycode, IPv6 in brackets.</summary>
    public static string IdnHostOrAddress(this Uri url) => url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost;
}
