using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Factors;

/// <summary>Checks and keeps agents' second factors.</summary>
internal sealed class SecondFactors(IStorageEngine storage, IVault vault, RateLimits limits)
{
    private const string Purpose = "agent totp";

    /// <summary>Whether this agent has to give a code.</summary>
    public async Task<bool> IsOn(int ws, Guid agentId, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Table<SecondFactor>().AnyAsync(factor => factor.Ws == ws && factor.AgentId == agentId && factor.ConfirmedAt != null, ct);
    }

    /// <summary>Whether this agent has to prove a second factor after a password: a code, or a passkey.</summary>
    public async Task<bool> Has(int ws, Guid agentId, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await Has(db, ws, agentId, ct);
    }

    public static Task<bool> Has(QueqiaoDb db, int ws, Guid agentId, CancellationToken ct) => db.Table<Agent>().AnyAsync(agent => agent.Ws == ws && agent.Id == agentId
        && (db.Table<SecondFactor>().Any(factor => factor.Ws == ws && factor.AgentId == agentId && factor.ConfirmedAt != null)
            || db.Table<Passkey>().Any(passkey => passkey.Ws == ws && passkey.AgentId == agentId)), ct);

    public byte[] Seal(int ws, Guid agentId, byte[] secret) => vault.Seal(ws, Purpose, secret, agentId);

    public byte[] Open(SecondFactor factor) => vault.Open(factor.Ws, Purpose, factor.Secret, factor.AgentId);

    /// <summary>
    /// Takes a code of the app or a recovery code in a transaction; each counts once, also when it comes twice at the same time.
    /// Before the transaction ask <see cref="Limit"/>.
    /// </summary>
    /// <returns>Null when it is right; the refusal otherwise.</returns>
    public async Task<Refusal?> Take(WriteUnit unit, Guid agentId, string text, CancellationToken ct)
    {
        var taken = Totp.Typed(text) is { } code ? await TakeCode(unit, agentId, code, ct)
            : RecoveryCodes.Typed(text) is { } recovery && await TakeRecovery(unit, agentId, recovery, ct);
        if (!taken)
            return Refusal.Unauthenticated("otp_invalid");
        WasRight(unit, agentId);
        return null;
    }

    /// <summary>Guessing codes is slow whatever the address: 429 when there were too many wrong ones.</summary>
    public Refusal? Limit(Guid agentId) => limits.OfCode(agentId);

    /// <summary>The code counts as no guess, once the transaction is done.</summary>
    public void WasRight(WriteUnit unit, Guid agentId) => unit.AfterCommit(() => limits.CodeWasRight(agentId));

    private async Task<bool> TakeCode(WriteUnit unit, Guid agentId, string code, CancellationToken ct)
    {
        var factor = await unit.Db.Table<SecondFactor>().AsNoTracking()
            .SingleOrDefaultAsync(factor => factor.Ws == unit.Ws && factor.AgentId == agentId && factor.ConfirmedAt != null, ct);
        if (factor is null || Totp.Match(Open(factor), code, unit.Ids.Now(), factor.LastStep) is not { } step)
            return false;
        return await unit.Db.Table<SecondFactor>().Where(row => row.Ws == unit.Ws && row.AgentId == agentId && row.LastStep < step)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastStep, step), ct) == 1;
    }

    private async Task<bool> TakeRecovery(WriteUnit unit, Guid agentId, string code, CancellationToken ct)
    {
        var (hash, now) = (HashOf(unit.Ws, agentId, code), unit.Ids.Now());
        var used = await unit.Db.Table<RecoveryCode>().Where(row => row.Ws == unit.Ws && row.AgentId == agentId && row.CodeHash == hash && row.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.UsedAt, now), ct) == 1;
        if (used)
            await Audit.Record(unit, new AuditBy(unit.Ws, "agent", agentId, null), "recovery_code.used", "agent", agentId.ToString(), null, ct);
        return used;
    }

    /// <summary>Ten new codes; those before are worthless.</summary>
    public async Task<IReadOnlyList<string>> NewCodes(WriteUnit unit, Guid agentId, CancellationToken ct)
    {
        var codes = RecoveryCodes.New();
        var now = unit.Ids.Now();
        await unit.Db.Table<RecoveryCode>().Where(row => row.Ws == unit.Ws && row.AgentId == agentId).ExecuteDeleteAsync(ct);
        unit.Db.Table<RecoveryCode>().AddRange(codes.Select(code => new RecoveryCode
        {
            Ws = unit.Ws, AgentId = agentId, CodeHash = HashOf(unit.Ws, agentId, RecoveryCodes.Typed(code)!), CreatedAt = now,
        }));
        return codes;
    }

    /// <summary>Takes the factor away within a transaction. False when there was none.</summary>
    public static async Task<bool> Remove(WriteUnit unit, Guid agentId, CancellationToken ct)
    {
        await unit.Db.Table<RecoveryCode>().Where(row => row.Ws == unit.Ws && row.AgentId == agentId).ExecuteDeleteAsync(ct);
        return await unit.Db.Table<SecondFactor>().Where(row => row.Ws == unit.Ws && row.AgentId == agentId).ExecuteDeleteAsync(ct) > 0;
    }

    private byte[] HashOf(int ws, Guid agentId, string typed) => RecoveryCodes.Hash(vault.Derive(ws, "recovery codes v1"), agentId, typed);
}
