using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Identity.Tokens;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Agents;

/// <summary>What has to know of a colleague's change.</summary>
internal sealed record AgentChanges(AgentSessions Sessions, ApiTokens Tokens, AgentDirectory Directory, TeamDirectory Teams, IAgentPresence Presence, RightsBoard Rights)
{
    /// <summary>Somebody has other roles: requests see it at once, their sockets come in again.</summary>
    public void RolesChanged(int ws, Guid agent)
    {
        Directory.Changed(ws, agent);
        Rights.Tell(ws);
        Sessions.Changed(ws, agent);
    }
}

/// <summary>
/// <c>PATCH /api/v1/agents/{id}</c>: what is given replaces what was. Disabling ends sessions, tokens and sockets; their conversations stay
/// theirs, where supervisors see them. A role is given by those who have it, and the last owner stays one.
/// </summary>
internal static class ChangeAgent
{
    public const int MostCapacity = 200;

    /// <param name="Name">As customers see it.</param>
    /// <param name="Role">The only role they are to have. Needs a recent proof.</param>
    /// <param name="Capacity">Conversations that may be given to them at once.</param>
    /// <param name="Teams">All the teams they shall be in; who leads a team keeps leading it.</param>
    /// <param name="Disabled">Needs a recent proof.</param>
    /// <param name="Roles">All the roles they are to have; instead of <paramref name="Role"/>.</param>
    public sealed record Request(string? Name = null, string? Role = null, int? Capacity = null, IReadOnlyList<Guid>? Teams = null, bool? Disabled = null, IReadOnlyList<string>? Roles = null);

    public static async Task<IResult> Handle(
        Guid id, Request request, Actor actor, AgentChanges changes, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        // A directory's program may take leavers out; nobody's program hands out roles.
        if (RoleChoice.Of(request.Role, request.Roles) is not null && actor.TokenId is not null)
            return Refusal.Forbidden("person_required").ToProblem();
        if ((RoleChoice.Of(request.Role, request.Roles) is not null || request.Disabled is not null) && actor.TokenId is null && !await context.ProvenRecently())
            return Refusal.Forbidden("proof_required").ToProblem();
        return await storage.Run(actor.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var agent = await unit.Db.Table<Agent>().SingleOrDefaultAsync(agent => agent.Ws == actor.Ws && agent.Id == id, stop);
            if (agent is null)
                return Refusal.NotFound().ToProblem();
            if (await Refuse(unit, request, actor, agent, stop) is { } refusal)
                return refusal.ToProblem();
            return await Apply(new Wish(unit, request, agent, actor), changes, context, stop);
        }, ct);
    }

    private static Refusal? Check(Request request) => Refusal.Of([
        .. request.Name is { } name ? AgentRules.CheckName("name", name) : [],
        .. RoleChoice.Check(request.Role, request.Roles, required: false),
        .. AgentRules.When(request.Capacity is < 0 or > MostCapacity, "capacity", new FieldFault("out_of_range", 0, MostCapacity))]);

    private static async Task<Refusal?> Refuse(WriteUnit unit, Request request, Actor actor, Agent agent, CancellationToken ct)
    {
        if (!Granting.Reaches(actor, await HeldRoles.Of(unit.Db, actor.Ws, agent.Id, agent.Role, ct)))
            return Refusal.Forbidden("agent_above_own");
        if (RoleChoice.Of(request.Role, request.Roles) is { } wanted && await GiveRoles.Refuse(unit, actor, agent, wanted, ct) is { } refused)
            return refused;
        var disabled = request.Disabled == true && agent.DisabledAt is null;
        if (agent.Id == actor.AgentId && disabled)
            return Refusal.Conflict("not_yourself");
        if (disabled && await SignInPolicies.IsBreakGlass(unit, agent.Id, ct))
            return Refusal.Conflict("break_glass_kept");
        return disabled && agent.Role == BuiltInRoles.Owner && await GiveRoles.IsLastOwner(unit, ct) ? Refusal.Conflict("last_owner") : null;
    }

    private static Refusal? RefuseTeams(Actor actor, Guid agent, IEnumerable<Guid> joining) =>
        agent == actor.AgentId ? TeamReachRules.RefuseJoining(actor, joining) : TeamReachRules.Refuse(actor, joining);

    private sealed record Wish(WriteUnit Unit, Request Request, Agent Agent, Actor Actor);

    private static async Task<IResult> Apply(Wish wish, AgentChanges changes, HttpContext context, CancellationToken ct)
    {
        var (unit, request, agent, actor) = wish;
        var tree = await TeamDirectory.Load(unit.Db, actor.Ws, ct);
        if (request.Teams?.Any(team => tree.Find(team) is null) == true)
            return Refusal.Invalid("teams", "team_unknown").ToProblem();
        if (request.Teams is not null && RefuseTeams(actor, agent.Id, request.Teams.Where(team => tree.MembersOf(team).All(member => member.AgentId != agent.Id))) is { } beyond)
            return beyond.ToProblem();
        var news = Apply(request, agent, unit.Ids.Now());
        if (RoleChoice.Of(request.Role, request.Roles) is { } roles && await HeldRoles.Replace(unit, agent, roles, ct) is { } given)
            news["role"] = given;
        var teamsChanged = request.Teams is { } teams && await AgentTeams.Replace(unit, tree, agent.Id, teams, ct) is { } change && news.TryAdd("teams", change);
        if (news.Count > 0)
        {
            if (news.ContainsKey("disabled") && agent.DisabledAt is not null)
            {
                await changes.Sessions.EndAll(unit, actor.Ws, agent.Id, keep: null, ct);
                await changes.Tokens.Revoke(unit, agent.Id, one: null, ct);
            }
            await HeldRoles.Raise(unit, ct);
            unit.AfterCommit(() => Tell(changes, actor.Ws, agent.Id, rights: news.ContainsKey("role") || news.ContainsKey("disabled") || news.ContainsKey("name"), teamsChanged));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "agent.changed", "agent", agent.Id.ToString(), news, ct);
        }
        var after = teamsChanged ? await TeamDirectory.Load(unit.Db, actor.Ws, ct) : tree;
        return TypedResults.Ok((await ListAgents.Rows(unit.Db, actor.Ws, [agent], after, changes.Presence, ct))[0]);
    }

    private static void Tell(AgentChanges changes, int ws, Guid agentId, bool rights, bool teams)
    {
        changes.Directory.Changed(ws, agentId);
        if (rights)
            changes.RolesChanged(ws, agentId);
        if (teams)
            changes.Teams.Changed(ws);
    }

    /// <summary>What the audit row says: each member that changed, as it was and as it is. Names are people's data and are not repeated.</summary>
    private static Dictionary<string, object> Apply(Request request, Agent agent, long now)
    {
        var news = new Dictionary<string, object>(StringComparer.Ordinal);
        if (request.Name?.Trim() is { } name && name != agent.Name)
        {
            news["name"] = true;
            agent.Name = name;
        }
        if (request.Capacity is { } capacity && capacity != agent.Capacity)
        {
            news["capacity"] = new { from = agent.Capacity, to = capacity };
            agent.Capacity = capacity;
        }
        if (request.Disabled is { } disabled && disabled != agent.DisabledAt is not null)
        {
            news["disabled"] = new { from = !disabled, to = disabled };
            agent.DisabledAt = disabled ? now : null;
        }
        return news;
    }
}

/// <summary>The teams somebody is in, inside a transaction.</summary>
internal static class AgentTeams
{
    /// <summary>Null when they were in just these.</summary>
    public static async Task<object?> Replace(WriteUnit unit, TeamTree tree, Guid agent, IReadOnlyList<Guid> wanted, CancellationToken ct)
    {
        var before = tree.Current.Where(team => tree.MembersOf(team.Id).Any(member => member.AgentId == agent)).Select(team => team.Id).ToHashSet();
        var left = before.Except(wanted).ToList();
        var joined = wanted.Except(before).ToList();
        if (left.Count + joined.Count == 0)
            return null;
        await unit.Db.Table<TeamMember>().Where(member => member.Ws == unit.Ws && member.AgentId == agent && left.Contains(member.TeamId)).ExecuteDeleteAsync(ct);
        unit.Db.Table<TeamMember>().AddRange(joined.Select(team => new TeamMember { Ws = unit.Ws, TeamId = team, AgentId = agent }));
        return new { joined, left };
    }
}
