namespace Queqiao.Server.Platform.Access;

/// <summary>
/// The roles that every workspace has. Their rows hold only the name; what they give is here, so that a new version may add to it. They
/// cannot be changed, only copied.
/// </summary>
internal static class BuiltInRoles
{
    public const string Owner = "owner";
    public const string Newcomer = "newcomer";
    public const string SystemOfficer = "system_admin";
    public const string SecurityOfficer = "security_admin";
    public const string AuditOfficer = "audit_admin";

    private static readonly Dictionary<string, RoleHeld> All = new(StringComparer.Ordinal)
    {
        [Owner] = Everything(Owner, [.. Permissions.Of("admin"), Permissions.Own, Permissions.GrantAny]),
        ["admin"] = Everything("admin", Permissions.Of("admin")),
        ["supervisor"] = Everything("supervisor", Permissions.Of("supervisor")),
        ["agent"] = new("agent", 1, new([.. Permissions.Of("agent")], new ScopeRule([ScopeRule.Own, ScopeRule.Unassigned]), null, FieldPolicy.Clear, RoleConditions.None)),
        ["viewer"] = Everything("viewer", Permissions.Of("viewer")),
        [SystemOfficer] = Officer(SystemOfficer, Duties.System),
        [SecurityOfficer] = Officer(SecurityOfficer, Duties.Security),
        [AuditOfficer] = Officer(AuditOfficer, Duties.Audit),
        [Newcomer] = new(Newcomer, 1, RolePolicy.Nothing),
    };

    /// <summary>From the most powerful down.</summary>
    public static readonly IReadOnlyList<string> Ids = ["owner", "admin", "supervisor", "agent", "viewer", SystemOfficer, SecurityOfficer, AuditOfficer, Newcomer];

    public static RoleHeld? Find(string id) => All.GetValueOrDefault(id);

    private static RoleHeld Everything(string id, IEnumerable<string> permissions) => new(id, 1, new([.. permissions], ScopeRule.Everything, null, FieldPolicy.Clear, RoleConditions.None));

    // Officers keep the house; they see no customer.
    private static RoleHeld Officer(string id, string duty) =>
        new(id, 1, RolePolicy.Nothing with { Permissions = [.. Duties.PermissionsOf(duty), Permissions.ReadAgents, .. duty == Duties.System ? [Permissions.ReadChannels] : Array.Empty<string>()] });
}
