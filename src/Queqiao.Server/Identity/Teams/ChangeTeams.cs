using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Teams;

/// <summary><c>POST /api/v1/teams</c></summary>
internal static class CreateTeam
{
    public sealed record Request(string Name, Guid? ParentId = null);

    public static async Task<IResult> Handle(Request request, Actor actor, IStorageEngine storage, TeamDirectory directory, HttpContext context, CancellationToken ct)
    {
        if (TeamRules.CheckName(request.Name) is { } invalid)
            return invalid.ToProblem();
        try
        {
            return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
            {
                await WorkspaceLock.Take(unit, stop);
                var tree = await TeamDirectory.Load(unit.Db, actor.Ws, stop);
                if ((Refuse(tree, request.ParentId) ?? TeamReachRules.Refuse(actor, request.ParentId is { } above ? [above] : [])) is { } refusal)
                    return refusal.ToProblem();
                var team = new Team
                {
                    Ws = actor.Ws, Id = unit.Ids.New(), ParentId = request.ParentId, Name = request.Name.Trim(), NameKey = TeamRules.NameKey(request.Name), CreatedAt = unit.Ids.Now(),
                };
                unit.Db.Table<Team>().Add(team);
                await HeldRoles.Raise(unit, stop);
                unit.AfterCommit(() => directory.Changed(actor.Ws));
                await Audit.Record(unit, AuditBy.Agent(actor, context), "team.created", "team", team.Id.ToString(), new { name = team.Name, parentId = team.ParentId }, stop);
                return TypedResults.Created($"/api/v1/teams/{team.Id}", new TeamRow(team.Id, team.ParentId, team.Name, [], 0));
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return Refusal.Conflict("team_name_taken").ToProblem();
        }
    }

    private static Refusal? Refuse(TeamTree tree, Guid? parent) =>
        parent is { } id && tree.Find(id) is null ? Refusal.Invalid("parentId", "team_unknown")
        : parent is { } above && tree.DepthOf(above) >= TeamRules.Deepest ? Refusal.Invalid("parentId", "team_too_deep", TeamRules.Deepest)
        : tree.Current.Count() >= TeamRules.Most ? Refusal.Conflict("too_many", TeamRules.Most) : null;
}

/// <summary><c>PATCH /api/v1/teams/{id}</c>: what is given replaces what was; members as a whole; <c>parentId</c> null moves to the top.</summary>
internal static class ChangeTeam
{
    public sealed record Request(string? Name = null, IReadOnlyList<Member>? Members = null)
    {
        /// <summary>The team above; null moves to the top, left out it stays where it is.</summary>
        public Guid? ParentId
        {
            get;
            init
            {
                field = value;
                Moves = true;
            }
        }

        [JsonIgnore]
        public bool Moves { get; private init; }
    }

    public sealed record Member(Guid Id, bool Lead = false);

    public static async Task<IResult> Handle(
        Guid id, Request request, Actor actor, IStorageEngine storage, TeamDirectory directory, HttpContext context, CancellationToken ct)
    {
        if (request.Name is { } name && TeamRules.CheckName(name) is { } invalid)
            return invalid.ToProblem();
        if (request.Members is { Count: > TeamRules.MostMembers })
            return Refusal.Invalid("members", "too_many", TeamRules.MostMembers).ToProblem();
        try
        {
            return await storage.Run(actor.Ws, (unit, stop) => Change(id, request, actor, unit, directory, context, stop), ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return Refusal.Conflict("team_name_taken").ToProblem();
        }
    }

    private static async Task<IResult> Change(Guid id, Request wish, Actor actor, WriteUnit unit, TeamDirectory directory, HttpContext context, CancellationToken ct)
    {
        await WorkspaceLock.Take(unit, ct);
        var tree = await TeamDirectory.Load(unit.Db, actor.Ws, ct);
        if (await unit.Db.Table<Team>().SingleOrDefaultAsync(team => team.Ws == actor.Ws && team.Id == id && team.DeletedAt == null, ct) is not { } team)
            return Refusal.NotFound().ToProblem();
        if (wish.Moves && RefuseMove(tree, id, wish.ParentId) is { } refusal)
            return refusal.ToProblem();
        var names = await ListTeams.Names(unit.Db, actor.Ws, ct);
        if (wish.Members is { } wanted && wanted.Any(member => !names.ContainsKey(member.Id)))
            return Refusal.Invalid("members", "agent_unknown").ToProblem();

        if (RefuseReach(tree, actor, id, wish) is { } beyond)
            return beyond.ToProblem();

        var news = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (wish.Name?.Trim() is { } name && name != team.Name)
        {
            news["name"] = new { from = team.Name, to = name };
            (team.Name, team.NameKey) = (name, TeamRules.NameKey(name));
        }
        if (wish.Moves && wish.ParentId != team.ParentId)
        {
            news["parentId"] = new { from = team.ParentId, to = wish.ParentId };
            team.ParentId = wish.ParentId;
        }
        if (wish.Members is { } members && await TeamMembers.Replace(unit, tree, id, members, ct) is { } change)
            news["members"] = change;
        if (news.Count > 0)
        {
            await HeldRoles.Raise(unit, ct);
            unit.AfterCommit(() => directory.Changed(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "team.changed", "team", team.Id.ToString(), news, ct);
        }
        var after = await TeamDirectory.Load(unit.Db, actor.Ws, ct);
        return TypedResults.Ok(ListTeams.Row(after, after.Find(id)!, names));
    }

    /// <summary>Teams and people are moved only within what the actor sees.</summary>
    private static Refusal? RefuseReach(TeamTree tree, Actor actor, Guid id, Request wish)
    {
        var joining = (wish.Members ?? []).Select(member => member.Id).Except(tree.MembersOf(id).Select(member => member.AgentId)).ToList();
        IEnumerable<Guid> touched = wish.Moves && wish.ParentId is { } above ? [id, above] : wish.Moves || joining.Count > 0 ? [id] : [];
        return (joining.Contains(actor.AgentId) ? TeamReachRules.RefuseJoining(actor, [id]) : null) ?? TeamReachRules.Refuse(actor, touched);
    }

    private static Refusal? RefuseMove(TeamTree tree, Guid id, Guid? below) =>
        below is { } parent && tree.Find(parent) is null ? Refusal.Invalid("parentId", "team_unknown")
        : !tree.MayMove(id, below) ? Refusal.Invalid("parentId", "team_cycle")
        : below is { } above && tree.DepthOf(above) + tree.HeightOf(id) > TeamRules.Deepest ? Refusal.Invalid("parentId", "team_too_deep", TeamRules.Deepest)
        : null;
}

/// <summary>Who is in a team, inside a transaction.</summary>
internal static class TeamMembers
{
    /// <summary>Makes the members those that are given. Null when they were.</summary>
    public static async Task<object?> Replace(WriteUnit unit, TeamTree tree, Guid team, IReadOnlyList<ChangeTeam.Member> wanted, CancellationToken ct)
    {
        var before = tree.MembersOf(team).ToDictionary(member => member.AgentId, member => member.Lead);
        var after = wanted.GroupBy(member => member.Id).ToDictionary(same => same.Key, same => same.Any(member => member.Lead));
        var left = before.Keys.Except(after.Keys).ToList();
        var joined = after.Keys.Except(before.Keys).ToList();
        var leads = after.Where(member => before.TryGetValue(member.Key, out var lead) && lead != member.Value).ToList();
        if (left.Count + joined.Count + leads.Count == 0)
            return null;
        if (left.Count > 0)
            await unit.Db.Table<TeamMember>().Where(member => member.Ws == unit.Ws && member.TeamId == team && left.Contains(member.AgentId)).ExecuteDeleteAsync(ct);
        foreach (var (agent, lead) in leads)
        {
            await unit.Db.Table<TeamMember>().Where(member => member.Ws == unit.Ws && member.TeamId == team && member.AgentId == agent)
                .ExecuteUpdateAsync(set => set.SetProperty(member => member.Lead, lead), ct);
        }
        unit.Db.Table<TeamMember>().AddRange(joined.Select(agent => new TeamMember { Ws = unit.Ws, TeamId = team, AgentId = agent, Lead = after[agent] }));
        return new { joined, left, leads = after.Where(member => member.Value).Select(member => member.Key) };
    }
}

/// <summary><c>DELETE /api/v1/teams/{id}</c>: given up. Its row stays for what names it; nobody is in it any more.</summary>
internal static class GiveUpTeam
{
    public static async Task<IResult> Handle(Guid id, Actor actor, IStorageEngine storage, TeamDirectory directory, HttpContext context, CancellationToken ct) =>
        await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var tree = await TeamDirectory.Load(unit.Db, actor.Ws, stop);
            if (tree.Find(id) is null)
                return Refusal.NotFound().ToProblem();
            if (tree.HeightOf(id) > 1)
                return Refusal.Conflict("team_has_teams").ToProblem();
            var now = unit.Ids.Now();
            await unit.Db.Table<TeamMember>().Where(member => member.Ws == actor.Ws && member.TeamId == id).ExecuteDeleteAsync(stop);
            await unit.Db.Table<Team>().Where(team => team.Ws == actor.Ws && team.Id == id).ExecuteUpdateAsync(set => set.SetProperty(team => team.DeletedAt, now), stop);
            await HeldRoles.Raise(unit, stop);
            unit.AfterCommit(() => directory.Changed(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "team.given_up", "team", id.ToString(), new { name = tree.NameOf(id) }, stop);
            return TypedResults.NoContent();
        }, ct);
}
