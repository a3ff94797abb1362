using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Roles;

/// <summary>How a workspace treats rights.</summary>
/// <param name="SeparatedDuties">System, security and audit administration are kept apart.</param>
/// <param name="Officers">Who has which of the three duties, not counting owners and administrators.</param>
internal sealed record AccessView(bool SeparatedDuties, IReadOnlyDictionary<string, IReadOnlyList<RoleAgent>> Officers);

/// <summary><c>GET</c> and <c>PATCH /api/v1/access</c></summary>
internal static class KeepDutiesApart
{
    public sealed record Request(bool SeparatedDuties);

    public static async Task<IResult> Show(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return TypedResults.Ok(await View(db, actor.Ws, actor.Rights.Separated, ct));
    }

    public static async Task<IResult> Handle(Request request, Actor actor, RightsBoard board, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var state = await unit.Db.Table<AccessState>().SingleAsync(state => state.Ws == actor.Ws, stop);
            if (request.SeparatedDuties && !state.Separated && await RefuseBeginning(unit.Db, actor.Ws, stop) is { } refusal)
                return refusal.ToProblem();
            if (request.SeparatedDuties != state.Separated)
            {
                (state.Separated, state.ChangedAt) = (request.SeparatedDuties, unit.Ids.Now());
                state.Version++;
                unit.AfterCommit(() => board.Tell(actor.Ws));
                await Audit.Record(unit, AuditBy.Agent(actor, context), request.SeparatedDuties ? "access.duties_separated" : "access.duties_joined", "workspace", actor.WorkspaceId.ToString(), null, stop);
            }
            return TypedResults.Ok(await View(unit.Db, actor.Ws, state.Separated, stop));
        }, ct);

    /// <summary>Null when each duty has somebody and nobody has two: else the house would be locked, or the rule broken from its first minute.</summary>
    private static async Task<Refusal?> RefuseBeginning(QueqiaoDb db, int ws, CancellationToken ct)
    {
        var officers = await Officers(db, ws, ct);
        if (Duties.All.FirstOrDefault(duty => officers.All(one => !one.Duties.Contains(duty))) is { } missing)
            return Refusal.Conflict("duty_vacant", missing);
        return officers.FirstOrDefault(one => one.Duties.Count > 1) is { } both ? Refusal.Conflict("duties_apart", string.Join(", ", both.Duties.Order(StringComparer.Ordinal))) : null;
    }

    private sealed record Officer(RoleAgent Agent, IReadOnlySet<string> Duties);

    private static async Task<List<Officer>> Officers(QueqiaoDb db, int ws, CancellationToken ct)
    {
        var all = await HeldRoles.All(db, ws, ct);
        var held = (await db.Table<AgentRole>().AsNoTracking().Where(held => held.Ws == ws).ToListAsync(ct)).ToLookup(held => held.AgentId, held => held.RoleId);
        var agents = await db.Table<Agent>().AsNoTracking().Where(agent => agent.Ws == ws && agent.DisabledAt == null).Select(agent => new { agent.Id, agent.Name }).ToListAsync(ct);
        return [.. agents
            .Select(agent => new Officer(new RoleAgent(agent.Id, agent.Name, Disabled: false),
                Duties.Among(held[agent.Id].Where(all.ContainsKey).Select(id => Duties.WithoutOfficers(all[id])).SelectMany(role => role.Policy.Permissions))))
            .Where(officer => officer.Duties.Count > 0)];
    }

    private static async Task<AccessView> View(QueqiaoDb db, int ws, bool separated, CancellationToken ct)
    {
        var officers = await Officers(db, ws, ct);
        return new AccessView(separated, Duties.All.ToDictionary(duty => duty, IReadOnlyList<RoleAgent> (duty) => [.. officers.Where(one => one.Duties.Contains(duty)).Select(one => one.Agent)]));
    }
}
