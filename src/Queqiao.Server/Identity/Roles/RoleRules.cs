using System.Text;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Identity.Roles;

/// <summary>What a role may look like.</summary>
internal static class RoleRules
{
    public const int MostName = 60;
    public const int MostDescription = 500;
    public const int MostRoles = 200;
    private const int MostIds = 200;
    private const int MostNetworks = 50;
    private const int MostPerDay = 100_000;

    /// <summary>Only built-in roles have these.</summary>
    private static readonly string[] Reserved = [Permissions.Own, Permissions.GrantAny];

    public static string NameKey(string name) => name.Trim().Normalize(NormalizationForm.FormC).ToLowerInvariant();

    public static IEnumerable<(string Field, FieldFault Fault)> CheckNames(string? name, string? description) =>
    [
        .. name is null ? [] : AgentRules.CheckName("name", name),
        .. AgentRules.When(name?.Trim().Length > MostName, "name", new("too_long", MostName)),
        .. AgentRules.When(name?.Contains(':', StringComparison.Ordinal) == true, "name", new("control_characters")),
        .. AgentRules.When(description?.Length > MostDescription, "description", new("too_long", MostDescription)),
    ];

    public static IEnumerable<(string Field, FieldFault Fault)> Check(RolePolicy policy) =>
    [
        .. policy.Permissions.Where(one => PermissionCatalog.Find(one) is null).SelectMany(one => Fault("policy.permissions", "permission_unknown", one)),
        .. policy.Permissions.Intersect(Reserved).SelectMany(one => Fault("policy.permissions", "permission_reserved", one)),
        .. CheckScope("policy.scope", policy.Scope),
        .. policy.Handling is { } handling ? CheckScope("policy.handling", handling) : [],
        .. AgentRules.When(policy.Colleagues is not (RolePolicy.Everybody or RolePolicy.OwnTeams), "policy.colleagues", new("not_one_of", "all, teams")),
        .. CheckConditions(policy.Conditions),
    ];

    private static IEnumerable<(string, FieldFault)> CheckScope(string field, ScopeRule scope) =>
    [
        .. scope.Who.Where(kind => !ScopeRule.Kinds.Contains(kind)).Take(1).SelectMany(_ => Fault(field, "not_one_of", string.Join(", ", ScopeRule.Kinds))),
        .. AgentRules.When(scope.Channels is { Count: 0 or > MostIds }, field + ".channels", new("out_of_range", 1, MostIds)),
        .. AgentRules.When(scope.Tags is { Count: 0 or > MostIds }, field + ".tags", new("out_of_range", 1, MostIds)),
    ];

    private static IEnumerable<(string, FieldFault)> CheckConditions(RoleConditions conditions) =>
    [
        .. AgentRules.When(conditions.Networks is { Count: 0 or > MostNetworks }, "policy.conditions.networks", new("out_of_range", 1, MostNetworks)),
        .. (conditions.Networks ?? []).Where(one => RoleConditions.NetworkOf(one) is null).SelectMany(one => Fault("policy.conditions.networks", "invalid_network", one)),
        .. conditions.Hours is { } hours ? CheckHours(hours) : [],
        .. AgentRules.When(conditions.ProofMinutes is < 1 or > 1440, "policy.conditions.proofMinutes", new("out_of_range", 1, 1440)),
        .. AgentRules.When(conditions.RevealsPerDay is < 0 or > MostPerDay, "policy.conditions.revealsPerDay", new("out_of_range", 0, MostPerDay)),
        .. AgentRules.When(conditions.ExportsPerDay is < 0 or > MostPerDay, "policy.conditions.exportsPerDay", new("out_of_range", 0, MostPerDay)),
        .. (conditions.SecondPerson ?? []).Where(one => PermissionCatalog.Find(one) is null).SelectMany(one => Fault("policy.conditions.secondPerson", "permission_unknown", one)),
    ];

    private static IEnumerable<(string, FieldFault)> CheckHours(RoleHours hours) =>
    [
        .. AgentRules.When(RoleHours.ParseTime(hours.From) is null || RoleHours.ParseTime(hours.To) is null || hours.From == hours.To, "policy.conditions.hours", new("invalid_hours")),
        .. AgentRules.When(hours.Days is { Count: 0 } || hours.Days?.Any(day => day is < 1 or > 7) == true, "policy.conditions.hours", new("out_of_range", 1, 7)),
        .. AgentRules.When(hours.TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _), "policy.conditions.hours", new("time_zone_unknown")),
    ];

    private static IEnumerable<(string, FieldFault)> Fault(string field, string code, params object[] args) => [(field, new FieldFault(code, args))];
}
