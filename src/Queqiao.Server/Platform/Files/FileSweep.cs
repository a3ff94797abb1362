using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Files;

/// <summary>Scans what could not be scanned at once, and deletes what nobody finished or sent.</summary>
internal sealed class FileSweep(IStorageEngine storage, StoredFiles files, FileProcessing processing, Ids ids, TimeProvider clock, ILogger<FileSweep> log) : BackgroundService
{
    private const int AtOnce = 100;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await Next(timer, stoppingToken))
        {
            try
            {
                await RunOnce(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                log.Fault(LogLevel.Warning, trouble, "The sweep of files waits for the database or the disk");
            }
        }
    }

    private static async ValueTask<bool> Next(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>One turn; returns how many files it dealt with.</summary>
    public async Task<int> RunOnce(CancellationToken ct)
    {
        List<StoredFile> due;
        await using (var db = storage.ReadSystem())
        {
            var now = ids.Now();
            due = await db.Visible(Scope<StoredFile>.Everything("the sweep works for all workspaces"))
                .Where(file => file.NextAt != null && file.NextAt <= now).OrderBy(file => file.NextAt).Take(AtOnce).ToListAsync(ct);
        }
        foreach (var row in due)
        {
            if (row.State == FileState.Scanning && (row.ConversationId is not null || ids.Now() < row.CreatedAt + (long)FileLimits.Unsent.TotalMilliseconds))
                await LookAgain(row, ct);
            else
                await Drop(row, ct);
        }
        return due.Count;
    }

    private async Task LookAgain(StoredFile row, CancellationToken ct)
    {
        var until = ids.Now() + (long)Lease.TotalMilliseconds;
        var won = await storage.Run(row.Ws, (unit, stop) => unit.Db.Visible(Scope<StoredFile>.Workspace(row.Ws))
            .Where(file => file.Id == row.Id && file.NextAt == row.NextAt).ExecuteUpdateAsync(set => set.SetProperty(file => file.NextAt, until), stop), ct);
        if (won == 1)
            await processing.Look(row, ct);
    }

    private async Task Drop(StoredFile row, CancellationToken ct)
    {
        // Marked first: from here on it cannot be sent any more.
        var won = await storage.Run(row.Ws, (unit, stop) => unit.Db.Visible(Scope<StoredFile>.Workspace(row.Ws))
            .Where(file => file.Id == row.Id && file.ConversationId == null).ExecuteUpdateAsync(set => set.SetProperty(file => file.State, FileState.Expired), stop), ct);
        if (won != 1)
            return;
        await files.DeleteBlobs(row.Ws, row.Id, ct);
        await storage.Run(row.Ws, (unit, stop) => unit.Db.Visible(Scope<StoredFile>.Workspace(row.Ws))
            .Where(file => file.Id == row.Id && file.State == FileState.Expired).ExecuteDeleteAsync(stop), ct);
    }
}
