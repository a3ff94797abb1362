using System.Data.Common;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Platform.Storage;

/// <summary>
/// The only way to write. On SQLite all work of the process queues here for the one writing connection and shares its
/// batch transaction (each unit in a savepoint); on PostgreSQL a unit is a transaction under row-level security.
/// </summary>
internal interface IWriteLane
{
    /// <summary>Runs the work in a transaction and returns after its commit. Nothing is kept when it throws or calls <see cref="WriteUnit.Abandon"/>.</summary>
    /// <param name="ws">The workspace the work belongs to.</param>
    /// <param name="work">Must only touch <see cref="WriteUnit.Db"/> and its connection: on SQLite everybody waits while it runs, on PostgreSQL it runs again after a race.</param>
    /// <exception cref="Problems.StorageUnavailableException">The database is away or full; nothing was stored, try again.</exception>
    Task<T> Run<T>(int ws, Func<WriteUnit, CancellationToken, Task<T>> work, CancellationToken ct);
}

/// <summary>One unit of work inside a transaction.</summary>
internal sealed class WriteUnit(int ws, QueqiaoDb db, DbConnection connection, DbTransaction transaction, Ids ids, Vault vault)
{
    private readonly List<Action> _afterCommit = [];
    private readonly List<Action> _afterRollback = [];

    public int Ws => ws;

    public QueqiaoDb Db => db;

    public DbConnection Connection => connection;

    public DbTransaction Transaction => transaction;

    public Ids Ids => ids;

    /// <summary>The keys of the store that the unit writes to.</summary>
    public Vault Vault => vault;

    internal bool Abandoned { get; private set; }

    /// <summary>Gives up everything this unit wrote; the result is still returned (a refusal, usually).</summary>
    public void Abandon() => Abandoned = true;

    /// <summary>Runs once the commit is on disk, never when it is not.</summary>
    public void AfterCommit(Action act) => _afterCommit.Add(act);

    /// <summary>Runs when the unit failed or was abandoned: nothing of it is there. When nobody can know (the connection broke in the commit), this runs too.</summary>
    public void AfterRollback(Action act) => _afterRollback.Add(act);

    internal void Committed()
    {
        if (!Abandoned)
            _afterCommit.ForEach(act => act());
    }

    internal void RolledBack() => _afterRollback.ForEach(act => act());
}

/// <summary>Writes of one kind that are stored together: the hot path. Queued items share one transaction (group commit).</summary>
internal interface IGroupWriter<in TItem>
{
    /// <param name="item">What to write.</param>
    /// <param name="shard">Items of the same shard are written in the order they were queued.</param>
    void Enqueue(TItem item, int shard);
}

/// <summary>How a group of items is written, and who hears of it.</summary>
internal interface IGroupBody<in TItem>
{
    /// <summary>Writes all items or throws; may be called again with the same or fewer items after a rollback.</summary>
    ValueTask<IWritten> Write(DbConnection connection, DbTransaction transaction, IReadOnlyList<TItem> items, CancellationToken ct);

    /// <summary>This item could not be written, alone and after a retry.</summary>
    void Failed(TItem item, Exception error);
}

/// <summary>What one <see cref="IGroupBody{TItem}.Write"/> wrote, waiting for its commit.</summary>
internal interface IWritten
{
    /// <summary>It is on disk: answer the senders, tell the subscribers. Called in commit order; must be quick and must not throw.</summary>
    void Committed();

    /// <summary>The commit failed, or nobody can know. Only where several nodes write (PostgreSQL).</summary>
    void Lost()
    {
    }
}
