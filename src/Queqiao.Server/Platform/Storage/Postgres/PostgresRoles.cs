using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Queqiao.Server.Platform.Storage.Postgres;

/// <summary>
/// The two roles the server works as, beside the owner that migrates: <c>DB_app</c> under row-level security and
/// <c>DB_writer</c> for batches over workspaces. Their passwords follow from the owner's, so every node knows them.
/// </summary>
internal sealed class PostgresRoles
{
    private readonly NpgsqlConnectionStringBuilder _owner;

    public PostgresRoles(string ownerConnectionString)
    {
        _owner = new NpgsqlConnectionStringBuilder(ownerConnectionString);
        if (string.IsNullOrEmpty(_owner.Database))
            throw new StoreRefusedException("QUEQIAO_DATABASE names no database (Database=…).");
        if (string.IsNullOrEmpty(_owner.Password))
            throw new StoreRefusedException("QUEQIAO_DATABASE has no password (Password=…). The passwords of the server's own roles follow from it, so an empty one could be guessed by anybody.");
        App = _owner.Database + "_app";
        Writer = _owner.Database + "_writer";
    }

    public string App { get; }

    public string Writer { get; }

    public string AppConnectionString => As(App, settings => AtMost(settings, 24));

    public string WriterConnectionString => As(Writer, settings =>
    {
        AtMost(settings, 16);
        settings.MaxAutoPrepare = 40;
        settings.AutoPrepareMinUsages = 2;
    });

    /// <summary>Two nodes fit into the 97 connections that PostgreSQL ships with; more would not be faster, only refused. The owner's string may say otherwise.</summary>
    private static void AtMost(NpgsqlConnectionStringBuilder settings, int connections)
    {
        if (!settings.ShouldSerialize("Maximum Pool Size"))
            settings.MaxPoolSize = connections;
    }

    /// <summary>
    /// A node whose network is cut in the middle of a transaction would keep its locks until TCP gives up, hours later, and all others
    /// would wait for it. No transaction of ours waits for anything but the database.
    /// </summary>
    private static readonly (string Setting, string Value)[] WhenANodeIsCutOff =
    [
        ("idle_in_transaction_session_timeout", "5000"), ("client_connection_check_interval", "5000"),
        ("tcp_keepalives_idle", "5"), ("tcp_keepalives_interval", "2"), ("tcp_keepalives_count", "3"), ("tcp_user_timeout", "10000"),
    ];

    private static async Task Execute(NpgsqlConnection owner, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // made by format() with %I
        await using var command = new NpgsqlCommand(sql, owner);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Creates the roles, or sets their passwords again after the owner's was changed.</summary>
    public async Task Ensure(NpgsqlConnection owner, CancellationToken ct)
    {
        foreach (var role in new[] { App, Writer })
        {
            var powers = (bool?)await Scalar(owner, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = $1", role, ct);
            if (powers == true)
                throw new StoreRefusedException($"The role '{role}' is a superuser or bypasses row-level security, so nothing would keep workspaces apart. Take that from it: ALTER ROLE \"{role}\" NOSUPERUSER NOBYPASSRLS.");
            // Utility statements take no parameters: format() quotes both. Only a superuser may say NOSUPERUSER to a role that exists.
            var sql = (string)(await Scalar(owner, powers is not null
                ? "SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)"
                : "SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD %L', $1::text, $2::text)", role, ct, Password(role)))!;
            try
            {
#pragma warning disable CA2100 // made by format() with %I and %L from the owner's own connection string
                await using var command = new NpgsqlCommand(sql, owner);
#pragma warning restore CA2100
                await command.ExecuteNonQueryAsync(ct);
                foreach (var (setting, value) in WhenANodeIsCutOff)
                    await Execute(owner, (string)(await Scalar(owner, $"SELECT format('ALTER ROLE %I SET {setting} = {value}', $1::text)", role, ct))!, ct);
            }
            catch (PostgresException refused) when (refused.SqlState is "42501")
            {
                throw new StoreRefusedException($"The role '{_owner.Username}' of QUEQIAO_DATABASE may not create '{role}'. Give it CREATEROLE (ALTER ROLE … CREATEROLE), as docs/operations.md says.", refused);
            }
        }
    }

    public string Fill(string sql) => sql
        .Replace("{app}", Quoted(App), StringComparison.Ordinal)
        .Replace("{writer}", Quoted(Writer), StringComparison.Ordinal);

    private static string Quoted(string role) => '"' + role.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    private string Password(string role) => Convert.ToHexStringLower(HMACSHA256.HashData(
        Encoding.UTF8.GetBytes(_owner.Password ?? ""), Encoding.UTF8.GetBytes("queqiao database role v1 " + role)));

    private string As(string role, Action<NpgsqlConnectionStringBuilder> adjust)
    {
        var settings = new NpgsqlConnectionStringBuilder(_owner.ConnectionString) { Username = role, Password = Password(role) };
        adjust(settings);
        return settings.ConnectionString;
    }

    private static async Task<object?> Scalar(NpgsqlConnection connection, string sql, string first, CancellationToken ct, string? second = null)
    {
#pragma warning disable CA2100 // the two literals above
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = first });
        if (second is not null)
            command.Parameters.Add(new() { Value = second });
        return await command.ExecuteScalarAsync(ct);
    }
}
