using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Scim;

/// <summary>What a directory's word does to colleagues, inside a transaction.</summary>
internal sealed class ScimPeople(AgentChanges changes)
{
    /// <summary>Makes or changes an agent as the resource says.</summary>
    public async Task<Agent> Store(WriteUnit unit, Directory directory, Agent? agent, JsonObject resource, HttpContext context, CancellationToken ct)
    {
        var wish = ScimUserWish.Of(resource, agent);
        var now = unit.Ids.Now();
        var news = new Dictionary<string, object>(StringComparer.Ordinal);
        if (agent is null)
        {
            agent = await Make(unit, directory, wish, ct);
            news["created"] = true;
        }
        else
        {
            await RefuseAbove(unit, directory, agent, ct);
            Change(agent, wish, news);
        }
        await SetActive(unit, directory, agent, wish.Active, news, ct);
        var row = await unit.Db.Table<ScimUser>().SingleOrDefaultAsync(user => user.Ws == unit.Ws && user.AgentId == agent.Id, ct);
        if (row is null)
        {
            row = new ScimUser { Ws = unit.Ws, AgentId = agent.Id, UserName = wish.UserName, CreatedAt = now, ChangedAt = now };
            unit.Db.Table<ScimUser>().Add(row);
        }
        (row.ExternalId, row.UserName, row.Name, row.ChangedAt, row.DeletedAt) = (wish.ExternalId, wish.UserName, wish.NameParts, now, null);
        await unit.Db.SaveChangesAsync(ct);
        if (news.Count > 0)
            await Audit.Record(unit, directory.By(context), news.ContainsKey("created") ? "agent.created" : "agent.changed", "agent", agent.Id.ToString(), new { scim = directory.TokenId, changed = news.Keys }, ct);
        var id = agent.Id;
        unit.AfterCommit(() => changes.RolesChanged(unit.Ws, id));
        return agent;
    }

    private static async Task<Agent> Make(WriteUnit unit, Directory directory, ScimUserWish wish, CancellationToken ct)
    {
        var key = AgentRules.EmailKey(wish.Email);
        if (await unit.Db.Table<Agent>().AnyAsync(one => one.EmailKey == key, ct))
            throw new ScimException(409, "uniqueness", "There is somebody with this userName or address.");
        var roles = await Giveable(unit, directory, [directory.DefaultRole], ct);
        var agent = new NewAgent(wish.Email, wish.DisplayName, roles[0], wish.Locale ?? directory.Maker.Locale, PasswordHash: "") { Roles = roles }.AddTo(unit, unit.Ws);
        await unit.Db.SaveChangesAsync(ct);
        await HeldRoles.Raise(unit, ct);
        return agent;
    }

    private static void Change(Agent agent, ScimUserWish wish, Dictionary<string, object> news)
    {
        if (agent.Name != wish.DisplayName)
            (agent.Name, news["name"]) = (wish.DisplayName, true);
        if (agent.Email != wish.Email)
            (agent.Email, agent.EmailKey, news["email"]) = (wish.Email, AgentRules.EmailKey(wish.Email), true);
        if (wish.Locale is { } locale && agent.Locale != locale)
            (agent.Locale, news["locale"]) = (locale, true);
    }

    /// <summary>Leaving ends sessions, tokens and sockets in the same moment.</summary>
    public async Task SetActive(WriteUnit unit, Directory directory, Agent agent, bool active, Dictionary<string, object> news, CancellationToken ct)
    {
        if (active == (agent.DisabledAt is null))
            return;
        if (!active)
        {
            if (agent.Id == directory.Maker.AgentId)
                throw new ScimException(409, null, "Whoever made this token cannot be taken out by it.");
            if (agent.Role == BuiltInRoles.Owner && await GiveRoles.IsLastOwner(unit, ct))
                throw new ScimException(409, null, "The last owner cannot be taken out.");
            if (await SignInPolicies.IsBreakGlass(unit, agent.Id, ct))
                throw new ScimException(409, null, "This owner has emergency access.");
            await changes.Sessions.EndAll(unit, unit.Ws, agent.Id, keep: null, ct);
            await changes.Tokens.Revoke(unit, agent.Id, one: null, ct);
        }
        agent.DisabledAt = active ? null : unit.Ids.Now();
        news["disabled"] = !active;
        await unit.Db.SaveChangesAsync(ct);
        await HeldRoles.Raise(unit, ct);
    }

    /// <summary>Nobody's directory reaches above who made its token.</summary>
    public static async Task RefuseAbove(WriteUnit unit, Directory directory, Agent agent, CancellationToken ct)
    {
        if (!Granting.Reaches(directory.Maker, await HeldRoles.Of(unit.Db, unit.Ws, agent.Id, agent.Role, ct)))
            throw new ScimException(403, null, "This person's role is above that of whoever made the token.");
    }

    /// <summary>Roles and teams of these people as their groups have it now. Owners are left alone.</summary>
    public async Task Follow(WriteUnit unit, Directory directory, IReadOnlyCollection<Guid> people, CancellationToken ct)
    {
        var groups = await unit.Db.Table<ScimGroup>().AsNoTracking().Where(group => group.Ws == unit.Ws).ToListAsync(ct);
        var givesRoles = groups.Exists(group => group.RoleId is not null);
        var mappedTeams = groups.Select(group => group.TeamId).OfType<Guid>().ToHashSet();
        if (!givesRoles && mappedTeams.Count == 0)
            return;
        var tree = await TeamDirectory.Load(unit.Db, unit.Ws, ct);
        foreach (var agent in await unit.Db.Table<Agent>().Where(agent => agent.Ws == unit.Ws && people.Contains(agent.Id) && agent.Role != BuiltInRoles.Owner).ToListAsync(ct))
        {
            await RefuseAbove(unit, directory, agent, ct);
            var held = await unit.Db.Table<ScimMember>().Where(member => member.Ws == unit.Ws && member.AgentId == agent.Id).Select(member => member.GroupId).ToListAsync(ct);
            var mine = groups.Where(group => held.Contains(group.Id)).ToList();
            if (givesRoles)
            {
                var wanted = mine.Select(group => group.RoleId).OfType<string>().Distinct().ToList();
                await HeldRoles.Replace(unit, agent, await Giveable(unit, directory, wanted.Count > 0 ? wanted : [directory.DefaultRole], ct), ct);
            }
            var now = tree.Current.Where(team => tree.MembersOf(team.Id).Any(member => member.AgentId == agent.Id)).Select(team => team.Id);
            var teams = now.Where(team => !mappedTeams.Contains(team)).Concat(mine.Select(group => group.TeamId).OfType<Guid>()).Where(team => tree.Find(team) is not null).Distinct().ToList();
            await AgentTeams.Replace(unit, tree, agent.Id, teams, ct);
            await unit.Db.SaveChangesAsync(ct);
            var id = agent.Id;
            unit.AfterCommit(() => changes.RolesChanged(unit.Ws, id));
        }
        await HeldRoles.Raise(unit, ct);
        unit.AfterCommit(() => changes.Teams.Changed(unit.Ws));
    }

    private static async Task<IReadOnlyList<string>> Giveable(WriteUnit unit, Directory directory, IReadOnlyList<string> wanted, CancellationToken ct)
    {
        var all = await HeldRoles.All(unit.Db, unit.Ws, ct);
        var roles = wanted.Where(id => id != BuiltInRoles.Owner && all.TryGetValue(id, out var role) && Granting.MayGive(directory.Maker, role)).ToList();
        return roles.Count == 0 || Granting.RefuseDuties(directory.Maker.Rights.Separated, roles.Select(id => all[id])) is not null ? [BuiltInRoles.Newcomer] : roles;
    }
}

/// <summary>What a User resource asks for. Pure.</summary>
internal sealed record ScimUserWish(string UserName, string? ExternalId, string Email, string DisplayName, string? NameParts, bool Active, string? Locale)
{
    private const int MostText = 256;

    public static ScimUserWish Of(JsonObject resource, Agent? agent)
    {
        var userName = ScimJson.Text(resource["userName"])?.Trim();
        if (userName is not { Length: > 0 and <= MostText } || ScimJson.Text(resource["externalId"]) is { Length: > MostText })
            throw new ScimException(400, "invalidValue", "userName is missing or too long.");
        var email = EmailIn(resource["emails"]) ?? (AgentRules.CheckEmail(userName).Any() ? agent?.Email : userName)
            ?? throw new ScimException(400, "invalidValue", "An e-mail address is needed: as userName or in emails.");
        if (AgentRules.CheckEmail(email).Any())
            throw new ScimException(400, "invalidValue", "The e-mail address is none.");
        var name = resource["name"] as JsonObject;
        var full = Part("displayName", resource) ?? Part("formatted", name) ?? Blank($"{Part("givenName", name)} {Part("familyName", name)}".Trim()) ?? userName;
        return new ScimUserWish(userName, ScimJson.Text(resource["externalId"]), email, SingleSignOn.ProviderPerson.NameOf(full) ?? "?", name is { Count: > 0 } ? Short(name.ToJsonString()) : null,
            ScimJson.Truth(resource["active"]) ?? true, ScimJson.Text(resource["preferredLanguage"]) is { } language ? Platform.I18n.Locale.FromTag(language).Tag : null);
    }

    private static string? EmailIn(JsonNode? emails)
    {
        var all = (emails as JsonArray)?.OfType<JsonObject>().Where(one => ScimJson.Text(one["value"]) is { Length: > 0 }).ToList() ?? [];
        var chosen = all.Find(one => ScimJson.Truth(one["primary"]) == true) ?? all.Find(one => ScimJson.Text(one["type"]) == "work") ?? all.FirstOrDefault();
        return ScimJson.Text(chosen?["value"])?.Trim();
    }

    private static string? Part(string name, JsonObject? at) => Blank(ScimJson.Text(at?[name]));

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static string? Short(string json) => json.Length <= 1_000 ? json : null;
}
