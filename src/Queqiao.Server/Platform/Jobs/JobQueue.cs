using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>Where jobs are written: in the transaction of the deed that wants them, so that neither is ever there without the other.</summary>
internal sealed class JobQueue(JobKinds kinds, JobBell bell)
{
    public async Task<Guid> Add(WriteUnit unit, NewJob job, CancellationToken ct) => (await Add(unit, [job], ct))[0];

    /// <returns>Their ids, in the same order.</returns>
    public async Task<IReadOnlyList<Guid>> Add(WriteUnit unit, IReadOnlyList<NewJob> jobs, CancellationToken ct)
    {
        if (jobs.FirstOrDefault(job => !kinds.Knows(job.Kind)) is { } stranger)
            throw new InvalidOperationException($"Nobody handles jobs of the kind '{stranger.Kind}'.");
        var places = await JobLanes.Enter(unit, jobs.Where(job => job.Lane is not null).Select(job => (job.Ws, job.Lane!)), ct);
        var now = unit.Ids.Now();
        var rows = new List<JobRow>(jobs.Count);
        foreach (var job in jobs)
        {
            var place = job.Lane is { } lane ? places[(job.Ws, lane)]++ : (long?)null;
            rows.Add(new JobRow
            {
                Ws = job.Ws, Id = unit.Ids.New(), Kind = job.Kind, State = place is null or 1 ? JobState.Waiting : JobState.Behind,
                Lane = job.Lane, LaneSeq = place, RunAt = job.RunAt ?? now, Payload = job.Payload, ByAgent = job.By, CreatedAt = now,
            });
        }
        unit.Db.Table<JobRow>().AddRange(rows);
        await unit.Db.SaveChangesAsync(ct);
        unit.AfterCommit(bell.Ring);
        return [.. rows.Select(row => row.Id)];
    }
}
