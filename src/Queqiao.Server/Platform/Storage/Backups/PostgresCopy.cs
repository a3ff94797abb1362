using System.Text.RegularExpressions;
using Npgsql;
using Queqiao.Server.Platform.Storage.Postgres;

namespace Queqiao.Server.Platform.Storage.Backups;

/// <summary>
/// PostgreSQL: pg_dump on the snapshot of a transaction that also reads the keys, so both are of one moment. Back in three steps, for the
/// new database's roles have other names: tables, rows, then indexes, foreign keys and the policies of row-level security.
/// </summary>
internal sealed class PostgresCopy : IStoreCopy
{
    private const string Name = "queqiao.dump";

    private readonly NpgsqlConnectionStringBuilder _owner;
    private readonly PostgresRoles _roles;
    private readonly PostgresTools _tools;

    public PostgresCopy(StorageOptions options)
    {
        _owner = new NpgsqlConnectionStringBuilder(options.Database) { Pooling = false };
        _roles = new PostgresRoles(options.Database!);
        _tools = new PostgresTools(_owner);
    }

    public string Engine => "postgres";

    public async Task<CopiedStore> Out(string folder, CancellationToken ct)
    {
        await using var connection = await Open(ct);
        await PostgresTools.CheckVersion("pg_dump", connection.PostgreSqlVersion.Major, ct);
        await using var moment = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        if (await Scalar(connection, "SELECT to_regclass('schema_migration')::text", ct) is null or DBNull)
            throw new BackupRefusedException("backup_no_store", _owner.Database!);
        var snapshot = (string)(await Scalar(connection, "SELECT pg_export_snapshot()", ct))!;
        var there = await Tables(connection, ct);
        var keys = await KeyRows.Read(connection, moment, KeyCopy.Tables.Where(there.Contains), ct);
        string[] apart = [.. KeyCopy.Tables.Concat(RebuiltTables.All).Where(there.Contains).Select(table => "--exclude-table-data=public." + table)];
        // The owner is bound by row-level security too, by a policy that shows everything.
        await _tools.Run("pg_dump", ["--format=custom", "--enable-row-security", "--no-owner", "--schema=public", "--snapshot=" + snapshot, "--file=" + Path.Combine(folder, Name), .. apart], ct);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(folder, Name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new CopiedStore((int)(await Scalar(connection, "SELECT max(version) FROM schema_migration", ct))!, _owner.Database, _owner.Username, keys);
    }

    public async Task In(string folder, BackupManifest manifest, IReadOnlyList<KeyRow> keys, CancellationToken ct)
    {
        await using var connection = await Open(ct);
        await PostgresTools.CheckVersion("pg_restore", connection.PostgreSqlVersion.Major, ct);
        if ((await Tables(connection, ct)).Count > 0)
            throw new BackupRefusedException("restore_not_empty", _owner.Database!);
        await _roles.Ensure(connection, ct);
        var dump = Path.Combine(folder, Name);
        try
        {
            await RunSection(connection, dump, "pre-data", manifest, ct);
            await _tools.Run("pg_restore", ["--section=data", "--no-owner", "--exit-on-error", "--dbname=" + _owner.Database, dump], ct);
            await Execute(connection, "SET search_path TO public", ct);
            await KeyRows.Write(connection, null, keys, ct);
            var there = await Tables(connection, ct);
            foreach (var sql in KeyRows.DropOrphans(there).Concat(RebuiltTables.Begin(there)))
                await Execute(connection, sql, ct);
            await RunSection(connection, dump, "post-data", manifest, ct);
            await Execute(connection, "ANALYZE", ct);
        }
        catch
        {
            // Half a store must not look like one: the next try finds an empty database again.
            await Execute(connection, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", CancellationToken.None);
            throw;
        }
    }

    /// <summary>Whether the copy itself is whole; null: it is.</summary>
    public static async Task<string?> FindDamage(string folder, CancellationToken ct)
    {
        try
        {
            await PostgresTools.RunAlone("pg_restore", ["--file=/dev/null", Path.Combine(folder, Name)], ct);
            return null;
        }
        catch (BackupRefusedException refused) when (refused.Code == "backup_tool_failed")
        {
            return Name;
        }
    }

    /// <summary>Definitions only, no rows: here names of roles can be replaced without touching what anybody wrote.</summary>
    private async Task RunSection(NpgsqlConnection connection, string dump, string section, BackupManifest manifest, CancellationToken ct)
    {
        var sql = await _tools.Run("pg_restore", ["--section=" + section, "--no-owner", "--file=-", dump], ct);
        var lines = sql.Split('\n').Where(line => !line.StartsWith('\\') // psql's own commands (\restrict)
            && !line.StartsWith("CREATE SCHEMA public", StringComparison.Ordinal) && !line.StartsWith("COMMENT ON SCHEMA public", StringComparison.Ordinal));
        var text = string.Join('\n', lines);
        foreach (var (was, now) in new[] { (manifest.Database + "_app", _roles.App), (manifest.Database + "_writer", _roles.Writer), (manifest.Owner!, _owner.Username!) })
            text = Regex.Replace(text, $@"\b(TO|FROM) ""?{Regex.Escape(was)}""?(?=[\s,;])", $"$1 \"{now.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", RegexOptions.None, TimeSpan.FromSeconds(10));
        await Execute(connection, text, ct);
    }

    private async Task<NpgsqlConnection> Open(CancellationToken ct)
    {
#pragma warning disable RS0030 // the storage opens connections
        var connection = new NpgsqlConnection(_owner.ConnectionString);
#pragma warning restore RS0030
        await connection.OpenAsync(ct);
        return connection;
    }

    private static async Task<HashSet<string>> Tables(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
            names.Add(reader.GetString(0));
        return names;
    }

#pragma warning disable CA2100 // literals, and definitions that pg_dump wrote
    private static async Task<object?> Scalar(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(ct);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }
#pragma warning restore CA2100
}
