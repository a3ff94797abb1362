using System.Net;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Email.Receiving;

/// <summary>Whether and how this server takes mail by itself, as an MX or from a forwarder.</summary>
internal sealed record SmtpOptions
{
    /// <summary><c>--smtp</c>; empty: it takes none.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [];

    /// <summary><c>--smtp-name</c>: what it calls itself.</summary>
    public string Name { get; init; } = "localhost";

    /// <summary><c>--smtp-trusted</c>: servers of the firm's own, whose verdicts about senders are believed.</summary>
    public IReadOnlyList<IPNetwork> Trusted { get; init; } = [];

    /// <exception cref="InvalidSettingException">It cannot be meant.</exception>
    public static SmtpOptions Read(IConfiguration configuration) => new()
    {
        Listen = [.. Setting.List(configuration, "smtp").Select(PlaceOf)],
        Name = Setting.Of(configuration, "smtp-name") is { } name ? Named(name)
            : Setting.Of(configuration, "public-url") is { } url && Uri.TryCreate(url, UriKind.Absolute, out var own) ? own.IdnHost : Environment.MachineName,
        Trusted = [.. Setting.List(configuration, "smtp-trusted").Select(text => RoleConditions.NetworkOf(text) ?? throw new InvalidSettingException("smtp-trusted", $"'{text}' is neither an address nor a network."))],
    };

    private static IPEndPoint PlaceOf(string text) =>
        IPEndPoint.TryParse(text, out var place) && place.Port > 0 ? place : throw new InvalidSettingException("smtp", $"'{text}' is no address with a port, such as 0.0.0.0:25 or [::]:25.");

    private static string Named(string name) =>
        Uri.CheckHostName(name) != UriHostNameType.Unknown ? name : throw new InvalidSettingException("smtp-name", $"'{name}' is no name of a host.");
}
