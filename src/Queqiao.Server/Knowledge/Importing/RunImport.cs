using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Arranging;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Importing;

/// <summary>Makes items and facts of an import's rows, some at a time. What became of a row and the item are one transaction: a row that was imported is never imported again.</summary>
[NoPurposeGate("Articles and FAQs are the firm's; no person's data is used.")]
internal sealed class RunImport(IStorageEngine storage, ItemWriting writing, PublishImported publishing) : IJobHandler
{
    public const string Name = "knowledge.import";
    private const int AtOnce = 20; // on SQLite nobody else writes meanwhile

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1 };

    internal sealed record Payload(Guid ImportId);

    internal sealed record Progress(int Row);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var id = run.Payload<Payload>().ImportId;
        while (await Some(run, id, ct))
            ct.ThrowIfCancellationRequested();
        await publishing.Run(run, id, ct);
        return new JobOutcome.Done(async (unit, stop) =>
        {
            var now = unit.Ids.Now();
            await unit.Db.Table<KnowledgeImport>().Where(row => row.Ws == run.Ws && row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Phase, "done").SetProperty(row => row.FinishedAt, now), stop);
            await Audit.Record(unit, AuditBy.System(run.Ws), "knowledge_import.finished", "knowledge_import", id.ToString(), null, stop);
        });
    }

    /// <returns>Whether there may be more.</returns>
    private Task<bool> Some(JobRun run, Guid id, CancellationToken ct) => storage.Run(run.Ws, async (unit, stop) =>
    {
        var import = await unit.Db.Table<KnowledgeImport>().SingleAsync(row => row.Ws == run.Ws && row.Id == id, stop);
        var rows = await unit.Db.Table<KnowledgeImportRow>().Where(row => row.Ws == run.Ws && row.ImportId == id && row.Outcome == "ready").OrderBy(row => row.No).Take(AtOnce).ToListAsync(stop);
        if (rows.Count == 0 || await ItemWriting.Lock(unit, run.Ws, import.BaseId, stop) is not { } home)
            return false;
        var (plan, counts) = (ImportPlan.Of(import.Plan), ImportCounts.Of(import.Counts));
        // With a regression set the whole is judged when all of it is there.
        var isJudged = plan.Publish && await unit.Db.Table<KnowledgeCheck>().AnyAsync(check => check.Ws == run.Ws && check.BaseId == import.BaseId, stop);
        foreach (var row in rows)
        {
            var wish = ImportedItem.Of(row.Content!);
            if (wish.Fact is not { } fact)
                await One(unit, home, row, wish, plan, isJudged, run.ByAgent, stop);
            else if (await ImportFact.One(unit, home, row, fact, plan, run.ByAgent, stop))
                writing.Seen(unit, home, null);
            counts = row.Outcome switch
            {
                "added" => counts with { Added = counts.Added + 1 },
                "changed" => counts with { Changed = counts.Changed + 1 },
                "failed" => counts with { Failed = counts.Failed + 1 },
                _ => counts with { Same = counts.Same + 1 },
            };
            await unit.Db.SaveChangesAsync(stop);
        }
        import.Counts = counts.Json();
        await unit.Db.SaveChangesAsync(stop);
        await run.SaveIn(unit, new Progress(rows[^1].No), new JobProgress(rows[^1].No, import.Total, "knowledge_importing"), stop);
        return rows.Count == AtOnce;
    }, ct);

    private async Task One(WriteUnit unit, KnowledgeBaseRow home, KnowledgeImportRow row, ImportedItem wish, ImportPlan plan, bool isJudged, Guid? by, CancellationToken ct)
    {
        var (kind, lookup) = (wish.IsFaq ? "faq" : "article", ContentRules.Same(wish.Content.TitleIn(home.Language)));
        var known = await unit.Db.Table<KnowledgeItem>().Where(item => item.Ws == home.Ws && item.BaseId == home.Id && item.ArchivedAt == null
            && (wish.Key != null ? item.ExternalKey == wish.Key : item.Kind == kind && item.Lookup == lookup)).OrderBy(item => item.Id).FirstOrDefaultAsync(ct);
        if (known is not null && known.Kind == kind)
        {
            var before = await ItemWriting.Content(unit, known, known.Version, ct);
            row.Outcome = "same";
            row.ItemId = known.Id;
            if (!plan.Overwrite || before.Json() == wish.Content.Json())
                return;
            await ItemWriting.Revise(unit, home, known, wish.Content, by, null, ct);
            row.Outcome = "changed";
        }
        else
        {
            known = ItemWriting.Add(unit, home, wish.IsFaq, wish.Content, by);
            known.ExternalKey = wish.Key;
            (row.Outcome, row.ItemId) = ("added", known.Id);
        }
        if (wish.Category is { Length: > 0 } category)
            known.CategoryId = await Categories.Named(unit, home, category, ct);
        row.Version = known.Version;
        if (plan.Publish && !isJudged)
            await writing.Publish(unit, home, known, known.Version, ct);
    }
}
