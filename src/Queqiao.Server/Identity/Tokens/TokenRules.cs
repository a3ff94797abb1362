using System.Net;
using System.Net.Sockets;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Identity.Tokens;

/// <summary>What an API token may be.</summary>
internal static class TokenRules
{
    public const int MostNetworks = 20;

    /// <summary>An address or a network in CIDR notation; null when it is neither.</summary>
    public static IPNetwork? Network(string text)
    {
        text = text.Trim();
        if (text.Contains('/', StringComparison.Ordinal))
            return IPNetwork.TryParse(text, out var network) ? network : null;
        // "1" and "0x7f000001" are addresses to the parser and mistakes to people.
        return IPAddress.TryParse(text, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(letter => letter == '.') == 3)
            ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            : null;
    }

    public static Refusal? Check(CreateToken.Request request, Actor actor, DateTimeOffset now) => Refusal.Of([
        .. AgentRules.CheckName("name", request.Name),
        .. (request.Permissions ?? []).Where(one => !Known.Contains(one)).SelectMany(one => AgentRules.When(true, "permissions", new FieldFault("permission_unknown", one))),
        .. (request.Permissions ?? []).Where(one => Known.Contains(one) && !actor.May(one)).SelectMany(one => AgentRules.When(true, "permissions", new FieldFault("permission_above_own", one))),
        .. AgentRules.When(request.Permissions is { Count: 0 }, "permissions", new FieldFault("required")),
        .. AgentRules.When(request.ExpiresAt <= now, "expiresAt", new FieldFault("time_in_past")),
        .. (request.Addresses ?? []).Where(one => Network(one) is null).SelectMany(one => AgentRules.When(true, "addresses", new FieldFault("invalid_network", one))),
        .. AgentRules.When(request.Addresses is { Count: > MostNetworks }, "addresses", new FieldFault("too_many", MostNetworks))]);

    private static HashSet<string> Known { get; } = PermissionCatalog.All.Select(one => one.Name).ToHashSet();
}
