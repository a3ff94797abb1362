using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Roles;

/// <summary>The roles that somebody is to have, as a request names them: one by <c>role</c>, or several by <c>roles</c>.</summary>
internal static class RoleChoice
{
    public const int Most = 20;

    public static IReadOnlyList<string>? Of(string? role, IReadOnlyList<string>? roles) => roles?.Distinct().ToList() ?? (role is null ? null : [role]);

    public static IEnumerable<(string Field, FieldFault Fault)> Check(string? role, IReadOnlyList<string>? roles, bool required)
    {
        var field = roles is null ? "role" : "roles";
        if (role is not null && roles is not null)
            return [(field, new("role_or_roles"))];
        if (Of(role, roles) is not { } wanted)
            return AgentRules.When(required, field, new("required"));
        return wanted.Count is 0 ? [(field, new("required"))] : wanted.Count > Most ? [(field, new("too_many", Most))] : wanted.SelectMany(one => AgentRules.CheckRole(one, field));
    }

    /// <summary>The roles, when they are there and the actor may give them to somebody else.</summary>
    public static async Task<(IReadOnlyList<RoleHeld> Roles, Refusal? Refusal)> Read(QueqiaoDb db, Actor actor, IReadOnlyList<string> wanted, CancellationToken ct)
    {
        var all = await HeldRoles.All(db, actor.Ws, ct);
        if (wanted.FirstOrDefault(id => !all.ContainsKey(id)) is { } unknown)
            return ([], Refusal.Invalid(wanted.Count == 1 ? "role" : "roles", "role_unknown", unknown));
        RoleHeld[] roles = [.. wanted.Select(id => all[id])];
        if (!actor.May(Permissions.ManageRoles) && roles.Any(role => role.Policy.Permissions.Count > 0))
            return (roles, Refusal.Forbidden("role_above_own"));
        return (roles, Granting.Refuse(actor, roles) ?? Granting.RefuseDuties(actor.Rights.Separated, roles));
    }
}
