using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Background;

/// <summary><c>POST /api/v1/jobs/{id}/replay</c>, <c>/discard</c>, <c>/cancel</c>, and <c>POST /api/v1/jobs/replay</c></summary>
internal static class ActOnJobs
{
    internal sealed record KindRequest(string Kind);

    /// <param name="Count">A thousand: there may be more, ask again.</param>
    internal sealed record Replayed(int Count);

    public static Task<IResult> Replay(Guid id, Actor actor, JobDesk desk, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Act(id, "job.replayed", actor, storage, context, (unit, job, stop) => desk.Replay(unit, job, stop), ct);

    public static Task<IResult> Discard(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Act(id, "job.discarded", actor, storage, context, (unit, job, stop) => JobDesk.Discard(unit, job.Ws, job.Id, stop), ct);

    public static Task<IResult> Cancel(Guid id, Actor actor, JobDesk desk, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Act(id, "job.cancelled", actor, storage, context, (unit, job, stop) => desk.Cancel(unit, job.Ws, job.Id, stop), ct);

    public static async Task<IResult> ReplayKind(KindRequest request, Actor actor, JobDesk desk, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        TypedResults.Ok(new Replayed(await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var count = await desk.ReplayKind(unit, actor.Ws, request.Kind, stop);
            if (count > 0)
                await Audit.Record(unit, AuditBy.Agent(actor, context), "jobs.replayed", "job_kind", request.Kind, new { count }, stop);
            return count;
        }, ct)));

    private static async Task<IResult> Act(
        Guid id, string action, Actor actor, IStorageEngine storage, HttpContext context, Func<WriteUnit, JobRow, CancellationToken, Task<bool>> act, CancellationToken ct) =>
        await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var mine = unit.Db.Table<JobRow>().AsNoTracking().Where(job => job.Ws == actor.Ws && job.Id == id);
            if (await mine.SingleOrDefaultAsync(stop) is not { } job)
                return Refusal.NotFound().ToProblem();
            if (!await act(unit, job, stop))
            {
                unit.Abandon();
                return Refusal.Conflict("job_state", Messages.Text(Locale.Of(context), "job_state_" + job.State)).ToProblem();
            }
            await Audit.Record(unit, AuditBy.Agent(actor, context), action, "job", id.ToString(), new { kind = job.Kind, reason = job.Reason }, stop);
            return TypedResults.Ok(JobView.Of(await mine.SingleAsync(stop), Locale.Of(context)));
        }, ct);
}
