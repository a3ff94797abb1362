using Npgsql;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Observing;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Storage.Postgres;

/// <summary>
/// Group commit on PostgreSQL: a few shards, each with its own connection, each writing whatever queued while its last
/// transaction was in flight. A group that races with another node is read and decided again; a bad item is found by halving.
/// </summary>
internal sealed class PostgresGroupWriter<TItem> : IGroupWriter<TItem>, IAsyncDisposable
{
    private readonly Shard[] _shards;

    /// <summary>More shards mean more syncs at once but smaller groups; two keep both the disk and the CPUs of a small machine busy.</summary>
    public static int Shards => Math.Clamp(Environment.ProcessorCount, 2, 8);

    public PostgresGroupWriter(NpgsqlDataSource source, IGroupBody<TItem> body, Backlog backlog, ILogger log)
    {
        _shards = [.. Enumerable.Range(0, Shards).Select(_ => new Shard(source, body, backlog, log))];
    }

    public void Enqueue(TItem item, int shard) => _shards[(uint)shard % _shards.Length].Enqueue(item);

    public async ValueTask DisposeAsync()
    {
        foreach (var shard in _shards)
            await shard.DisposeAsync();
    }

    private sealed class Shard : IAsyncDisposable
    {
        private const int MostInOneGroup = 256;
        private const int MostTries = 4;

        private readonly NpgsqlDataSource _source;
        private readonly IGroupBody<TItem> _body;
        private readonly Backlog _backlog;
        private readonly ILogger _log;
        private readonly Lock _gate = new();
        private readonly SemaphoreSlim _signal = new(0);
        private readonly Task _loop;
        private List<TItem> _waiting = [];
        private long _oldestAt;
        private NpgsqlConnection? _connection;
        private bool _stopping;

        public Shard(NpgsqlDataSource source, IGroupBody<TItem> body, Backlog backlog, ILogger log)
        {
            (_source, _body, _backlog, _log) = (source, body, backlog, log);
            _loop = Task.Run(Loop);
        }

        public void Enqueue(TItem item)
        {
            bool first, late;
            lock (_gate)
            {
                late = _stopping;
                first = _waiting.Count == 0;
                if (first)
                    _oldestAt = System.Diagnostics.Stopwatch.GetTimestamp();
                if (!late)
                {
                    _waiting.Add(item);
                    _backlog.Came();
                }
            }
            if (late)
                _body.Failed(item, new StorageUnavailableException("storage_unavailable", TimeSpan.FromSeconds(2)));
            else if (first)
                _signal.Release();
        }

        private async Task Loop()
        {
            var taken = new List<TItem>();
            while (true)
            {
                long oldestAt;
                lock (_gate)
                {
                    oldestAt = _oldestAt;
                    if (_waiting.Count == 0 && _stopping)
                        return;
                    (_waiting, taken) = (taken, _waiting);
                }
                if (taken.Count == 0)
                    await _signal.WaitAsync();
                else
                    Measures.LaneWait.Record(Measures.Since(oldestAt));
                for (var from = 0; from < taken.Count; from += MostInOneGroup)
                {
                    var group = taken.GetRange(from, Math.Min(MostInOneGroup, taken.Count - from));
                    var began = System.Diagnostics.Stopwatch.GetTimestamp();
                    await Write(group, MostTries);
                    _backlog.Left(group.Count, System.Diagnostics.Stopwatch.GetTimestamp() - began);
                }
                taken.Clear();
            }
        }

        private async Task Write(List<TItem> items, int tries)
        {
            try
            {
                var began = System.Diagnostics.Stopwatch.GetTimestamp();
                var written = await InTransaction(items);
                var took = System.Diagnostics.Stopwatch.GetElapsedTime(began);
                Measures.Commit.Record(took.TotalSeconds);
                SlowStatements.Note("COMMIT of a batch of the log", took);
                written.Committed();
            }
            catch (Exception trouble) when (PostgresTrouble.IsAway(trouble))
            {
                await Disconnect();
                items.ForEach(item => _body.Failed(item, PostgresTrouble.Away(trouble)));
            }
            catch (Exception trouble)
            {
                if (trouble is not PostgresException || PostgresTrouble.IsOutOfStep(trouble))
                    await Reconnect();
                if (tries > 1 && (PostgresTrouble.IsRace(trouble) || PostgresTrouble.IsOutOfStep(trouble)))
                {
                    await Write(items, tries - 1);
                }
                else if (items.Count == 1)
                {
                    if (Damages.IsOfDatabase(trouble))
                        Damages.Note("database");
                    _log.Fault(LogLevel.Error, trouble, "An entry could not be written");
                    _body.Failed(items[0], trouble);
                }
                else
                {
                    var half = items.Count / 2;
                    await Write(items[..half], MostTries);
                    await Write(items[half..], MostTries);
                }
            }
        }

        private async Task<IWritten> InTransaction(List<TItem> items)
        {
            _connection ??= await Connect();
            await using var transaction = await _connection.BeginTransactionAsync();
            var written = await _body.Write(_connection, transaction, items, CancellationToken.None);
            try
            {
                await transaction.CommitAsync();
            }
            catch
            {
                written.Lost();
                throw;
            }
            return written;
        }

        /// <summary>
        /// The batch's statements look rows up by key. Plans are made once, when tables are young and statistics missing: left to
        /// itself the planner keeps reading whole tables until somebody analyzes them (a third of all CPU at 1,000 messages/s).
        /// </summary>
        private async Task<NpgsqlConnection> Connect()
        {
            var connection = await _source.OpenConnectionAsync();
            await using var settings = new NpgsqlCommand("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off", connection);
            await settings.ExecuteNonQueryAsync();
            return connection;
        }

        /// <summary>A command that broke while it was being sent (half a character, say) leaves Npgsql and the server disagreeing about what is prepared.</summary>
        private async Task Reconnect()
        {
            _source.Clear();
            await Disconnect();
        }

        private async Task Disconnect()
        {
            if (_connection is null)
                return;
            await _connection.DisposeAsync();
            _connection = null;
        }

        public async ValueTask DisposeAsync()
        {
            lock (_gate)
                _stopping = true;
            _signal.Release();
            await _loop;
            await Disconnect();
            _signal.Dispose();
        }
    }
}
