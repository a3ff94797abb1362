using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Npgsql;
using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Measures;

/// <summary>Stored deliveries and what became of them, looked at past the server; and how many of the same rows the database alone can take.</summary>
internal sealed class HookRows : IDisposable
{
    private const int Batch = 64;
    private const string Columns = "INSERT INTO hook_delivery (ws, id, channel_id, day, received_at, body, state, tries, next_at) ";

    private readonly DbConnection _connection;

    private HookRows(DbConnection connection) => _connection = connection;

    public static async Task<HookRows> Open(Store store, CancellationToken ct)
    {
        var connection = await PastServer.Open(store, ct);
        return new HookRows(connection);
    }

    public Task<long> Stored(CancellationToken ct) => Number("SELECT count(*) FROM hook_delivery", ct);

    public Task<long> Waiting(CancellationToken ct) => Number("SELECT count(*) FROM hook_delivery WHERE next_at IS NOT NULL", ct);

    public Task<long> Messages(CancellationToken ct) => Number("SELECT count(*) FROM entry WHERE type = 'message'", ct);

    /// <summary>The same rows a second, in batches of 64, each a transaction on disk, nothing else in the way.</summary>
    public async Task<double> Limit(TimeSpan length, CancellationToken ct)
    {
        var size = (int)await Number("SELECT avg(length(body)) FROM hook_delivery", ct);
        await Run("PRAGMA synchronous=FULL", sqliteOnly: true, ct);
        var channel = await Channel(ct);
        var (began, stored) = (Clock.Now, 0L);
        for (var until = began + Clock.Of(length); Clock.Now < until; stored += Batch)
            await Store([.. Enumerable.Range(0, Batch).Select(_ => RandomNumberGenerator.GetBytes(size))], channel, ct);
        return Math.Round(stored / ((Clock.Now - began) / (double)Clock.Second));
    }

    private async Task Store(byte[][] bodies, object channel, CancellationToken ct)
    {
        await using var transaction = await _connection.BeginTransactionAsync(ct);
        if (_connection is NpgsqlConnection)
        {
            await using var command = _connection.Command(Columns + "SELECT 1, gen_random_uuid(), $2, 1, 1, b, 'done', 0, 1 FROM unnest($1) AS t(b)");
            command.Parameters.Add(new NpgsqlParameter { Value = bodies });
            command.Parameters.Add(new NpgsqlParameter { Value = channel });
            await command.ExecuteNonQueryAsync(ct);
        }
        else
        {
            await using var command = _connection.Command(Columns + "VALUES (1, randomblob(16), $1, 1, 1, $0, 'done', 0, 1)");
            command.Transaction = transaction;
            command.Parameters.Add(new SqliteParameter { ParameterName = "$0" });
            command.Parameters.Add(new SqliteParameter { ParameterName = "$1", Value = channel });
            foreach (var body in bodies)
            {
                command.Parameters[0].Value = body;
                await command.ExecuteNonQueryAsync(ct);
            }
        }
        await transaction.CommitAsync(ct);
    }

    private async Task<object> Channel(CancellationToken ct)
    {
        await using var command = _connection.Command("SELECT id FROM channel WHERE kind = 'api'");
        return (await command.ExecuteScalarAsync(ct))!;
    }

    private async Task<long> Number(string sql, CancellationToken ct)
    {
        await using var command = _connection.Command(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(ct), CultureInfo.InvariantCulture);
    }

    private async Task Run(string sql, bool sqliteOnly, CancellationToken ct)
    {
        if (sqliteOnly && _connection is not SqliteConnection)
            return;
        await using var command = _connection.Command(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    public void Dispose() => _connection.Dispose();
}
