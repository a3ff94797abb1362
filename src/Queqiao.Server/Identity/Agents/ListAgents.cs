using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Agents;

/// <summary>A colleague as the API lists one.</summary>
/// <param name="Role">The first of their roles.</param>
/// <param name="Roles">Ids of all, the first one first.</param>
/// <param name="Capacity">Conversations that may be given to them at once.</param>
/// <param name="SecondFactor">Whether they have set one up.</param>
internal sealed record AgentRow(
    Guid Id, string Name, string Email, string Role, IReadOnlyList<string> Roles, bool Online, bool Disabled, int Capacity, string? Color, IReadOnlyList<AgentTeam> Teams, bool SecondFactor,
    DateTimeOffset CreatedAt, DateTimeOffset? LastSeenAt)
{
    /// <summary>Of somebody who was made just now.</summary>
    public static AgentRow New(Agent agent, IReadOnlyList<string> roles) => new(
        agent.Id, agent.Name, agent.Email, agent.Role, roles, Online: false, Disabled: false, agent.Capacity, agent.Color, [], SecondFactor: false, Instants.Of(agent.CreatedAt), LastSeenAt: null);
}

internal sealed record AgentTeam(Guid Id, string Name, bool Lead);

internal sealed record AgentList(IReadOnlyList<AgentRow> Items, string? NextCursor);

/// <summary>What a list of colleagues is narrowed to.</summary>
internal sealed record AgentFilter(string? Q, string? Role, Guid? Team, string? State)
{
    public Refusal? Check() => Refusal.Of([
        .. Role is null ? [] : AgentRules.CheckRole(Role),
        .. AgentRules.When(State is not (null or "active" or "disabled"), "state", new FieldFault("not_one_of", "active, disabled")),
        .. AgentRules.When(Q is { Length: > AgentRules.MostName }, "q", new FieldFault("too_long", AgentRules.MostName))]);

    public IQueryable<Agent> Apply(QueqiaoDb db, IQueryable<Agent> agents, TeamTree tree)
    {
        if (Role is not null)
            agents = agents.Where(agent => agent.Role == Role || db.Table<AgentRole>().Any(held => held.Ws == agent.Ws && held.AgentId == agent.Id && held.RoleId == Role));
        if (State is not null)
            agents = agents.Where(agent => (agent.DisabledAt != null) == (State == "disabled"));
        if (Team is { } team)
        {
            var people = tree.PeopleOf(team).ToArray();
            agents = agents.Where(agent => people.Contains(agent.Id));
        }
        if (Q?.Trim() is { Length: > 0 } words)
        {
            var (lower, key) = (words.ToLowerInvariant(), AgentRules.EmailKey(words));
#pragma warning disable CA1304, CA1311, CA1862 // translated to SQL
            agents = agents.Where(agent => agent.Name.ToLower().Contains(lower) || agent.EmailKey.Contains(key));
#pragma warning restore CA1304, CA1311, CA1862
        }
        return agents;
    }
}

/// <summary><c>GET /api/v1/agents</c>: who works in the workspace, in the order they came.</summary>
internal static class ListAgents
{
    private const int Most = 200;

    public static async Task<IResult> Handle(
        string? q, string? role, Guid? team, string? state, int? limit, Guid? cursor, Actor actor, IStorageEngine storage, TeamDirectory teams, IAgentPresence presence, CancellationToken ct)
    {
        var filter = new AgentFilter(q, role, team, state);
        if (filter.Check() is { } invalid)
            return invalid.ToProblem();
        if (limit is < 1 or > Most)
            return Refusal.Invalid("limit", "out_of_range", 1, Most).ToProblem();
        var items = limit ?? 50;
        var tree = await teams.Tree(actor.Ws, ct);
        await using var db = storage.Read(actor.Ws);
        var agents = filter.Apply(db, Known(db, actor), tree);
        if (cursor is { } after)
            agents = agents.Where(agent => agent.Id.CompareTo(after) > 0); // ids are in the order of creation
        var page = await agents.OrderBy(agent => agent.Id).Take(items + 1).ToListAsync(ct);
        var rows = await Rows(db, actor.Ws, [.. page.Take(items)], tree, presence, ct);
        return TypedResults.Ok(new AgentList(rows, page.Count > items ? rows[^1].Id.ToString() : null));
    }

    /// <summary>The colleagues that somebody knows: all, or those of their own department and themselves.</summary>
    public static IQueryable<Agent> Known(QueqiaoDb db, Actor actor)
    {
        var all = db.Table<Agent>().AsNoTracking().Where(agent => agent.Ws == actor.Ws);
        if (actor.Rights.KnowsEverybody)
            return all;
        var known = actor.Rights.Reach.TreePeople.Append(actor.AgentId).ToArray();
        return all.Where(agent => known.Contains(agent.Id));
    }

    /// <summary>With what stands in other tables.</summary>
    public static async Task<IReadOnlyList<AgentRow>> Rows(QueqiaoDb db, int ws, IReadOnlyList<Agent> agents, TeamTree tree, IAgentPresence presence, CancellationToken ct)
    {
        var ids = agents.Select(agent => agent.Id).ToArray();
        var factors = await db.Table<SecondFactor>().Where(factor => factor.Ws == ws && ids.Contains(factor.AgentId) && factor.ConfirmedAt != null).Select(factor => factor.AgentId)
            .Union(db.Table<Passkey>().Where(passkey => passkey.Ws == ws && ids.Contains(passkey.AgentId)).Select(passkey => passkey.AgentId)).ToListAsync(ct);
        var roles = (await db.Table<AgentRole>().AsNoTracking().Where(held => held.Ws == ws && ids.Contains(held.AgentId)).ToListAsync(ct)).ToLookup(held => held.AgentId, held => held.RoleId);
        var seen = await db.Table<Session>().Where(session => session.Ws == ws && ids.Contains(session.AgentId))
            .GroupBy(session => session.AgentId).Select(own => new { own.Key, At = own.Max(session => session.LastSeenAt) }).ToDictionaryAsync(own => own.Key, own => own.At, ct);
        var teams = tree.Current
            .SelectMany(team => tree.MembersOf(team.Id).Select(member => (member.AgentId, Team: new AgentTeam(team.Id, team.Name, member.Lead))))
            .ToLookup(member => member.AgentId, member => member.Team);
        return [.. agents.Select(agent => new AgentRow(
            agent.Id, agent.Name, agent.Email, agent.Role, [agent.Role, .. roles[agent.Id].Where(id => id != agent.Role).Order(StringComparer.Ordinal)], presence.IsOnline(ws, agent.Id), agent.DisabledAt is not null, agent.Capacity, agent.Color,
            [.. teams[agent.Id].OrderBy(team => team.Name, StringComparer.Ordinal)], factors.Contains(agent.Id),
            Instants.Of(agent.CreatedAt), seen.TryGetValue(agent.Id, out var at) ? Instants.Of(at) : null))];
    }
}

/// <summary><c>GET /api/v1/agents/{id}</c></summary>
internal static class ShowAgent
{
    public static async Task<IResult> Handle(Guid id, Actor actor, IStorageEngine storage, IAgentPresence presence, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return await ListAgents.Known(db, actor).SingleOrDefaultAsync(agent => agent.Id == id, ct) is { } agent
            ? TypedResults.Ok((await ListAgents.Rows(db, actor.Ws, [agent], await TeamDirectory.Load(db, actor.Ws, ct), presence, ct))[0])
            : Refusal.NotFound().ToProblem();
    }
}
