using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>What is kept of imports goes: rows after a week, drafts with their file after a day, the line in the list after 90 days.</summary>
[NoPurposeGate("deletes what is no longer needed")]
internal sealed class ForgetImports(IStorageEngine storage, Ids ids) : IJobHandler
{
    public const string Name = "contacts.import_forget";

    private const int AtOnce = 1000;
    private static readonly TimeSpan Draft = TimeSpan.FromDays(1);
    private static readonly TimeSpan Line = TimeSpan.FromDays(90);

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromHours(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var (now, all) = (ids.Now(), new List<ContactImport>());
        await using (var db = storage.ReadSystem())
        {
            var (draft, rows) = (now - (long)Draft.TotalMilliseconds, now - (long)ImportViews.Remembered.TotalMilliseconds);
            all = await db.Table<ContactImport>().AsNoTracking().Where(import => import.CreatedAt < rows || (import.CreatedAt < draft && import.Phase != ImportPhase.Import)).OrderBy(import => import.CreatedAt).ToListAsync(ct);
        }
        foreach (var import in all)
        {
            // Whatever is at work still (a week!) keeps its file and its rows.
            if (import is { Phase: ImportPhase.Import, FinishedAt: null } && import.CreatedAt > now - (long)Line.TotalMilliseconds)
                continue;
            if (import.FinishedAt is { } end && end > now - (long)ImportViews.Remembered.TotalMilliseconds)
                continue;
            while (await ForgetSome(import, ct))
                ct.ThrowIfCancellationRequested();
        }
        return new JobOutcome.Done();
    }

    /// <summary>True: there is more.</summary>
    private Task<bool> ForgetSome(ContactImport import, CancellationToken ct) => storage.Run(import.Ws, async (unit, stop) =>
    {
        var rows = unit.Db.Visible(Scope<ContactImportRow>.Workspace(import.Ws)).Where(row => row.ImportId == import.Id);
        var some = await rows.OrderBy(row => row.No).Select(row => row.No).Take(AtOnce).ToListAsync(stop);
        if (some.Count > 0)
        {
            var last = some[^1];
            await rows.Where(row => row.No <= last).ExecuteDeleteAsync(stop);
            return true;
        }
        var line = unit.Db.Table<ContactImport>().Where(one => one.Ws == import.Ws && one.Id == import.Id);
        if (import.FileId is { } file)
            await ImportFiles.Discard(unit, import.Ws, file, stop);
        if (import.Phase != ImportPhase.Import || import.CreatedAt < unit.Ids.Now() - (long)Line.TotalMilliseconds)
            await line.ExecuteDeleteAsync(stop);
        else
            await line.ExecuteUpdateAsync(set => set.SetProperty(one => one.FileId, (Guid?)null), stop);
        return false;
    }, ct);
}
