using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Devices;
using Queqiao.Server.Identity.Factors;
using Queqiao.Server.Identity.Passkeys;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary><c>POST /api/v1/session</c>. Strangers, wrong passwords and closed accounts get the same answer after the same work.</summary>
internal sealed class SignIn(IStorageEngine storage, PasswordHashing passwords, SignInThrottle throttle, SignInLocks locks, AgentSessions sessions, Entrance entrance, KnownDevices devices, SecondFactors factors, SignInPolicies policies, PasskeyCeremonies passkeys)
{
    /// <param name="Otp">A code of the authenticator app or a recovery code, when the answer was <c>otp_required</c>.</param>
    /// <param name="Passkey">The answer of a passkey instead of a code.</param>
    /// <param name="Remember">Ask for no code in this browser for a while, as long as the workspace allows.</param>
    public sealed record Request(string Email, string Password, string? Otp = null, PasskeyAnswer? Passkey = null, bool Remember = false);

    public static async Task<IResult> Handle(Request request, SignIn signIn, HttpContext context, CancellationToken ct)
    {
        var faults = new List<(string, FieldFault)>();
        if (string.IsNullOrWhiteSpace(request.Email))
            faults.Add(("email", new("required")));
        if (request.Password.Length == 0)
            faults.Add(("password", new("required")));
        if (Refusal.Of(faults) is { } invalid)
            return invalid.ToProblem();
        return await signIn.Try(request, context, ct);
    }

    private sealed record Found(Agent Agent, Guid WorkspaceId, string WorkspaceName, string Policy);

    private async Task<IResult> Try(Request request, HttpContext context, CancellationToken ct)
    {
        var emailKey = AgentRules.EmailKey(request.Email);
        var address = context.Connection.RemoteIpAddress;
        if (throttle.Begin(emailKey, address) is { } tooMany)
            return tooMany.ToProblem();
        if (await locks.Look(emailKey, address, ct) is { } locked)
            return locked.ToProblem();

        var found = await Find(emailKey, ct);
        var allowed = found?.Agent.DisabledAt is null ? found?.Agent.PasswordHash : null;
        var (verdict, busy) = await passwords.Verify(allowed, request.Password, ct);
        if (busy is not null)
            return busy.ToProblem();
        if (verdict == PasswordVerdict.Wrong)
        {
            await Note(found?.Agent, "password", context, ct, emailKey);
            return Refusal.Unauthenticated("invalid_credentials").ToProblem();
        }

        // Only whoever knows the password learns that there is a second factor, or that passwords are not for them.
        var agent = found!.Agent;
        var policy = await policies.Of(agent.Ws, ct);
        if (!policy.AllowsOwnKeys(agent.Id))
        {
            await Note(agent, "sso_only", context, ct);
            return Refusal.Forbidden("sso_required").ToProblem();
        }
        if (!policy.AllowsAddress(address))
        {
            await Note(agent, "address", context, ct);
            return Refusal.Forbidden("address_refused").ToProblem();
        }
        var withFactor = await factors.Has(agent.Ws, agent.Id, ct);
        var nothingGiven = string.IsNullOrWhiteSpace(request.Otp) && request.Passkey is null;
        var byDevice = withFactor && nothingGiven && policy.Trust is not null && await devices.IsTrusted(agent.Ws, agent.Id, context, ct);
        if (withFactor && nothingGiven && !byDevice)
            return Refusal.Unauthenticated("otp_required").ToProblem();
        if (withFactor && !byDevice && factors.Limit(agent.Id) is { } tooManyCodes)
            return tooManyCodes.ToProblem();
        // Old hashes are renewed while the password is at hand; when the pool is busy, next time.
        var newHash = verdict == PasswordVerdict.RightButRehash ? (await passwords.Hash(request.Password, ct)).Hash : null;
        var limitedTo = !withFactor && found.Policy == "required" ? "second_factor" : null;
        var proof = withFactor && request.Passkey is { } answer ? await passkeys.FinishAssertion(answer, PasskeyCeremonies.SignIn, null, context) : null;
        var (token, wrongCode) = await Begin(new Begun(agent, emailKey, newHash, withFactor, request, proof, limitedTo, byDevice), context, ct);
        if (token is null)
        {
            await Note(agent, "otp", context, ct);
            return wrongCode!.ToProblem();
        }
        throttle.Succeeded(emailKey, address);
        SessionCookie.Set(context, token);
        return TypedResults.Ok(await SessionView.Of(sessions, new Entered(agent, found.WorkspaceId, found.WorkspaceName, limitedTo), withFactor, context, ct));
    }

    /// <param name="Agent">Whose password was right.</param>
    /// <param name="EmailKey">As it was typed and compared.</param>
    /// <param name="NewHash">Replaces an old one.</param>
    /// <param name="WithFactor">Whether a second factor has to be right.</param>
    /// <param name="Asked">Its code is checked and used up in the transaction.</param>
    /// <param name="Passkey">What counts instead of a code.</param>
    /// <param name="LimitedTo">What the session is limited to.</param>
    /// <param name="ByDevice">The browser stands in for the second factor.</param>
    private sealed record Begun(Agent Agent, string EmailKey, string? NewHash, bool WithFactor, Request Asked, PasskeyProof? Passkey, string? LimitedTo, bool ByDevice);

    private async Task<Found?> Find(string emailKey, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        return await (
            from agent in db.Table<Agent>().AsNoTracking()
            join workspace in db.Table<Workspace>() on agent.Ws equals workspace.Ws
            where agent.EmailKey == emailKey
            select new Found(agent, workspace.Id, workspace.Name, workspace.SecondFactor)).SingleOrDefaultAsync(ct);
    }

    private async Task<(string? Token, Refusal? WrongCode)> Begin(Begun wish, HttpContext context, CancellationToken ct)
    {
        var agent = wish.Agent;
        var before = await sessions.Of(context);
        return await storage.Run<(string?, Refusal?)>(agent.Ws, async (unit, stop) =>
        {
            if (wish.WithFactor && await TakeFactor(unit, wish, context, stop) is { } wrong)
                return (null, wrong);
            // Whoever signs in again in the same browser leaves no open session behind.
            if (before is { TokenId: null } && before.Ws == agent.Ws)
                await sessions.End(unit, before.Ws, before.AgentId, context.Features.GetRequiredFeature<SignedInBy>().TokenHash, stop);
            if (wish.NewHash is not null)
                await Rehash(unit, agent, wish.NewHash, stop);
            await locks.Forget(unit, wish.EmailKey, context.Connection.RemoteIpAddress, stop);
            var entered = await entrance.Open(unit, agent.Id, context, new Entering("password", wish.WithFactor, wish.LimitedTo, wish.Asked.Remember && !wish.ByDevice), stop);
            var by = new AuditBy(agent.Ws, "agent", agent.Id, AuditBy.AddressOf(context));
            await Audit.Record(unit, by, "session.started", "agent", agent.Id.ToString(), new { method = "password", device = entered.Device, entered.IsNew, trustedDevice = wish.ByDevice }, stop);
            return (entered.Token, null);
        }, ct);
    }

    private async Task<Refusal?> TakeFactor(WriteUnit unit, Begun wish, HttpContext context, CancellationToken ct)
    {
        if (wish.ByDevice)
            return await KnownDevices.IsTrusted(unit, wish.Agent.Id, context, ct) ? null : Refusal.Unauthenticated("otp_required");
        if (wish.Passkey is not { } proof)
            return await factors.Take(unit, wish.Agent.Id, wish.Asked.Otp ?? "", ct);
        if (proof.Owner != new PasskeyOwner(unit.Ws, wish.Agent.Id) || !await PasskeyCeremonies.Use(unit, proof, ct))
            return Refusal.Unauthenticated("otp_invalid");
        factors.WasRight(unit, wish.Agent.Id);
        return null;
    }

    /// <summary>Only if nobody changed the password since it was checked.</summary>
    private static Task<int> Rehash(WriteUnit unit, Agent agent, string newHash, CancellationToken ct) => unit.Db.Table<Agent>()
        .Where(row => row.Ws == agent.Ws && row.Id == agent.Id && row.PasswordHash == agent.PasswordHash)
        .ExecuteUpdateAsync(set => set.SetProperty(row => row.PasswordHash, newHash), ct);

    /// <summary>A failure is written for strangers too, so that the answer takes the same time.</summary>
    /// <param name="emailKey">A wrong password counts for the lock of all nodes.</param>
    private Task<bool> Note(Agent? agent, string wrong, HttpContext context, CancellationToken ct, string? emailKey = null) => storage.RunSystem(async (unit, stop) =>
    {
        if (emailKey is not null)
            await locks.Failed(unit, emailKey, context.Connection.RemoteIpAddress, stop);
        await Audit.Record(unit, AuditBy.Anonymous(agent?.Ws ?? 0, context), "session.refused", "agent", agent?.Id.ToString(), new { wrong }, stop);
        return true;
    }, ct);
}
