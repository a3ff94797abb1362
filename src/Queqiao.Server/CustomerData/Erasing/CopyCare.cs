using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.CustomerData.Configuring;
using Queqiao.Server.CustomerData.Looking;
using Queqiao.Server.CustomerData.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomerData.Erasing;

/// <summary>What the firm's system said about somebody goes with them.</summary>
internal sealed class EraseCopies : IEraser
{
    public async Task Erase(WriteUnit unit, Erasure erasure, CancellationToken ct)
    {
        var people = erasure.Contacts.ToArray();
        erasure.Counts["customerData"] = await unit.Db.Visible(Scope<CustomerDataCopy>.Workspace(erasure.Ws)).Where(row => people.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
        erasure.Counts["visitedPages"] = await unit.Db.Visible(Scope<VisitedPage>.Workspace(erasure.Ws)).Where(row => people.Contains(row.ContactId)).ExecuteDeleteAsync(ct)
            + await unit.Db.Visible(Scope<VisitorContext>.Workspace(erasure.Ws)).Where(row => people.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
    }
}

/// <summary>Copies that are older than the workspace keeps them.</summary>
[NoPurposeGate("deletes what is no longer needed")]
internal sealed class ForgetCopies(IStorageEngine storage) : IJobHandler
{
    public const string Name = "customer_data.forget";

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromHours(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        foreach (var setting in await db.Table<CustomerDataSetting>().AsNoTracking().ToListAsync(ct))
        {
            var keep = TimeSpan.FromDays(CustomerDataSettings.Of(setting.Settings).KeepDays);
            await storage.Run(setting.Ws, (unit, stop) =>
            {
                var before = unit.Ids.Now() - (long)keep.TotalMilliseconds;
                return unit.Db.Visible(Scope<CustomerDataCopy>.Workspace(setting.Ws)).Where(row => row.FetchedAt < before).ExecuteDeleteAsync(stop);
            }, ct);
        }
        await storage.RunSystem(async (unit, stop) =>
        {
            var (before, now) = (unit.Ids.Now() - (long)VisitorPages.KeepVisits.TotalMilliseconds, unit.Ids.Now() - (long)VisitorPages.KeepNow.TotalMilliseconds);
            await unit.Db.Visible(Scope<VisitorContext>.Everything("what is old goes everywhere")).Where(row => row.At < now).ExecuteDeleteAsync(stop);
            return await unit.Db.Visible(Scope<VisitedPage>.Everything("what is old goes everywhere")).Where(row => row.At < before).ExecuteDeleteAsync(stop);
        }, ct);
        return new JobOutcome.Done();
    }
}
