using Microsoft.Data.Sqlite;
using Queqiao.Server.Platform.Diagnosis;

namespace Queqiao.Server.Platform.Storage.Inspection;

/// <summary>Looks into the SQLite store by a read-only connection of its own.</summary>
internal sealed class SqliteDiagnosis(Patient patient) : IDiagnosis
{
    /// <summary>The server copies the log back long before: so large, something holds it open.</summary>
    private const long LargeWal = 512L << 20;

    public string Topic => "database";

    public async Task<IReadOnlyList<Finding>> Look(CancellationToken ct)
    {
        var file = patient.Storage.SqliteFile;
        if (!File.Exists(file))
            return [new Finding(Topic, Verdict.Ok, "doctor_no_store", patient.Storage.DataFolder)];
#pragma warning disable RS0030 // the storage opens connections
        await using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
#pragma warning restore RS0030
        await db.OpenAsync(ct);
        var findings = new List<Finding> { new(Topic, Verdict.Ok, "doctor_sqlite", (string)(await Scalar(db, "SELECT sqlite_version()", ct))!, new FileInfo(file).Length >> 20) };
        if (await Scalar(db, "PRAGMA journal_mode", ct) is not "wal")
            findings.Add(new Finding(Topic, Verdict.Fail, "doctor_not_wal"));
        if (File.Exists(file + "-wal") && new FileInfo(file + "-wal").Length is > LargeWal and var wal)
            findings.Add(new Finding(Topic, Verdict.Warn, "doctor_wal_large", wal >> 20));
        if (!patient.IsServing && await Scalar(db, "PRAGMA quick_check(1)", ct) is not "ok")
            findings.Add(new Finding(Topic, Verdict.Fail, "doctor_sqlite_damaged", file));
        var schema = SchemaState.Judge("sqlite", await Applied(db, ct));
        findings.Add(schema);
        if (schema.Verdict == Verdict.Ok)
            findings.AddRange(await QueueState.Look(patient, sql => Scalar(db, sql, ct)));
        findings.Add(await SchemaState.Clock(patient, () => Scalar(db, "SELECT max(at) FROM entry_key", ct)));
        findings.Add(BackupAge.Judge(patient));
        return findings;
    }

    private static async Task<Dictionary<int, string>> Applied(SqliteConnection db, CancellationToken ct)
    {
        await using var command = db.CreateCommand();
        command.CommandText = "SELECT version, checksum FROM schema_migration";
        await using var reader = await command.ExecuteReaderAsync(ct);
        var applied = new Dictionary<int, string>();
        while (await reader.ReadAsync(ct))
            applied[reader.GetInt32(0)] = reader.GetString(1);
        return applied;
    }

    private static async Task<object?> Scalar(SqliteConnection db, string sql, CancellationToken ct)
    {
        await using var command = db.CreateCommand();
#pragma warning disable CA2100 // the literals above
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(ct);
    }
}
