using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Roles;

/// <summary>Which roles there are and who has them, as the tables say.</summary>
internal static class HeldRoles
{
    /// <summary>Every role of the workspace by id. Built-in ones are there even where a store was filled without them.</summary>
    public static async Task<Dictionary<string, RoleHeld>> All(QueqiaoDb db, int ws, CancellationToken ct)
    {
        var all = BuiltInRoles.Ids.ToDictionary(id => id, id => BuiltInRoles.Find(id)!, StringComparer.Ordinal);
        foreach (var role in await db.Table<Role>().AsNoTracking().Where(role => role.Ws == ws && role.Policy != null).ToListAsync(ct))
            all[role.Id] = new RoleHeld(role.Id, role.Version, RolePolicy.FromJson(role.Policy!));
        return all;
    }

    /// <summary>Ids of somebody's roles, the first one first; null when the workspace has no such agent, or they no longer work there.</summary>
    public static async Task<List<string>?> Ids(QueqiaoDb db, int ws, Guid agent, CancellationToken ct)
    {
        var first = await db.Table<Agent>().Where(one => one.Ws == ws && one.Id == agent && one.DisabledAt == null).Select(one => one.Role).SingleOrDefaultAsync(ct);
        return first is null ? null : await Ids(db, ws, agent, first, ct);
    }

    /// <summary>Of somebody whose first role is known, also of who no longer works here.</summary>
    public static async Task<List<string>> Ids(QueqiaoDb db, int ws, Guid agent, string first, CancellationToken ct)
    {
        var held = await db.Table<AgentRole>().AsNoTracking().Where(held => held.Ws == ws && held.AgentId == agent).Select(held => held.RoleId).ToListAsync(ct);
        // A node of the version before changes only the first role: that one then counts alone.
        return held.Contains(first) ? [first, .. held.Where(id => id != first).Order(StringComparer.Ordinal)] : [first];
    }

    /// <summary>What somebody's roles give, inside a transaction.</summary>
    public static async Task<IReadOnlyList<RoleHeld>> Of(QueqiaoDb db, int ws, Guid agent, string first, CancellationToken ct)
    {
        var all = await All(db, ws, ct);
        return [.. (await Ids(db, ws, agent, first, ct)).Where(all.ContainsKey).Select(id => all[id])];
    }

    /// <summary>Makes somebody's roles these. Null when they were.</summary>
    public static async Task<object?> Replace(WriteUnit unit, Agent agent, IReadOnlyCollection<string> wanted, CancellationToken ct)
    {
        var before = await Ids(unit.Db, unit.Ws, agent.Id, agent.Role, ct);
        var added = wanted.Except(before).ToList();
        var taken = before.Except(wanted).ToList();
        agent.Role = First(wanted);
        if (added.Count + taken.Count == 0)
            return null;
        await unit.Db.Table<AgentRole>().Where(held => held.Ws == unit.Ws && held.AgentId == agent.Id).ExecuteDeleteAsync(ct);
        unit.Db.Table<AgentRole>().AddRange(wanted.Distinct().Select(id => new AgentRole { Ws = unit.Ws, AgentId = agent.Id, RoleId = id }));
        if (before is [var one] && wanted.Count == 1)
            return new { from = one, to = wanted.First() };
        return new { from = before, to = wanted };
    }

    /// <summary>The one that stands for all in lists: the most powerful built-in one, else the first.</summary>
    public static string First(IReadOnlyCollection<string> roles) => BuiltInRoles.Ids.FirstOrDefault(roles.Contains) ?? roles.First();

    /// <summary>The rows of the built-in roles and what belongs to them, for a workspace that begins.</summary>
    public static void Begin(WriteUnit unit, int ws)
    {
        var now = unit.Ids.Now();
        unit.Db.Table<Role>().AddRange(BuiltInRoles.Ids.Select(id => new Role { Ws = ws, Id = id, Name = id, NameKey = "builtin:" + id, Version = 1, CreatedAt = now, ChangedAt = now }));
        unit.Db.Table<AccessState>().Add(new AccessState { Ws = ws, Version = 1, Separated = false, ChangedAt = now });
    }

    /// <summary>Other nodes will notice, by <see cref="AccessWatch"/>. Belongs to whatever changes who may do what.</summary>
    public static Task Raise(WriteUnit unit, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        return unit.Db.Table<AccessState>().Where(state => state.Ws == unit.Ws)
            .ExecuteUpdateAsync(set => set.SetProperty(state => state.Version, state => state.Version + 1).SetProperty(state => state.ChangedAt, now), ct);
    }
}
