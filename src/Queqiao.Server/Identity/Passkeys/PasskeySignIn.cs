using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Setup;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Passkeys;

/// <summary><c>POST /api/v1/session/passkey/begin</c> and <c>POST /api/v1/session/passkey</c>: signing in without a password. Whose passkey it is says the device.</summary>
internal sealed class PasskeySignIn(PasskeyCeremonies ceremonies, SignInPolicies policies, AgentSessions sessions, Entrance entrance, IStorageEngine storage)
{
    public static async Task<IResult> Begin(PasskeyCeremonies ceremonies, RateLimits limits, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (limits.OfNewSession(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        await using var db = storage.ReadSystem();
        if (!await db.Table<Workspace>().AnyAsync(workspace => workspace.Ws == FirstWorkspace.Ws, ct))
            return Refusal.NotFound().ToProblem();
        var (begun, refusal) = await ceremonies.BeginAssertion(null, PasskeyCeremonies.SignIn, null, context);
        return begun is null ? refusal!.ToProblem() : TypedResults.Ok(begun);
    }

    public static async Task<IResult> Handle(PasskeyAnswer answer, PasskeySignIn signIn, RateLimits limits, HttpContext context, CancellationToken ct) =>
        limits.OfSecret(context.Connection.RemoteIpAddress) is { } tooMany ? tooMany.ToProblem() : await signIn.Try(answer, context, ct);

    private async Task<IResult> Try(PasskeyAnswer answer, HttpContext context, CancellationToken ct)
    {
        var proof = await ceremonies.FinishAssertion(answer, PasskeyCeremonies.SignIn, null, context);
        var found = proof is null ? null : await Find(proof.Owner, ct);
        if (found is null)
        {
            await Note(proof?.Owner, "passkey", context, ct);
            return Refusal.Forbidden("passkey_refused").ToProblem();
        }
        if (!(await policies.Of(found.Agent.Ws, ct)).AllowsOwnKeys(found.Agent.Id))
        {
            await Note(proof!.Owner, "sso_only", context, ct);
            return Refusal.Forbidden("sso_required").ToProblem();
        }
        if (!(await policies.Of(found.Agent.Ws, ct)).AllowsAddress(context.Connection.RemoteIpAddress))
        {
            await Note(proof!.Owner, "address", context, ct);
            return Refusal.Forbidden("address_refused").ToProblem();
        }
        var token = await Start(proof!, context, ct);
        if (token is null)
            return Refusal.Forbidden("passkey_refused").ToProblem();
        SessionCookie.Set(context, token);
        return TypedResults.Ok(await SessionView.Of(sessions, found, withSecondFactor: true, context, ct));
    }

    private async Task<Entered?> Find(PasskeyOwner owner, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        return await (
            from agent in db.Table<Agent>().AsNoTracking()
            join workspace in db.Table<Workspace>() on agent.Ws equals workspace.Ws
            where agent.Ws == owner.Ws && agent.Id == owner.AgentId && agent.DisabledAt == null
            select new Entered(agent, workspace.Id, workspace.Name, null)).SingleOrDefaultAsync(ct);
    }

    private async Task<string?> Start(PasskeyProof proof, HttpContext context, CancellationToken ct)
    {
        var owner = proof.Owner;
        var before = await sessions.Of(context);
        try
        {
            return await storage.Run<string?>(owner.Ws, async (unit, stop) =>
            {
                if (!await PasskeyCeremonies.Use(unit, proof, stop))
                {
                    unit.Abandon();
                    return null;
                }
                if (before is { TokenId: null } && before.Ws == owner.Ws)
                    await sessions.End(unit, before.Ws, before.AgentId, context.Features.GetRequiredFeature<SignedInBy>().TokenHash, stop);
                var entered = await entrance.Open(unit, owner.AgentId, context, new Entering("passkey", WithSecondFactor: true), stop);
                await Audit.Record(unit, new AuditBy(owner.Ws, "agent", owner.AgentId, AuditBy.AddressOf(context)), "session.started", "agent", owner.AgentId.ToString(), new { method = "passkey", device = entered.Device, entered.IsNew }, stop);
                return entered.Token;
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return null; // the same answer twice at once
        }
    }

    private Task<bool> Note(PasskeyOwner? owner, string wrong, HttpContext context, CancellationToken ct) => storage.RunSystem(async (unit, stop) =>
    {
        await Audit.Record(unit, AuditBy.Anonymous(owner?.Ws ?? 0, context), "session.refused", "agent", owner?.AgentId.ToString(), new { wrong }, stop);
        return true;
    }, ct);
}
