using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Passkeys;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Factors;

/// <param name="On">A code is asked for at sign-in.</param>
/// <param name="Since">Since when.</param>
/// <param name="RecoveryCodesLeft">Of the ten.</param>
/// <param name="Required">The workspace wants everybody to have one.</param>
internal sealed record FactorState(bool On, DateTimeOffset? Since, int RecoveryCodesLeft, bool Required);

/// <param name="Secret">In base 32, for whoever cannot scan.</param>
/// <param name="Uri">What the QR code says.</param>
/// <param name="Qr">The QR code, to draw.</param>
internal sealed record FactorBegun(string Secret, string Uri, QrDrawing Qr);

internal sealed record RecoveryCodeList(IReadOnlyList<string> RecoveryCodes);

/// <summary><c>GET /api/v1/me/second-factor</c></summary>
internal static class ShowFactor
{
    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var since = await db.Table<SecondFactor>().Where(factor => factor.Ws == actor.Ws && factor.AgentId == actor.AgentId).Select(factor => factor.ConfirmedAt).SingleOrDefaultAsync(ct);
        var left = await db.Table<RecoveryCode>().CountAsync(code => code.Ws == actor.Ws && code.AgentId == actor.AgentId && code.UsedAt == null, ct);
        var policy = await db.Table<Workspace>().Where(workspace => workspace.Ws == actor.Ws).Select(workspace => workspace.SecondFactor).SingleAsync(ct);
        return TypedResults.Ok(new FactorState(since is not null, Instants.Of(since), left, policy == "required"));
    }
}

/// <summary><c>POST /api/v1/me/second-factor</c>: a new secret for the app. It counts for nothing until a code proves that the app has it.</summary>
internal static class BeginFactor
{
    public static async Task<IResult> Handle(Actor actor, SecondFactors factors, IStorageEngine storage, CancellationToken ct)
    {
        var secret = Totp.NewSecret();
        var sealedSecret = factors.Seal(actor.Ws, actor.AgentId, secret);
        var (name, refusal) = await storage.Run<(string?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            var known = await unit.Db.Table<SecondFactor>().SingleOrDefaultAsync(factor => factor.Ws == actor.Ws && factor.AgentId == actor.AgentId, stop);
            if (known?.ConfirmedAt is not null)
                return (null, Refusal.Conflict("second_factor_on"));
            if (known is not null)
                unit.Db.Table<SecondFactor>().Remove(known);
            await unit.Db.SaveChangesAsync(stop);
            unit.Db.Table<SecondFactor>().Add(new SecondFactor { Ws = actor.Ws, AgentId = actor.AgentId, Secret = sealedSecret, CreatedAt = unit.Ids.Now(), LastStep = 0 });
            await unit.Db.SaveChangesAsync(stop);
            return (await unit.Db.Table<Workspace>().Where(workspace => workspace.Ws == actor.Ws).Select(workspace => workspace.Name).SingleAsync(stop), null);
        }, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        var uri = Totp.Uri(secret, $"Queqiao {name}", actor.Email);
        return TypedResults.Ok(new FactorBegun(Totp.Base32(secret), uri, QrDrawing.Of(uri)));
    }
}

/// <summary><c>POST /api/v1/me/second-factor/confirm</c>: a first code. From now on sign-ins ask for one.</summary>
internal static class ConfirmFactor
{
    public sealed record Request(string Code);

    public static async Task<IResult> Handle(
        Request request, Actor actor, SecondFactors factors, AgentSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (factors.Limit(actor.AgentId) is { } tooMany)
            return tooMany.ToProblem();
        var session = context.Features.GetRequiredFeature<SignedInBy>();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var factor = await unit.Db.Table<SecondFactor>().SingleOrDefaultAsync(factor => factor.Ws == actor.Ws && factor.AgentId == actor.AgentId, stop);
            if (factor is null)
                return Refusal.Conflict("second_factor_off").ToProblem();
            if (factor.ConfirmedAt is not null)
                return Refusal.Conflict("second_factor_on").ToProblem();
            if (Totp.Typed(request.Code) is not { } code || Totp.Match(factors.Open(factor), code, unit.Ids.Now(), factor.LastStep) is not { } step)
                return Refusal.Invalid("code", "otp_invalid").ToProblem();
            (factor.ConfirmedAt, factor.LastStep) = (unit.Ids.Now(), step);
            var codes = await factors.NewCodes(unit, actor.AgentId, stop);
            await Proofs.Note(unit, session.TokenHash, withSecondFactor: true, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "second_factor.set_up", "agent", actor.AgentId.ToString(), null, stop);
            factors.WasRight(unit, actor.AgentId);
            unit.AfterCommit(() => sessions.Changed(session.TokenHash));
            return TypedResults.Ok(new RecoveryCodeList(codes));
        }, ct);
    }
}

/// <summary><c>DELETE /api/v1/me/second-factor</c></summary>
internal static class RemoveFactor
{
    public static Task<IResult> Handle(Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var on = await unit.Db.Table<SecondFactor>().AnyAsync(factor => factor.Ws == actor.Ws && factor.AgentId == actor.AgentId && factor.ConfirmedAt != null, stop);
            if (on && !await PasskeyCeremonies.HasAny(unit.Db, actor.Ws, actor.AgentId, stop) && await unit.Db.Table<Workspace>().AnyAsync(workspace => workspace.Ws == actor.Ws && workspace.SecondFactor == "required", stop))
                return Refusal.Conflict("second_factor_kept").ToProblem();
            if (!await SecondFactors.Remove(unit, actor.AgentId, stop))
                return Refusal.Conflict("second_factor_off").ToProblem();
            await Devices.KnownDevices.Distrust(unit, actor.AgentId, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "second_factor.removed", "agent", actor.AgentId.ToString(), null, stop);
            return TypedResults.NoContent();
        }, ct);
}

/// <summary><c>POST /api/v1/me/recovery-codes</c>: ten new ones; those before are worthless.</summary>
internal static class RenewRecoveryCodes
{
    public static Task<IResult> Handle(Actor actor, SecondFactors factors, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (!await SecondFactors.Has(unit.Db, actor.Ws, actor.AgentId, stop))
                return Refusal.Conflict("second_factor_off").ToProblem();
            var codes = await factors.NewCodes(unit, actor.AgentId, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "recovery_codes.renewed", "agent", actor.AgentId.ToString(), null, stop);
            return TypedResults.Ok(new RecoveryCodeList(codes));
        }, ct);
}

/// <summary><c>DELETE /api/v1/agents/{id}/second-factor</c>: for a colleague who lost phone, codes and passkeys. Ends their sessions.</summary>
internal static class ResetFactor
{
    public static Task<IResult> Handle(Guid id, Actor actor, AgentSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await Colleague.Find(unit, actor, id, stop) is not { Agent: { } agent } found)
                return Refusal.NotFound().ToProblem();
            if (found.Refusal is { } refusal)
                return refusal.ToProblem();
            var passkeys = await PasskeyCeremonies.RemoveAll(unit, agent.Id, stop);
            if (!await SecondFactors.Remove(unit, agent.Id, stop) && passkeys == 0)
                return Refusal.Conflict("second_factor_off").ToProblem();
            await sessions.EndAll(unit, actor.Ws, agent.Id, keep: null, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "second_factor.reset", "agent", id.ToString(), new { passkeys }, stop);
            return TypedResults.NoContent();
        }, ct);
}
