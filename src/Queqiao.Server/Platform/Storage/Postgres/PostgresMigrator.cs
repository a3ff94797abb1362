using Npgsql;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage.Migrations;

namespace Queqiao.Server.Platform.Storage.Postgres;

/// <summary>Runs what a PostgreSQL store has not seen yet: each migration in its own transaction, a new store's all in one. An advisory lock lets one node of many do it.</summary>
internal static class PostgresMigrator
{
    private const long LockKey = 0x5175657169616F; // "Queqiao"

    public static async Task Run(NpgsqlConnection owner, PostgresRoles roles, IReadOnlyList<Migration> known, IRootKeys roots, Ids ids, CancellationToken ct)
    {
        await Execute(owner, $"SELECT pg_advisory_lock({LockKey})", ct);
        try
        {
            await roles.Ensure(owner, ct);
            await Execute(owner, "CREATE TABLE IF NOT EXISTS schema_migration (version integer NOT NULL PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at bigint NOT NULL)", ct);
            var applied = await Applied(owner, ct);
            var pending = Migration.Pending(known, applied);
            if (applied.Count == 0)
                await InOne(owner, roles, pending, ids, ct);
            else
                await OneByOne(owner, roles, pending, roots, ids, ct);
        }
        finally
        {
            await Execute(owner, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private static async Task InOne(NpgsqlConnection owner, PostgresRoles roles, IReadOnlyList<Migration> pending, Ids ids, CancellationToken ct)
    {
        await using var transaction = await owner.BeginTransactionAsync(ct);
        foreach (var migration in pending)
            await Apply(owner, roles, migration, ids, ct);
        await transaction.CommitAsync(ct);
    }

    private static async Task OneByOne(NpgsqlConnection owner, PostgresRoles roles, IReadOnlyList<Migration> pending, IRootKeys roots, Ids ids, CancellationToken ct)
    {
        foreach (var migration in pending)
        {
            if (migration.Before is { } work)
                await work(new MigrationWork(owner, roots, ids), ct);
            await using var transaction = await owner.BeginTransactionAsync(ct);
            await Apply(owner, roles, migration, ids, ct);
            await transaction.CommitAsync(ct);
        }
    }

    private static async Task Apply(NpgsqlConnection owner, PostgresRoles roles, Migration migration, Ids ids, CancellationToken ct)
    {
        await Execute(owner, roles.Fill(migration.Sql), ct);
        await Execute(owner, "INSERT INTO schema_migration VALUES ($1, $2, $3, $4)", ct, migration.Version, migration.Name, migration.Checksum, ids.Now());
    }

    private static async Task<Dictionary<int, string>> Applied(NpgsqlConnection owner, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT version, checksum FROM schema_migration", owner);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var applied = new Dictionary<int, string>();
        while (await reader.ReadAsync(ct))
            applied[reader.GetInt32(0)] = reader.GetString(1);
        return applied;
    }

#pragma warning disable CA2100 // migrations and the literals above; values travel as parameters
    private static async Task Execute(NpgsqlConnection owner, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, owner);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }
#pragma warning restore CA2100
}
