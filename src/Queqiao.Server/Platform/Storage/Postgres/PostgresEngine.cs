using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Observing;
using Queqiao.Server.Platform.Storage.Migrations;

namespace Queqiao.Server.Platform.Storage.Postgres;

/// <summary>PostgreSQL 15 or newer. Requests work as the application role inside their workspace, batches as the writer role.</summary>
internal sealed class PostgresEngine : IStorageEngine
{
    private const int MostTries = 4;

    private readonly Ids _ids;
    private readonly ILoggerFactory _logs;
    private readonly string _ownerConnectionString;
    private readonly PostgresRoles _roles;
    private readonly NpgsqlDataSource _app;
    private readonly NpgsqlDataSource _writer;
    private readonly NpgsqlDataSource _apart;
    private readonly ConcurrentDictionary<int, DbContextOptions<QueqiaoDb>> _reading = new();
    private readonly DbContextOptions<QueqiaoDb> _readingSystem;
    private readonly List<IAsyncDisposable> _groups = [];
    private bool _disposed;

    public PostgresEngine(StorageOptions options, Ids ids, ILoggerFactory logs, IRootKeys? roots = null)
    {
        Vault = new Vault(this, roots ?? new LocalRootKeys(options), ids);
        _ids = ids;
        _logs = logs;
        _ownerConnectionString = options.Database!;
        _roles = new PostgresRoles(_ownerConnectionString);
        _app = NpgsqlDataSource.Create(_roles.AppConnectionString);
        _writer = NpgsqlDataSource.Create(_roles.WriterConnectionString);
        _apart = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_roles.WriterConnectionString) { Pooling = false, KeepAlive = 10 });
        _readingSystem = StatementWatch.Watched(new DbContextOptionsBuilder<QueqiaoDb>()).UseNpgsql(_writer).AddInterceptors(new OpenForReading(0)).Options;
    }

    public bool IsPostgres => true;

    public Vault Vault { get; }

    public Backlog Backlog { get; } = new(PostgresGroupWriter<object>.Shards);

    public async Task Start(CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(_ownerConnectionString);
        await using var owner = await source.OpenConnectionAsync(ct);
        if (owner.PostgreSqlVersion.Major < 15)
            throw new StoreRefusedException($"Queqiao needs PostgreSQL 15 or newer; this server is {owner.PostgreSqlVersion}.");
        await PostgresMigrator.Run(owner, _roles, Migration.Of("postgres"), Vault.Roots, _ids, ct);
        await Vault.Start(ct);
    }

    public QueqiaoDb Read(int ws) => new(_reading.GetOrAdd(ws, number => StatementWatch.Watched(new DbContextOptionsBuilder<QueqiaoDb>())
        .UseNpgsql(_app).AddInterceptors(new OpenForReading(number)).Options), canWrite: false);

    public QueqiaoDb ReadSystem() => new(_readingSystem, canWrite: false);

    public Task<T> Run<T>(int ws, Func<WriteUnit, CancellationToken, Task<T>> work, CancellationToken ct) => InTransaction(_app, ws, work, ct);

    public Task<T> RunSystem<T>(Func<WriteUnit, CancellationToken, Task<T>> work, CancellationToken ct) => InTransaction(_writer, 0, work, ct);

    /// <summary>A connection of its own that stays open for long, as the writer: who waits on it notices within seconds that the server is gone.</summary>
    public ValueTask<NpgsqlConnection> OpenApart(CancellationToken ct) => _apart.OpenConnectionAsync(ct);

    public IGroupWriter<TItem> Group<TItem>(IGroupBody<TItem> body)
    {
        var group = new PostgresGroupWriter<TItem>(_writer, body, Backlog, _logs.CreateLogger("Queqiao.Storage"));
        _groups.Add(group);
        return group;
    }

    /// <summary>Takes the old versions of the rows out of their pages. The bytes are overwritten as the pages are used again, or by VACUUM FULL.</summary>
    public async Task Scrub(CancellationToken ct)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(_ownerConnectionString);
            await using var command = source.CreateCommand("VACUUM contact_key, contact_identity, contact, conversation");
            await command.ExecuteNonQueryAsync(ct);
        }
        catch (Exception trouble) when (trouble is NpgsqlException or TimeoutException)
        {
            // Somebody else is vacuuming, or the database is away: autovacuum does the same a little later.
            _logs.CreateLogger("Queqiao.Storage").Fault(LogLevel.Warning, trouble, "Old rows wait for autovacuum");
        }
    }

    public async Task<bool> Ready(CancellationToken ct)
    {
        try
        {
            // A record in the write-ahead log and nothing else: the commit is synced like any other, so a full disk or a standby shows, and no table grows.
            return await RunSystem(static async (unit, stop) => await unit.Db.Database.SqlQuery<bool>(
                    $"SELECT NOT pg_is_in_recovery() AND pg_logical_emit_message(true, 'queqiao', 'ready') IS NOT NULL AS \"Value\"").SingleAsync(stop), ct)
                .WaitAsync(TimeSpan.FromSeconds(2), ct);
        }
        catch (Exception problem) when (problem is TimeoutException or StorageUnavailableException)
        {
            return false;
        }
    }

    private async Task<T> InTransaction<T>(NpgsqlDataSource source, int ws, Func<WriteUnit, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await Once(source, ws, work, ct);
            }
            catch (Exception trouble) when (PostgresTrouble.IsRace(trouble) && tries < MostTries)
            {
                // Two began the same conversation, or waited for each other in a circle: the second finds what the first wrote.
            }
        }
    }

    private async Task<T> Once<T>(NpgsqlDataSource source, int ws, Func<WriteUnit, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            if (ws > 0)
                await EnterWorkspace(connection, ws, ct);
            await using var db = new QueqiaoDb(new DbContextOptionsBuilder<QueqiaoDb>().UseNpgsql(connection).AddInterceptors(StatementWatch.Instance).Options, canWrite: true);
            db.Database.AutoSavepointsEnabled = false;
            await db.Database.UseTransactionAsync(transaction, ct);
            var unit = new WriteUnit(ws, db, connection, transaction, _ids, Vault);
            T value;
            try
            {
                value = await work(unit, ct);
                if (unit.Abandoned)
                    await transaction.RollbackAsync(CancellationToken.None);
                else
                    await transaction.CommitAsync(CancellationToken.None);
            }
            catch
            {
                unit.RolledBack();
                throw;
            }
            if (unit.Abandoned)
                unit.RolledBack();
            else
                unit.Committed();
            return value;
        }
        catch (Exception trouble) when (PostgresTrouble.IsAway(trouble))
        {
            throw PostgresTrouble.Away(trouble);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return; // known under several names, a container disposes it under each
        foreach (var group in _groups)
            await group.DisposeAsync();
        await _app.DisposeAsync();
        await _writer.DisposeAsync();
        await _apart.DisposeAsync();
    }

    /// <summary>Tells PostgreSQL which workspace the transaction is for.</summary>
    private static async Task EnterWorkspace(NpgsqlConnection connection, int ws, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT set_config('queqiao.ws', $1, true)", connection);
        command.Parameters.Add(new() { Value = ws.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Until it goes back to the pool (DISCARD ALL) a connection sees one workspace and writes nothing; SaveChanges is not the only way to write.</summary>
    private sealed class OpenForReading(int ws) : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = Command(connection);
            command.ExecuteNonQuery();
        }

        public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            await using var command = Command(connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        private NpgsqlCommand Command(DbConnection connection)
        {
            var command = new NpgsqlCommand("SELECT set_config('queqiao.ws', $1, false), set_config('default_transaction_read_only', 'on', false)", (NpgsqlConnection)connection);
            command.Parameters.Add(new() { Value = ws.ToString(System.Globalization.CultureInfo.InvariantCulture) });
            return command;
        }
    }
}

/// <summary>Tells troubles of the server (away, full, shutting down) from troubles of a statement.</summary>
internal static class PostgresTrouble
{
    public static bool IsAway(Exception trouble) => trouble switch
    {
        StorageUnavailableException => false,
        // 08 connection, 53 out of resources, 57P0x shutting down, 58 system error, 25006 read-only
        PostgresException refused => refused.SqlState[..2] is "08" or "53" or "58" || refused.SqlState is "57P01" or "57P02" or "57P03" or "25006",
        NpgsqlException or System.Net.Sockets.SocketException or TimeoutException => true,
        DbUpdateException { InnerException: { } inner } => IsAway(inner),
        InvalidOperationException { InnerException: NpgsqlException inner } => IsAway(inner),
        _ => false,
    };

    /// <summary>
    /// Another node wrote the same thing at the same time: reading again and deciding again settles it. What EF Core says is there
    /// already is left to who wrote it, for they know whether that is a race or a refusal.
    /// </summary>
    public static bool IsRace(Exception trouble) => trouble switch
    {
        PostgresException { SqlState: "23505" or "40001" or "40P01" } => true,
        DbUpdateException { InnerException: PostgresException { SqlState: "40001" or "40P01" } } => true,
        InvalidOperationException { InnerException: DbUpdateException or PostgresException } likely => IsRace(likely.InnerException!), // as EF Core says that trying again may help
        _ => false,
    };

    /// <summary>This connection's prepared statements are not what Npgsql thinks: a new one settles it.</summary>
    public static bool IsOutOfStep(Exception trouble) => trouble is PostgresException { SqlState: "26000" };

    public static StorageUnavailableException Away(Exception trouble) =>
        new(trouble is PostgresException { SqlState: "53100" } ? "storage_full" : "storage_unavailable", TimeSpan.FromSeconds(2), trouble);
}
