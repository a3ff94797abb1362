using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Approving;

/// <summary>Carries out what was approved. The deed's transaction spends the approval, so a job that is begun again does nothing twice.</summary>
[NoPurposeGate("repeats what a colleague has asked for and another approved")]
internal sealed class RunApproved(ApprovedRequests requests, IStorageEngine storage) : IJobHandler
{
    public const string Name = "approvals.run";

    public sealed record Payload(Guid Id);

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Live, MostTries = 6, Keep = TimeSpan.FromDays(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var id = run.Payload<Payload>().Id;
        await using var db = storage.Read(run.Ws);
        var row = await db.Table<ApprovalRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == run.Ws && row.Id == id, ct);
        if (row is not { State: ApprovalState.Approved, Request: not null })
            return new JobOutcome.Done();
        var outcome = await requests.Run(row, ct);
        return new JobOutcome.Done((unit, stop) => Finish(unit, row, outcome, stop));
    }

    public Task WhenDead(JobRun run, WriteUnit unit, CancellationToken ct) =>
        Finish(unit, run.Ws, run.Payload<Payload>().Id, new ApprovedRequests.Outcome(500, "internal"), ct);

    private static Task Finish(WriteUnit unit, ApprovalRow row, ApprovedRequests.Outcome outcome, CancellationToken ct) => Finish(unit, row.Ws, row.Id, outcome, ct);

    private static async Task Finish(WriteUnit unit, int ws, Guid id, ApprovedRequests.Outcome outcome, CancellationToken ct)
    {
        // A deed without an audit row of its own has not spent it.
        await Approvals.Move(unit, ws, id, ApprovalState.Approved, outcome.Good ? ApprovalState.Done : ApprovalState.Failed, ct);
        await unit.Db.Table<ApprovalRow>().Where(row => row.Ws == ws && row.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Outcome, outcome.Status).SetProperty(row => row.OutcomeCode, outcome.Code), ct);
        await Audit.Record(unit, AuditBy.System(ws), outcome.Good ? "approval.executed" : "approval.failed", "approval", id.ToString(), new { outcome.Status, outcome.Code }, ct);
    }
}

/// <summary>Ends requests that nobody decided or fetched in time.</summary>
[NoPurposeGate("ends requests that nobody has decided in time")]
internal sealed class ExpireApprovals(IStorageEngine storage, Ids ids) : IJobHandler
{
    public const string Name = "approvals.expire";

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromHours(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var now = ids.Now();
        var due = await db.Table<ApprovalRow>().AsNoTracking()
            .Where(row => row.ExpiresAt <= now && (row.State == ApprovalState.Waiting || (row.State == ApprovalState.Approved && row.Method == "GET")))
            .Select(row => new { row.Ws, row.Id, row.State }).Take(1000).ToListAsync(ct);
        foreach (var one in due)
        {
            await storage.Run(one.Ws, async (unit, stop) =>
            {
                if (await Approvals.Move(unit, one.Ws, one.Id, one.State, ApprovalState.Expired, stop))
                    await Audit.Record(unit, AuditBy.System(one.Ws), "approval.expired", "approval", one.Id.ToString(), null, stop);
                return 0;
            }, ct);
        }
        return new JobOutcome.Done();
    }
}
