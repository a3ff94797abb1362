using System.Net;

namespace Queqiao.Server.Platform.Web;

/// <summary>How the server meets the web. The defaults are for a server that is reached directly.</summary>
internal sealed class WebSafetyOptions
{
    private const long Year = 31_536_000;

    /// <summary>PEM file with the certificate and its chain (<c>--certificate</c>); with it <c>https://</c> addresses work and HSTS is sent.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with the private key (<c>--certificate-key</c>); by default it stands in the certificate's file.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>Addresses or networks of reverse proxies whose X-Forwarded-For and -Proto are believed (<c>--trusted-proxies</c>). Nobody else's are.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Host names that are answered (<c>--allowed-hosts</c>, <c>*.example.com</c> allowed); empty: all.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Lets people sign in over plain HTTP from other machines (<c>--allow-http-sign-in</c>). Passwords can then be read on the way.</summary>
    public bool AllowHttpSignIn { get; init; }

    /// <summary>Where who comes by plain HTTP is sent: <c>--public-url</c>, with <c>--redirect-http</c>; else null.</summary>
    public string? RedirectHttpTo { get; init; }

    /// <summary>How long browsers shall insist on HTTPS, in seconds (<c>--hsts</c>, 0: not said); by default a year with an own certificate, else it is the proxy's to say.</summary>
    public long HstsSeconds { get; init; }

    /// <summary>Folder that holds <c>console/</c> and <c>widget/</c> (<c>--web-root</c>); by default <c>wwwroot</c> beside the program.</summary>
    public string WebRoot { get; init; } = Path.Combine(AppContext.BaseDirectory, "wwwroot");

    /// <summary>Largest request body in bytes (<c>--max-body</c>); endpoints that take files raise it for themselves.</summary>
    public long MaxBodyBytes { get; init; } = 1024 * 1024;

    /// <summary>Time for all headers of a request to arrive.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Time that an idle connection is kept.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Connections at once (<c>--max-connections</c>), sockets not counted.</summary>
    public long MaxConnections { get; init; } = 20_000;

    public bool Https => CertificateFile is not null;

    /// <summary>Reads and checks; throws <see cref="InvalidSettingException"/> with the name of the setting at fault.</summary>
    public static WebSafetyOptions Read(IConfiguration configuration)
    {
        var defaults = new WebSafetyOptions();
        var certificate = Readable(configuration, "certificate");
        var key = Readable(configuration, "certificate-key");
        if (key is not null && certificate is null)
            throw new InvalidSettingException("certificate-key", "needs --certificate too.");

        return new WebSafetyOptions
        {
            CertificateFile = certificate,
            CertificateKeyFile = key,
            TrustedProxies = [.. Setting.List(configuration, "trusted-proxies").Select(text => Network("trusted-proxies", text))],
            AllowedHosts = Setting.List(configuration, "allowed-hosts"),
            AllowHttpSignIn = Setting.Switch(configuration, "allow-http-sign-in"),
            RedirectHttpTo = RedirectOf(configuration),
            HstsSeconds = Number(configuration, "hsts", certificate is null ? 0 : Year, 0, 10 * Year),
            WebRoot = Path.GetFullPath(Setting.Of(configuration, "web-root") ?? defaults.WebRoot),
            MaxBodyBytes = Number(configuration, "max-body", defaults.MaxBodyBytes, 16 * 1024, 64L * 1024 * 1024),
            MaxConnections = Number(configuration, "max-connections", defaults.MaxConnections, 10, 10_000_000),
        };
    }

    /// <summary><c>10.0.0.0/8</c>, or a single address.</summary>
    internal static IPNetwork Network(string setting, string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return network;
        if (IPAddress.TryParse(text, out var address))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        throw new InvalidSettingException(setting, $"'{text}' is neither an address nor a network like 10.0.0.0/8.");
    }

    private static string? RedirectOf(IConfiguration configuration)
    {
        if (!Setting.Switch(configuration, "redirect-http"))
            return null;
        return Setting.Of(configuration, "public-url") is { } text && PublicUrl.Normalized(text) is { } url && url.StartsWith("https://", StringComparison.Ordinal)
            ? url : throw new InvalidSettingException("redirect-http", "needs --public-url with an https:// address: that is where people are sent.");
    }

    private static string? Readable(IConfiguration configuration, string name)
    {
        var path = Setting.Of(configuration, name);
        if (path is null)
            return null;
        try
        {
            using var readable = File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidSettingException(name, $"cannot read {path}.");
        }
        return Path.GetFullPath(path);
    }

    private static long Number(IConfiguration configuration, string name, long otherwise, long least, long most)
    {
        var text = Setting.Of(configuration, name);
        if (text is null)
            return otherwise;
        return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new InvalidSettingException(name, $"must be a number from {least} to {most}.");
    }
}
