namespace Queqiao.Server.Platform.Access;

/// <summary>
/// System, security and audit administration. A workspace may keep them apart (三员分立; GB/T 22239-2019 8.1.5): then nobody has two
/// of them, owners and administrators have none, and whoever grants rights cannot use them.
/// </summary>
internal static class Duties
{
    public const string System = "system";
    public const string Security = "security";
    public const string Audit = "audit";

    public static readonly IReadOnlyList<string> All = [System, Security, Audit];

    /// <summary>Null: no officer's deed.</summary>
    public static string? Of(string permission) => PermissionCatalog.Find(permission)?.Duty;

    public static IEnumerable<string> PermissionsOf(string duty) => PermissionCatalog.All.Where(one => one.Duty == duty).Select(one => one.Name);

    /// <summary>The duties that somebody with these permissions has.</summary>
    public static IReadOnlySet<string> Among(IEnumerable<string> permissions) => permissions.Select(Of).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>While duties are kept apart: owners and administrators run the business, the officers the house.</summary>
    public static RoleHeld WithoutOfficers(RoleHeld role) => role.Id is not (BuiltInRoles.Owner or "admin")
        ? role
        : role with { Policy = role.Policy with { Permissions = [.. role.Policy.Permissions.Where(permission => Of(permission) is null)] } };
}
