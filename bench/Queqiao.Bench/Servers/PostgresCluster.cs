using System.Net;
using System.Net.Sockets;
using System.Globalization;
using Npgsql;
using Queqiao.Bench.Measures;

namespace Queqiao.Bench.Servers;

/// <summary>A private PostgreSQL cluster in a temporary folder with the settings it ships with: fsync and synchronous_commit stay on.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    private const string Owner = "queqiao";
    private const string Password = "bench-only";

    private readonly string _programs;
    private readonly string _folder;
    private readonly int _port;

    private PostgresCluster(string programs, string folder, int port) => (_programs, _folder, _port) = (programs, folder, port);

    public string ConnectionString => DatabaseOf(Owner);

    public double CpuSeconds() => Proc.CpuSecondsWithChildren(Postmaster());

    public static async Task<PostgresCluster> Start(string folder, CancellationToken ct)
    {
        var cluster = new PostgresCluster(FindPrograms(), folder, FreePort());
        Directory.CreateDirectory(folder);
        if (Environment.IsPrivilegedProcess)
            await Command.Run("chown", ["postgres", folder], ct);
        await cluster.Program("initdb", ["-D", cluster.Data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=trust"], ct);
        try
        {
            await cluster.Program("pg_ctl", ["-D", cluster.Data, "-l", Path.Combine(folder, "log"), "-w", "-o",
                string.Create(CultureInfo.InvariantCulture, $"-p {cluster._port} -c listen_addresses=127.0.0.1 -c max_connections=300 -k {folder}"), "start"], ct);
            await cluster.Execute("postgres", $"CREATE ROLE {Owner} LOGIN CREATEROLE CREATEDB PASSWORD '{Password}'", ct);
            await cluster.CreateDatabase(Owner, ct);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Counts what is in the tables, as autovacuum does within a minute. Plans made for empty tables search by the wrong index,
    /// and a store that has been there for a while has none.
    /// </summary>
    public async Task Analyze(CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand("ANALYZE");
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Another database of the same owner, empty.</summary>
    public async Task<string> CreateDatabase(string name, CancellationToken ct)
    {
        await Execute("postgres", $"CREATE DATABASE {name} OWNER {Owner}", ct);
        return DatabaseOf(name);
    }

    private string Data => Path.Combine(_folder, "data");

    private string DatabaseOf(string name) => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username={Owner};Password={Password};Database={name}");

    private int Postmaster() => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private async Task Execute(string user, string sql, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username={user};Database=postgres;Pooling=false"));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private Task<string> Program(string name, string[] arguments, CancellationToken ct) => Command.RunAsPostgres(Path.Combine(_programs, name), arguments, ct);

    private static string FindPrograms()
    {
        const string debian = "/usr/lib/postgresql";
        var found = Directory.Exists(debian) ? Directory.GetDirectories(debian) : [];
        return found.Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .LastOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL is not installed (initdb was not found): apt install postgresql.");
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            await Program("pg_ctl", ["-D", Data, "-m", "immediate", "-w", "stop"], CancellationToken.None);
    }
}
