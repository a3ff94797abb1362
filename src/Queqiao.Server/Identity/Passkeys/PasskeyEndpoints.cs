using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Factors;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Passkeys;

/// <param name="Synced">It is kept by a password manager and not by one device alone.</param>
internal sealed record PasskeyRow(Guid Id, string Name, bool Synced, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt)
{
    public static PasskeyRow Of(Passkey passkey) => new(passkey.Id, passkey.Name, passkey.BackedUp, Instants.Of(passkey.CreatedAt), Instants.Of(passkey.LastUsedAt));
}

internal sealed record PasskeyList(IReadOnlyList<PasskeyRow> Items);

/// <summary><c>GET /api/v1/me/passkeys</c></summary>
internal static class ListPasskeys
{
    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<Passkey>().AsNoTracking().Where(passkey => passkey.Ws == actor.Ws && passkey.AgentId == actor.AgentId).OrderBy(passkey => passkey.CreatedAt).ToListAsync(ct);
        return TypedResults.Ok(new PasskeyList([.. rows.Select(PasskeyRow.Of)]));
    }
}

/// <summary><c>POST /api/v1/me/passkeys/begin</c></summary>
internal static class BeginPasskey
{
    public static async Task<IResult> Handle(Actor actor, PasskeyCeremonies ceremonies, HttpContext context)
    {
        var session = context.Features.GetRequiredFeature<SignedInBy>().TokenHash;
        var (begun, refusal) = await ceremonies.BeginRegistration(new PasskeyOwner(actor.Ws, actor.AgentId), actor.Email, actor.Name, session, context);
        return begun is null ? refusal!.ToProblem() : TypedResults.Ok(begun);
    }
}

/// <summary><c>POST /api/v1/me/passkeys</c>: keeps the new one. The first comes with recovery codes when there are none: a device can be lost.</summary>
internal static class AddPasskey
{
    public const int Most = 20;

    public sealed record Request(string Name, string State, JsonElement Credential);

    public sealed record Added(PasskeyRow Passkey, IReadOnlyList<string>? RecoveryCodes);

    public static async Task<IResult> Handle(
        Request request, Actor actor, PasskeyCeremonies ceremonies, SecondFactors factors, AgentSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of(AgentRules.CheckName("name", request.Name)) is { } invalid)
            return invalid.ToProblem();
        var session = context.Features.GetRequiredFeature<SignedInBy>().TokenHash;
        var (made, used) = await ceremonies.FinishRegistration(new(request.State, request.Credential), new PasskeyOwner(actor.Ws, actor.AgentId), session, context);
        if (made is null)
            return Refusal.Forbidden("passkey_refused").ToProblem();
        try
        {
            return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
            {
                if (!await PasskeyCeremonies.UseChallenge(unit, used!.ChallengeHash, used.ExpiresAt, stop))
                    return Refusal.Forbidden("passkey_refused").ToProblem();
                if (await unit.Db.Table<Passkey>().CountAsync(one => one.Ws == actor.Ws && one.AgentId == actor.AgentId, stop) >= Most)
                    return Refusal.Conflict("too_many", Most).ToProblem();
                var passkey = new Passkey
                {
                    Ws = actor.Ws, Id = unit.Ids.New(), AgentId = actor.AgentId, CredentialId = made.CredentialId, PublicKey = made.PublicKey, Name = request.Name.Trim(), SignCount = made.SignCount,
                    Transports = made.Transports is { Length: > 0 } ways ? JsonSerializer.Serialize(ways, StrictJson.Options) : null,
                    BackupEligible = made.IsBackupEligible, BackedUp = made.IsBackedUp, CreatedAt = unit.Ids.Now(),
                };
                unit.Db.Table<Passkey>().Add(passkey);
                var codes = await unit.Db.Table<RecoveryCode>().AnyAsync(code => code.Ws == actor.Ws && code.AgentId == actor.AgentId && code.UsedAt == null, stop)
                    ? null : await factors.NewCodes(unit, actor.AgentId, stop);
                await Proofs.Note(unit, session, withSecondFactor: true, stop);
                await Audit.Record(unit, AuditBy.Agent(actor, context), "passkey.added", "agent", actor.AgentId.ToString(), new { passkey = passkey.Id }, stop);
                unit.AfterCommit(() => sessions.Changed(session));
                return TypedResults.Created($"/api/v1/me/passkeys/{passkey.Id}", new Added(PasskeyRow.Of(passkey), codes));
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return Refusal.Forbidden("passkey_refused").ToProblem();
        }
    }
}

/// <summary><c>PATCH /api/v1/me/passkeys/{id}</c></summary>
internal static class RenamePasskey
{
    public sealed record Request(string Name);

    public static async Task<IResult> Handle(Guid id, Request request, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        if (Refusal.Of(AgentRules.CheckName("name", request.Name)) is { } invalid)
            return invalid.ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<Passkey>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id && one.AgentId == actor.AgentId, stop) is not { } passkey)
                return Refusal.NotFound().ToProblem();
            passkey.Name = request.Name.Trim();
            await unit.Db.SaveChangesAsync(stop);
            return TypedResults.Ok(PasskeyRow.Of(passkey));
        }, ct);
    }
}

/// <summary><c>DELETE /api/v1/me/passkeys/{id}</c>: never the last key to one's account, nor the last second factor where one is asked for.</summary>
internal static class RemovePasskey
{
    public static Task<IResult> Handle(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var mine = await unit.Db.Table<Passkey>().Where(one => one.Ws == actor.Ws && one.AgentId == actor.AgentId).ToListAsync(stop);
            if (mine.Find(one => one.Id == id) is not { } passkey)
                return Refusal.NotFound().ToProblem();
            if (mine.Count == 1 && await RefuseLast(unit, actor, stop) is { } refusal)
                return refusal.ToProblem();
            unit.Db.Table<Passkey>().Remove(passkey);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "passkey.removed", "agent", actor.AgentId.ToString(), new { passkey = id }, stop);
            return TypedResults.NoContent();
        }, ct);

    private static async Task<Refusal?> RefuseLast(WriteUnit unit, Actor actor, CancellationToken ct)
    {
        var password = await unit.Db.Table<Agent>().AnyAsync(agent => agent.Ws == actor.Ws && agent.Id == actor.AgentId && agent.PasswordHash != "", ct);
        if (!password && !await unit.Db.Table<ExternalIdentity>().AnyAsync(one => one.Ws == actor.Ws && one.AgentId == actor.AgentId, ct))
            return Refusal.Conflict("last_key");
        var required = await unit.Db.Table<Workspace>().AnyAsync(workspace => workspace.Ws == actor.Ws && workspace.SecondFactor == "required", ct);
        return required && !await unit.Db.Table<SecondFactor>().AnyAsync(factor => factor.Ws == actor.Ws && factor.AgentId == actor.AgentId && factor.ConfirmedAt != null, ct)
            ? Refusal.Conflict("second_factor_kept")
            : null;
    }
}

/// <summary><c>POST /api/v1/session/proof/passkey/begin</c> and <c>…/passkey</c>: a passkey is a proof of its own, and a second factor too.</summary>
internal static class ProveByPasskey
{
    public static async Task<IResult> Begin(Actor actor, PasskeyCeremonies ceremonies, HttpContext context)
    {
        var session = context.Features.GetRequiredFeature<SignedInBy>().TokenHash;
        var (begun, refusal) = await ceremonies.BeginAssertion(new PasskeyOwner(actor.Ws, actor.AgentId), PasskeyCeremonies.Proof, session, context);
        return begun is null ? refusal!.ToProblem() : TypedResults.Ok(begun);
    }

    public static async Task<IResult> Handle(
        PasskeyAnswer answer, Actor actor, PasskeyCeremonies ceremonies, RateLimits limits, AgentSessions sessions, SignInPolicies policies, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (limits.OfCode(actor.AgentId) is { } tooMany)
            return tooMany.ToProblem();
        if (actor.LimitedTo is null && !(await policies.Of(actor.Ws, ct)).AllowsOwnKeys(actor.AgentId))
            return Refusal.Forbidden("sso_required").ToProblem();
        var session = context.Features.GetRequiredFeature<SignedInBy>().TokenHash;
        var proof = await ceremonies.FinishAssertion(answer, PasskeyCeremonies.Proof, session, context);
        if (proof is null || proof.Owner != new PasskeyOwner(actor.Ws, actor.AgentId))
            return Refusal.Forbidden("passkey_refused").ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (!await PasskeyCeremonies.Use(unit, proof, stop))
            {
                unit.Abandon();
                return Refusal.Forbidden("passkey_refused").ToProblem();
            }
            await Proofs.Note(unit, session, withSecondFactor: true, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "session.proven", "agent", actor.AgentId.ToString(), new { by = "passkey" }, stop);
            unit.AfterCommit(() => (sessions, limits).Proven(session, actor.AgentId));
            return TypedResults.NoContent();
        }, ct);
    }

    private static void Proven(this (AgentSessions Sessions, RateLimits Limits) all, byte[] session, Guid agent)
    {
        all.Sessions.Changed(session);
        all.Limits.CodeWasRight(agent);
    }
}
