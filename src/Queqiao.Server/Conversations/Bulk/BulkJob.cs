using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Bulk;

/// <summary>Changes the conversations of a selection, chunk by chunk, with the rights that whoever asked has when it is done.</summary>
[NoPurposeGate("marks and hands over conversations: part of answering them")]
internal sealed class BulkJob(BulkSelecting selecting, BulkActs acts, BulkWriter writer) : IJobHandler
{
    public const string Name = "conversations.bulk";

    private const int AtOnce = 50;

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 2, Leased = 2 };

    internal sealed record Payload(Guid BulkId, BulkSelection Selection, BulkAction Action, int Total, long CreatedAt);

    /// <param name="After">The last conversation that was looked at.</param>
    internal sealed record Progress(Guid After, int Done);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var job = run.Payload<Payload>();
        var at = run.Resume<Progress>();
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (await acts.ActorOf(run.Ws, run.ByAgent!.Value, ct) is not { } actor || !actor.May(job.Action.Permission))
                return new JobOutcome.GiveUp("bulk_actor_gone");
            var page = await selecting.Next(actor, job.Selection, at?.After, job.CreatedAt, AtOnce, ct);
            if (page.Count == 0)
                return new JobOutcome.Done((unit, stop) => Finish(unit, run.Ws, job.BulkId, stop));
            var (decide, refusal) = await acts.Prepare(actor, job.Action, page, ct);
            if (decide is null)
                return new JobOutcome.GiveUp("bulk_target_gone", refusal!.Fields?.Keys.FirstOrDefault());
            var scope = actor.Conversations();
            var next = at ?? new Progress(default, 0);
            await writer.Write(actor, [.. page.Select(head => new BulkStep(head.Id, scope, decide, actor.Conversations(job.Action.Permission)))], async (unit, results, stop) =>
            {
                next = new Progress(results[^1].ConversationId, (at?.Done ?? 0) + results.Count);
                await Keep(unit, job.BulkId, results, stop);
                await run.SaveIn(unit, next, new JobProgress(next.Done, Math.Max(job.Total, next.Done), "bulk_working"), stop);
                unit.AfterCommit(() => at = next);
            }, ct);
        }
    }

    public Task WhenDead(JobRun run, WriteUnit unit, CancellationToken ct) => Finish(unit, run.Ws, run.Payload<Payload>().BulkId, ct);

    private static Task<int> Finish(WriteUnit unit, int ws, Guid id, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        return unit.Db.Table<BulkChange>().Where(change => change.Ws == ws && change.Id == id).ExecuteUpdateAsync(set => set.SetProperty(change => change.FinishedAt, now), ct);
    }

    private static async Task Keep(WriteUnit unit, Guid bulk, IReadOnlyList<BulkResult> results, CancellationToken ct)
    {
        foreach (var result in results)
        {
            if (Item(unit.Ws, bulk, result) is { } item)
                unit.Db.Table<BulkItem>().Add(item);
        }
        await unit.Db.SaveChangesAsync(ct);
        var changed = results.Count(result => result.Changed is not null);
        var failed = results.Count(result => result.Outcome is LogOutcome.Refused);
        var unchanged = results.Count - changed - failed;
        await unit.Db.Table<BulkChange>().Where(change => change.Ws == unit.Ws && change.Id == bulk).ExecuteUpdateAsync(set => set
            .SetProperty(change => change.Changed, change => change.Changed + changed)
            .SetProperty(change => change.Unchanged, change => change.Unchanged + unchanged)
            .SetProperty(change => change.Failed, change => change.Failed + failed), ct);
    }

    private static BulkItem? Item(int ws, Guid bulk, BulkResult result) => result switch
    {
        { Changed: { } seq } => new BulkItem
        {
            Ws = ws, BulkId = bulk, ConversationId = result.ConversationId, Seq = seq, Before = JsonSerializer.Serialize(BulkBefore.Of(result.Before!), StrictJson.Options),
        },
        { Outcome: LogOutcome.Refused refused } => new BulkItem
        {
            Ws = ws, BulkId = bulk, ConversationId = result.ConversationId, Reason = refused.Refusal.Code, ReasonArg = refused.Refusal.Args.FirstOrDefault()?.ToString(),
        },
        _ => null,
    };
}
