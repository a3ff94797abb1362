using System.Collections.Concurrent;

namespace Queqiao.Server.Platform.Access;

/// <summary>Who has which roles. Answers are seconds old at most; changes on this node show at once.</summary>
internal interface IRights
{
    /// <summary>Null when the workspace has no such agent, or they no longer work there.</summary>
    ValueTask<AgentRights?> Of(int ws, Guid agentId, CancellationToken ct);

    /// <summary>What roles of the workspace give; unknown ones are left out. Of somebody who would have them and stand where <paramref name="as"/> stands.</summary>
    ValueTask<AgentRights> OfRoles(int ws, IReadOnlyCollection<string> roles, Guid? @as, CancellationToken ct);

    /// <summary>Something about roles, who has them, or teams changed in a workspace.</summary>
    event Action<int>? Changed;
}

/// <summary>All roles of one agent. Which of them count depends on the circumstances.</summary>
/// <param name="roles">All of them.</param>
/// <param name="reach">Where they stand.</param>
/// <param name="separated">Whether the workspace keeps duties apart.</param>
/// <param name="timeZone">The workspace's.</param>
internal sealed class AgentRights(IReadOnlyList<RoleHeld> roles, TeamReach reach, bool separated, string timeZone)
{
    private readonly ConcurrentDictionary<ulong, Rights> _made = new();

    public IReadOnlyList<RoleHeld> Roles => roles;

    public TeamReach Reach => reach;

    public string TimeZone => timeZone;

    /// <summary>As if every condition held: what somebody can ever do. For what they began and the server finishes.</summary>
    public Rights Whole => Of(ulong.MaxValue);

    /// <summary>What they may do in these circumstances.</summary>
    public Rights For(Circumstances now)
    {
        ulong mask = 0;
        for (var i = 0; i < roles.Count && i < 64; i++)
        {
            if (roles[i].Policy.Conditions.Hold(now))
                mask |= 1UL << i;
        }
        return Of(mask);
    }

    private Rights Of(ulong mask) => _made.GetOrAdd(mask, static (bits, own) =>
        new Rights([.. own.roles.Where((_, i) => Counts(bits, i))], own.reach, own.separated)
        {
            Suspended = own.roles.Where((_, i) => !Counts(bits, i)).SelectMany(role => role.Policy.Permissions).ToHashSet(),
        }, (roles, reach, separated));

    private static bool Counts(ulong mask, int role) => role < 64 && (mask & (1UL << role)) != 0;
}
