using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Devices;
using Queqiao.Server.Identity.Factors;
using Queqiao.Server.Identity.Passkeys;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.SingleSignOn;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>Remembers in the session when somebody proved that it is them.</summary>
internal static class Proofs
{
    /// <summary>Notes it in a transaction. A second factor also lifts what the session was limited to.</summary>
    public static async Task Note(WriteUnit unit, byte[] session, bool withSecondFactor, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var rows = unit.Db.Table<Session>().Where(row => row.Ws == unit.Ws && row.TokenHash == session);
        await rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.ProvenAt, now), ct);
        if (withSecondFactor)
            await rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.SecondFactorAt, now).SetProperty(row => row.LimitedTo, (string?)null), ct);
    }
}

/// <summary>How somebody can prove that it is them.</summary>
/// <param name="Password">They have one.</param>
/// <param name="Otp">A code is asked for with it.</param>
/// <param name="Providers">Where they can sign in again.</param>
/// <param name="Passkey">They have one.</param>
internal sealed record ProofWays(bool Password, bool Otp, bool Passkey, IReadOnlyList<SignInProvider> Providers);

/// <summary><c>GET /api/v1/session/proof</c></summary>
internal static class ShowProofWays
{
    public static async Task<IResult> Handle(Actor actor, SecondFactors factors, SignInPolicies policies, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var own = actor.LimitedTo is not null || (await policies.Of(actor.Ws, ct)).AllowsOwnKeys(actor.AgentId);
        var password = own && await db.Table<Agent>().AnyAsync(agent => agent.Ws == actor.Ws && agent.Id == actor.AgentId && agent.PasswordHash != "", ct);
        var providers = await ListIdentities.Mine(db, actor).Select(one => one.Provider).ToListAsync(ct);
        return TypedResults.Ok(new ProofWays(password, await factors.Has(actor.Ws, actor.AgentId, ct), own && await PasskeyCeremonies.HasAny(db, actor.Ws, actor.AgentId, ct), [.. providers.DistinctBy(one => one.Id)]));
    }
}

/// <summary><c>POST /api/v1/session/proof</c>: password, and code when there is a second factor; for what <c>RequiresRecentProof</c>.</summary>
internal static class GiveProof
{
    /// <param name="Password">Left out only while the code is all that a session waits for (it began at a provider).</param>
    /// <param name="Remember">Ask for no code in this browser for a while.</param>
    public sealed record Request(string? Password = null, string? Otp = null, bool Remember = false);

    public static async Task<IResult> Handle(
        Request request, Actor actor, SignInPolicies policies, PasswordCheck password, SecondFactors factors, AgentSessions sessions, KnownDevices devices, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var session = context.Features.GetRequiredFeature<SignedInBy>();
        if (actor.LimitedTo != "second_factor_code")
        {
            if (!(await policies.Of(actor.Ws, ct)).AllowsOwnKeys(actor.AgentId))
                return Refusal.Forbidden("sso_required").ToProblem();
            if (string.IsNullOrEmpty(request.Password))
                return Refusal.Invalid("password", "required").ToProblem();
            if (await password.Refuse(actor, "password", request.Password, context, ct) is { } wrong)
                return wrong.ToProblem();
        }
        var on = await factors.Has(actor.Ws, actor.AgentId, ct);
        if (on && string.IsNullOrWhiteSpace(request.Otp))
            return Refusal.Invalid("otp", "otp_required").ToProblem();
        if (on && factors.Limit(actor.AgentId) is { } tooMany)
            return tooMany.ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (on && await factors.Take(unit, actor.AgentId, request.Otp!, stop) is not null)
                return Refusal.Invalid("otp", "otp_invalid").ToProblem();
            await Proofs.Note(unit, session.TokenHash, withSecondFactor: on, stop);
            if (request.Remember && on && (await SignInPolicies.Read(unit.Db, actor.Ws, stop)).Trust is { } trust)
                await devices.Arrive(unit, actor.AgentId, context, trust, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "session.proven", "agent", actor.AgentId.ToString(), null, stop);
            unit.AfterCommit(() => sessions.Changed(session.TokenHash));
            return TypedResults.NoContent();
        }, ct);
    }
}

/// <summary>Asks somebody who is signed in for their password, as slowly as at sign-in: a session left open must not become a place to guess.</summary>
internal sealed class PasswordCheck(IStorageEngine storage, PasswordHashing passwords, SignInThrottle throttle, SignInLocks locks)
{
    /// <summary>Null when it is right; the refusal names <paramref name="field"/>.</summary>
    public async Task<Refusal?> Refuse(Actor actor, string field, string given, HttpContext context, CancellationToken ct)
    {
        var key = AgentRules.EmailKey(actor.Email);
        var address = context.Connection.RemoteIpAddress;
        if (throttle.Begin(key, address) is { } tooMany)
            return tooMany;
        if (await locks.Look(key, address, ct) is { } locked)
            return locked;
        await using var db = storage.Read(actor.Ws);
        var hash = await db.Table<Agent>().Where(agent => agent.Ws == actor.Ws && agent.Id == actor.AgentId).Select(agent => agent.PasswordHash).SingleAsync(ct);
        var (verdict, busy) = await passwords.Verify(hash, given, ct);
        if (busy is not null)
            return busy;
        if (verdict == PasswordVerdict.Wrong)
        {
            await storage.RunSystem(async (unit, stop) =>
            {
                await locks.Failed(unit, key, address, stop);
                await unit.Db.SaveChangesAsync(stop);
                return true;
            }, ct);
            return Refusal.Invalid(field, "password_wrong");
        }
        throttle.Succeeded(key, address);
        return null;
    }
}
