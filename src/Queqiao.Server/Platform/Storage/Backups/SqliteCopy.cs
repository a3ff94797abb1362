using Microsoft.Data.Sqlite;

namespace Queqiao.Server.Platform.Storage.Backups;

/// <summary>SQLite: VACUUM INTO gives the state of one moment while the server goes on writing (https://www.sqlite.org/lang_vacuum.html#vacuuminto).</summary>
internal sealed class SqliteCopy(StorageOptions options) : IStoreCopy
{
    private const string Name = "queqiao.db";

    public string Engine => "sqlite";

    public async Task<CopiedStore> Out(string folder, CancellationToken ct)
    {
        if (!File.Exists(options.SqliteFile))
            throw new BackupRefusedException("backup_no_store", options.DataFolder);
        var copy = Path.Combine(folder, Name);
        await using (var source = await Open(options.SqliteFile, SqliteOpenMode.ReadOnly, ct))
            await Run(source, "VACUUM INTO $copy", ct, ("$copy", copy));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var db = await Open(copy, SqliteOpenMode.ReadWrite, ct);
        var there = await There(db, ct);
        var tables = KeyCopy.Tables.Where(there.Contains).ToList();
        var keys = await KeyRows.Read(db, null, tables, ct);
        // Overwritten, not only unlinked: the pages of deleted rows would still hold them.
        await Run(db, "PRAGMA journal_mode=DELETE; PRAGMA secure_delete=ON; PRAGMA foreign_keys=OFF", ct);
        foreach (var table in tables)
            await Run(db, $"DELETE FROM {table}", ct);
        foreach (var sql in RebuiltTables.Empty(there).Concat(RebuiltTables.Begin(there)))
            await Run(db, sql, ct);
        await Run(db, "VACUUM", ct);
        return new CopiedStore((int)(long)(await Scalar(db, "SELECT max(version) FROM schema_migration", ct))!, null, null, keys);
    }

    public async Task In(string folder, BackupManifest manifest, IReadOnlyList<KeyRow> keys, CancellationToken ct)
    {
        Directory.CreateDirectory(options.DataFolder);
        if (File.Exists(options.SqliteFile))
            throw new BackupRefusedException("restore_not_empty", options.DataFolder);
        var building = options.SqliteFile + ".restoring";
        File.Copy(Path.Combine(folder, Name), building, overwrite: true);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(building, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using (var db = await Open(building, SqliteOpenMode.ReadWrite, ct))
        {
            await Run(db, "PRAGMA foreign_keys=OFF; PRAGMA synchronous=FULL", ct);
            await using (var transaction = db.BeginTransaction())
            {
                await KeyRows.Write(db, transaction, keys, ct);
                foreach (var orphans in KeyRows.DropOrphans(await There(db, ct)))
                    await Run(db, orphans, ct);
                await transaction.CommitAsync(ct);
            }
        }
        using (var synced = new FileStream(building, FileMode.Open, FileAccess.ReadWrite))
            synced.Flush(flushToDisk: true);
        File.Move(building, options.SqliteFile); // only a whole store ever has this name
    }

    /// <summary>Whether the copy itself is whole; null: it is.</summary>
    public static async Task<string?> FindDamage(string folder, CancellationToken ct)
    {
        await using var db = await Open(Path.Combine(folder, Name), SqliteOpenMode.ReadOnly, ct);
        return await Scalar(db, "PRAGMA integrity_check", ct) is "ok" ? null : Name;
    }

    private static async Task<HashSet<string>> There(SqliteConnection db, CancellationToken ct)
    {
        await using var command = db.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table'";
        await using var reader = await command.ExecuteReaderAsync(ct);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
            names.Add(reader.GetString(0));
        return names;
    }

    private static async Task<SqliteConnection> Open(string file, SqliteOpenMode mode, CancellationToken ct)
    {
#pragma warning disable RS0030 // the storage opens connections
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = 0 }.ToString());
#pragma warning restore RS0030
        await connection.OpenAsync(ct);
        return connection;
    }

#pragma warning disable CA2100 // literals and names of our own tables
    private static async Task<int> Run(SqliteConnection db, string sql, CancellationToken ct, params (string Name, object Value)[] values)
    {
        await using var command = db.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<object?> Scalar(SqliteConnection db, string sql, CancellationToken ct)
    {
        await using var command = db.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(ct);
    }
#pragma warning restore CA2100
}
