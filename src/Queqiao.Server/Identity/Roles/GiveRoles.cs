using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Roles;

/// <summary>What becomes of a colleague when somebody gives them other roles, inside a transaction.</summary>
internal static class GiveRoles
{
    /// <summary>Null when the actor may. The workspace's row is taken: the last owner holds by it.</summary>
    public static async Task<Refusal?> Refuse(WriteUnit unit, Actor actor, Agent agent, IReadOnlyList<string> wanted, CancellationToken ct)
    {
        var before = await HeldRoles.Ids(unit.Db, unit.Ws, agent.Id, agent.Role, ct);
        if (before.ToHashSet().SetEquals(wanted))
            return null;
        if (!Granting.Reaches(actor, await HeldRoles.Of(unit.Db, unit.Ws, agent.Id, agent.Role, ct)))
            return Refusal.Forbidden("agent_above_own");
        // Without the right to give roles one may still make accounts, but not change what somebody may do.
        if (!actor.May(Permissions.ManageRoles))
            return Refusal.Forbidden("role_above_own");
        if ((await RoleChoice.Read(unit.Db, actor, wanted, ct)).Refusal is { } refused)
            return refused;
        if (agent is { Role: BuiltInRoles.Owner, DisabledAt: null } && !wanted.Contains(BuiltInRoles.Owner) && await IsLastOwner(unit, ct))
            return Refusal.Conflict("last_owner");
        if (!wanted.Contains(BuiltInRoles.Owner) && await SignInPolicies.IsBreakGlass(unit, agent.Id, ct))
            return Refusal.Conflict("break_glass_kept");
        return agent.Id == actor.AgentId ? Refusal.Conflict("not_yourself") : null;
    }

    /// <summary>Whether only one owner works here. The owner's role is always somebody's first.</summary>
    public static async Task<bool> IsLastOwner(WriteUnit unit, CancellationToken ct) =>
        await unit.Db.Table<Agent>().CountAsync(one => one.Ws == unit.Ws && one.Role == BuiltInRoles.Owner && one.DisabledAt == null, ct) == 1;
}

/// <summary><c>PUT /api/v1/agents/{id}/roles</c>: all the roles a colleague is to have.</summary>
internal static class SetRoles
{
    public sealed record Request(IReadOnlyList<string> Roles);

    public static async Task<IResult> Handle(Guid id, Request request, Actor actor, AgentChanges changes, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of(RoleChoice.Check(null, request.Roles, required: true)) is { } invalid)
            return invalid.ToProblem();
        var wanted = RoleChoice.Of(null, request.Roles)!;
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var agent = await unit.Db.Table<Agent>().SingleOrDefaultAsync(agent => agent.Ws == actor.Ws && agent.Id == id, stop);
            if (agent is null)
                return Refusal.NotFound().ToProblem();
            if (await GiveRoles.Refuse(unit, actor, agent, wanted, stop) is { } refusal)
                return refusal.ToProblem();
            if (await HeldRoles.Replace(unit, agent, wanted, stop) is { } news)
            {
                await HeldRoles.Raise(unit, stop);
                unit.AfterCommit(() => changes.RolesChanged(actor.Ws, id));
                await Audit.Record(unit, AuditBy.Agent(actor, context), "agent.roles_changed", "agent", id.ToString(), news, stop);
            }
            return TypedResults.NoContent();
        }, ct);
    }
}
