using System.Text.Json;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Identity.SingleSignOn;

/// <summary>What a provider's people become here. Stored as JSON, and on the wire.</summary>
/// <param name="Scopes">Beside <c>openid</c>.</param>
/// <param name="TrustsEmails">Its addresses count as verified although it does not say so (Entra ID never says it).</param>
/// <param name="LinksByEmail">A verified address is enough to become the account that has it. Otherwise its owner links it, signed in.</param>
/// <param name="CreatesAccounts">Somebody new gets an account when they first come.</param>
/// <param name="Domains">Only addresses of these domains; empty: of any.</param>
/// <param name="DefaultRole">Of new accounts, and of whoever is in no mapped group.</param>
/// <param name="DefaultTeams">Of new accounts.</param>
/// <param name="GroupsClaim">Where the groups stand; dots lead inward (<c>realm_access.roles</c>).</param>
/// <param name="Groups">What membership of a group means here; roles and teams add up.</param>
/// <param name="KeepsInStep">Roles and mapped teams follow the groups at every sign-in, not just at the first.</param>
/// <param name="TrustsSecondFactor">The provider asks for a second factor itself; ours is not asked for.</param>
/// <param name="SignsOutThere">Signing out here signs out at the provider.</param>
internal sealed record ProviderSettings(
    IReadOnlyList<string> Scopes,
    bool TrustsEmails = false,
    bool LinksByEmail = false,
    bool CreatesAccounts = true,
    IReadOnlyList<string>? Domains = null,
    string DefaultRole = "agent",
    IReadOnlyList<Guid>? DefaultTeams = null,
    string GroupsClaim = "groups",
    IReadOnlyList<GroupMapping>? Groups = null,
    bool KeepsInStep = true,
    bool TrustsSecondFactor = true,
    bool SignsOutThere = false)
{
    public static ProviderSettings Of(string json) => JsonSerializer.Deserialize<ProviderSettings>(json, StrictJson.Options)!;

    public string ToJson() => JsonSerializer.Serialize(this, StrictJson.Options);

    /// <summary>Whether an address may come in by this provider.</summary>
    public bool Covers(string email) => Domains is not { Count: > 0 } domains
        || domains.Any(domain => email.EndsWith("@" + domain, StringComparison.OrdinalIgnoreCase));
}

/// <param name="Group">As the provider writes it: a name, a path or an id.</param>
/// <param name="Role">Null: the group says nothing about the role.</param>
internal sealed record GroupMapping(string Group, string? Role = null, IReadOnlyList<Guid>? Teams = null);

/// <summary>What groups mean: pure.</summary>
internal static class GroupRules
{
    /// <summary>The roles that the groups give.</summary>
    public static IReadOnlyList<string> RolesOf(IReadOnlyList<GroupMapping> mappings, IReadOnlySet<string> groups) =>
        [.. mappings.Where(mapping => mapping.Role is not null && groups.Contains(mapping.Group)).Select(mapping => mapping.Role!).Distinct(StringComparer.Ordinal)];

    /// <summary>The teams after a sign-in: those that groups give, and those that no group has a say in.</summary>
    public static IReadOnlySet<Guid> TeamsOf(IReadOnlyList<GroupMapping> mappings, IReadOnlySet<string> groups, IEnumerable<Guid> now)
    {
        var mapped = mappings.SelectMany(mapping => mapping.Teams ?? []).ToHashSet();
        return mappings.Where(mapping => groups.Contains(mapping.Group)).SelectMany(mapping => mapping.Teams ?? [])
            .Concat(now.Where(team => !mapped.Contains(team))).ToHashSet();
    }
}

/// <summary>What a provider may be.</summary>
internal static class ProviderRules
{
    public const int MostProviders = 20;
    private const int MostMappings = 200;
    private const int MostText = 500;

    /// <summary>Exact, as the specification wants it (Discovery 1.0 3, 4.3): no query, no fragment; the trailing slash counts.</summary>
    public static bool IsIssuer(string text) =>
        text.Length <= MostText && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"
        && url is { Query: "", Fragment: "", UserInfo: "" } && !text.Contains('{', StringComparison.Ordinal);

    public static IEnumerable<(string Field, FieldFault Fault)> Check(string name, string issuer, string clientId) =>
    [
        .. AgentRules.CheckName("name", name),
        .. AgentRules.When(!IsIssuer(issuer.Trim()), "issuer", new FieldFault("invalid_issuer")),
        .. AgentRules.When(string.IsNullOrWhiteSpace(clientId), "clientId", new FieldFault("required")),
        .. AgentRules.When(clientId.Length > MostText, "clientId", new FieldFault("too_long", MostText)),
    ];

    /// <summary>Every role that the settings give to somebody.</summary>
    public static IReadOnlyList<string> RolesIn(ProviderSettings settings) =>
        [.. (settings.Groups ?? []).Select(group => group.Role).OfType<string>().Append(settings.DefaultRole).Distinct(StringComparer.Ordinal)];

    /// <summary>Owners are made by owners, never by a group somewhere else. Whether the roles may be given is asked where they are read.</summary>
    public static IEnumerable<(string Field, FieldFault Fault)> Check(ProviderSettings settings, TeamTree teams)
    {
        var roles = RolesIn(settings);
        var wanted = (settings.Groups ?? []).SelectMany(group => group.Teams ?? []).Concat(settings.DefaultTeams ?? []);
        return
        [
            .. AgentRules.When(roles.Contains(BuiltInRoles.Owner), "settings.groups", new FieldFault("owner_by_group")),
            .. AgentRules.When(wanted.Any(id => teams.Find(id) is null), "settings.groups", new FieldFault("team_unknown")),
            .. AgentRules.When(settings.Groups is { Count: > MostMappings }, "settings.groups", new FieldFault("too_many", MostMappings)),
            .. AgentRules.When((settings.Groups ?? []).Any(group => string.IsNullOrWhiteSpace(group.Group) || group.Group.Length > MostText), "settings.groups", new FieldFault("required")),
            .. AgentRules.When(settings.Scopes.Count > 20 || settings.Scopes.Any(scope => !IsScope(scope)), "settings.scopes", new FieldFault("invalid_scope")),
            .. AgentRules.When((settings.Domains ?? []).Any(domain => !IsDomain(domain)), "settings.domains", new FieldFault("invalid_domain")),
            .. AgentRules.When(settings.GroupsClaim.Length > 200, "settings.groupsClaim", new FieldFault("too_long", 200)),
        ];
    }

    // RFC 6749 3.3
    private static bool IsScope(string text) => text.Length is > 0 and <= 200 && text.All(letter => letter is (>= '!' and <= '~') and not ('"' or '\\'));

    private static bool IsDomain(string text) => Uri.CheckHostName(text) == UriHostNameType.Dns && text.Contains('.', StringComparison.Ordinal);
}
