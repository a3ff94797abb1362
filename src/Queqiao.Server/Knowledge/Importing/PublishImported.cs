using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Gate;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Importing;

/// <summary>
/// Publishes what an import wrote, as one change that the regression set judges. May be killed at any time: what is held is written down
/// first, what is published shows by its version, and the rest is judged again.
/// </summary>
internal sealed class PublishImported(Gatekeeper gate, ItemWriting writing, IStorageEngine storage)
{
    private const int AtOnce = 20; // on SQLite nobody else writes meanwhile

    public async Task Run(JobRun run, Guid id, CancellationToken ct)
    {
        KnowledgeImport import;
        await using (var db = storage.Read(run.Ws))
            import = await db.Table<KnowledgeImport>().AsNoTracking().SingleAsync(row => row.Ws == run.Ws && row.Id == id, ct);
        if (!ImportPlan.Of(import.Plan).Publish)
            return;
        var waiting = await Waiting(run.Ws, id, ct);
        if (waiting.Count == 0)
            return;
        if (await NeedsSecond(import, ct))
        {
            await storage.Run(run.Ws, (unit, stop) => AskFor(unit, [.. waiting.Select(one => one.Item.Id)], stop), ct);
            return;
        }
        var good = await Judged(import, waiting, ct);
        foreach (var some in good.Chunk(AtOnce))
        {
            ct.ThrowIfCancellationRequested();
            await storage.Run(run.Ws, (unit, stop) => Publish(unit, import.BaseId, some, stop), ct);
        }
    }

    private async Task<bool> NeedsSecond(KnowledgeImport import, CancellationToken ct)
    {
        await using var db = storage.Read(import.Ws);
        return await db.Table<KnowledgeBaseRow>().AnyAsync(row => row.Ws == import.Ws && row.Id == import.BaseId && row.NeedsSecond, ct);
    }

    /// <summary>Who imported is who wrote: somebody else shows it.</summary>
    private static async Task<int> AskFor(WriteUnit unit, Guid[] items, CancellationToken ct)
    {
        var asked = 0;
        foreach (var some in items.Chunk(500))
            asked += await unit.Db.Table<KnowledgeItem>().Where(item => item.Ws == unit.Ws && some.Contains(item.Id)).ExecuteUpdateAsync(set => set.SetProperty(item => item.Review, "asked"), ct);
        return asked;
    }

    private async Task<IReadOnlyList<Candidate>> Judged(KnowledgeImport import, List<Candidate> waiting, CancellationToken ct)
    {
        if (await gate.Sift(import.Ws, import.BaseId, waiting, ct) is not { } verdict)
            return waiting;
        await storage.Run(import.Ws, async (unit, stop) =>
        {
            var row = await unit.Db.Table<KnowledgeImport>().SingleAsync(one => one.Ws == import.Ws && one.Id == import.Id, stop);
            var counts = ImportCounts.Of(row.Counts);
            row.Counts = (counts with { Held = counts.Held + verdict.Held.Count }).Json();
            await gate.HoldImported(unit, row, verdict, stop);
            return await unit.Db.SaveChangesAsync(stop);
        }, ct);
        return verdict.Good;
    }

    /// <summary>What the import wrote and readers do not see yet.</summary>
    private async Task<List<Candidate>> Waiting(int ws, Guid id, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var rows = await (
            from row in db.Table<KnowledgeImportRow>().AsNoTracking()
            join item in db.Table<KnowledgeItem>().AsNoTracking() on new { row.Ws, Id = row.ItemId } equals new { item.Ws, Id = (Guid?)item.Id }
            join version in db.Table<KnowledgeVersion>().AsNoTracking() on new { item.Ws, ItemId = item.Id, row.Version } equals new { version.Ws, version.ItemId, Version = (int?)version.Version }
            where row.Ws == ws && row.ImportId == id && row.Code == null && item.ArchivedAt == null && (item.PublishedVersion == null || item.PublishedVersion < row.Version)
            orderby row.No
            select new { Item = item, version.Version, version.Content }).ToListAsync(ct);
        // Two rows may have become one item: its later version counts.
        return [.. rows.GroupBy(one => one.Item.Id).Select(group => group.MaxBy(one => one.Version)!).Select(one => new Candidate(one.Item, one.Version, KnowledgeContent.Of(one.Content)))];
    }

    private async Task<int> Publish(WriteUnit unit, Guid baseId, IReadOnlyList<Candidate> some, CancellationToken ct)
    {
        if (await ItemWriting.Lock(unit, unit.Ws, baseId, ct) is not { } home)
            return 0;
        foreach (var one in some)
        {
            var item = await unit.Db.Table<KnowledgeItem>().SingleAsync(row => row.Ws == unit.Ws && row.Id == one.Item.Id, ct);
            if (item.ArchivedAt is null && !(item.PublishedVersion >= one.Version))
                await writing.Publish(unit, home, item, one.Version, ct);
        }
        return await unit.Db.SaveChangesAsync(ct);
    }
}
