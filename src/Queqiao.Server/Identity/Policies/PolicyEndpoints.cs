using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Factors;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Tokens;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Policies;

/// <param name="SsoOnly">Only by a provider, but for the owner who is named.</param>
/// <param name="BreakGlass">Who may use a password nevertheless.</param>
/// <param name="Providers">Those that are turned on.</param>
/// <param name="Unlinked">Colleagues whom no provider knows yet: they could not come in.</param>
/// <param name="Networks">Where people may work from; empty: anywhere.</param>
/// <param name="YourAddress">Where the reader comes from.</param>
/// <param name="Sessions">How many sessions, how long idle, how long remembered; null where the server decides.</param>
internal sealed record PolicyView(bool SsoOnly, Guid? BreakGlass, int Providers, int Unlinked, IReadOnlyList<AllowedNetwork> Networks, string? YourAddress, SessionRules Sessions)
{
    public static async Task<PolicyView> Of(QueqiaoDb db, int ws, SignInPolicy policy, HttpContext context, CancellationToken ct) => new(
        policy.SsoOnly,
        policy.BreakGlassId,
        await db.Table<SsoProvider>().CountAsync(provider => provider.Ws == ws && provider.Enabled && provider.DeletedAt == null, ct),
        await db.Table<Agent>().CountAsync(agent => agent.Ws == ws && agent.DisabledAt == null && !db.Table<ExternalIdentity>().Any(one => one.Ws == ws && one.AgentId == agent.Id), ct),
        policy.Settings.Networks ?? [],
        AuditBy.AddressOf(context),
        policy.Sessions);
}

/// <summary><c>GET /api/v1/sign-in-policy</c></summary>
internal static class ShowPolicy
{
    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return TypedResults.Ok(await PolicyView.Of(db, actor.Ws, await SignInPolicies.Read(db, actor.Ws, ct), context, ct));
    }
}

/// <summary><c>PATCH /api/v1/sign-in-policy</c>: what is given replaces what was. Nothing by which everybody would lock themselves out.</summary>
internal static class ChangePolicy
{
    private const int MostNetworks = 100;
    private const int MostNote = 100;

    /// <param name="Networks">All of them; an empty list allows any address.</param>
    /// <param name="Sessions">All three; null in it leaves it to the server.</param>
    public sealed record Request(bool? SsoOnly = null, Guid? BreakGlass = null, IReadOnlyList<AllowedNetwork>? Networks = null, SessionRules? Sessions = null);

    public static async Task<IResult> Handle(
        Request request, Actor actor, SignInPolicies policies, AgentSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var before = await SignInPolicies.Read(unit.Db, actor.Ws, stop);
            var after = before with { SsoOnly = request.SsoOnly ?? before.SsoOnly, BreakGlassId = request.BreakGlass ?? before.BreakGlassId, Settings = request.Networks is { } networks ? before.Settings with { Networks = networks } : before.Settings, Sessions = request.Sessions ?? before.Sessions };
            if (await Refuse(unit, actor, after, context, stop) is { } refusal)
                return refusal.ToProblem();
            await Store(unit, after, stop);
            if (after.SsoOnly && !before.SsoOnly)
                await EndOthers(unit, after, sessions, context, stop);
            unit.AfterCommit(() => policies.Changed(actor.Ws));
            if (after != before)
                await Audit.Record(unit, AuditBy.Agent(actor, context), "sign_in_policy.changed", "workspace", actor.WorkspaceId.ToString(), new { from = before, to = after }, stop);
            return TypedResults.Ok(await PolicyView.Of(unit.Db, actor.Ws, after, context, stop));
        }, ct);
    }

    private static Refusal? Check(Request request) => Refusal.Of([
        .. AgentRules.When(request.Networks is { Count: > MostNetworks }, "networks", new FieldFault("too_many", MostNetworks)),
        .. (request.Networks ?? []).Where(one => TokenRules.Network(one.Network) is null).SelectMany(one => AgentRules.When(true, "networks", new FieldFault("invalid_network", one.Network))),
        .. AgentRules.When((request.Networks ?? []).Any(one => one.Note?.Length > MostNote), "networks", new FieldFault("too_long", MostNote)),
        .. AgentRules.When(request.Sessions is { MostSessions: < 1 or > 50 }, "sessions.mostSessions", new FieldFault("out_of_range", 1, 50)),
        .. AgentRules.When(request.Sessions is { IdleMinutes: < 5 or > 1440 }, "sessions.idleMinutes", new FieldFault("out_of_range", 5, 1440)),
        .. AgentRules.When(request.Sessions is { TrustDays: < 0 or > 90 }, "sessions.trustDays", new FieldFault("out_of_range", 0, 90))]);

    /// <summary>Somebody must be able to come in when the provider is away, and whoever decides this must be able to come in tomorrow.</summary>
    private static async Task<Refusal?> Refuse(WriteUnit unit, Actor actor, SignInPolicy after, HttpContext context, CancellationToken ct)
    {
        if (!after.AllowsAddress(context.Connection.RemoteIpAddress))
            return Refusal.Conflict("network_locks_you_out", AuditBy.AddressOf(context) ?? "?");
        var keeper = after.BreakGlassId is not { } id ? null : await unit.Db.Table<Agent>().AsNoTracking().SingleOrDefaultAsync(agent => agent.Ws == unit.Ws && agent.Id == id, ct);
        if (after.BreakGlassId is not null && keeper is not { Role: "owner", DisabledAt: null, PasswordHash.Length: > 0 })
            return Refusal.Invalid("breakGlass", "break_glass_owner");
        if (!after.SsoOnly)
            return null;
        if (keeper is null)
            return Refusal.Invalid("breakGlass", "required");
        if (!await SecondFactors.Has(unit.Db, unit.Ws, keeper.Id, ct))
            return Refusal.Invalid("breakGlass", "break_glass_factor");
        if (!await unit.Db.Table<SsoProvider>().AnyAsync(provider => provider.Ws == unit.Ws && provider.Enabled && provider.DeletedAt == null, ct))
            return Refusal.Conflict("sso_needs_provider");
        var session = context.Features.GetRequiredFeature<SignedInBy>().TokenHash;
        return actor.AgentId == keeper.Id || await unit.Db.Table<SsoSession>().AnyAsync(one => one.Ws == unit.Ws && one.TokenHash == session, ct)
            ? null
            : Refusal.Conflict("sso_locks_you_out");
    }

    private static async Task Store(WriteUnit unit, SignInPolicy policy, CancellationToken ct)
    {
        var row = await unit.Db.Table<SignInPolicyRow>().SingleOrDefaultAsync(row => row.Ws == unit.Ws, ct);
        if (row is null)
        {
            row = new SignInPolicyRow { Ws = unit.Ws, SsoOnly = false, Settings = "{}" };
            unit.Db.Table<SignInPolicyRow>().Add(row);
        }
        (row.SsoOnly, row.BreakGlassId, row.Settings) = (policy.SsoOnly, policy.BreakGlassId, JsonSerializer.Serialize(policy.Settings, StrictJson.Options));
        (row.MostSessions, row.IdleMinutes, row.TrustDays) = (policy.Sessions.MostSessions, policy.Sessions.IdleMinutes, policy.Sessions.TrustDays);
        await unit.Db.SaveChangesAsync(ct);
    }

    /// <summary>Sessions that a password began end now: the rule counts from now on, not from tomorrow.</summary>
    private static async Task EndOthers(WriteUnit unit, SignInPolicy policy, AgentSessions sessions, HttpContext context, CancellationToken ct)
    {
        var mine = context.Features.GetRequiredFeature<SignedInBy>().TokenHash;
        var now = unit.Ids.Now();
        var ending = await unit.Db.Table<Session>().AsNoTracking()
            .Where(session => session.Ws == unit.Ws && session.Method != "sso" && session.AgentId != policy.BreakGlassId && session.RevokedAt == null && session.ExpiresAt > now)
            .Select(session => new { session.AgentId, session.TokenHash }).ToListAsync(ct);
        foreach (var one in ending.Where(one => !one.TokenHash.AsSpan().SequenceEqual(mine)))
            await sessions.End(unit, unit.Ws, one.AgentId, one.TokenHash, ct);
    }
}
