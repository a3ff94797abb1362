using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Scim;

internal sealed record ScimTokenRow(Guid Id, string Name, string Hint, string MadeBy, string DefaultRole, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

internal sealed record ScimGroupRow(Guid Id, string Name, int Members, string? Role, Guid? Team);

/// <param name="Url">For the directory's form; null until the public address is known.</param>
internal sealed record ScimOverview(string? Url, IReadOnlyList<ScimTokenRow> Tokens, IReadOnlyList<ScimGroupRow> Groups);

/// <summary><c>GET /api/v1/scim</c></summary>
internal static class ShowScim
{
    public static async Task<IResult> Handle(Actor actor, ScimAddress address, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var tokens = await (
            from token in db.Table<ScimToken>().AsNoTracking()
            join agent in db.Table<Agent>() on new { token.Ws, Id = token.AgentId } equals new { agent.Ws, agent.Id }
            where token.Ws == actor.Ws && token.RevokedAt == null
            orderby token.Id
            select new { Token = token, agent.Name }).ToListAsync(ct);
        var groups = await db.Table<ScimGroup>().AsNoTracking().Where(group => group.Ws == actor.Ws).OrderBy(group => group.NameKey)
            .Select(group => new { Group = group, Members = db.Table<ScimMember>().Count(member => member.Ws == group.Ws && member.GroupId == group.Id) }).ToListAsync(ct);
        var root = address.Root(context);
        return TypedResults.Ok(new ScimOverview(root.StartsWith(Platform.Web.PublicUrl.Unknown, StringComparison.Ordinal) ? null : root,
            [.. tokens.Select(one => AddScimToken.Row(one.Token, one.Name))],
            [.. groups.Select(one => new ScimGroupRow(one.Group.Id, one.Group.Name, one.Members, one.Group.RoleId, one.Group.TeamId))]));
    }
}

/// <summary><c>POST /api/v1/scim/tokens</c>: shown once.</summary>
internal static class AddScimToken
{
    private const int Most = 10;

    public sealed record Request(string Name, string DefaultRole = "agent");

    public sealed record Made(string Token, ScimTokenRow Row);

    public static async Task<IResult> Handle(Request request, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of(AgentRules.CheckName("name", request.Name)) is { } invalid)
            return invalid.ToProblem();
        if (!actor.May(Permissions.ManageAgents))
            return Refusal.Forbidden().ToProblem(); // such a token could do nothing
        var secret = TokenText.New().Reveal();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if ((await RoleChoice.Read(unit.Db, actor, [request.DefaultRole], stop)).Refusal is { } refused)
                return refused.ToProblem();
            if (request.DefaultRole == BuiltInRoles.Owner)
                return Refusal.Invalid("defaultRole", "owner_by_group").ToProblem();
            if (await unit.Db.Table<ScimToken>().CountAsync(one => one.Ws == actor.Ws && one.RevokedAt == null, stop) >= Most)
                return Refusal.Conflict("too_many", Most).ToProblem();
            var token = new ScimToken
            {
                Ws = actor.Ws, Id = unit.Ids.New(), TokenHash = TokenText.Hash(secret)!, Hint = (ScimGate.Prefix + secret)[..12] + "…", Name = request.Name.Trim(), AgentId = actor.AgentId, DefaultRole = request.DefaultRole, CreatedAt = unit.Ids.Now(),
            };
            unit.Db.Table<ScimToken>().Add(token);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "scim_token.created", "token", token.Id.ToString(), new { token.Name, token.Hint, token.DefaultRole }, stop);
            return TypedResults.Created($"/api/v1/scim/tokens/{token.Id}", new Made(ScimGate.Prefix + secret, Row(token, actor.Name)));
        }, ct);
    }

    public static ScimTokenRow Row(ScimToken token, string madeBy) => new(token.Id, token.Name, token.Hint, madeBy, token.DefaultRole, Instants.Of(token.CreatedAt), Instants.Of(token.LastUsedAt));
}

/// <summary><c>DELETE /api/v1/scim/tokens/{id}</c></summary>
internal static class RevokeScimToken
{
    public static Task<IResult> Handle(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var now = unit.Ids.Now();
            if (await unit.Db.Table<ScimToken>().Where(one => one.Ws == actor.Ws && one.Id == id && one.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(one => one.RevokedAt, now), stop) == 0)
                return Refusal.NotFound().ToProblem();
            await Audit.Record(unit, AuditBy.Agent(actor, context), "scim_token.revoked", "token", id.ToString(), null, stop);
            return TypedResults.NoContent();
        }, ct);
}

/// <summary><c>PATCH /api/v1/scim/groups/{id}</c>: what a group means here. Its people have it at once.</summary>
internal static class MapScimGroup
{
    /// <param name="Role">Null: says nothing about roles.</param>
    public sealed record Request(string? Role, Guid? Team);

    public static async Task<IResult> Handle(Guid id, Request request, Actor actor, ScimPeople people, TeamDirectory teams, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.Team is { } team && (await teams.Tree(actor.Ws, ct)).Find(team) is null)
            return Refusal.Invalid("team", "team_unknown").ToProblem();
        try
        {
            return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
            {
                await WorkspaceLock.Take(unit, stop);
                if (await unit.Db.Table<ScimGroup>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id, stop) is not { } group)
                    return Refusal.NotFound().ToProblem();
                if (request.Role == BuiltInRoles.Owner)
                    return Refusal.Invalid("role", "owner_by_group").ToProblem();
                if (request.Role is { } role && (await RoleChoice.Read(unit.Db, actor, [role], stop)).Refusal is { } refused)
                    return refused.ToProblem();
                var before = new { role = group.RoleId, team = group.TeamId };
                (group.RoleId, group.TeamId) = (request.Role, request.Team);
                await unit.Db.SaveChangesAsync(stop);
                var members = await unit.Db.Table<ScimMember>().Where(member => member.Ws == actor.Ws && member.GroupId == id).Select(member => member.AgentId).ToListAsync(stop);
                var usual = await unit.Db.Table<ScimToken>().Where(token => token.Ws == actor.Ws && token.RevokedAt == null).OrderByDescending(token => token.Id).Select(token => token.DefaultRole).FirstOrDefaultAsync(stop);
                await people.Follow(unit, new Directory(actor, Guid.Empty, usual ?? BuiltInRoles.Newcomer), members, stop);
                await Audit.Record(unit, AuditBy.Agent(actor, context), "scim_group.mapped", "group", id.ToString(), new { from = before, to = new { role = request.Role, team = request.Team } }, stop);
                return TypedResults.Ok(new ScimGroupRow(group.Id, group.Name, members.Count, group.RoleId, group.TeamId));
            }, ct);
        }
        catch (ScimException above)
        {
            return Refusal.Forbidden(above.Status == 403 ? "agent_above_own" : "forbidden").ToProblem();
        }
    }
}
