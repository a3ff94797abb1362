using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>A job somebody holds.</summary>
internal sealed record ClaimedJob(int Ws, Guid Id, JobKind Kind, Guid Lease, int Tries, byte[] Payload, byte[]? Resume, Guid? ByAgent, long CreatedAt, long RunAt, bool CancelAsked);

/// <summary>A try that ended, and what becomes of its job.</summary>
internal sealed record EndedTry(ClaimedJob Job, JobChange Change)
{
    /// <summary>Done, and nobody wants to look at it later.</summary>
    public bool Drops => Change.State == JobState.Done && Job.Kind.Keep == TimeSpan.Zero;
}

/// <summary>What was stored of tries.</summary>
/// <param name="Mine">The jobs that were still ours: another's word counts for those whose lease was lost.</param>
/// <param name="Waiting">Some wait again, or a lane went on: there is something new to be due.</param>
internal sealed record StoredEnds(HashSet<Guid> Mine, bool Waiting);

/// <summary>When there is something to do next.</summary>
/// <param name="Kinds">The earliest waiting job of each kind.</param>
/// <param name="Lease">When the first lease runs out.</param>
/// <param name="Schedule">The first tick.</param>
internal sealed record DueTimes(IReadOnlyDictionary<string, long> Kinds, long? Lease, long? Schedule);

/// <summary>Leasing and finishing, in batches. The lock is a conditional update.</summary>
internal sealed class JobStore(IStorageEngine storage, JobKinds kinds)
{
    /// <summary>So long a server may be silent before others take its jobs over. Servers' clocks must agree better than this.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private const string ClaimSql = """
        WITH due (due_ws, due_id) AS MATERIALIZED
            (SELECT ws, id FROM job WHERE kind = @kind AND state = 'waiting' AND run_at <= @now ORDER BY run_at, id LIMIT @most {lock})
        UPDATE job SET state = 'running', lease = @lease, leased_until = @until, tries = tries + 1, started_at = @now
        FROM due WHERE ws = due_ws AND id = due_id
        RETURNING ws, id, kind, tries, payload, resume, by_agent, created_at, run_at, cancel_asked_at
        """;

    private const string ExpireSql = """
        UPDATE job SET state = 'waiting', lease = NULL, leased_until = NULL, run_at = @now, reason = 'job_lease_expired', reason_arg = NULL
        WHERE state = 'running' AND leased_until < @limit RETURNING 1
        """;

    private const string RenewSql = "UPDATE job SET leased_until = @until WHERE ws = @ws AND id = @id AND lease = @lease AND state = 'running' RETURNING cancel_asked_at";

    private const string EndSql = """
        UPDATE job SET state = @state, run_at = @run_at, tries = @tries, lease = NULL, leased_until = NULL, reason = @reason, reason_arg = @arg,
            finished_at = @finished, delete_at = @delete
        WHERE ws = @ws AND id = @id AND lease = @lease AND state = 'running' RETURNING state, lane, cancel_asked_at
        """;

    private const string DropSql = "DELETE FROM job WHERE ws = @ws AND id = @id AND lease = @lease AND state = 'running' RETURNING 'done', lane, cancel_asked_at";

    private const string CancelSql = """
        UPDATE job SET state = 'cancelled', finished_at = @now, delete_at = @delete WHERE ws = @ws AND id = @id AND state = 'waiting' RETURNING state, lane, cancel_asked_at
        """;

    private string? _due;

    private readonly string _claim = ClaimSql.Replace("{lock}", storage.IsPostgres ? "FOR UPDATE SKIP LOCKED" : "", StringComparison.Ordinal);

    /// <summary>One look at the ends of a few indexes: cheap however many jobs there are.</summary>
    public async Task<DueTimes> Due(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        return Times(await db.Database.SqlQueryRaw<DueRow>(_due ??= DueSql(kinds)).ToListAsync(ct));
    }

    /// <summary>Takes due jobs, oldest first, at most so many of each kind, and looks what is due after that: one trip to the database.</summary>
    public Task<(List<ClaimedJob> Jobs, DueTimes Due)> Claim(IReadOnlyList<(JobKind Kind, int Most)> wanted, CancellationToken ct) => storage.RunSystem(async (unit, stop) =>
    {
        var (now, lease) = (unit.Ids.Now(), unit.Ids.New());
        var statements = wanted.Select(want => new Statement(_claim,
            ("@kind", want.Kind.Name), ("@now", now), ("@most", want.Most), ("@lease", lease), ("@until", now + (long)Lease.TotalMilliseconds)));
        var rows = await Statement.Each<object>(unit, [.. statements, new Statement(_due ??= DueSql(kinds))],
            row => row.FieldCount == 2 ? new DueRow { Name = row.GetString(0), At = row.IsDBNull(1) ? null : row.GetInt64(1) } : Read(row, lease), stop);
        var claimed = rows[..^1].SelectMany(some => some.Cast<ClaimedJob>().OrderBy(job => job.RunAt).ThenBy(job => job.Id)).ToList();
        if (claimed.Count == 0)
            unit.Abandon();
        return (claimed, Times(rows[^1].Cast<DueRow>()));
    }, ct);

    /// <summary>Jobs whose server fell silent wait again. With <paramref name="all"/>: of every server, when there can be no other.</summary>
    public Task<int> Expire(bool all, CancellationToken ct) => storage.RunSystem(async (unit, stop) =>
    {
        var now = unit.Ids.Now();
        var lost = await Statement.One(unit, new Statement(ExpireSql, ("@now", now), ("@limit", all ? long.MaxValue : now)), static _ => true, stop);
        return lost.Count;
    }, ct);

    /// <summary>For each job: null when the lease was lost, else whether somebody asked to cancel it.</summary>
    public Task<List<bool?>> Renew(IReadOnlyList<ClaimedJob> held, CancellationToken ct) => storage.RunSystem(async (unit, stop) =>
    {
        var until = unit.Ids.Now() + (long)Lease.TotalMilliseconds;
        if (unit.Connection is NpgsqlConnection)
        {
            var mine = await PostgresJobs.Renew(unit, held, until, stop);
            return held.Select(job => mine.TryGetValue(job.Id, out var asked) ? asked : (bool?)null).ToList();
        }
        var rows = await Statement.Each(unit, [.. held.Select(job => new Statement(RenewSql, ("@until", until), ("@ws", job.Ws), ("@id", job.Id), ("@lease", job.Lease)))],
            static row => !row.IsDBNull(0), stop);
        return rows.Select(row => row.Count == 0 ? (bool?)null : row[0]).ToList();
    }, ct);

    /// <summary>Stores how tries ended and lets the lanes go on.</summary>
    public static async Task<StoredEnds> End(WriteUnit unit, IReadOnlyList<EndedTry> tries, CancellationToken ct)
    {
        var ends = unit.Connection is NpgsqlConnection ? await PostgresJobs.End(unit, tries, ct) : await EndEach(unit, tries, ct);
        var free = new List<(int Ws, string Lane)>();
        var waiting = false;
        foreach (var job in tries.Select(one => one.Job).OrderBy(job => job.Id).Where(job => ends.ContainsKey(job.Id)))
        {
            var end = ends[job.Id];
            if (end is { State: JobState.Waiting, CancelAsked: true })
                end = await Cancel(unit, job, ct);
            waiting |= end.State == JobState.Waiting;
            if (end.State != JobState.Waiting && end.Lane is { } lane)
                free.Add((job.Ws, lane));
        }
        return new StoredEnds([.. ends.Keys], await JobLanes.Release(unit, free, ct) || waiting);
    }

    private static async Task<Dictionary<Guid, JobEnding>> EndEach(WriteUnit unit, IReadOnlyList<EndedTry> tries, CancellationToken ct)
    {
        var rows = await Statement.Each(unit, [.. tries.Select(EndOf)], static row => JobEnding.Read(row, 0), ct);
        return tries.Zip(rows).Where(pair => pair.Second.Count > 0).ToDictionary(pair => pair.First.Job.Id, pair => pair.Second[0]);
    }

    private static async Task<JobEnding> Cancel(WriteUnit unit, ClaimedJob job, CancellationToken ct)
    {
        var end = JobRules.Cancelled(job.Tries, unit.Ids.Now());
        return (await Statement.One(unit, new Statement(CancelSql, ("@now", end.FinishedAt), ("@delete", end.DeleteAt), ("@ws", job.Ws), ("@id", job.Id)), static row => JobEnding.Read(row, 0), ct))[0];
    }

    private static Statement EndOf(EndedTry one)
    {
        var (job, change) = (one.Job, one.Change);
        return one.Drops
            ? new Statement(DropSql, ("@ws", job.Ws), ("@id", job.Id), ("@lease", job.Lease))
            : new Statement(EndSql, ("@state", change.State), ("@run_at", change.RunAt), ("@tries", change.Tries), ("@reason", change.Reason), ("@arg", change.ReasonArg),
                ("@finished", change.FinishedAt), ("@delete", change.DeleteAt), ("@ws", job.Ws), ("@id", job.Id), ("@lease", job.Lease));
    }

    private ClaimedJob Read(DbDataReader row, Guid lease) => new(
        row.GetInt32(0), Statement.Id(row, 1), kinds.Of(row.GetString(2)).Kind, lease, row.GetInt32(3), row.GetFieldValue<byte[]>(4),
        row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5), row.IsDBNull(6) ? null : Statement.Id(row, 6), row.GetInt64(7), row.GetInt64(8), !row.IsDBNull(9));

    private const string LeaseName = "#lease";
    private const string ScheduleName = "#schedule";

    private static string DueSql(JobKinds kinds) => string.Join(" UNION ALL ",
    [
        $"SELECT '{LeaseName}' AS \"Name\", (SELECT min(leased_until) FROM job WHERE state = 'running') AS \"At\"",
        $"SELECT '{ScheduleName}', (SELECT min(next_at) FROM job_schedule)",
        .. kinds.All.Select(handler => $"SELECT '{handler.Kind.Name}', (SELECT min(run_at) FROM job WHERE kind = '{handler.Kind.Name}' AND state = 'waiting')"),
    ]);

    private static DueTimes Times(IEnumerable<DueRow> found)
    {
        var times = found.Where(row => row.At is not null).ToDictionary(row => row.Name, row => row.At!.Value);
        times.Remove(LeaseName, out var lease);
        times.Remove(ScheduleName, out var schedule);
        return new DueTimes(times, lease == 0 ? null : lease, schedule == 0 ? null : schedule);
    }

    private sealed class DueRow
    {
        public required string Name { get; init; }
        public long? At { get; init; }
    }
}
