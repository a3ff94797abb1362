using Npgsql;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>
/// Order per key. A lane's row exists while the lane has unfinished jobs; its first job is free to run, the others stand behind it.
/// Whoever adds to a lane or finishes its first job locks the row, in the order of names, so nobody is left standing.
/// </summary>
internal static class JobLanes
{
    private const string EnterSql = """
        INSERT INTO job_lane (ws, lane, last_seq) VALUES (@ws, @lane, @count)
        ON CONFLICT (ws, lane) DO UPDATE SET last_seq = job_lane.last_seq + excluded.last_seq RETURNING last_seq
        """;

    private const string LockSql = "UPDATE job_lane SET last_seq = last_seq WHERE ws = @ws AND lane = @lane RETURNING last_seq";

    private const string NextSql = """
        UPDATE job SET state = 'waiting' WHERE ws = @ws AND lane = @lane AND state = 'behind' AND finished_at IS NULL
            AND lane_seq = (SELECT min(lane_seq) FROM job WHERE ws = @ws AND lane = @lane AND finished_at IS NULL)
        RETURNING lane_seq
        """;

    private const string LeaveSql = """
        DELETE FROM job_lane WHERE ws = @ws AND lane = @lane
            AND NOT EXISTS (SELECT 1 FROM job WHERE ws = @ws AND lane = @lane AND finished_at IS NULL)
        RETURNING last_seq
        """;

    /// <summary>The places of new jobs in their lanes: for each (workspace, lane) the first of as many as are asked for. Place 1 may run.</summary>
    public static async Task<Dictionary<(int Ws, string Lane), long>> Enter(WriteUnit unit, IEnumerable<(int Ws, string Lane)> jobs, CancellationToken ct)
    {
        var wanted = jobs.GroupBy(job => job).OrderBy(lane => lane.Key.Ws).ThenBy(lane => lane.Key.Lane, StringComparer.Ordinal)
            .Select(lane => (lane.Key, Count: (long)lane.Count())).ToList();
        var last = await Statement.Each(unit,
            [.. wanted.Select(lane => new Statement(EnterSql, ("@ws", lane.Key.Ws), ("@lane", lane.Key.Lane), ("@count", lane.Count)))],
            static row => row.GetInt64(0), ct);
        return wanted.Zip(last, (lane, seq) => (lane.Key, First: seq[0] - lane.Count + 1)).ToDictionary(lane => lane.Key, lane => lane.First);
    }

    /// <summary>The first job of each lane is finished: the next may run, or the lane ends.</summary>
    /// <returns>Whether somebody may run now.</returns>
    public static async Task<bool> Release(WriteUnit unit, IEnumerable<(int Ws, string Lane)> lanes, CancellationToken ct)
    {
        var ordered = lanes.Distinct().OrderBy(lane => lane.Ws).ThenBy(lane => lane.Lane, StringComparer.Ordinal).ToList();
        if (ordered.Count == 0)
            return false;
        if (unit.Connection is NpgsqlConnection)
            return await PostgresJobs.Release(unit, ordered, ct);
        var statements = ordered
            .SelectMany(lane => new[] { LockSql, NextSql, LeaveSql }.Select(sql => new Statement(sql, ("@ws", lane.Ws), ("@lane", lane.Lane)))).ToList();
        var rows = await Statement.Each(unit, statements, static row => row.GetInt64(0), ct);
        return rows.Where((_, i) => i % 3 == 1).Any(next => next.Count > 0);
    }
}
