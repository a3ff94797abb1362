using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>What an administrator does with jobs. Each act is one conditional update: it says whether the job was in a state for it.</summary>
internal sealed class JobDesk(JobBell bell)
{
    private const int MostReplayed = 1000;

    private const string ReplaySql = """
        UPDATE job SET state = @state, lane_seq = @seq, run_at = @now, tries = 0, reason = NULL, reason_arg = NULL, finished_at = NULL, cancel_asked_at = NULL, delete_at = NULL
        WHERE ws = @ws AND id = @id AND state IN ('dead', 'cancelled', 'discarded') RETURNING 1
        """;

    private const string DiscardSql = "UPDATE job SET state = 'discarded', delete_at = @delete WHERE ws = @ws AND id = @id AND state = 'dead' RETURNING 1";

    private const string CancelSql = """
        UPDATE job SET state = 'cancelled', finished_at = @now, delete_at = @delete WHERE ws = @ws AND id = @id AND state IN ('waiting', 'behind') RETURNING lane
        """;

    private const string AskSql = "UPDATE job SET cancel_asked_at = @now WHERE ws = @ws AND id = @id AND state = 'running' RETURNING 1";

    /// <summary>It runs again, at the end of its lane, from where it was saved last.</summary>
    public async Task<bool> Replay(WriteUnit unit, JobRow job, CancellationToken ct) => await Replay(unit, [job], ct) == 1;

    /// <summary>Up to a thousand dead jobs of a kind run again, oldest first.</summary>
    public async Task<int> ReplayKind(WriteUnit unit, int ws, string kind, CancellationToken ct)
    {
        var dead = await unit.Db.Table<JobRow>().AsNoTracking().Where(job => job.Ws == ws && job.State == JobState.Dead && job.Kind == kind)
            .OrderBy(job => job.Id).Take(MostReplayed).ToListAsync(ct);
        return await Replay(unit, dead, ct);
    }

    public static async Task<bool> Discard(WriteUnit unit, int ws, Guid id, CancellationToken ct)
    {
        var delete = JobRules.Cancelled(0, unit.Ids.Now()).DeleteAt;
        return (await Statement.One(unit, new Statement(DiscardSql, ("@delete", delete), ("@ws", ws), ("@id", id)), static _ => true, ct)).Count == 1;
    }

    /// <summary>What has not begun never begins; what runs is asked to stop, within seconds.</summary>
    public async Task<bool> Cancel(WriteUnit unit, int ws, Guid id, CancellationToken ct)
    {
        var end = JobRules.Cancelled(0, unit.Ids.Now());
        var lanes = await Statement.One(unit, new Statement(CancelSql, ("@now", end.FinishedAt), ("@delete", end.DeleteAt), ("@ws", ws), ("@id", id)),
            static row => row.IsDBNull(0) ? null : row.GetString(0), ct);
        if (lanes.Count == 0)
            return (await Statement.One(unit, new Statement(AskSql, ("@now", unit.Ids.Now()), ("@ws", ws), ("@id", id)), static _ => true, ct)).Count == 1;
        if (lanes[0] is { } lane && await JobLanes.Release(unit, [(ws, lane)], ct))
            unit.AfterCommit(bell.Ring);
        return true;
    }

    private async Task<int> Replay(WriteUnit unit, List<JobRow> jobs, CancellationToken ct)
    {
        var places = await JobLanes.Enter(unit, jobs.Where(job => job.Lane is not null).Select(job => (job.Ws, job.Lane!)), ct);
        var statements = new List<Statement>(jobs.Count);
        foreach (var job in jobs)
        {
            var place = job.Lane is { } lane ? places[(job.Ws, lane)]++ : (long?)null;
            statements.Add(new Statement(ReplaySql, ("@state", place is null or 1 ? JobState.Waiting : JobState.Behind), ("@seq", place),
                ("@now", unit.Ids.Now()), ("@ws", job.Ws), ("@id", job.Id)));
        }
        var rows = await Statement.Each(unit, statements, static _ => true, ct);
        // Somebody was faster with one of them: its place must not stay empty before others.
        await JobLanes.Release(unit, jobs.Zip(rows).Where(pair => pair.Second.Count == 0 && pair.First.Lane is not null).Select(pair => (pair.First.Ws, pair.First.Lane!)), ct);
        unit.AfterCommit(bell.Ring);
        return rows.Count(row => row.Count == 1);
    }
}
