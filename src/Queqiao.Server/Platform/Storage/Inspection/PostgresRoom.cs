using System.Globalization;
using System.Net;
using Npgsql;
using Queqiao.Server.Platform.Diagnosis;

namespace Queqiao.Server.Platform.Storage.Inspection;

/// <summary>What a PostgreSQL server has room for, and what keeps it from letting go: connections, the write-ahead log, the way to it.</summary>
internal static class PostgresRoom
{
    private const long NodeNeeds = 48;
    private const long LargeLog = 4L << 30;

    public static async Task<IReadOnlyList<Finding>> Look(NpgsqlConnection owner, CancellationToken ct)
    {
        var findings = new List<Finding> { Connections(await Count(owner, "SELECT current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint", ct)) };
        // Readable by members of pg_monitor only; who may not look knows less, and nothing is wrong.
        if (await Count(owner, "SELECT CASE WHEN has_function_privilege('pg_ls_waldir()', 'EXECUTE') THEN 1 ELSE 0 END", ct) == 1)
            findings.Add(Log(await Count(owner, "SELECT coalesce(sum(size), 0)::bigint FROM pg_ls_waldir()", ct)));
        findings.AddRange(Slots(await Count(owner, "SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)), 0)::bigint FROM pg_replication_slots WHERE NOT active AND NOT pg_is_in_recovery()", ct)));
        findings.Add(Way(owner.Host ?? "", await Count(owner, "SELECT count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl", ct) == 1));
        return findings;
    }

    internal static Finding Connections(long most) => most >= NodeNeeds
        ? new("database", Verdict.Ok, "doctor_pg_connections", most) : new("database", Verdict.Warn, "doctor_pg_few_connections", most, NodeNeeds);

    internal static Finding Log(long bytes) => bytes <= LargeLog
        ? new("database", Verdict.Ok, "doctor_pg_wal", bytes >> 20) : new("database", Verdict.Warn, "doctor_pg_wal_large", bytes >> 20);

    /// <summary>A slot that nobody reads keeps the log for ever, until the disk is full.</summary>
    internal static IEnumerable<Finding> Slots(long held) => held > LargeLog >> 2 ? [new("database", Verdict.Warn, "doctor_pg_slot", held >> 20)] : [];

    internal static Finding Way(string host, bool encrypted) =>
        encrypted ? new("database", Verdict.Ok, "doctor_pg_tls")
        : host.StartsWith('/') || host is "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)) ? new("database", Verdict.Ok, "doctor_pg_local")
        : new("database", Verdict.Warn, "doctor_pg_plain", host);

    public static async Task<object?> Number(NpgsqlConnection owner, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // literals of this folder
        await using var command = new NpgsqlCommand(sql, owner);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(ct);
    }

    private static async Task<long> Count(NpgsqlConnection owner, string sql, CancellationToken ct) => Convert.ToInt64(await Number(owner, sql, ct), CultureInfo.InvariantCulture);
}
