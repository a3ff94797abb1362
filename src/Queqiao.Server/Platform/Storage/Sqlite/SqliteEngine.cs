using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Observing;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Storage.Migrations;

namespace Queqiao.Server.Platform.Storage.Sqlite;

/// <summary>SQLite in WAL mode with <c>synchronous=FULL</c>: what is acknowledged has been synced (https://www.sqlite.org/pragma.html#pragma_synchronous).</summary>
internal sealed class SqliteEngine : IStorageEngine
{
    private readonly StorageOptions _options;
    private readonly Ids _ids;
    private readonly DbContextOptions<QueqiaoDb> _reading;
    private SqliteWriteLane? _lane;
    private SqliteCheckpointer? _checkpointer;
    private FileStream? _lock;
    private bool _disposed;

    public SqliteEngine(StorageOptions options, Ids ids, IRootKeys? roots = null)
    {
        Vault = new Vault(this, roots ?? new LocalRootKeys(options), ids);
        _options = options;
        _ids = ids;
        _reading = StatementWatch.Watched(new DbContextOptionsBuilder<QueqiaoDb>()).UseSqlite(ConnectionString(SqliteOpenMode.ReadOnly)).Options;
    }

    public bool IsPostgres => false;

    public Vault Vault { get; }

    public Backlog Backlog { get; } = new(lanes: 1);

    private SqliteWriteLane Lane => _lane ?? throw new InvalidOperationException("The storage has not been started.");

    public async Task Start(CancellationToken ct)
    {
        Directory.CreateDirectory(_options.DataFolder);
        _lock = TakeLock();
        var connection = Open();
        await SqliteMigrator.Run(connection, Migration.Of("sqlite"), Vault.Roots, _ids, ct);
        await PlannerNumbers.Tell(connection, ct);
        _lane = new SqliteWriteLane(connection, _ids, Vault, Backlog);
        _checkpointer = new SqliteCheckpointer(Open(), _options.SqliteFile + "-wal");
        await Vault.Start(ct);
    }

    public QueqiaoDb Read(int ws) => new(_reading, canWrite: false);

    public QueqiaoDb ReadSystem() => new(_reading, canWrite: false);

    public Task<T> Run<T>(int ws, Func<WriteUnit, CancellationToken, Task<T>> work, CancellationToken ct) => Lane.Run(ws, work, ct);

    public Task<T> RunSystem<T>(Func<WriteUnit, CancellationToken, Task<T>> work, CancellationToken ct) => Lane.Run(0, work, ct);

    public IGroupWriter<TItem> Group<TItem>(IGroupBody<TItem> body) => Lane.Group(body);

    /// <summary>Deleted and overwritten bytes are zeroed in their pages (secure_delete); what is left is the log.</summary>
    public Task Scrub(CancellationToken ct) => Task.Run(() =>
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        command.ExecuteNonQuery();
    }, ct);

    public async Task<bool> Ready(CancellationToken ct)
    {
        try
        {
            // A write that changes nothing: a full disk is not ready, though reading from it works.
            return await Lane.Run(0, static async (unit, stop) => await unit.Db.Database.ExecuteSqlAsync($"UPDATE slot SET position = position WHERE slot = 0", stop) == 1, ct).WaitAsync(TimeSpan.FromSeconds(2), ct);
        }
        catch (Exception problem) when (problem is TimeoutException or Problems.StorageUnavailableException)
        {
            return false;
        }
    }

    /// <summary>One process owns the file: two writers would wait 150 ms for each other (decisions.md §2), and listeners would run twice.</summary>
    private FileStream TakeLock()
    {
        var file = Path.Combine(_options.DataFolder, "queqiao.lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new StoreInUseException(_options.DataFolder);
        }
    }

    private SqliteConnection Open()
    {
#pragma warning disable RS0030 // the engine opens the writing connection
        var connection = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadWriteCreate));
#pragma warning restore RS0030
        connection.Open();
        using var pragmas = connection.CreateCommand();
        // wal_autocheckpoint: every 8 MB of log a commit copies it back. A log copied by another thread never ends under steady load, grows by
        // 20 MB a second, and its syncs make commits wait ten times longer than doing it here does (docs/decisions/0050).
        pragmas.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=2000; PRAGMA busy_timeout=2000; PRAGMA cache_size=-65536;";
        pragmas.ExecuteNonQuery();
        return connection;
    }

    private string ConnectionString(SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = _options.SqliteFile,
        Mode = mode,
        Pooling = mode == SqliteOpenMode.ReadOnly,
    }.ToString();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return; // known under several names, a container disposes it under each
        if (_checkpointer is not null)
            await _checkpointer.DisposeAsync();
        if (_lane is not null)
            await _lane.DisposeAsync();
        if (_lock is not null)
            await _lock.DisposeAsync();
    }
}
