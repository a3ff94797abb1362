using System.Data.Common;
using Npgsql;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>
/// Jobs on PostgreSQL, whole batches by one statement each: an update for every job cost a parse, a bind and a plan for every job.
/// Who locks several rows does so in the order of ids, so that two never wait for each other in a circle.
/// </summary>
internal static class PostgresJobs
{
    private const string EndSql = """
        WITH mine AS (
            SELECT n.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS n (ws, id, lease, state, run_at, tries, reason, arg, finished, gone)
            JOIN job j ON j.ws = n.ws AND j.id = n.id AND j.lease = n.lease AND j.state = 'running' ORDER BY j.id FOR UPDATE OF j)
        UPDATE job j SET state = m.state, run_at = m.run_at, tries = m.tries, lease = NULL, leased_until = NULL, reason = m.reason, reason_arg = m.arg,
            finished_at = m.finished, delete_at = m.gone
        FROM mine m WHERE j.ws = m.ws AND j.id = m.id RETURNING j.id, j.state, j.lane, j.cancel_asked_at
        """;

    private const string DropSql = """
        WITH mine AS (
            SELECT j.ws, j.id FROM unnest($1, $2, $3) AS n (ws, id, lease)
            JOIN job j ON j.ws = n.ws AND j.id = n.id AND j.lease = n.lease AND j.state = 'running' ORDER BY j.id FOR UPDATE OF j)
        DELETE FROM job j USING mine m WHERE j.ws = m.ws AND j.id = m.id RETURNING j.id, 'done', j.lane, j.cancel_asked_at
        """;

    private const string RenewSql = """
        WITH mine AS (
            SELECT j.ws, j.id FROM unnest($1, $2, $3) AS n (ws, id, lease)
            JOIN job j ON j.ws = n.ws AND j.id = n.id AND j.lease = n.lease AND j.state = 'running' ORDER BY j.id FOR UPDATE OF j)
        UPDATE job j SET leased_until = $4 FROM mine m WHERE j.ws = m.ws AND j.id = m.id RETURNING j.id, j.cancel_asked_at IS NOT NULL
        """;

    private const string LockLanesSql = """
        SELECT 1 FROM job_lane l JOIN unnest($1, $2) AS n (ws, lane) ON l.ws = n.ws AND l.lane = n.lane ORDER BY l.ws, l.lane COLLATE "C" FOR UPDATE OF l
        """;

    private const string NextSql = """
        UPDATE job j SET state = 'waiting' FROM unnest($1, $2) AS n (ws, lane)
        WHERE j.ws = n.ws AND j.lane = n.lane AND j.state = 'behind' AND j.finished_at IS NULL
            AND j.lane_seq = (SELECT min(o.lane_seq) FROM job o WHERE o.ws = n.ws AND o.lane = n.lane AND o.finished_at IS NULL)
        """;

    private const string LeaveSql = """
        DELETE FROM job_lane l USING unnest($1, $2) AS n (ws, lane) WHERE l.ws = n.ws AND l.lane = n.lane
            AND NOT EXISTS (SELECT 1 FROM job o WHERE o.ws = n.ws AND o.lane = n.lane AND o.finished_at IS NULL)
        """;

    /// <returns>The jobs that were still ours, and how they stand now.</returns>
    public static async Task<Dictionary<Guid, JobEnding>> End(WriteUnit unit, IReadOnlyList<EndedTry> tries, CancellationToken ct)
    {
        var kept = tries.Where(one => !one.Drops).ToList();
        var dropped = tries.Where(one => one.Drops).ToList();
        await using var batch = Batch(unit);
        if (kept.Count > 0)
        {
            Add(batch, EndSql, [.. Names(kept), Of(kept, one => one.Change.State), Of(kept, one => one.Change.RunAt), Of(kept, one => one.Change.Tries),
                Of(kept, one => one.Change.Reason), Of(kept, one => one.Change.ReasonArg), Of(kept, one => one.Change.FinishedAt), Of(kept, one => one.Change.DeleteAt)]);
        }
        if (dropped.Count > 0)
            Add(batch, DropSql, Names(dropped));
        var ends = new Dictionary<Guid, JobEnding>(tries.Count);
        if (batch.BatchCommands.Count == 0)
            return ends;
        await using var row = await batch.ExecuteReaderAsync(ct);
        do
        {
            while (await row.ReadAsync(ct))
                ends[row.GetGuid(0)] = JobEnding.Read(row, 1);
        }
        while (await row.NextResultAsync(ct));
        return ends;
    }

    /// <returns>The jobs that are still ours, and whether somebody asked to cancel them.</returns>
    public static async Task<Dictionary<Guid, bool>> Renew(WriteUnit unit, IReadOnlyList<ClaimedJob> held, long until, CancellationToken ct)
    {
        await using var batch = Batch(unit);
        Add(batch, RenewSql, [.. Names(held), until]);
        var mine = new Dictionary<Guid, bool>(held.Count);
        await using var row = await batch.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            mine[row.GetGuid(0)] = row.GetBoolean(1);
        return mine;
    }

    /// <summary>Three statements, because each must see what the one before waited for.</summary>
    /// <returns>Whether somebody may run now.</returns>
    public static async Task<bool> Release(WriteUnit unit, IReadOnlyList<(int Ws, string Lane)> lanes, CancellationToken ct)
    {
        object[] names = [lanes.Select(lane => lane.Ws).ToArray(), lanes.Select(lane => lane.Lane).ToArray()];
        await using var batch = Batch(unit);
        foreach (var sql in new[] { LockLanesSql, NextSql, LeaveSql })
            Add(batch, sql, names);
        await batch.ExecuteNonQueryAsync(ct);
        return batch.BatchCommands[1].RecordsAffected > 0;
    }

    private static object[] Names(IReadOnlyList<EndedTry> tries) => Names([.. tries.Select(one => one.Job)]);

    private static object[] Names(IReadOnlyList<ClaimedJob> jobs) =>
        [jobs.Select(job => job.Ws).ToArray(), jobs.Select(job => job.Id).ToArray(), jobs.Select(job => job.Lease).ToArray()];

    private static T[] Of<T>(List<EndedTry> tries, Func<EndedTry, T> value) => [.. tries.Select(value)];

    private static NpgsqlBatch Batch(WriteUnit unit) => new((NpgsqlConnection)unit.Connection, (NpgsqlTransaction)unit.Transaction);

    private static void Add(NpgsqlBatch batch, string sql, object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        batch.BatchCommands.Add(command);
    }
}

/// <summary>How a job stands after its try was stored.</summary>
internal sealed record JobEnding(string State, string? Lane, bool CancelAsked)
{
    public static JobEnding Read(DbDataReader row, int from) => new(row.GetString(from), row.IsDBNull(from + 1) ? null : row.GetString(from + 1), !row.IsDBNull(from + 2));
}
