using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Bulk;

/// <summary>Puts the conversations of a bulk change back, where nothing else has happened since. Looking at one is nothing.</summary>
[NoPurposeGate("marks and hands over conversations: part of answering them")]
internal sealed class BulkUndo(IStorageEngine storage, BulkActs acts, BulkWriter writer) : IJobHandler
{
    public const string Name = "conversations.bulk_undo";

    /// <summary>So long after its end a bulk change can be undone.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromMinutes(10);

    private const int AtOnce = 50;

    private static readonly string[] Looking = [EntryType.Read, EntryType.MentionsSeen, EntryType.ContactRenamed];

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 2, Leased = 2 };

    internal sealed record Payload(Guid BulkId, string Permission);

    internal sealed record Progress(Guid After, int Done);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var job = run.Payload<Payload>();
        var at = run.Resume<Progress>();
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (await acts.ActorOf(run.Ws, run.ByAgent!.Value, ct) is not { } actor || !actor.May(job.Permission))
                return new JobOutcome.GiveUp("bulk_actor_gone");
            var (items, total) = await Next(run.Ws, job.BulkId, at?.After, ct);
            if (items.Count == 0)
                return new JobOutcome.Done();
            var steps = await Steps(run.Ws, items, ct);
            var next = at ?? new Progress(default, 0);
            await writer.Write(actor, steps, async (unit, results, stop) =>
            {
                next = new Progress(results[^1].ConversationId, (at?.Done ?? 0) + results.Count);
                await Keep(unit, job.BulkId, results, stop);
                await run.SaveIn(unit, next, new JobProgress(next.Done, total, "bulk_undoing"), stop);
                unit.AfterCommit(() => at = next);
            }, ct);
        }
    }

    private async Task<(List<BulkItem> Items, int Total)> Next(int ws, Guid bulk, Guid? after, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var changed = db.Table<BulkItem>().AsNoTracking().Where(item => item.Ws == ws && item.BulkId == bulk && item.Seq != null);
        var rest = after is { } last ? changed.Where(item => item.ConversationId.CompareTo(last) > 0) : changed;
        return (await rest.OrderBy(item => item.ConversationId).Take(AtOnce).ToListAsync(ct), await changed.CountAsync(ct));
    }

    private async Task<List<BulkStep>> Steps(int ws, List<BulkItem> items, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var ids = items.Select(item => item.ConversationId).ToArray();
        var heads = await db.Visible(Scope<ConversationHead>.Workspace(ws)).Where(head => ids.Contains(head.Id)).ToDictionaryAsync(head => head.Id, ct);
        var steps = new List<BulkStep>(items.Count);
        var befores = items.ToDictionary(item => item.ConversationId, item => JsonSerializer.Deserialize<BulkBefore>(item.Before!, TolerantJson.Options)!);
        var names = await acts.Names(ws, befores.Values, heads.Values, ct);
        foreach (var item in items)
        {
            var seq = item.Seq!.Value;
            if (heads.TryGetValue(item.ConversationId, out var head) && head.Seq > seq && !await db.Visible(Scope<EntryRow>.Workspace(ws))
                .AnyAsync(entry => entry.ConversationId == item.ConversationId && entry.Seq > seq && entry.Seq <= head.Seq && !Looking.Contains(entry.Type), ct))
                seq = head.Seq;
            var before = befores[item.ConversationId];
            steps.Add(new BulkStep(item.ConversationId, null, now => now.Restore(seq, before, names)));
        }
        return steps;
    }

    private static async Task Keep(WriteUnit unit, Guid bulk, IReadOnlyList<BulkResult> results, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var mine = unit.Db.Table<BulkItem>().Where(item => item.Ws == unit.Ws && item.BulkId == bulk);
        var undone = results.Where(result => result.Outcome is LogOutcome.Stored).Select(result => result.ConversationId).ToArray();
        await mine.Where(item => undone.Contains(item.ConversationId)).ExecuteUpdateAsync(set => set.SetProperty(item => item.UndoneAt, now), ct);
        foreach (var result in results)
        {
            if (result.Outcome is LogOutcome.Refused refused)
                await mine.Where(item => item.ConversationId == result.ConversationId).ExecuteUpdateAsync(set => set.SetProperty(item => item.Reason, refused.Refusal.Code), ct);
        }
        var not = results.Count - undone.Length;
        await unit.Db.Table<BulkChange>().Where(change => change.Ws == unit.Ws && change.Id == bulk).ExecuteUpdateAsync(set => set
            .SetProperty(change => change.Undone, change => change.Undone + undone.Length)
            .SetProperty(change => change.NotUndone, change => change.NotUndone + not), ct);
    }
}
