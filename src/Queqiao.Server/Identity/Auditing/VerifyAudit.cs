using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Auditing;

/// <summary>Verifies every chain, against this server's anchors too; daily and when an administrator asks.</summary>
[NoPurposeGate("works on the audit trail, which names colleagues and ids only")]
internal sealed partial class VerifyAudit(IStorageEngine storage, AuditFiles files, Ids ids, ILogger<VerifyAudit> log) : IJobHandler
{
    public const string Name = "audit.verify";

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromDays(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        // Before the look: rows of the time between are in it, and an anchor that is older than the look is never ahead of it.
        IReadOnlyList<Anchor> anchors = File.Exists(files.AnchorFile) ? Anchors.Read(files.AnchorFile) : [];
        var verdicts = await AuditVerification.All(storage, anchors, ct);
        foreach (var verdict in verdicts.Where(verdict => verdict.Bad is not null))
            ChainIsDamaged(verdict.Ws, verdict.Bad!.Code, verdict.Bad.No, verdict.Bad.Id);
        var now = ids.Now();
        return new JobOutcome.Done(async (unit, stop) =>
        {
            foreach (var verdict in verdicts)
                await Keep(unit, verdict, now, stop);
        });
    }

    private static async Task Keep(WriteUnit unit, AuditVerdict verdict, long now, CancellationToken ct)
    {
        var state = await unit.Db.Table<AuditState>().SingleOrDefaultAsync(state => state.Ws == verdict.Ws, ct);
        if (state is null)
            unit.Db.Table<AuditState>().Add(state = new AuditState { Ws = verdict.Ws, KeepDays = AuditKeeping.Least });
        (state.CheckedAt, state.CheckedRows) = (now, verdict.Rows);
        (state.BadCode, state.BadNo, state.BadId) = (verdict.Bad?.Code, verdict.Bad?.No, verdict.Bad?.Id);
        await unit.Db.SaveChangesAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit trail of workspace {Ws} is damaged: {Code} at number {No}, row {Row}")]
    private partial void ChainIsDamaged(int ws, string code, long? no, Guid? row);
}
