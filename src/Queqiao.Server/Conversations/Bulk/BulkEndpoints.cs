using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Bulk;

/// <summary>/api/v1/conversations/bulk: change many conversations at once. Each agent sees their own bulk changes only.</summary>
internal static class BulkEndpoints
{
    private const int MostFailures = 200;

    public static void Map(RouteGroupBuilder conversations)
    {
        var bulk = conversations.MapGroup("/bulk");
        bulk.MapPost("/preview", Preview).Needs(Permissions.Reply).TakesQuery().WithSummary("How many conversations a selection names; with an action, what it would do to each of them").Produces<BulkPreviewing.Answer>();
        bulk.MapPost("", Begin).IsBulkWork().Needs(Permissions.Reply).TakesQuery().WithSummary("Change many conversations: named ones, or all that match a filter").Produces<BulkView>(StatusCodes.Status202Accepted);
        bulk.MapGet("/{id:guid}", Show).Needs(Permissions.Reply).TakesQuery().WithSummary("How far a bulk change came").Produces<BulkView>();
        bulk.MapGet("/{id:guid}/failures", Failures).Needs(Permissions.Reply).TakesQuery("cursor").WithSummary("The conversations that could not be changed, or not put back, and why").Produces<FailurePage>();
        bulk.MapPost("/{id:guid}/undo", Undo).Needs(Permissions.Reply).TakesQuery().WithSummary("Put back what a bulk change changed, where nothing has happened since").Produces<BulkView>(StatusCodes.Status202Accepted);
        bulk.MapPost("/{id:guid}/cancel", Cancel).Needs(Permissions.Reply).TakesQuery().WithSummary("Stop a bulk change; what is done stays done and can be undone").Produces<BulkView>();
    }

    /// <param name="Action">What would be done; without it, only the number is told.</param>
    internal sealed record Selected(IReadOnlyList<Guid>? Ids = null, IReadOnlyDictionary<string, string>? Filter = null, BulkAction? Action = null)
    {
        public BulkSelection Selection => new(Ids, Filter);
    }

    internal sealed record Matching(int Count);

    /// <param name="Ids">Up to 1,000 conversations; or</param>
    /// <param name="Filter">the parameters of a list: all that it shows.</param>
    internal sealed record Request(BulkAction Action, IReadOnlyList<Guid>? Ids = null, IReadOnlyDictionary<string, string>? Filter = null);

    /// <param name="State">waiting, running, done, dead or cancelled.</param>
    /// <param name="Total">Conversations that matched when it was asked for.</param>
    /// <param name="UndoUntil">Null: not yet, or no more.</param>
    /// <param name="Undo">The state of undoing; null: nobody asked.</param>
    internal sealed record BulkView(
        Guid Id, Guid JobId, BulkAction Action, string State, int Total, int Changed, int Unchanged, int Failed, string CreatedAt, string? FinishedAt, string? UndoUntil, UndoView? Undo);

    internal sealed record UndoView(string State, int Undone, int NotUndone);

    internal sealed record FailurePage(IReadOnlyList<Failure> Items, string? NextCursor);

    internal sealed record Failure(Guid ConversationId, string Code, string Text);

    private static async Task<IResult> Preview(Selected request, Actor actor, BulkSelecting selecting, BulkPreviewing previewing, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        if ((request.Action?.Check(clock.GetUtcNow()) ?? request.Selection.Check()) is { } wrong)
            return wrong.ToProblem();
        if (request.Action is { } action)
        {
            if (!actor.May(action.Permission))
                return Refusal.Forbidden().ToProblem();
            var (answer, no) = await previewing.Of(actor, request.Selection, action, Locale.Of(context), ct);
            return no?.ToProblem() ?? (IResult)TypedResults.Ok(answer);
        }
        var (count, refusal) = await selecting.Count(actor, request.Selection, ct);
        return refusal?.ToProblem() ?? (IResult)TypedResults.Ok(new Matching(count));
    }

    private static async Task<IResult> Begin(
        Request request, Actor actor, BulkSelecting selecting, BulkActs acts, JobQueue jobs, IStorageEngine storage, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        var selection = new BulkSelection(request.Ids, request.Filter);
        if ((request.Action.Check(clock.GetUtcNow()) ?? selection.Check()) is { } wrong)
            return wrong.ToProblem();
        if (!actor.May(request.Action.Permission))
            return Refusal.Forbidden().ToProblem();
        var (matching, refusal) = await selecting.Count(actor, selection, ct);
        if (refusal is null)
            (_, refusal) = await acts.Prepare(actor, request.Action, [], ct);
        if (refusal is null && matching > BulkSelection.MostMatching)
            refusal = Refusal.BadRequest("bulk_too_many", BulkSelection.MostMatching);
        if (refusal is not null)
            return refusal.ToProblem();

        var total = selection.Ids?.Distinct().Count() ?? matching;
        var id = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var (bulk, now) = (unit.Ids.New(), unit.Ids.Now());
            var job = await jobs.Add(unit, NewJob.Of(actor.Ws, BulkJob.Name, new BulkJob.Payload(bulk, selection, request.Action, total, now)) with { By = actor.AgentId, Lane = Lane(actor) }, stop);
            unit.Db.Table<BulkChange>().Add(new BulkChange
            {
                Ws = actor.Ws, Id = bulk, ByAgent = actor.AgentId, JobId = job, Action = JsonSerializer.Serialize(request.Action, StrictJson.Options), Total = total, CreatedAt = now,
            });
            await Audit.Record(unit, AuditBy.Agent(actor, context), "conversations.bulk_changed", "bulk", bulk.ToString(), new { type = request.Action.Type, total }, stop);
            return bulk;
        }, ct);
        return TypedResults.Accepted($"/api/v1/conversations/bulk/{id}", await View(storage, actor, id, clock, ct));
    }

    /// <summary>One after the other for each agent: undoing waits for what it undoes.</summary>
    private static string Lane(Actor actor) => $"bulk/{actor.AgentId:N}";

    private static async Task<IResult> Show(Guid id, Actor actor, IStorageEngine storage, TimeProvider clock, CancellationToken ct) =>
        await View(storage, actor, id, clock, ct) is { } view ? TypedResults.Ok(view) : Refusal.NotFound().ToProblem();

    private static async Task<IResult> Failures(Guid id, string? cursor, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        Guid after = default;
        if (cursor is not null && !Guid.TryParseExact(cursor, "N", out after))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await using var db = storage.Read(actor.Ws);
        if (!await Mine(db, actor, id).AnyAsync(ct))
            return Refusal.NotFound().ToProblem();
        var rows = db.Table<BulkItem>().AsNoTracking().Where(item => item.Ws == actor.Ws && item.BulkId == id && item.Reason != null);
        if (cursor is not null)
            rows = rows.Where(item => item.ConversationId.CompareTo(after) > 0);
        var page = await rows.OrderBy(item => item.ConversationId).Take(MostFailures + 1).ToListAsync(ct);
        var locale = Locale.Of(context);
        return TypedResults.Ok(new FailurePage(
            [.. page.Take(MostFailures).Select(item => new Failure(item.ConversationId, item.Reason!, Messages.Text(locale, item.Reason!, item.ReasonArg ?? "")))],
            page.Count > MostFailures ? page[MostFailures - 1].ConversationId.ToString("N") : null));
    }

    private static async Task<IResult> Undo(Guid id, Actor actor, IStorageEngine storage, JobQueue jobs, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        if (await View(storage, actor, id, clock, ct) is not { } view)
            return Refusal.NotFound().ToProblem();
        if (view.UndoUntil is null)
            return Refusal.Conflict("bulk_not_undoable").ToProblem();
        var asked = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var job = await jobs.Add(unit, NewJob.Of(actor.Ws, BulkUndo.Name, new BulkUndo.Payload(id, view.Action.Permission)) with { By = actor.AgentId, Lane = Lane(actor) }, stop);
            if (await Mine(unit.Db, actor, id).Where(change => change.UndoJobId == null).ExecuteUpdateAsync(set => set.SetProperty(change => change.UndoJobId, job), stop) == 0)
                unit.Abandon(); // asked twice at once
            else
                await Audit.Record(unit, AuditBy.Agent(actor, context), "conversations.bulk_undone", "bulk", id.ToString(), new { changed = view.Changed }, stop);
            return 0;
        }, ct);
        return TypedResults.Accepted($"/api/v1/conversations/bulk/{id}", await View(storage, actor, id, clock, ct));
    }

    private static async Task<IResult> Cancel(Guid id, Actor actor, IStorageEngine storage, JobDesk desk, TimeProvider clock, CancellationToken ct)
    {
        if (await View(storage, actor, id, clock, ct) is not { } view)
            return Refusal.NotFound().ToProblem();
        var cancelled = await storage.Run(actor.Ws, (unit, stop) => desk.Cancel(unit, actor.Ws, view.JobId, stop), ct);
        return cancelled ? TypedResults.Ok(await View(storage, actor, id, clock, ct)) : Refusal.Conflict("bulk_ended").ToProblem();
    }

    private static IQueryable<BulkChange> Mine(QueqiaoDb db, Actor actor, Guid id) =>
        db.Table<BulkChange>().Where(change => change.Ws == actor.Ws && change.Id == id && change.ByAgent == actor.AgentId);

    private static async Task<BulkView?> View(IStorageEngine storage, Actor actor, Guid id, TimeProvider clock, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        if (await Mine(db, actor, id).AsNoTracking().SingleOrDefaultAsync(ct) is not { } change)
            return null;
        var jobs = await db.Table<JobRow>().AsNoTracking().Where(job => job.Ws == actor.Ws && (job.Id == change.JobId || job.Id == change.UndoJobId)).ToDictionaryAsync(job => job.Id, ct);
        var job = jobs.GetValueOrDefault(change.JobId);
        var finished = change.FinishedAt ?? job?.FinishedAt;
        var until = finished + (long)BulkUndo.Within.TotalMilliseconds;
        var open = until > clock.GetUtcNow().ToUnixTimeMilliseconds() && change is { UndoJobId: null, Changed: > 0 };
        return new BulkView(
            change.Id, change.JobId, JsonSerializer.Deserialize<BulkAction>(change.Action, TolerantJson.Options)!, StateOf(job), change.Total, change.Changed, change.Unchanged, change.Failed,
            WireTime.Format(change.CreatedAt), finished is { } end ? WireTime.Format(end) : null, open ? WireTime.Format(until!.Value) : null,
            change.UndoJobId is { } undo ? new UndoView(StateOf(jobs.GetValueOrDefault(undo)), change.Undone, change.NotUndone) : null);
    }

    private static string StateOf(JobRow? job) => job?.State switch
    {
        null => JobState.Done, // cleaned away
        JobState.Behind => JobState.Waiting,
        JobState.Discarded => JobState.Dead,
        var state => state,
    };
}
