using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.SingleSignOn;

/// <param name="HasSecret">The client secret itself is never shown again.</param>
/// <param name="People">Whom it knows.</param>
internal sealed record ProviderRow(
    Guid Id, string Name, string Preset, string Issuer, string ClientId, bool HasSecret, bool Enabled, ProviderSettings Settings, int People, DateTimeOffset CreatedAt)
{
    public static ProviderRow Of(SsoProvider provider, int people) => new(
        provider.Id, provider.Name, provider.Preset, provider.Issuer, provider.ClientId, provider.ClientSecret is not null, provider.Enabled, ProviderSettings.Of(provider.Settings), people, Instants.Of(provider.CreatedAt));
}

/// <param name="RedirectUri">To be registered at each provider; null until the public address is known.</param>
/// <param name="LogoutUri">Where a provider may say that somebody signed out there, <c>{id}</c> being the provider's.</param>
internal sealed record ProviderList(IReadOnlyList<ProviderRow> Items, string? RedirectUri, string? LogoutUri, string? SignedOutUri);

/// <summary><c>GET /api/v1/sso/providers</c>: all of them; there are at most twenty.</summary>
internal static class ListProviders
{
    public static async Task<IResult> Handle(Actor actor, SignOnStart start, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<SsoProvider>().AsNoTracking().Where(provider => provider.Ws == actor.Ws && provider.DeletedAt == null)
            .OrderBy(provider => provider.CreatedAt)
            .Select(provider => new { Provider = provider, People = db.Table<ExternalIdentity>().Count(one => one.Ws == provider.Ws && one.ProviderId == provider.Id) }).ToListAsync(ct);
        var redirect = start.RedirectUri(context.Request);
        var home = redirect?[..^SignOnStart.ReturnPath.Length];
        return TypedResults.Ok(new ProviderList([.. rows.Select(row => ProviderRow.Of(row.Provider, row.People))], redirect, home + BackChannelLogout.PathPrefix + "{id}/logout", home + SignOutThere.ReturnPath));
    }
}

/// <summary><c>POST /api/v1/sso/providers</c></summary>
internal static class AddProvider
{
    private static readonly string[] Presets = ["entra", "google", "keycloak", "okta", "authentik", "zitadel", "feishu", "other"];

    /// <param name="ClientSecret">Sealed at once and never shown.</param>
    public sealed record Request(string Name, string Issuer, string ClientId, ProviderSettings Settings, string Preset = "other", Secret? ClientSecret = null, bool Enabled = false);

    public static async Task<IResult> Handle(
        Request request, Actor actor, CodeExchange exchange, TeamDirectory teams, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var tree = await teams.Tree(actor.Ws, ct);
        if (Refusal.Of([
            .. ProviderRules.Check(request.Name, request.Issuer, request.ClientId),
            .. ProviderRules.Check(request.Settings, tree),
            .. Agents.AgentRules.When(!Presets.Contains(request.Preset), "preset", new FieldFault("not_one_of", string.Join(", ", Presets)))]) is { } invalid)
            return invalid.ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            if (await unit.Db.Table<SsoProvider>().CountAsync(one => one.Ws == actor.Ws && one.DeletedAt == null, stop) >= ProviderRules.MostProviders)
                return Refusal.Conflict("too_many", ProviderRules.MostProviders).ToProblem();
            if (await RefuseRoles(unit.Db, actor, request.Settings, stop) is { } above)
                return above.ToProblem();
            var id = unit.Ids.New();
            var provider = new SsoProvider
            {
                Ws = actor.Ws, Id = id, Name = request.Name.Trim(), Preset = request.Preset, Issuer = request.Issuer.Trim(), ClientId = request.ClientId.Trim(),
                ClientSecret = request.ClientSecret is { IsEmpty: false } secret ? exchange.SealSecret(actor.Ws, id, secret.Reveal()) : null,
                Settings = request.Settings.ToJson(), Enabled = request.Enabled, CreatedAt = unit.Ids.Now(),
            };
            unit.Db.Table<SsoProvider>().Add(provider);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "sso_provider.created", "provider", id.ToString(), new { provider.Name, provider.Issuer, provider.ClientId, provider.Enabled, request.Settings }, stop);
            return TypedResults.Created($"/api/v1/sso/providers/{id}", ProviderRow.Of(provider, 0));
        }, ct);
    }

    /// <summary>A group gives nothing that whoever set it up could not give: each role by itself, for nobody need have them all.</summary>
    public static async Task<Refusal?> RefuseRoles(QueqiaoDb db, Actor actor, ProviderSettings settings, CancellationToken ct)
    {
        foreach (var role in ProviderRules.RolesIn(settings))
        {
            if ((await RoleChoice.Read(db, actor, [role], ct)).Refusal is { } refused)
                return refused.Code == "validation" ? Refusal.Invalid("settings.groups", "role_unknown", role) : refused;
        }
        return null;
    }
}

/// <summary><c>PATCH /api/v1/sso/providers/{id}</c>: what is given replaces what was; an empty secret takes it away.</summary>
internal static class ChangeProvider
{
    public sealed record Request(string? Name = null, string? Issuer = null, string? ClientId = null, Secret? ClientSecret = null, bool? Enabled = null, ProviderSettings? Settings = null);

    public static async Task<IResult> Handle(
        Guid id, Request request, Actor actor, SignOnSessions sessions, CodeExchange exchange, TeamDirectory teams, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var tree = await teams.Tree(actor.Ws, ct);
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            if (await unit.Db.Table<SsoProvider>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id && one.DeletedAt == null, stop) is not { } provider)
                return Refusal.NotFound().ToProblem();
            if (Refusal.Of([
                .. ProviderRules.Check(request.Name ?? provider.Name, request.Issuer ?? provider.Issuer, request.ClientId ?? provider.ClientId),
                .. request.Settings is { } settings ? ProviderRules.Check(settings, tree) : []]) is { } invalid)
                return invalid.ToProblem();
            if (request.Settings is { } wanted && await AddProvider.RefuseRoles(unit.Db, actor, wanted, stop) is { } above)
                return above.ToProblem();
            if (request.Enabled == false && provider.Enabled && await SignInPolicies.RefuseWithout(unit, provider.Id, stop) is { } needed)
                return needed.ToProblem();
            var news = Apply(request, provider, exchange);
            if (news.ContainsKey("enabled") && !provider.Enabled || news.ContainsKey("issuer"))
                await sessions.EndOf(unit, provider.Id, null, null, stop);
            if (news.Count > 0)
                await Audit.Record(unit, AuditBy.Agent(actor, context), "sso_provider.changed", "provider", id.ToString(), news, stop);
            return TypedResults.Ok(ProviderRow.Of(provider, await unit.Db.Table<ExternalIdentity>().CountAsync(one => one.Ws == actor.Ws && one.ProviderId == id, stop)));
        }, ct);
    }

    private static Dictionary<string, object> Apply(Request request, SsoProvider provider, CodeExchange exchange)
    {
        var news = new Dictionary<string, object>(StringComparer.Ordinal);
        Set("name", request.Name?.Trim(), provider.Name, value => provider.Name = value);
        Set("issuer", request.Issuer?.Trim(), provider.Issuer, value => provider.Issuer = value);
        Set("clientId", request.ClientId?.Trim(), provider.ClientId, value => provider.ClientId = value);
        Set("settings", request.Settings?.ToJson(), provider.Settings, value => provider.Settings = value);
        if (request.Enabled is { } enabled && enabled != provider.Enabled)
        {
            news["enabled"] = new { from = provider.Enabled, to = enabled };
            provider.Enabled = enabled;
        }
        if (request.ClientSecret is { } secret)
        {
            news["clientSecret"] = true;
            provider.ClientSecret = secret.IsEmpty ? null : exchange.SealSecret(provider.Ws, provider.Id, secret.Reveal());
        }
        return news;

        void Set(string member, string? wanted, string now, Action<string> write)
        {
            if (wanted is null || wanted == now)
                return;
            news[member] = new { from = now, to = wanted };
            write(wanted);
        }
    }
}

/// <summary><c>DELETE /api/v1/sso/providers/{id}</c>: its sessions end; whom it knew stay as colleagues.</summary>
internal static class RemoveProvider
{
    public static Task<IResult> Handle(Guid id, Actor actor, SignOnSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            if (await unit.Db.Table<SsoProvider>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id && one.DeletedAt == null, stop) is not { } provider)
                return Refusal.NotFound().ToProblem();
            if (provider.Enabled && await SignInPolicies.RefuseWithout(unit, id, stop) is { } needed)
                return needed.ToProblem();
            (provider.DeletedAt, provider.Enabled, provider.ClientSecret) = (unit.Ids.Now(), false, null);
            await unit.Db.Table<ExternalIdentity>().Where(one => one.Ws == actor.Ws && one.ProviderId == id).ExecuteDeleteAsync(stop);
            await sessions.EndOf(unit, id, null, null, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "sso_provider.removed", "provider", id.ToString(), new { provider.Name, provider.Issuer }, stop);
            return TypedResults.NoContent();
        }, ct);
}

/// <summary><c>POST /api/v1/sso/providers/{id}/test</c>: asks the provider, without anybody signing in.</summary>
internal static class TestProvider
{
    /// <param name="Client"><c>right</c>, <c>wrong</c> or <c>unknown</c>: whether the provider takes client id and secret.</param>
    public sealed record Tested(string Issuer, string AuthorizationEndpoint, bool Pkce, int Keys, bool SignsOutThere, string Client, string? ClientError);

    public static async Task<IResult> Handle(Guid id, Actor actor, SignOnStart start, ProviderDocuments documents, CodeExchange exchange, HttpContext context, CancellationToken ct)
    {
        if (await start.Find(actor.Ws, id, enabled: false, ct) is not { } provider)
            return Refusal.NotFound().ToProblem();
        documents.Forget(provider.Issuer);
        var (document, refusal) = await documents.Of(provider.Issuer, ct);
        if (document is null)
            return refusal!.ToProblem();
        var error = await exchange.Knock(provider, document, start.RedirectUri(context.Request) ?? provider.Issuer, ct);
        var about = document.About;
        return TypedResults.Ok(new Tested(
            about.Issuer, about.AuthorizationEndpoint, about.CodeChallengeMethodsSupported.Contains("S256"), document.Keys.GetSigningKeys().Count,
            !string.IsNullOrEmpty(about.EndSessionEndpoint), error switch { "invalid_grant" => "right", "invalid_client" or "unauthorized_client" => "wrong", _ => "unknown" }, error));
    }
}

/// <summary><c>POST /api/v1/sso/providers/{id}/try</c>: to go there and see what comes back, before anybody else does.</summary>
internal static class TryProvider
{
    public static async Task<IResult> Handle(Guid id, Actor actor, SignOnStart start, HttpContext context, CancellationToken ct)
    {
        if (await start.Find(actor.Ws, id, enabled: false, ct) is not { } provider)
            return Refusal.NotFound().ToProblem();
        var (url, refusal) = await start.Begin(provider, FlowPurpose.Try, $"/settings/sso/{id}", context, ct);
        return refusal is null ? TypedResults.Ok(new SignOnBegun(url!)) : refusal.ToProblem();
    }
}
