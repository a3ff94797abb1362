using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Measures;

/// <summary>Rows of the job table, written and read past the server.</summary>
internal sealed class JobRows : IDisposable
{
    private const string Kind = "jobs.check";
    private const int Batch = 64;

    private readonly DbConnection _connection;

    private JobRows(DbConnection connection) => _connection = connection;

    public static async Task<JobRows> Open(Store store, CancellationToken ct)
    {
        var connection = await PastServer.Open(store, ct);
        var rows = new JobRows(connection);
        if (connection is SqliteConnection)
            await rows.Run("PRAGMA synchronous=FULL", ct);
        return rows;
    }

    public async Task Fill(int count, CancellationToken ct)
    {
        await using var transaction = await _connection.BeginTransactionAsync(ct);
        if (_connection is NpgsqlConnection)
        {
            await Run($"INSERT INTO job (ws, id, kind, state, run_at, tries, payload, created_at) SELECT 1, gen_random_uuid(), '{Kind}', 'waiting', n, 0, '{{}}', n FROM generate_series(1, {count}) AS n", ct);
        }
        else
        {
            await Run($"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}) INSERT INTO job (ws, id, kind, state, run_at, tries, payload, created_at) SELECT 1, randomblob(16), '{Kind}', 'waiting', n, 0, x'7b7d', n FROM n", ct);
        }
        await transaction.CommitAsync(ct);
    }

    public Task Empty(CancellationToken ct) => Run($"DELETE FROM job WHERE kind = '{Kind}'", ct);

    public async Task<int> Done(CancellationToken ct) =>
        Convert.ToInt32(await Run($"SELECT count(*) FROM job WHERE ws = 1 AND state = 'done' AND kind = '{Kind}'", ct), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Jobs a second when nobody but the database has work with them: claimed and ended in batches of 64, each a transaction.</summary>
    public async Task<double> Limit(CancellationToken ct)
    {
        var began = Clock.Now;
        var done = 0;
        while (true)
        {
            var lease = _connection is NpgsqlConnection ? "gen_random_uuid()" : "randomblob(16)";
            var claimed = await Count($"""
                WITH due (due_ws, due_id) AS MATERIALIZED (SELECT ws, id FROM job WHERE kind = '{Kind}' AND state = 'waiting' AND run_at <= 9000000000000 ORDER BY run_at, id LIMIT {Batch})
                UPDATE job SET state = 'running', lease = {lease}, leased_until = 9000000000000, tries = tries + 1, started_at = 1 FROM due WHERE ws = due_ws AND id = due_id
                """, ct);
            if (claimed == 0)
                return done / ((Clock.Now - began) / (double)Clock.Second);
            await Count($"UPDATE job SET state = 'done', lease = NULL, leased_until = NULL, finished_at = 1, delete_at = 9000000000000 WHERE state = 'running' AND leased_until < 9100000000000 AND kind = '{Kind}'", ct);
            done += claimed;
        }
    }

    private async Task<int> Count(string sql, CancellationToken ct)
    {
        await using var command = _connection.Command(sql);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<object?> Run(string sql, CancellationToken ct)
    {
        await using var command = _connection.Command(sql);
        return await command.ExecuteScalarAsync(ct);
    }

    public void Dispose() => _connection.Dispose();
}
