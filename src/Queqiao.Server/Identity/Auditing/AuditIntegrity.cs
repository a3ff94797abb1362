using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Auditing;

/// <summary>How the trail is.</summary>
/// <param name="Head">The number of the last linked row; 0: none yet.</param>
/// <param name="Hash">Of its link.</param>
/// <param name="First">The number of the oldest row that is kept.</param>
/// <param name="Waiting">Rows that are not linked yet.</param>
/// <param name="KeepDays">How long rows stay.</param>
/// <param name="CheckedAt">When it was verified last; null: never.</param>
/// <param name="CheckedRows">How many rows were good then.</param>
/// <param name="Bad">The first bad row; null: none.</param>
internal sealed record AuditIntegrityView(long Head, string? Hash, long First, int Waiting, int KeepDays, DateTimeOffset? CheckedAt, long CheckedRows, BadRow? Bad);

/// <summary><c>/api/v1/audit/integrity</c>, <c>/api/v1/audit/verifications</c> and <c>/api/v1/audit/settings</c></summary>
internal static class AuditIntegrity
{
    public static async Task<IResult> Show(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return TypedResults.Ok(await Of(db, actor.Ws, ct));
    }

    /// <summary>Has the trail verified by a job; the answer of <see cref="Show"/> changes when it is done.</summary>
    public static Task<IResult> Verify(Actor actor, IStorageEngine storage, JobQueue jobs, HttpContext context, CancellationToken ct) => storage.RunSystem<IResult>(async (unit, stop) =>
    {
        await jobs.Add(unit, new NewJob(0, VerifyAudit.Name, "{}"u8.ToArray()) { Lane = "audit.verify" }, stop);
        await Audit.Record(unit, AuditBy.Agent(actor, context), "audit.verification_asked", "workspace", actor.WorkspaceId.ToString(), null, stop);
        return TypedResults.Accepted((string?)null);
    }, ct);

    /// <param name="KeepDays">200 to 7300.</param>
    public sealed record Settings(int KeepDays);

    public static async Task<IResult> Change(Settings request, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.KeepDays is < AuditKeeping.Least or > AuditKeeping.Most)
            return Refusal.Invalid("keepDays", "out_of_range", AuditKeeping.Least, AuditKeeping.Most).ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var state = await unit.Db.Table<AuditState>().SingleOrDefaultAsync(state => state.Ws == actor.Ws, stop);
            if (state is null)
                unit.Db.Table<AuditState>().Add(state = new AuditState { Ws = actor.Ws, KeepDays = AuditKeeping.Least });
            if (state.KeepDays != request.KeepDays)
            {
                var from = state.KeepDays;
                state.KeepDays = request.KeepDays;
                await Audit.Record(unit, AuditBy.Agent(actor, context), "audit_settings.changed", "workspace", actor.WorkspaceId.ToString(), new { keepDays = new { from, to = request.KeepDays } }, stop);
            }
            return TypedResults.Ok(await Of(unit.Db, actor.Ws, stop));
        }, ct);
    }

    private static async Task<AuditIntegrityView> Of(QueqiaoDb db, int ws, CancellationToken ct)
    {
        var head = await db.Table<AuditLink>().AsNoTracking().Where(link => link.Ws == ws).OrderByDescending(link => link.No).FirstOrDefaultAsync(ct);
        var cut = await db.Table<AuditCut>().Where(cut => cut.Ws == ws).Select(cut => (long?)cut.No).SingleOrDefaultAsync(ct);
        var state = await db.Table<AuditState>().AsNoTracking().SingleOrDefaultAsync(state => state.Ws == ws, ct);
        return new AuditIntegrityView(
            head?.No ?? 0, head is null ? null : Convert.ToHexStringLower(head.Hash), (cut ?? 0) + 1, await db.Table<AuditTailRow>().CountAsync(row => row.Ws == ws, ct),
            state?.KeepDays ?? AuditKeeping.Least, state?.CheckedAt is { } at ? Instants.Of(at) : null, state?.CheckedRows ?? 0, state?.BadCode is { } code ? new BadRow(code, state.BadNo, state.BadId) : null);
    }
}
