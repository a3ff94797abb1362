using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Observing;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Storage.Sqlite;

/// <summary>
/// One thread, one connection, no timers: whatever queued while the last commit was being synced becomes the next
/// transaction. Low load has low latency, high load has big batches. Every item runs in a savepoint, so one that fails
/// hurts nobody else in its batch.
/// </summary>
internal sealed class SqliteWriteLane : IAsyncDisposable
{
    private const int MostInOneBatch = 512;

    private readonly SqliteConnection _connection;
    private readonly Ids _ids;
    private readonly Backlog _backlog;
    private readonly Vault _vault;
    private readonly DbContextOptions<QueqiaoDb> _writing;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly Thread _thread;
    private List<LaneItem> _waiting = [];
    private bool _stopping;

    public SqliteWriteLane(SqliteConnection connection, Ids ids, Vault vault, Backlog backlog)
    {
        _connection = connection;
        _backlog = backlog;
        _ids = ids;
        _vault = vault;
        _writing = new DbContextOptionsBuilder<QueqiaoDb>().UseSqlite(connection).AddInterceptors(StatementWatch.Instance).Options;
        _thread = new Thread(Loop) { IsBackground = true, Name = "write lane" };
        _thread.Start();
    }

    public Task<T> Run<T>(int ws, Func<WriteUnit, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        var item = new UnitItem<T>(ws, work, ct);
        Enqueue(item);
        return item.Result;
    }

    public IGroupWriter<TItem> Group<TItem>(IGroupBody<TItem> body) => new GroupWriter<TItem>(this, body);

    private void Enqueue(LaneItem item)
    {
        bool first;
        lock (_gate)
        {
            if (_stopping)
            {
                item.Fail(new StorageUnavailableException("storage_unavailable", TimeSpan.FromSeconds(2)));
                return;
            }
            first = _waiting.Count == 0;
            _waiting.Add(item);
            _backlog.Came();
        }
        if (first)
            _signal.Release();
    }

    private void Loop()
    {
        var batch = new List<LaneItem>();
        while (Take(ref batch))
        {
            for (var from = 0; from < batch.Count; from += MostInOneBatch)
                RunBatch(batch.GetRange(from, Math.Min(MostInOneBatch, batch.Count - from)));
            batch.Clear();
        }
    }

    private bool Take(ref List<LaneItem> batch)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.Count > 0)
                {
                    (_waiting, batch) = (batch, _waiting);
                    return true;
                }
                if (_stopping)
                    return false;
            }
            _signal.Wait();
        }
    }

    private void RunBatch(List<LaneItem> batch)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        RunBatch(batch, began);
        _backlog.Left(batch.Count, System.Diagnostics.Stopwatch.GetTimestamp() - began);
    }

    private void RunBatch(List<LaneItem> batch, long began)
    {
        List<Action> done;
        Measures.LaneWait.Record(System.Diagnostics.Stopwatch.GetElapsedTime(batch[0].QueuedAt, began).TotalSeconds);
        try
        {
            done = InTransaction(batch);
        }
        catch (Exception trouble) when (Damages.IsOfDatabase(trouble))
        {
            Alone(batch, trouble, began);
            return;
        }
        catch (Exception trouble)
        {
            // Nothing of this batch is on disk, or nobody can know: no one is told otherwise. Senders repeat with the same clientId.
            var away = trouble is SqliteException sqlite ? Away(sqlite) : trouble;
            batch.ForEach(item => item.Fail(away));
            return;
        }
        var took = System.Diagnostics.Stopwatch.GetElapsedTime(began);
        Measures.Commit.Record(took.TotalSeconds);
        SlowStatements.Note("COMMIT of the write lane", took);
        done.ForEach(tell => tell());
    }

    /// <summary>
    /// Somebody needs a page that is damaged. After that not even a transaction whose savepoint took it back can be committed, so each
    /// gets one of its own: who needs the page is told, the others go on.
    /// </summary>
    private void Alone(List<LaneItem> batch, Exception trouble, long began)
    {
        if (batch.Count > 1)
        {
            foreach (var item in batch)
                RunBatch([item], began);
            return;
        }
        Damages.Note("database");
        batch[0].Fail(trouble is GroupFailed { InnerException: { } inner } ? inner : trouble);
    }

    private List<Action> InTransaction(List<LaneItem> batch)
    {
        try
        {
            return InTransaction(batch, guarded: false);
        }
        catch (GroupFailed)
        {
            return InTransaction(batch, guarded: true); // nothing was kept and nobody told: once more, item by item
        }
    }

    /// <summary>
    /// Writes the batch and commits; what is to be told then comes back. A savepoint around a group makes SQLite keep the old
    /// content of every page that each of its statements changes, and walk through all of it after each statement: a third of
    /// the lane's time (docs/performance.md). So groups are only guarded once one has failed.
    /// </summary>
    private List<Action> InTransaction(List<LaneItem> batch, bool guarded)
    {
        var done = new List<Action>(batch.Count);
        using var transaction = _connection.BeginTransaction(deferred: false);
        for (var at = 0; at < batch.Count;)
        {
            var group = batch[at].GroupWith(batch, at);
            batch[at].Write(this, transaction, batch, at, group, done, guarded);
            at += group;
        }
        transaction.Commit();
        return done;
    }

    private QueqiaoDb Context(SqliteTransaction transaction)
    {
        var db = new QueqiaoDb(_writing, canWrite: true);
        db.Database.AutoSavepointsEnabled = false;
        db.Database.UseTransaction(transaction);
        return db;
    }

    /// <summary>
    /// Troubles of the file rather than of a statement: the whole batch is lost (https://www.sqlite.org/rescode.html). Not a damaged page
    /// (11): who needs that page is told, the others go on.
    /// </summary>
    internal static bool IsAway(Exception trouble) =>
        trouble is SqliteException { SqliteErrorCode: 5 or 6 or 8 or 10 or 13 or 14 or 26 };

    private static StorageUnavailableException Away(SqliteException trouble) =>
        new(trouble.SqliteErrorCode == 13 ? "storage_full" : "storage_unavailable", TimeSpan.FromSeconds(2), trouble);

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _stopping = true;
        _signal.Release();
        await Task.Run(() => _thread.Join());
        await _connection.DisposeAsync();
        _signal.Dispose();
    }

    private abstract class LaneItem
    {
        public long QueuedAt { get; } = System.Diagnostics.Stopwatch.GetTimestamp();

        /// <summary>How many items from here on are written together.</summary>
        public virtual int GroupWith(List<LaneItem> batch, int at) => 1;

        public abstract void Write(SqliteWriteLane lane, SqliteTransaction transaction, List<LaneItem> batch, int at, int count, List<Action> done, bool guarded);

        public abstract void Fail(Exception trouble);
    }

    private sealed class UnitItem<T>(int ws, Func<WriteUnit, CancellationToken, Task<T>> work, CancellationToken ct) : LaneItem
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => _result.Task;

        public override void Write(SqliteWriteLane lane, SqliteTransaction transaction, List<LaneItem> batch, int at, int count, List<Action> done, bool guarded)
        {
            if (ct.IsCancellationRequested)
            {
                _result.TrySetCanceled(ct);
                return;
            }
            transaction.Save("unit");
            try
            {
                using var db = lane.Context(transaction);
                var unit = new WriteUnit(ws, db, lane._connection, transaction, lane._ids, lane._vault);
                var value = work(unit, ct).GetAwaiter().GetResult(); // the lane's thread is made for waiting
                if (unit.Abandoned)
                    transaction.Rollback("unit");
                transaction.Release("unit");
                done.Add(() =>
                {
                    unit.Committed();
                    _result.TrySetResult(value);
                });
            }
            catch (Exception trouble) when (!IsAway(trouble) && !IsAway(trouble.InnerException!))
            {
                transaction.Rollback("unit");
                transaction.Release("unit");
                done.Add(() => _result.TrySetException(trouble));
            }
            catch (Exception trouble) when (trouble.InnerException is SqliteException away)
            {
                throw Away(away);
            }
        }

        public override void Fail(Exception trouble) => _result.TrySetException(trouble);
    }

    private sealed class GroupItem<TItem>(GroupWriter<TItem> writer, TItem item) : LaneItem
    {
        public override int GroupWith(List<LaneItem> batch, int at)
        {
            var end = at + 1;
            while (end < batch.Count && batch[end] is GroupItem<TItem> other && other.Writer == writer)
                end++;
            return end - at;
        }

        private GroupWriter<TItem> Writer => writer;

        public override void Write(SqliteWriteLane lane, SqliteTransaction transaction, List<LaneItem> batch, int at, int count, List<Action> done, bool guarded)
        {
            var items = new TItem[count];
            for (var i = 0; i < count; i++)
                items[i] = ((GroupItem<TItem>)batch[at + i]).Item;
            if (guarded)
                writer.WriteGuarded(transaction, items, done);
            else
                writer.Write(transaction, items, done);
        }

        private TItem Item => item;

        public override void Fail(Exception trouble) => writer.Body.Failed(item, trouble);
    }

    private sealed class GroupWriter<TItem>(SqliteWriteLane lane, IGroupBody<TItem> body) : IGroupWriter<TItem>
    {
        public IGroupBody<TItem> Body => body;

        public void Enqueue(TItem item, int shard) => lane.Enqueue(new GroupItem<TItem>(this, item));

        public void Write(SqliteTransaction transaction, TItem[] items, List<Action> done)
        {
            try
            {
                done.Add(body.Write(lane._connection, transaction, items, CancellationToken.None).AsTask().GetAwaiter().GetResult().Committed);
            }
            catch (Exception trouble) when (!IsAway(trouble))
            {
                throw new GroupFailed(trouble);
            }
        }

        /// <summary>In savepoints: one bad item hurts nobody else.</summary>
        public void WriteGuarded(SqliteTransaction transaction, TItem[] items, List<Action> done)
        {
            transaction.Save("items");
            try
            {
                Write(transaction, items, done);
                transaction.Release("items");
            }
            catch (GroupFailed failed)
            {
                transaction.Rollback("items");
                transaction.Release("items");
                if (items.Length == 1)
                {
                    if (Damages.IsOfDatabase(failed))
                        Damages.Note("database");
                    done.Add(() => body.Failed(items[0], failed.InnerException!));
                    return;
                }
                var half = items.Length / 2; // one bad item: find it, keep the others
                WriteGuarded(transaction, items[..half], done);
                WriteGuarded(transaction, items[half..], done);
            }
        }
    }

    private sealed class GroupFailed(Exception trouble) : Exception("A group was not written.", trouble);
}
