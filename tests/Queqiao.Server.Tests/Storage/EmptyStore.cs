using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Migrations;
using Queqiao.Server.Platform.Storage.Postgres;
using Queqiao.Server.Platform.Storage.Sqlite;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Storage;

/// <summary>A database in which nothing has been built yet, and raw hands on it.</summary>
internal sealed class EmptyStore : IAsyncDisposable
{
    private const string RootKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private readonly PostgresDatabase? _database;

    private EmptyStore(string engine, PostgresDatabase? database)
    {
        (Engine, _database) = (engine, database);
        Options = new() { DataFolder = Directory.CreateTempSubdirectory("queqiao-").FullName, Database = database?.Owner };
        File.WriteAllText(Path.Combine(Options.DataFolder, "root.key"), RootKey); // the one that wrapped the fixtures' keys
    }

    public string Engine { get; }

    public StorageOptions Options { get; }

    public TestClock Clock { get; } = new();

    public PostgresDatabase Database => _database!;

    public static async Task<EmptyStore> Make(string engine) =>
        new(engine, engine == Engines.Postgres ? await (await PostgresCluster.Shared()).Create() : null);

    public IStorageEngine NewEngine() => _database is null
        ? new SqliteEngine(Options, new Ids(Clock))
        : new PostgresEngine(Options, new Ids(Clock), NullLoggerFactory.Instance);

    /// <summary>As the owner of the database, past all engines.</summary>
    public async Task<DbConnection> Open()
    {
        DbConnection connection = _database is null ? new SqliteConnection($"Data Source={Options.SqliteFile};Pooling=false") : new NpgsqlConnection(_database.Owner);
        await connection.OpenAsync();
        return connection;
    }

    public async Task<object?> Run(string sql)
    {
        await using var connection = await Open();
        return await connection.Run(sql);
    }

    private LocalRootKeys Roots => new(Options);

    /// <summary>Runs the given migrations as a starting server does.</summary>
    public async Task Migrate(IReadOnlyList<Migration> known)
    {
        await using var connection = await Open();
        if (connection is NpgsqlConnection postgres)
            await PostgresMigrator.Run(postgres, new PostgresRoles(_database!.Owner), known, Roots, new Ids(Clock), CancellationToken.None);
        else
            await SqliteMigrator.Run((SqliteConnection)connection, known, Roots, new Ids(Clock), CancellationToken.None);
    }

    public static QueqiaoDb Model(DbConnection connection)
    {
        var options = new DbContextOptionsBuilder<QueqiaoDb>();
        return new((connection is NpgsqlConnection ? options.UseNpgsql(connection) : options.UseSqlite(connection)).Options, canWrite: false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(Options.DataFolder, recursive: true);
    }
}

internal static class RawSql
{
    public static async Task<object?> Run(this DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }
}
