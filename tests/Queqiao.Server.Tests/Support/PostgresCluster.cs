using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage.Migrations;
using Queqiao.Server.Platform.Storage.Postgres;

namespace Queqiao.Server.Tests.Support;

/// <summary>
/// A PostgreSQL for tests. <c>QUEQIAO_TEST_DATABASE</c> (a superuser's connection string of a disposable cluster) when it is set;
/// else a private one in a temporary folder on a free port, with <c>fsync</c> on, that goes away with the process that started it.
/// </summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    private static readonly Lazy<string?> Binaries = new(FindBinaries);
    private static readonly Lazy<Task<PostgresCluster>> Common = new(StartCommon);

    private readonly string? _folder;
    private readonly int _port;
    private readonly string _admin;

    private readonly Lazy<Task<PostgresDatabase>> _made;

    private PostgresCluster(string admin, string? folder, int port)
    {
        (_admin, _folder, _port) = (admin, folder, port);
        _made = new(Make);
    }

    /// <summary>Why no PostgreSQL can be had, or null.</summary>
    public static string? Missing { get; } = Offered is null ? MissingPrivate() : null;

    /// <summary>Why no cluster can be had that a test may stop and kill, or null.</summary>
    public static string? MissingPrivate() => Binaries.Value is null
        ? "PostgreSQL is not installed (Debian: apt-get install postgresql), and QUEQIAO_TEST_DATABASE is not set."
        : Environment.IsPrivilegedProcess && !HasPostgresUser() ? "PostgreSQL does not run as root and there is no user 'postgres'."
        : null;

    private static string? Offered => Environment.GetEnvironmentVariable("QUEQIAO_TEST_DATABASE") is { Length: > 0 } offered ? offered : null;

    /// <summary>The cluster all tests share; nobody stops it.</summary>
    public static Task<PostgresCluster> Shared() => Common.Value;

    private static async Task<PostgresCluster> StartCommon() =>
        Offered is { } offered ? new PostgresCluster(offered, null, 0) : await StartPrivate(Quick());

    /// <summary>
    /// Where the shared cluster lies: in memory when there is room. It syncs as ever, and nobody pulls its plug; hundreds of databases
    /// come and go in it, and each that goes waits for a checkpoint.
    /// </summary>
    private static string Quick()
    {
        const string memory = "/dev/shm";
        return Directory.Exists(memory) && new DriveInfo(memory).AvailableFreeSpace > 6L << 30 ? memory : Path.GetTempPath();
    }

    /// <summary>A cluster of the caller's own, to stop and start at will.</summary>
    /// <param name="place">The folder it gets a folder in; null: the temporary one.</param>
    public static async Task<PostgresCluster> StartPrivate(string? place = null)
    {
        if (MissingPrivate() is { } reason)
            throw new InvalidOperationException(reason);
        var folder = Path.Combine(place ?? Path.GetTempPath(), "queqiao-pg-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)));
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        var passwordFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(passwordFile, password);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await Run("initdb", "-D", folder, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        File.Delete(passwordFile);
        var port = FreePort();
        var admin = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1", Port = port, Username = "postgres", Password = password, Database = "postgres", Pooling = false,
        };
        var cluster = new PostgresCluster(admin.ConnectionString, folder, port);
        cluster.Watch();
        await cluster.Start();
        return cluster;
    }

    public Task Start() => Run("pg_ctl", "-D", _folder!, "-l", Path.Combine(_folder!, "log"), "-w", "-t", "60", "-s",
        "-o", $"-p {_port} -k {_folder} -c listen_addresses=127.0.0.1 -c fsync=on -c max_connections=300 -c shared_buffers=64MB -c log_min_messages=fatal", "start");

    /// <summary>As if somebody pulled the plug of the database server: no shutdown, recovery at the next start.</summary>
    public Task Kill() => Run("pg_ctl", "-D", _folder!, "-w", "-s", "-m", "immediate", "stop");

    /// <summary>A fresh, empty database with an owner who is no superuser.</summary>
    public async Task<PostgresDatabase> Create()
    {
        var name = "q" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        await Admin(NewOwner(name));
        await Admin($"CREATE DATABASE {name} OWNER {name} TEMPLATE template0 ENCODING 'UTF8'");
        return DatabaseOf(name);
    }

    /// <summary>
    /// A fresh database in which every migration has run already: a copy of one that was made once, whose roles are members of that
    /// one's. It spares a test a second or two; what is about the schema, the roles or upgrades takes <see cref="Create"/>.
    /// </summary>
    public async Task<PostgresDatabase> CreateReady()
    {
        var name = "q" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var made = (await _made.Value).Name;
        // As the server would make them at its first start: by the owner.
        await Admin($"{NewOwner(name)}; GRANT {made} TO {name}; SET ROLE {name}; CREATE ROLE {name}_app; CREATE ROLE {name}_writer; RESET ROLE; GRANT {made}_app TO {name}_app; GRANT {made}_writer TO {name}_writer");
        await Admin($"CREATE DATABASE {name} OWNER {name} TEMPLATE {made}");
        return DatabaseOf(name);
    }

    private static string NewOwner(string name) => $"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB CREATEROLE PASSWORD 'owner'; GRANT {name} TO CURRENT_USER";

    private PostgresDatabase DatabaseOf(string name)
    {
        var owner = new NpgsqlConnectionStringBuilder(_admin) { Username = name, Password = "owner", Database = name, Pooling = true };
        return new PostgresDatabase(this, name, owner.ConnectionString, new NpgsqlConnectionStringBuilder(_admin) { Database = name }.ConnectionString);
    }

    private async Task<PostgresDatabase> Make()
    {
        var database = await Create();
        await using var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Owner) { Pooling = false }.ConnectionString); // who copies wants nobody in it
        await owner.OpenAsync();
        await PostgresMigrator.Run(owner, new PostgresRoles(database.Owner), Migration.Of("postgres"), null! /* a new store has nothing to unwrap */, new Ids(TimeProvider.System), CancellationToken.None);
        return database;
    }

    /// <summary>Gives the cluster a certificate for a name; from then on it takes TLS (and plain connections too, as PostgreSQL does).</summary>
    internal async Task SpeakTls(TestAuthority authority, string name)
    {
        var (certificate, key) = authority.Issue(name);
        var data = await Answer("SHOW data_directory");
        foreach (var (file, text) in new[] { ("server.crt", certificate), ("server.key", key) })
        {
            await Admin($"COPY (SELECT unnest(string_to_array('{text}', E'\\n'))) TO '{Path.Combine(data, file)}'");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(Path.Combine(data, file), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        await Admin("ALTER SYSTEM SET ssl = on");
        await Admin("SELECT pg_reload_conf()");
        await Until.True(async () => await Answer("SHOW ssl") == "on", "the cluster speaks TLS");
    }

    internal async Task Admin(string sql)
    {
        await using var connection = new NpgsqlConnection(_admin);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    internal async Task<string> Answer(string sql)
    {
        await using var connection = new NpgsqlConnection(_admin);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder is null || !Directory.Exists(_folder))
            return;
        try
        {
            await Kill();
        }
        catch (InvalidOperationException)
        {
            // stopped already by its test
        }
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A test run that is killed must not leave servers behind: a shell waits for this process to end and clears up.</summary>
    private void Watch()
    {
        var asPostgres = Environment.IsPrivilegedProcess ? "runuser -u postgres -- " : "";
        var script = $"exec >/dev/null 2>&1 </dev/null; cd /; while kill -0 {Environment.ProcessId}; do sleep 1; done; " +
            $"{asPostgres}{Path.Combine(Binaries.Value!, "pg_ctl")} -D {_folder} -m immediate stop; rm -rf {_folder}";
        using var watching = Process.Start("/bin/sh", ["-c", script]);
    }

    private static async Task Run(string program, params string[] arguments)
    {
        var file = Path.Combine(Binaries.Value!, program);
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", file, .. arguments])
            : new ProcessStartInfo(file, arguments);
        start.WorkingDirectory = "/";
        start.RedirectStandardError = start.RedirectStandardOutput = start.RedirectStandardInput = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var said = process.StandardOutput.ReadToEndAsync();
        var complained = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await complained} {await said}");
    }

    private static string? FindBinaries()
    {
        string[] debian = Directory.Exists("/usr/lib/postgresql") ? [.. Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(v => Path.Combine(v, "bin"))] : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return debian.Concat(path).FirstOrDefault(folder => IsThere(Path.Combine(folder, "initdb")) && IsThere(Path.Combine(folder, "pg_ctl")));
    }

    /// <summary>A link may be left over from a version that was removed.</summary>
    private static bool IsThere(string file) => File.Exists(file) && (File.ResolveLinkTarget(file, returnFinalTarget: true)?.Exists ?? true);

    private static bool HasPostgresUser() =>
        File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal));

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>One empty database of a test.</summary>
/// <param name="Owner">What an administrator would write into <c>QUEQIAO_DATABASE</c>.</param>
/// <param name="Admin">A superuser in it, to look at what nobody else may see.</param>
internal sealed record PostgresDatabase(PostgresCluster Cluster, string Name, string Owner, string Admin) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await using (var owner = new NpgsqlConnection(Owner))
            NpgsqlConnection.ClearPool(owner);
        await Cluster.Admin($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
    }
}
