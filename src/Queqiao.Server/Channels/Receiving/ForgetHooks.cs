using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>After a week the key of a day is destroyed, and then its deliveries are swept away.</summary>
[NoPurposeGate("deletes what providers delivered")]
internal sealed class ForgetHooks(HookKeys keys, IStorageEngine storage, Ids ids) : IJobHandler
{
    public const string Name = "channels.forget_deliveries";

    private const int AtOnce = 1000;

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromHours(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        await keys.Destroy(ids.Now(), ct);
        var last = HookKeys.DayOf(ids.Now()) - HookKeys.Days;
        var all = Scope<HookDelivery>.Everything("old deliveries of all workspaces are deleted alike");
        int gone;
        do
        {
            ct.ThrowIfCancellationRequested();
            gone = await storage.RunSystem(async (unit, stop) =>
            {
                var old = await unit.Db.Visible(all).Where(row => row.Day < last).OrderBy(row => row.ReceivedAt).Select(row => row.Id).Take(AtOnce).ToArrayAsync(stop);
                return await unit.Db.Visible(all).Where(row => old.Contains(row.Id)).ExecuteDeleteAsync(stop);
            }, ct);
        }
        while (gone == AtOnce);
        return new JobOutcome.Done();
    }
}
