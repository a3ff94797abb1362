using Microsoft.Data.Sqlite;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage.Migrations;

namespace Queqiao.Server.Platform.Storage.Sqlite;

/// <summary>
/// Runs what a SQLite store has not seen yet: each migration in its own transaction, a new store's all in one (one sync instead of dozens).
/// The engine's lock file keeps others out.
/// </summary>
internal static class SqliteMigrator
{
    public static async Task Run(SqliteConnection connection, IReadOnlyList<Migration> known, IRootKeys roots, Ids ids, CancellationToken ct)
    {
        await connection.Execute(null, "CREATE TABLE IF NOT EXISTS schema_migration (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT", ct);
        var applied = await Applied(connection, ct);
        var pending = Migration.Pending(known, applied);
        if (applied.Count == 0)
        {
            await using var transaction = connection.BeginTransaction(deferred: false);
            foreach (var migration in pending)
                await Apply(connection, transaction, migration, ids, ct);
            await transaction.CommitAsync(ct);
            return;
        }
        foreach (var migration in pending)
        {
            if (migration.Before is { } work)
                await work(new MigrationWork(connection, roots, ids), ct);
            await using var transaction = connection.BeginTransaction(deferred: false);
            await Apply(connection, transaction, migration, ids, ct);
            await transaction.CommitAsync(ct);
        }
    }

    private static async Task Apply(SqliteConnection connection, SqliteTransaction transaction, Migration migration, Ids ids, CancellationToken ct)
    {
        await connection.Execute(transaction, migration.Sql, ct);
        await connection.Execute(transaction, "INSERT INTO schema_migration VALUES ($version, $name, $checksum, $at)", ct,
            ("$version", migration.Version), ("$name", migration.Name), ("$checksum", migration.Checksum), ("$at", ids.Now()));
    }

    private static async Task<Dictionary<int, string>> Applied(SqliteConnection connection, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT version, checksum FROM schema_migration";
        await using var reader = await command.ExecuteReaderAsync(ct);
        var applied = new Dictionary<int, string>();
        while (await reader.ReadAsync(ct))
            applied[reader.GetInt32(0)] = reader.GetString(1);
        return applied;
    }
}
