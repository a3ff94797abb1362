using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Routing.Presence;

namespace Queqiao.Server.Routing;

/// <summary>Whether anybody is there, for who has to tell a customer.</summary>
internal interface IStaffing
{
    /// <summary>Agents who are online and take conversations.</summary>
    ValueTask<int> Online(int ws, CancellationToken ct);
}

internal sealed class Staffing(AgentStatuses statuses, IAgents agents, Ids ids) : IStaffing
{
    public async ValueTask<int> Online(int ws, CancellationToken ct)
    {
        var online = 0;
        foreach (var one in statuses.Of(ws).Where(one => one.At(ids.Now()) == PresenceStatus.Online))
            online += await agents.Find(ws, one.AgentId, ct) is { Disabled: false, Handles: true } ? 1 : 0;
        return online;
    }
}
