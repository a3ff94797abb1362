using System.Net;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Health;

/// <summary>Who else than the machine itself may read numbers about the server (<c>--monitoring-allow</c>: addresses or networks).</summary>
internal sealed record MonitoringOptions(IReadOnlyList<IPNetwork> Allowed)
{
    public static MonitoringOptions Read(IConfiguration configuration) =>
        new([.. Setting.List(configuration, "monitoring-allow").Select(text => WebSafetyOptions.Network("monitoring-allow", text))]);
}

/// <summary>Tells operators from the world.</summary>
internal sealed class Insiders(MonitoringOptions options)
{
    /// <summary>The machine itself, a listed network, or somebody signed in who administers.</summary>
    public async ValueTask<bool> Includes(HttpContext context)
    {
        if (Address(context) is { } address && (options.Allowed.Any(network => network.Contains(address)) || IsThisMachine(context, address)))
            return true;
        if (context.Request.Headers.Cookie.Count == 0 && context.Request.Headers.Authorization.Count == 0)
            return false;
        try
        {
            return context.RequestServices.GetService<IActors>() is { } actors && (await actors.Of(context))?.May(Permissions.ManageAgents) == true;
        }
        catch (StorageUnavailableException)
        {
            return false; // nobody can be known while the store is away; the machine itself still sees everything
        }
    }

    // Behind a proxy on this machine that nobody told us to trust, the whole world has a loopback address: what was forwarded does not count.
    private static bool IsThisMachine(HttpContext context, IPAddress address) =>
        IPAddress.IsLoopback(address)
        && HttpsRule.IsLoopback(context.Request.Host)
        && !context.Request.Headers.ContainsKey("X-Forwarded-For")
        && !context.Request.Headers.ContainsKey("Forwarded")
        && !context.Request.Headers.ContainsKey("Via");

    private static IPAddress? Address(HttpContext context) =>
        context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : context.Connection.RemoteIpAddress;
}
