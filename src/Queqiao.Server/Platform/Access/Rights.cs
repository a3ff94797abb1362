using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Server.Platform.Access;

/// <summary>A role as somebody has it.</summary>
/// <param name="Id">A built-in role's name, or the id of a role of the workspace.</param>
/// <param name="Version">Raised by each change.</param>
internal sealed record RoleHeld(string Id, long Version, RolePolicy Policy);

/// <summary>Where somebody stands in the tree of teams.</summary>
/// <param name="Above">Their teams and every team above.</param>
/// <param name="Teams">The teams they are in.</param>
/// <param name="TeamPeople">Who is in those.</param>
/// <param name="Tree">Their teams and every team below.</param>
/// <param name="TreePeople">Who is in those.</param>
internal sealed record TeamReach(IReadOnlySet<Guid> Above, IReadOnlySet<Guid> Teams, IReadOnlySet<Guid> TeamPeople, IReadOnlySet<Guid> Tree, IReadOnlySet<Guid> TreePeople)
{
    private static readonly HashSet<Guid> Nobody = [];

    public static readonly TeamReach Nowhere = new(Nobody, Nobody, Nobody, Nobody, Nobody);
}

/// <summary>
/// What somebody may do now: their roles whose conditions hold, as one. Made once for a set of roles and a version; asking it touches
/// no database. Everything that shows or changes something asks here, or asks what was compiled from it.
/// </summary>
internal sealed class Rights
{
    public static readonly Rights None = new([], TeamReach.Nowhere, separated: false);

    private readonly HashSet<string> _permissions;

    /// <param name="roles">Those that count.</param>
    /// <param name="reach">For scopes over teams.</param>
    /// <param name="separated">The workspace keeps duties apart: owners and administrators do not have the officers' deeds.</param>
    public Rights(IReadOnlyList<RoleHeld> roles, TeamReach reach, bool separated)
    {
        Reach = reach;
        Separated = separated;
        Roles = separated ? [.. roles.Select(Duties.WithoutOfficers)] : roles;
        _permissions = [.. Roles.SelectMany(role => role.Policy.Permissions)];
        Fields = Roles.Where(role => ShowsPeople(role.Policy)).Aggregate(FieldPolicy.Hidden, (all, role) => all.Or(role.Policy.Fields));
        KnowsEverybody = Roles.Any(role => role.Policy.Colleagues == RolePolicy.Everybody && role.Policy.Permissions.Contains(Access.Permissions.ReadAgents));
        Stamp = StampOf(Roles, reach, separated);
    }

    public IReadOnlyList<RoleHeld> Roles { get; }

    public TeamReach Reach { get; }

    public bool Separated { get; }

    public IReadOnlySet<string> Permissions => _permissions;

    /// <summary>How people's data shows.</summary>
    public FieldPolicy Fields { get; }

    /// <summary>Whether all colleagues and teams are known, and not only those of one's own department.</summary>
    public bool KnowsEverybody { get; }

    /// <summary>What roles would give whose conditions do not hold now: to say so instead of a bare no.</summary>
    public IReadOnlySet<string> Suspended { get; init; } = new HashSet<string>();

    /// <summary>Differs whenever something of this does: sockets that came in with another one come in again.</summary>
    public string Stamp { get; }

    public bool May(string permission) => _permissions.Contains(permission);

    /// <summary>Where a deed may be done: any of these. Empty: nowhere.</summary>
    public IEnumerable<ScopeRule> ScopesOf(string permission) => Roles
        .Where(role => role.Policy.Permissions.Contains(permission))
        .Select(role => PermissionCatalog.IsHandling(permission) ? role.Policy.Handling ?? role.Policy.Scope : role.Policy.Scope);

    public bool SeesEverything => ScopesOf(Access.Permissions.ReadConversations).Any(scope => scope.IsEverything);

    /// <summary>Whether somebody else has to agree: every role that gives the permission says so.</summary>
    public bool NeedsSecondPerson(string permission) =>
        May(permission) && Giving(permission).All(role => role.Policy.Conditions.SecondPerson?.Contains(permission) == true);

    /// <summary>How fresh a proof has to be for a sensitive deed; null: as the endpoint says.</summary>
    public TimeSpan? ProofFor(string permission)
    {
        if (!PermissionCatalog.IsSensitive(permission) || !Giving(permission).All(role => role.Policy.Conditions.ProofMinutes is not null))
            return null;
        return Giving(permission).Max(role => role.Policy.Conditions.ProofMinutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null;
    }

    /// <summary>The most of something in a day; null: no limit. One role without a limit lifts it.</summary>
    public int? PerDay(string permission, Func<RoleConditions, int?> limit)
    {
        var limits = Giving(permission).Select(role => limit(role.Policy.Conditions)).ToList();
        return limits.Count == 0 || limits.Contains(null) ? null : limits.Max();
    }

    /// <summary>Whether everything that a role gives is among these rights: only then may they be given on, or taken away.</summary>
    public bool Covers(RolePolicy other) =>
        other.Permissions.All(_permissions.Contains)
        && (!other.Permissions.Contains(Access.Permissions.ReadAgents) || other.Colleagues != RolePolicy.Everybody || KnowsEverybody)
        && (!ShowsPeople(other) || Fields.Covers(other.Fields))
        && other.Permissions.Where(PermissionCatalog.HasScope).All(permission => CoversScope(permission, PermissionCatalog.IsHandling(permission) ? other.Handling ?? other.Scope : other.Scope));

    private bool CoversScope(string permission, ScopeRule scope) => ScopesOf(permission).Any(own => own.Covers(scope));

    private IEnumerable<RoleHeld> Giving(string permission) => Roles.Where(role => role.Policy.Permissions.Contains(permission));

    private static bool ShowsPeople(RolePolicy policy) =>
        policy.Permissions.Contains(Access.Permissions.ReadConversations) || policy.Permissions.Contains(Access.Permissions.ReadContacts);

    private static string StampOf(IReadOnlyList<RoleHeld> roles, TeamReach reach, bool separated)
    {
        var text = new StringBuilder(separated ? "s" : "");
        foreach (var role in roles.OrderBy(role => role.Id, StringComparer.Ordinal))
            text.Append(role.Id).Append('@').Append(role.Version).Append(' ');
        if (roles.Any(role => UsesTeams(role.Policy)))
        {
            foreach (var set in new[] { reach.Above, reach.Teams, reach.TeamPeople, reach.Tree, reach.TreePeople })
                text.AppendJoin(',', set.Order()).Append(';');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 12));
    }

    private static bool UsesTeams(RolePolicy policy) =>
        policy.Colleagues == RolePolicy.OwnTeams || policy.Scope.Who.Concat(policy.Handling?.Who ?? []).Any(kind => kind is ScopeRule.Team or ScopeRule.Tree);
}
