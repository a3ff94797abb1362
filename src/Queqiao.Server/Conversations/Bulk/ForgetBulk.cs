using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Bulk;

/// <summary>What was kept about bulk changes goes after three days; the log keeps what happened.</summary>
[NoPurposeGate("deletes what is no longer needed")]
internal sealed class ForgetBulk(IStorageEngine storage) : IJobHandler
{
    public const string Name = "conversations.bulk_forget";

    private static readonly TimeSpan Keep = TimeSpan.FromDays(3);

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromHours(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        while (await ForgetOne(ct))
            ct.ThrowIfCancellationRequested();
        return new JobOutcome.Done();
    }

    private Task<bool> ForgetOne(CancellationToken ct) => storage.RunSystem(async (unit, stop) =>
    {
        var before = unit.Ids.Now() - (long)Keep.TotalMilliseconds;
        if (await unit.Db.Table<BulkChange>().AsNoTracking().OrderBy(change => change.CreatedAt).FirstOrDefaultAsync(change => change.CreatedAt < before, stop) is not { } old)
            return false;
        await unit.Db.Table<BulkItem>().Where(item => item.Ws == old.Ws && item.BulkId == old.Id).ExecuteDeleteAsync(stop);
        await unit.Db.Table<BulkChange>().Where(change => change.Ws == old.Ws && change.Id == old.Id).ExecuteDeleteAsync(stop);
        return true;
    }, ct);
}
