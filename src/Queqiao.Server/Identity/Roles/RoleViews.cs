using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Roles;

/// <summary>A role as the API lists one.</summary>
/// <param name="BuiltIn">Cannot be changed, only copied; its name is for programs, the console has its own words.</param>
/// <param name="Duties">The officers' duties in it.</param>
/// <param name="Agents">How many work with it.</param>
/// <param name="MayGive">Whether the reader may give it to somebody.</param>
/// <param name="MayChange">Whether the reader may change it.</param>
internal sealed record RoleView(
    string Id, string Name, string? Description, bool BuiltIn, RolePolicy Policy, IReadOnlyList<string> Duties, int Agents, bool MayGive, bool MayChange,
    long Version, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

internal sealed record RoleList(IReadOnlyList<RoleView> Items);

internal sealed record RoleAgent(Guid Id, string Name, bool Disabled);

internal sealed record RoleAgents(IReadOnlyList<RoleAgent> Items);

/// <summary>What there is to give.</summary>
/// <param name="Resource">The thing, before the dot.</param>
/// <param name="Duty"><c>system</c>, <c>security</c> or <c>audit</c>: an officer's deed.</param>
/// <param name="Scoped">Reaches only what the role shows.</param>
/// <param name="Sensitive">A role may ask for a fresh proof.</param>
/// <param name="Own">Whether the reader has it, and so may give it.</param>
internal sealed record PermissionView(string Name, string Resource, string? Duty, bool Scoped, bool Sensitive, bool Own);

internal sealed record PermissionList(IReadOnlyList<PermissionView> Items);

/// <summary><c>GET /api/v1/roles</c> and <c>/permissions</c></summary>
internal static class ShowRoles
{
    public static async Task<IResult> All(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return TypedResults.Ok(new RoleList(await Views(db, actor, only: null, ct)));
    }

    public static async Task<IResult> One(string id, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return await Views(db, actor, id, ct) is [var role] ? TypedResults.Ok(role) : Refusal.NotFound().ToProblem();
    }

    /// <summary>Who has it, as far as the reader knows them.</summary>
    public static async Task<IResult> Holders(string id, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        if (!await db.Table<Role>().AnyAsync(role => role.Ws == actor.Ws && role.Id == id, ct))
            return Refusal.NotFound().ToProblem();
        var people = await Agents.ListAgents.Known(db, actor)
            .Where(agent => agent.Role == id || db.Table<AgentRole>().Any(held => held.Ws == agent.Ws && held.AgentId == agent.Id && held.RoleId == id))
            .OrderBy(agent => agent.DisabledAt != null).ThenBy(agent => agent.Id).Take(500)
            .Select(agent => new RoleAgent(agent.Id, agent.Name, agent.DisabledAt != null)).ToListAsync(ct);
        return TypedResults.Ok(new RoleAgents(people));
    }

    public static IResult Permissions(Actor actor) => TypedResults.Ok(new PermissionList(
        [.. PermissionCatalog.All.Select(one => new PermissionView(one.Name, one.Resource, one.Duty, one.Scoped, one.Sensitive, actor.May(one.Name)))]));

    public static async Task<IReadOnlyList<RoleView>> Views(QueqiaoDb db, Actor actor, string? only, CancellationToken ct)
    {
        var rows = await db.Table<Role>().AsNoTracking().Where(role => role.Ws == actor.Ws && (only == null || role.Id == only)).ToListAsync(ct);
        var counts = await db.Table<AgentRole>().AsNoTracking().Where(held => held.Ws == actor.Ws)
            .Join(db.Table<Agent>().Where(agent => agent.DisabledAt == null), held => new { held.Ws, Id = held.AgentId }, agent => new { agent.Ws, agent.Id }, (held, _) => held.RoleId)
            .GroupBy(id => id).Select(same => new { same.Key, Count = same.Count() }).ToDictionaryAsync(same => same.Key, same => same.Count, ct);
        var own = actor.Rights.Roles.Select(role => role.Id).ToHashSet();
        return [.. rows
            .Select(row => (Row: row, Held: BuiltInRoles.Find(row.Id) ?? new RoleHeld(row.Id, row.Version, RolePolicy.FromJson(row.Policy!))))
            .OrderBy(role => role.Row.Policy is null ? BuiltInRoles.Ids.ToList().IndexOf(role.Row.Id) : BuiltInRoles.Ids.Count).ThenBy(role => role.Row.NameKey, StringComparer.Ordinal)
            .Select(role => View(role.Row, role.Held, counts.GetValueOrDefault(role.Row.Id), actor, own.Contains(role.Row.Id)))];
    }

    private static RoleView View(Role row, RoleHeld held, int agents, Actor actor, bool ownRole)
    {
        var mayGive = actor.May(Platform.Access.Permissions.ManageRoles) && Granting.MayGive(actor, held);
        return new RoleView(
            row.Id, row.Name, row.Description, row.Policy is null, held.Policy, [.. Duties.Among(held.Policy.Permissions).Order(StringComparer.Ordinal)], agents,
            mayGive, mayGive && row.Policy is not null && !ownRole, row.Version, Instants.Of(row.CreatedAt), Instants.Of(row.ChangedAt));
    }
}
