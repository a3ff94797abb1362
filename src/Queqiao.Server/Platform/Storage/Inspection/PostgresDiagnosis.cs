using Npgsql;
using Queqiao.Server.Platform.Diagnosis;
using Queqiao.Server.Platform.Storage.Backups;
using Queqiao.Server.Platform.Storage.Postgres;

namespace Queqiao.Server.Platform.Storage.Inspection;

/// <summary>Looks at the PostgreSQL server and database as their owner, in a transaction that can only read.</summary>
internal sealed class PostgresDiagnosis(Patient patient) : IDiagnosis
{
    private static readonly TimeSpan ClocksApart = TimeSpan.FromSeconds(5);

    /// <summary>Settings that the promise "acknowledged is stored" rests on, and what each must be.</summary>
    private static readonly (string Name, Func<string, bool> IsGood, Verdict Otherwise, string Code)[] Settings =
    [
        ("fsync", value => value == "on", Verdict.Fail, "doctor_pg_fsync"),
        ("synchronous_commit", value => value is not "off", Verdict.Fail, "doctor_pg_synchronous_commit"),
        ("full_page_writes", value => value == "on", Verdict.Fail, "doctor_pg_full_page_writes"),
        ("server_encoding", value => value == "UTF8", Verdict.Fail, "doctor_pg_encoding"),
        ("autovacuum", value => value == "on", Verdict.Warn, "doctor_pg_autovacuum"),
        ("data_checksums", value => value == "on", Verdict.Warn, "doctor_pg_checksums"),
        ("archive_mode", value => value is not "off", Verdict.Warn, "doctor_pg_archive"),
    ];

    public string Topic => "database";

    public async Task<IReadOnlyList<Finding>> Look(CancellationToken ct)
    {
        PostgresRoles roles;
        try
        {
            roles = new PostgresRoles(patient.Storage.Database!);
        }
        catch (StoreRefusedException refused)
        {
            return [new Finding(Topic, Verdict.Fail, "doctor_setting_wrong", refused.Message)];
        }
        try
        {
#pragma warning disable RS0030 // the storage opens connections
            await using var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(patient.Storage.Database) { Pooling = false, Timeout = 5 }.ToString());
#pragma warning restore RS0030
            await owner.OpenAsync(ct);
            await Run(owner, "SET default_transaction_read_only = on", ct);
            return [.. await Server(owner, ct), .. await Roles(owner, roles, ct), .. await PostgresRoom.Look(owner, ct), .. await Store(owner, ct), await Tools(owner, ct), BackupAge.Judge(patient)];
        }
        catch (NpgsqlException away)
        {
            return [new Finding(Topic, Verdict.Fail, "doctor_pg_away", away.Message)];
        }
    }

    private async Task<List<Finding>> Server(NpgsqlConnection owner, CancellationToken ct)
    {
        var version = owner.PostgreSqlVersion;
        var findings = new List<Finding> { version.Major >= 15 ? new(Topic, Verdict.Ok, "doctor_pg", version) : new(Topic, Verdict.Fail, "doctor_pg_old", version) };
        if (await Text(owner, "SELECT pg_is_in_recovery()::text", ct) == "true")
            findings.Add(new Finding(Topic, Verdict.Fail, "doctor_pg_standby"));
        foreach (var (name, isGood, otherwise, code) in Settings)
        {
            var value = await Text(owner, $"SELECT current_setting('{name}')", ct);
            findings.Add(isGood(value) ? new Finding(Topic, Verdict.Ok, "doctor_pg_setting", name, value) : new Finding(Topic, otherwise, code, value));
        }
        var apart = patient.Clock.GetUtcNow() - new DateTimeOffset(DateTime.SpecifyKind(DateTime.Parse(await Text(owner, "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS')", ct), System.Globalization.CultureInfo.InvariantCulture), DateTimeKind.Utc));
        if (apart.Duration() > ClocksApart)
            findings.Add(new Finding("clock", Verdict.Fail, "doctor_clocks_apart", (long)apart.TotalSeconds));
        var idle = await Text(owner, "SELECT coalesce(max(extract(epoch FROM now() - xact_start))::bigint, 0)::text FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'", ct);
        if (long.Parse(idle, System.Globalization.CultureInfo.InvariantCulture) > 300)
            findings.Add(new Finding(Topic, Verdict.Warn, "doctor_pg_long_transaction", idle));
        return findings;
    }

    private static async Task<List<Finding>> Roles(NpgsqlConnection owner, PostgresRoles roles, CancellationToken ct)
    {
        var findings = new List<Finding>();
        if (await Text(owner, "SELECT (rolcreaterole OR rolsuper)::text FROM pg_roles WHERE rolname = current_user", ct) != "true")
            findings.Add(new Finding("roles", Verdict.Fail, "doctor_pg_createrole"));
        foreach (var role in new[] { roles.App, roles.Writer })
        {
            await using var command = new NpgsqlCommand("SELECT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = $1", owner) { Parameters = { new() { Value = role } } };
            findings.Add(await command.ExecuteScalarAsync(ct) switch
            {
                null => new Finding("roles", Verdict.Warn, "doctor_pg_role_missing", role),
                true => new Finding("roles", Verdict.Fail, "doctor_pg_role_powerful", role),
                _ => new Finding("roles", Verdict.Ok, "doctor_pg_role", role),
            });
        }
        return findings;
    }

    private async Task<List<Finding>> Store(NpgsqlConnection owner, CancellationToken ct)
    {
        if (await Text(owner, "SELECT (to_regclass('public.schema_migration') IS NOT NULL)::text", ct) != "true")
            return [new Finding(Topic, Verdict.Ok, "doctor_no_store", owner.Database)];
        var applied = new Dictionary<int, string>();
        await using (var command = new NpgsqlCommand("SELECT version, checksum FROM schema_migration", owner))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
                applied[reader.GetInt32(0)] = reader.GetString(1);
        }
        var open = await Text(owner, "SELECT coalesce(string_agg(relname, ', '), '') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'ws' AND NOT a.attisdropped WHERE c.relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT (relrowsecurity AND relforcerowsecurity) AND relname NOT LIKE 'search\\_%' AND relname NOT LIKE 'listener\\_%' AND relname NOT LIKE 'job%'", ct);
        var schema = SchemaState.Judge("postgres", applied);
        return
        [
            schema,
            .. schema.Verdict == Verdict.Ok ? await QueueState.Look(patient, sql => PostgresRoom.Number(owner, sql, ct)) : [],
            await SchemaState.Clock(patient, async () => long.Parse(await Text(owner, "SELECT coalesce(max(at), 0)::text FROM entry_key", ct), System.Globalization.CultureInfo.InvariantCulture)),
            open.Length == 0 ? new Finding("walls", Verdict.Ok, "doctor_pg_walls") : new Finding("walls", Verdict.Warn, "doctor_pg_walls_open", open),
        ];
    }

    private static async Task<Finding> Tools(NpgsqlConnection owner, CancellationToken ct)
    {
        try
        {
            return new Finding("backup", Verdict.Ok, "doctor_pg_tools", await PostgresTools.CheckVersion("pg_dump", owner.PostgreSqlVersion.Major, ct));
        }
        catch (BackupRefusedException refused)
        {
            return new Finding("backup", Verdict.Warn, refused.Code!, refused.Args);
        }
    }

    private static async Task<string> Text(NpgsqlConnection owner, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // literals of this file
        await using var command = new NpgsqlCommand(sql, owner);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(ct) as string ?? "";
    }

    private static async Task Run(NpgsqlConnection owner, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // literals of this file
        await using var command = new NpgsqlCommand(sql, owner);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }
}
