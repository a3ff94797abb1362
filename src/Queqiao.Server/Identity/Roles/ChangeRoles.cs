using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Roles;

/// <summary><c>POST /api/v1/roles</c></summary>
internal static class CreateRole
{
    /// <param name="Policy">What it gives; or <paramref name="CopyOf"/>.</param>
    /// <param name="CopyOf">The role whose policy it begins with.</param>
    public sealed record Request(string Name, string? Description = null, RolePolicy? Policy = null, string? CopyOf = null);

    public static async Task<IResult> Handle(Request request, Actor actor, RightsBoard board, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of([
            .. RoleRules.CheckNames(request.Name, request.Description),
            .. request.Policy is { } given ? RoleRules.Check(given) : [],
            .. Agents.AgentRules.When((request.Policy is null) == (request.CopyOf is null), "policy", new FieldFault("policy_or_copy"))]) is { } invalid)
            return invalid.ToProblem();
        try
        {
            return await storage.Run(actor.Ws, (unit, stop) => Make(unit, request, actor, board, context, stop), ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return Refusal.Conflict("role_name_taken").ToProblem();
        }
    }

    private static async Task<IResult> Make(WriteUnit unit, Request request, Actor actor, RightsBoard board, HttpContext context, CancellationToken ct)
    {
        var all = await HeldRoles.All(unit.Db, actor.Ws, ct);
        if (request.CopyOf is { } from && !all.ContainsKey(from))
            return Refusal.Invalid("copyOf", "role_unknown", from).ToProblem();
        if (all.Count >= RoleRules.MostRoles)
            return Refusal.Conflict("too_many", RoleRules.MostRoles).ToProblem();
        var policy = request.Policy ?? WithoutReserved(all[request.CopyOf!].Policy);
        var id = unit.Ids.New().ToString();
        if (Granting.Refuse(actor, [new RoleHeld(id, 1, policy)]) is { } above)
            return above.ToProblem();
        if (Granting.RefuseDuties(actor.Rights.Separated, [new RoleHeld(id, 1, policy)]) is { } apart)
            return apart.ToProblem();
        var now = unit.Ids.Now();
        unit.Db.Table<Role>().Add(new Role
        {
            Ws = actor.Ws, Id = id, Name = request.Name.Trim(), NameKey = RoleRules.NameKey(request.Name), Description = request.Description?.Trim(),
            Policy = policy.ToJson(), Version = 1, CreatedAt = now, CreatedBy = actor.AgentId, ChangedAt = now,
        });
        await HeldRoles.Raise(unit, ct);
        unit.AfterCommit(() => board.Tell(actor.Ws));
        await Audit.Record(unit, AuditBy.Agent(actor, context), "role.created", "role", id, new { name = request.Name.Trim(), copyOf = request.CopyOf, policy }, ct);
        return TypedResults.Created($"/api/v1/roles/{id}", (await ShowRoles.Views(unit.Db, actor, id, ct))[0]);
    }

    // What only built-in roles have does not go with a copy.
    private static RolePolicy WithoutReserved(RolePolicy policy) =>
        policy with { Permissions = [.. policy.Permissions.Where(one => one is not (Permissions.Own or Permissions.GrantAny))] };
}

/// <summary><c>PATCH /api/v1/roles/{id}</c>: what is given replaces what was; whoever has the role has it at once.</summary>
internal static class ChangeRole
{
    /// <param name="Version">Of what was read: another change in between is a 409.</param>
    public sealed record Request(string? Name = null, string? Description = null, RolePolicy? Policy = null, long? Version = null);

    public static async Task<IResult> Handle(string id, Request request, Actor actor, RightsBoard board, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of([.. RoleRules.CheckNames(request.Name, request.Description), .. request.Policy is { } given ? RoleRules.Check(given) : []]) is { } invalid)
            return invalid.ToProblem();
        try
        {
            return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
            {
                await WorkspaceLock.Take(unit, stop);
                var role = await unit.Db.Table<Role>().SingleOrDefaultAsync(role => role.Ws == actor.Ws && role.Id == id, stop);
                if (role is null)
                    return Refusal.NotFound().ToProblem();
                if (await Refuse(unit, request, role, actor, stop) is { } refusal)
                    return refusal.ToProblem();
                await Apply(unit, request, role, actor, board, context, stop);
                return TypedResults.Ok((await ShowRoles.Views(unit.Db, actor, id, stop))[0]);
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return Refusal.Conflict("role_name_taken").ToProblem();
        }
    }

    private static async Task<Refusal?> Refuse(WriteUnit unit, Request request, Role role, Actor actor, CancellationToken ct)
    {
        if (role.Policy is null)
            return Refusal.Conflict("role_built_in");
        if (request.Version is { } read && read != role.Version)
            return Refusal.Conflict("role_changed");
        // Not what somebody above has, not beyond one's own, and not what one has oneself.
        if (Granting.Refuse(actor, [new RoleHeld(role.Id, role.Version, RolePolicy.FromJson(role.Policy))]) is { } above)
            return above;
        if (request.Policy is not { } policy)
            return null;
        if (Granting.Refuse(actor, [new RoleHeld(role.Id, role.Version, policy)]) is { } beyond)
            return beyond;
        if (await unit.Db.Table<AgentRole>().AnyAsync(held => held.Ws == actor.Ws && held.RoleId == role.Id && held.AgentId == actor.AgentId, ct))
            return Refusal.Conflict("role_is_own");
        return actor.Rights.Separated ? await RefuseDuties(unit, role, policy, ct) : null;
    }

    /// <summary>Nobody who has the role may come to two duties by it.</summary>
    private static async Task<Refusal?> RefuseDuties(WriteUnit unit, Role role, RolePolicy policy, CancellationToken ct)
    {
        var all = await HeldRoles.All(unit.Db, unit.Ws, ct);
        all[role.Id] = new RoleHeld(role.Id, role.Version, policy);
        var holders = await unit.Db.Table<AgentRole>().Where(held => held.Ws == unit.Ws && held.RoleId == role.Id).Select(held => held.AgentId).ToListAsync(ct);
        var theirs = await unit.Db.Table<AgentRole>().AsNoTracking().Where(held => held.Ws == unit.Ws && holders.Contains(held.AgentId)).ToListAsync(ct);
        return theirs.GroupBy(held => held.AgentId).Select(own => own.Where(held => all.ContainsKey(held.RoleId)).Select(held => all[held.RoleId])).Prepend([all[role.Id]])
            .Select(own => Granting.RefuseDuties(separated: true, own)).FirstOrDefault(refusal => refusal is not null);
    }

    private static async Task Apply(WriteUnit unit, Request request, Role role, Actor actor, RightsBoard board, HttpContext context, CancellationToken ct)
    {
        var news = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (request.Name?.Trim() is { } name && name != role.Name)
        {
            news["name"] = new { from = role.Name, to = name };
            (role.Name, role.NameKey) = (name, RoleRules.NameKey(name));
        }
        if (request.Description?.Trim() is { } description && description != (role.Description ?? ""))
        {
            news["description"] = true;
            role.Description = description.Length == 0 ? null : description;
        }
        if (request.Policy is { } policy && policy.ToJson() is var json && json != role.Policy)
        {
            news["policy"] = new { from = RolePolicy.FromJson(role.Policy!), to = policy };
            role.Policy = json;
        }
        if (news.Count == 0)
            return;
        role.Version++;
        role.ChangedAt = unit.Ids.Now();
        await HeldRoles.Raise(unit, ct);
        unit.AfterCommit(() => board.Tell(actor.Ws));
        await Audit.Record(unit, AuditBy.Agent(actor, context), "role.changed", "role", role.Id, news, ct);
    }
}

/// <summary><c>DELETE /api/v1/roles/{id}</c>: one that nobody has.</summary>
internal static class RemoveRole
{
    public static Task<IResult> Handle(string id, Actor actor, RightsBoard board, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var role = await unit.Db.Table<Role>().SingleOrDefaultAsync(role => role.Ws == actor.Ws && role.Id == id, stop);
            if (role is null)
                return Refusal.NotFound().ToProblem();
            if (role.Policy is null)
                return Refusal.Conflict("role_built_in").ToProblem();
            if (Granting.Refuse(actor, [new RoleHeld(role.Id, role.Version, RolePolicy.FromJson(role.Policy))]) is { } above)
                return above.ToProblem();
            if (await unit.Db.Table<AgentRole>().CountAsync(held => held.Ws == actor.Ws && held.RoleId == id, stop) is > 0 and var holders)
                return Refusal.Conflict("role_in_use", holders).ToProblem();
            unit.Db.Table<Role>().Remove(role);
            await HeldRoles.Raise(unit, stop);
            unit.AfterCommit(() => board.Tell(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "role.removed", "role", id, new { name = role.Name }, stop);
            return TypedResults.NoContent();
        }, ct);
}
