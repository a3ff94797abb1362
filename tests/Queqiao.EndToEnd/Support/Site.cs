using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Postgres;
using Queqiao.Server.Platform.Storage.Sqlite;

namespace Queqiao.EndToEnd.Support;

/// <summary>A firm's installation: its data outlives the server processes that come and go on it.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly string _folder;
    private readonly PostgresDatabase? _database;
    private readonly string[] _options;
    private ServerProcess? _server;
    private int _port;

    private Site(string folder, PostgresDatabase? database, string[] options) => (_folder, _database, _options) = (folder, database, options);

    public ServerProcess Server => _server!;

    public StorageOptions Storage => new() { DataFolder = _folder, Database = _database?.Owner };

    /// <summary>Stays the same over restarts.</summary>
    public Uri Address { get; private set; } = null!;

    public static async Task<Site> Start(string engine, params string[] options)
    {
        var site = await Prepare(engine, options);
        await site.StartServer();
        return site;
    }

    /// <summary>An installation that is empty still: <see cref="StartServer"/> starts it.</summary>
    public static async Task<Site> Prepare(string engine, params string[] options)
    {
        var database = engine == Engines.Postgres ? await (await PostgresCluster.Shared()).Create() : null;
        return new Site(Directory.CreateTempSubdirectory("queqiao-e2e-").FullName, database, options);
    }

    public async Task StartServer()
    {
        _server = await ServerProcess.Start(_folder, _database?.Owner, _port, _options);
        Address = _server.Address;
        _port = Address.Port;
    }

    public Task Kill() => Server.Kill();

    /// <summary>SIGTERM, and waits for the end; see <see cref="ServerProcess.Stop"/>.</summary>
    public Task<int> Stop() => Server.Stop();

    /// <summary>A statement past the server, as a superuser (PostgreSQL only).</summary>
    public async Task Sql(string statement)
    {
        await using var connection = new Npgsql.NpgsqlConnection(_database!.Admin);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Reads the whole log past the server and checks all it must keep.</summary>
    public async Task<LogSnapshot> CheckLog()
    {
        var options = new DbContextOptionsBuilder<QueqiaoDb>();
        if (_database is null)
            options.UseSqlite($"Data Source={Path.Combine(_folder, "queqiao.db")};Mode=ReadOnly;Pooling=false");
        else
            options.UseNpgsql(_database.Owner);
        await using var db = new QueqiaoDb(options.Options, canWrite: false);
        var store = new StorageOptions { DataFolder = _folder, Database = _database?.Owner };
        var ids = new Ids(TimeProvider.System);
        await using IStorageEngine engine = _database is null ? new SqliteEngine(store, ids) : new PostgresEngine(store, ids, NullLoggerFactory.Instance);
        return await LogInvariants.Check(db, engine);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
