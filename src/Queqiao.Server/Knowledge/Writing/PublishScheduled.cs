using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Gate;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Writing;

/// <summary>Publishes what was to be published by now, in every workspace, unless the regression set is against it. Each item in a transaction of its own.</summary>
[NoPurposeGate("Articles and FAQs are the firm's; no person's data is used.")]
internal sealed class PublishScheduled(IStorageEngine storage, ItemWriting writing, Gatekeeper gate, TimeProvider clock) : IJobHandler
{
    public const string Name = "knowledge.publish";
    private const int AtOnce = 100;

    public JobKind Kind { get; } = new(Name) { Concurrency = 1, Leased = 1 };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        while (true)
        {
            List<(int Ws, Guid Id)> due;
            await using (var db = storage.ReadSystem())
            {
                var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
                due = [.. (await db.Table<KnowledgeItem>().AsNoTracking().Where(item => item.PublishAt <= now).OrderBy(item => item.PublishAt).Take(AtOnce).Select(item => new { item.Ws, item.Id }).ToListAsync(ct)).Select(one => (one.Ws, one.Id))];
            }
            foreach (var (ws, id) in due)
                await Publish(ws, id, ct);
            if (due.Count < AtOnce)
                return new JobOutcome.Done();
        }
    }

    private async Task Publish(int ws, Guid id, CancellationToken ct)
    {
        KnowledgeItem? item;
        await using (var db = storage.Read(ws))
            item = await db.Table<KnowledgeItem>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws && row.Id == id, ct);
        if (item is null)
            return;
        var (result, worse) = await gate.Judge(ws, item, ct); // seconds of computing: before the transaction
        await Publish(ws, id, VersionOf(item), result, worse, ct);
    }

    internal static int VersionOf(KnowledgeItem item) => item.PublishVersion ?? item.Version;

    private Task<int> Publish(int ws, Guid id, int judged, TrialResult? result, int worse, CancellationToken ct) => storage.Run(ws, async (unit, stop) =>
    {
        var item = await unit.Db.Table<KnowledgeItem>().SingleAsync(row => row.Ws == ws && row.Id == id, stop);
        var home = (await ItemWriting.Lock(unit, ws, item.BaseId, stop))!;
        await unit.Db.Entry(item).ReloadAsync(stop);
        if (!(item.PublishAt <= unit.Ids.Now()) || VersionOf(item) != judged)
            return 0; // somebody changed their mind, or the text: then it is judged again
        if (worse > 0)
        {
            await gate.Hold(unit, item, result!, worse, stop);
            return 1;
        }
        await writing.Publish(unit, home, item, judged, stop);
        if (result is not null)
            Trials.Keep(unit, result, id, null);
        await Audit.Record(unit, AuditBy.System(ws), "knowledge_item.published", "knowledge_item", id.ToString(), new { version = judged }, stop);
        return 1;
    }, ct);
}
