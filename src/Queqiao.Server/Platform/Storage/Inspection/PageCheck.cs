using Microsoft.Data.Sqlite;
using Npgsql;
using Queqiao.Server.Platform.Diagnosis;

namespace Queqiao.Server.Platform.Storage.Inspection;

/// <summary>
/// Lets the database read all it has. SQLite walks every page and index (https://www.sqlite.org/pragma.html#pragma_integrity_check);
/// PostgreSQL reads every row to its end, which checks the pages' checksums where the cluster has them, and walks the indexes when the
/// extension amcheck is installed.
/// </summary>
internal sealed class PageCheck(Patient patient) : IDiagnosis
{
    public string Topic => "store";

    public Task<IReadOnlyList<Finding>> Look(CancellationToken ct) => patient.Storage.UsesPostgres ? Postgres(ct) : Sqlite(ct);

    private async Task<IReadOnlyList<Finding>> Sqlite(CancellationToken ct)
    {
#pragma warning disable RS0030 // the storage opens connections
        await using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = patient.Storage.SqliteFile, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
#pragma warning restore RS0030
        await db.OpenAsync(ct);
        try
        {
            await using var command = db.CreateCommand();
            command.CommandText = "PRAGMA integrity_check(10)";
            var lines = new List<string>();
            await using (var row = await command.ExecuteReaderAsync(ct))
            {
                while (await row.ReadAsync(ct))
                    lines.Add(row.GetString(0));
            }
            command.CommandText = "SELECT count(*) FROM pragma_foreign_key_check";
            var orphans = (long)(await command.ExecuteScalarAsync(ct))!;
            return
            [
                lines is ["ok"] ? new(Topic, Verdict.Ok, "doctor_pages") : new(Topic, Verdict.Fail, "doctor_pages_damaged", string.Join("; ", lines)),
                .. orphans == 0 ? Array.Empty<Finding>() : [new Finding(Topic, Verdict.Fail, "doctor_orphans", orphans)],
            ];
        }
        catch (SqliteException trouble) when (trouble.SqliteErrorCode is 11 or 26)
        {
            return [new Finding(Topic, Verdict.Fail, "doctor_pages_damaged", trouble.Message)];
        }
    }

    private async Task<IReadOnlyList<Finding>> Postgres(CancellationToken ct)
    {
#pragma warning disable RS0030 // the storage opens connections
        await using var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(patient.Storage.Database) { Pooling = false, CommandTimeout = 0 }.ToString());
#pragma warning restore RS0030
        await owner.OpenAsync(ct);
        var wrong = new List<string>();
        foreach (var table in await Names(owner, "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1", ct))
            await Try(owner, $"SELECT count(t::text) FROM {table} t", table, wrong, ct);
        var walked = (await Names(owner, "SELECT extname::text FROM pg_extension WHERE extname = 'amcheck'", ct)).Count > 0;
        if (walked)
        {
            foreach (var index in await Names(owner, "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE relnamespace = 'public'::regnamespace AND relkind = 'i' AND amname = 'btree'", ct))
                await Try(owner, $"SELECT bt_index_check('{index}'::regclass, true)", index, wrong, ct);
        }
        return [wrong.Count == 0 ? new(Topic, Verdict.Ok, walked ? "doctor_pages" : "doctor_pages_rows") : new(Topic, Verdict.Fail, "doctor_pages_damaged", string.Join("; ", wrong))];
    }

    private static async Task Try(NpgsqlConnection owner, string sql, string name, List<string> wrong, CancellationToken ct)
    {
        try
        {
            await Names(owner, sql, ct);
        }
        catch (PostgresException trouble) when (trouble.SqlState[..2] is "XX" or "58")
        {
            wrong.Add($"{name}: {trouble.SqlState}");
        }
    }

    private static async Task<List<string>> Names(NpgsqlConnection owner, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // literals, and names that came from the catalogue
        await using var command = new NpgsqlCommand(sql, owner);
#pragma warning restore CA2100
        await using var row = await command.ExecuteReaderAsync(ct);
        var names = new List<string>();
        while (await row.ReadAsync(ct))
            names.Add(row.GetValue(0).ToString()!);
        return names;
    }
}
