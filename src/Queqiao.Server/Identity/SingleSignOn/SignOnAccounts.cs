using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Factors;
using Queqiao.Server.Identity.Invitations;
using Queqiao.Server.Identity.Passkeys;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.SingleSignOn;

/// <summary>What the provider said in a trial, and what would follow.</summary>
/// <param name="Outcome"><c>known</c>, <c>created</c>, <c>linked</c>, or the code of the refusal.</param>
internal sealed record TrialView(string Subject, string? Email, bool EmailVerified, string? Name, IReadOnlyList<string>? Groups, string Outcome, IReadOnlyList<string> Roles);

/// <summary>Whose account it is that a provider vouches for: known by issuer and subject, linked, or made.</summary>
internal sealed class SignOnAccounts(
    IStorageEngine storage, AgentSessions sessions, Entrance entrance, AgentChanges changes, IVault vault)
{
    private const string IdTokenPurpose = "sso id token";

    public async Task<IResult> SignIn(SsoProvider provider, ProviderPerson person, string idToken, string? back, HttpContext context, CancellationToken ct)
    {
        var before = await sessions.Of(context);
        var trusted = ProviderSettings.Of(provider.Settings).TrustsSecondFactor;
        for (var tries = 0; ; tries++)
        {
            try
            {
                var (entered, token, refusal) = await storage.Run(provider.Ws, (unit, stop) => SignIn(new Arrival(unit, provider, ProviderSettings.Of(provider.Settings), person), idToken, before, context, stop), ct);
                if (entered is null)
                    return refusal!.ToProblem();
                SessionCookie.Set(context, token!);
                return TypedResults.Ok(new CompleteSignOn.Answer("signed_in", back, await SessionView.Of(sessions, entered, trusted, context, ct)));
            }
            catch (DbUpdateException trouble) when (trouble.IsDuplicate() && tries == 0)
            {
                // Came twice at once: the second time they are known.
            }
        }
    }

    private sealed record Arrival(WriteUnit Unit, SsoProvider Provider, ProviderSettings Settings, ProviderPerson Person);

    private async Task<(Entered? Entered, string? Token, Refusal? Refusal)> SignIn(Arrival arrival, string idToken, Actor? before, HttpContext context, CancellationToken ct)
    {
        var unit = arrival.Unit;
        await WorkspaceLock.Take(unit, ct); // roles and the last owner are looked at
        var (agent, refusal) = (await SignInPolicies.Read(unit.Db, unit.Ws, ct)).AllowsAddress(context.Connection.RemoteIpAddress)
            ? await FindOrMake(arrival, context, ct)
            : (null, Refusal.Forbidden("address_refused"));
        if (agent is null)
        {
            await Audit.Record(unit, AuditBy.Anonymous(unit.Ws, context), "session.refused", "provider", arrival.Provider.Id.ToString(), new { wrong = refusal!.Code }, ct);
            return (null, null, refusal);
        }
        if (before is { TokenId: null } && before.Ws == unit.Ws)
            await sessions.End(unit, before.Ws, before.AgentId, context.Features.GetRequiredFeature<SignedInBy>().TokenHash, ct);
        var workspace = await unit.Db.Table<Workspace>().AsNoTracking().SingleAsync(one => one.Ws == unit.Ws, ct);
        var byDevice = !arrival.Settings.TrustsSecondFactor && (await SignInPolicies.Read(unit.Db, unit.Ws, ct)).Trust is not null && await Devices.KnownDevices.IsTrusted(unit, agent.Id, context, ct);
        var limitedTo = arrival.Settings.TrustsSecondFactor || byDevice ? null
            : await SecondFactors.Has(unit.Db, unit.Ws, agent.Id, ct) ? "second_factor_code" : workspace.SecondFactor == "required" ? "second_factor" : null;
        var opened = await entrance.Open(unit, agent.Id, context, new Entering("sso", arrival.Settings.TrustsSecondFactor || byDevice, limitedTo), ct);
        var token = opened.Token;
        var hash = TokenText.Hash(token)!;
        unit.Db.Table<SsoSession>().Add(new SsoSession
        {
            Ws = unit.Ws, TokenHash = hash, ProviderId = arrival.Provider.Id, Subject = arrival.Person.Subject, Sid = arrival.Person.Sid,
            IdToken = arrival.Settings.SignsOutThere ? vault.Seal(unit.Ws, IdTokenPurpose, System.Text.Encoding.ASCII.GetBytes(idToken)) : null,
        });
        await Audit.Record(unit, new AuditBy(unit.Ws, "agent", agent.Id, AuditBy.AddressOf(context)), "session.started", "agent", agent.Id.ToString(), new { method = "sso", provider = arrival.Provider.Id, device = opened.Device, opened.IsNew, trustedDevice = byDevice }, ct);
        return (new Entered(agent, workspace.Id, workspace.Name, limitedTo), token, null);
    }

    /// <summary>The ID token of a session, to sign out at the provider too.</summary>
    public string? IdTokenOf(SsoSession session) =>
        session.IdToken is null ? null : System.Text.Encoding.ASCII.GetString(vault.Open(session.Ws, IdTokenPurpose, session.IdToken));

    private async Task<(Agent? Agent, Refusal? Refusal)> FindOrMake(Arrival arrival, HttpContext context, CancellationToken ct)
    {
        var (unit, provider, settings, person) = arrival;
        var known = await Known(unit, provider, person, ct);
        if (known is { } found)
        {
            if (found.Agent.DisabledAt is not null)
                return (null, Refusal.Forbidden("sso_account_closed"));
            found.Identity.LastUsedAt = unit.Ids.Now();
            if (settings.KeepsInStep)
                await Follow(arrival, found.Agent, ct);
            return (found.Agent, null);
        }
        if (RefuseEmail(settings, person) is { } refusal)
            return (null, refusal);
        var key = AgentRules.EmailKey(person.Email!);
        // Addresses are unique over all workspaces; another workspace's existence is nobody's business.
        var owner = await unit.Db.Table<Agent>().SingleOrDefaultAsync(agent => agent.Ws == unit.Ws && agent.EmailKey == key, ct);
        return owner is null ? await Make(arrival, key, context, ct) : await Link(arrival, owner, ct);
    }

    private static Refusal? RefuseEmail(ProviderSettings settings, ProviderPerson person) =>
        person.Email is null ? Refusal.Forbidden("sso_no_email")
        : !person.EmailVerified ? Refusal.Forbidden("sso_email_unverified")
        : !settings.Covers(person.Email) ? Refusal.Forbidden("sso_domain_refused") : null;

    private static async Task<(ExternalIdentity Identity, Agent Agent)?> Known(WriteUnit unit, SsoProvider provider, ProviderPerson person, CancellationToken ct)
    {
        var identity = await unit.Db.Table<ExternalIdentity>().SingleOrDefaultAsync(one => one.Ws == unit.Ws && one.Issuer == provider.Issuer && one.Subject == person.Subject, ct);
        return identity is null ? null : (identity, await unit.Db.Table<Agent>().SingleAsync(agent => agent.Ws == unit.Ws && agent.Id == identity.AgentId, ct));
    }

    /// <summary>
    /// The account had no proof of its address until now: whoever made it may be somebody else (pre-account takeover). So the address' owner
    /// gets it, and every key that existed before is worthless. The owner who may always come in links by proof only.
    /// </summary>
    private async Task<(Agent? Agent, Refusal? Refusal)> Link(Arrival arrival, Agent agent, CancellationToken ct)
    {
        var unit = arrival.Unit;
        if (agent.DisabledAt is not null)
            return (null, Refusal.Forbidden("sso_account_closed"));
        if (!arrival.Settings.LinksByEmail || agent.Role == "owner" || (await SignInPolicies.Read(unit.Db, unit.Ws, ct)).BreakGlassId == agent.Id)
            return (null, Refusal.Forbidden("sso_link_first"));
        AddIdentity(unit, arrival.Provider, arrival.Person.Subject, agent.Id);
        agent.PasswordHash = "";
        await SecondFactors.Remove(unit, agent.Id, ct);
        await PasskeyCeremonies.RemoveAll(unit, agent.Id, ct);
        await sessions.EndAll(unit, unit.Ws, agent.Id, keep: null, ct);
        await changes.Tokens.Revoke(unit, agent.Id, one: null, ct);
        await Audit.Record(unit, AuditBy.System(unit.Ws), "identity.linked", "agent", agent.Id.ToString(), new { provider = arrival.Provider.Id, by = "email" }, ct);
        if (arrival.Settings.KeepsInStep)
            await Follow(arrival, agent, ct);
        return (agent, null);
    }

    private async Task<(Agent? Agent, Refusal? Refusal)> Make(Arrival arrival, string emailKey, HttpContext context, CancellationToken ct)
    {
        var (unit, provider, settings, person) = arrival;
        var now = unit.Ids.Now();
        var invitation = await unit.Db.Table<Invitation>().SingleOrDefaultAsync(one => one.Ws == unit.Ws && one.EmailKey == emailKey && one.AcceptedAt == null && one.RevokedAt == null && one.ExpiresAt > now, ct);
        if (invitation is null && !settings.CreatesAccounts)
            return (null, Refusal.Forbidden("sso_no_account"));
        var roles = await Giveable(unit, invitation is null ? RolesOf(settings, person) : InvitationLinks.Roles(invitation), ct, byPerson: invitation is not null);
        var agent = new NewAgent(person.Email!, person.Name ?? ProviderPerson.NameOf(person.Email!.Split('@')[0]) ?? "?", roles[0], Locale.Of(context).Tag, PasswordHash: "") { Roles = roles }.AddTo(unit, unit.Ws);
        await unit.Db.SaveChangesAsync(ct);
        AddIdentity(unit, provider, person.Subject, agent.Id);
        var tree = await TeamDirectory.Load(unit.Db, unit.Ws, ct);
        var wanted = (invitation is null ? settings.DefaultTeams ?? [] : InvitationLinks.Teams(invitation)).ToHashSet();
        if (person.Groups is { } groups)
            wanted.UnionWith(GroupRules.TeamsOf(settings.Groups ?? [], groups, []));
        unit.Db.Table<TeamMember>().AddRange(wanted.Where(id => tree.Find(id) is not null).Select(team => new TeamMember { Ws = unit.Ws, TeamId = team, AgentId = agent.Id }));
        if (invitation is not null)
            (invitation.AcceptedAt, invitation.AgentId) = (now, agent.Id);
        await Audit.Record(unit, AuditBy.System(unit.Ws), "agent.created", "agent", agent.Id.ToString(), new { roles, provider = provider.Id, invited = invitation is not null }, ct);
        await HeldRoles.Raise(unit, ct);
        unit.AfterCommit(() => changes.Teams.Changed(unit.Ws));
        return (agent, null);
    }

    /// <summary>Role and mapped teams as the groups have it now. Owners are left alone, and whoever the provider says nothing about.</summary>
    private async Task Follow(Arrival arrival, Agent agent, CancellationToken ct)
    {
        var (unit, provider, settings, person) = arrival;
        if (settings.Groups is not { Count: > 0 } mappings || person.Groups is not { } groups || agent.Role == "owner")
            return;
        var news = new Dictionary<string, object>(StringComparer.Ordinal);
        if (mappings.Any(mapping => mapping.Role is not null) && await HeldRoles.Replace(unit, agent, await Giveable(unit, RolesOf(settings, person), ct), ct) is { } other)
            news["roles"] = other;
        var tree = await TeamDirectory.Load(unit.Db, unit.Ws, ct);
        var now = tree.Current.Where(team => tree.MembersOf(team.Id).Any(member => member.AgentId == agent.Id)).Select(team => team.Id);
        var wanted = GroupRules.TeamsOf(mappings, groups, now).Where(id => tree.Find(id) is not null).ToList();
        if (await AgentTeams.Replace(unit, tree, agent.Id, wanted, ct) is { } change)
            news["teams"] = change;
        if (news.Count == 0)
            return;
        await HeldRoles.Raise(unit, ct);
        await Audit.Record(unit, AuditBy.System(unit.Ws), "agent.changed", "agent", agent.Id.ToString(), new { provider = provider.Id, changed = news }, ct);
        var id = agent.Id;
        unit.AfterCommit(() =>
        {
            changes.RolesChanged(unit.Ws, id);
            changes.Teams.Changed(unit.Ws);
        });
    }

    private static IReadOnlyList<string> RolesOf(ProviderSettings settings, ProviderPerson person) =>
        person.Groups is { } groups && GroupRules.RolesOf(settings.Groups ?? [], groups) is { Count: > 0 } roles ? roles : [settings.DefaultRole];

    /// <summary>Roles that are still there, never two officers' duties where these are kept apart, the owner's only by an owner's invitation.</summary>
    private static async Task<IReadOnlyList<string>> Giveable(WriteUnit unit, IReadOnlyList<string> wanted, CancellationToken ct, bool byPerson = false)
    {
        var all = await HeldRoles.All(unit.Db, unit.Ws, ct);
        var separated = await unit.Db.Table<AccessState>().AnyAsync(state => state.Ws == unit.Ws && state.Separated, ct);
        var roles = wanted.Where(id => (byPerson || id != BuiltInRoles.Owner) && all.ContainsKey(id)).Take(RoleChoice.Most).ToList();
        return roles.Count == 0 || Granting.RefuseDuties(separated, roles.Select(id => all[id])) is not null ? [BuiltInRoles.Newcomer] : roles;
    }

    public static void AddIdentity(WriteUnit unit, SsoProvider provider, string subject, Guid agentId) => unit.Db.Table<ExternalIdentity>().Add(new ExternalIdentity
    {
        Ws = unit.Ws, Id = unit.Ids.New(), ProviderId = provider.Id, Issuer = provider.Issuer, Subject = subject, AgentId = agentId, CreatedAt = unit.Ids.Now(),
    });

    /// <summary>What a sign-in would do now, without doing it.</summary>
    public async Task<TrialView> Try(SsoProvider provider, ProviderPerson person, CancellationToken ct)
    {
        var settings = ProviderSettings.Of(provider.Settings);
        await using var db = storage.Read(provider.Ws);
        var known = await (
            from identity in db.Table<ExternalIdentity>()
            join agent in db.Table<Agent>() on new { identity.Ws, Id = identity.AgentId } equals new { agent.Ws, agent.Id }
            where identity.Ws == provider.Ws && identity.Issuer == provider.Issuer && identity.Subject == person.Subject
            select new { agent.Role, agent.DisabledAt }).SingleOrDefaultAsync(ct);
        var key = person.Email is null ? null : AgentRules.EmailKey(person.Email);
        var taken = known is null && key is not null && await db.Table<Agent>().AnyAsync(agent => agent.Ws == provider.Ws && agent.EmailKey == key, ct);
        var outcome = known is not null ? known.DisabledAt is null ? "known" : "sso_account_closed"
            : RefuseEmail(settings, person) is { } refusal ? refusal.Code
            : taken ? settings.LinksByEmail ? "linked" : "sso_link_first"
            : settings.CreatesAccounts ? "created" : "sso_no_account";
        return new TrialView(person.Subject, person.Email, person.EmailVerified, person.Name, person.Groups?.Order(StringComparer.Ordinal).Take(100).ToList(), outcome,
            known is null ? RolesOf(settings, person) : [known.Role]);
    }
}
