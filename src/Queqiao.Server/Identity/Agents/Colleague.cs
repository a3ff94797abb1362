using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Agents;

/// <summary>Somebody else, whose access is about to be changed.</summary>
/// <param name="Agent">Tracked by the transaction.</param>
/// <param name="Refusal">Why the actor may not: it is themselves, or the role is above their own.</param>
internal sealed record Colleague(Agent Agent, Refusal? Refusal)
{
    /// <summary>Null when the workspace has nobody of that id.</summary>
    public static async Task<Colleague?> Find(WriteUnit unit, Actor actor, Guid id, CancellationToken ct)
    {
        var agent = await unit.Db.Table<Agent>().SingleOrDefaultAsync(agent => agent.Ws == actor.Ws && agent.Id == id, ct);
        if (agent is null)
            return null;
        return new Colleague(agent, agent.Id == actor.AgentId ? Refusal.Conflict("not_yourself")
            : !Granting.Reaches(actor, await HeldRoles.Of(unit.Db, actor.Ws, agent.Id, agent.Role, ct)) ? Refusal.Forbidden("agent_above_own") : null);
    }
}
