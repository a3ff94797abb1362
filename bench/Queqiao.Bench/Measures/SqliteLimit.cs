using Microsoft.Data.Sqlite;

namespace Queqiao.Bench.Measures;

/// <summary>Messages per second that SQLite itself stores: the same rows in batches of 64, one connection, synchronous=FULL, nothing else in the way.</summary>
internal sealed class SqliteLimit : IDisposable
{
    private readonly LimitRows _rows;
    private readonly SqliteConnection _connection;
    private readonly SqliteConnection _checkpoints;
    private readonly SqliteCommand _entry, _key, _head, _slot;

    private SqliteLimit(string file, int conversations)
    {
        _rows = new LimitRows(conversations);
        _connection = Open(file);
        _checkpoints = Open(file);
        Execute(_connection, Schema.Of("sqlite"));
        AddConversations();
        _entry = Prepare("INSERT INTO entry (ws, conversation_id, seq, public_prev, at, type, sender_kind, sender_id, body, slot, position) VALUES (1, $0, $1, $2, $3, 'message', 'contact', $4, $5, $6, $7)", 8);
        _key = Prepare("INSERT INTO entry_key (ws, key, conversation_id, seq, at) VALUES (1, $0, $1, $2, $3)", 4);
        _head = Prepare("UPDATE conversation SET seq = $0, public_seq = $0, unread = $0, last_in_seq = $0, last_message_seq = $0, last_message_at = $1, last_activity_at = $1, last_entry_at = $1, sealed = $2 WHERE ws = 1 AND id = $3", 4);
        _slot = Prepare("UPDATE slot SET position = $0 WHERE slot = $1", 2);
    }

    public static double Measure(string folder, int conversations, TimeSpan warmup, TimeSpan length, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        using var limit = new SqliteLimit(Path.Combine(folder, "limit.db"), conversations);
        return limit.Run(Clock.Of(warmup), Clock.Of(length), ct);
    }

    private double Run(long warmup, long length, CancellationToken ct)
    {
        using var over = new ManualResetEventSlim();
        var checkpoints = new Thread(() => Checkpoint(over));
        checkpoints.Start();
        try
        {
            return Count(warmup, length, ct);
        }
        finally
        {
            over.Set();
            checkpoints.Join();
        }
    }

    /// <summary>As the server does it: beside the writer, once a second.</summary>
    private void Checkpoint(ManualResetEventSlim over)
    {
        while (!over.Wait(TimeSpan.FromSeconds(1)))
            Execute(_checkpoints, "PRAGMA wal_checkpoint(PASSIVE)");
    }

    private double Count(long warmup, long length, CancellationToken ct)
    {
        var (from, stored) = (Clock.Now + warmup, 0L);
        foreach (var batch in _rows.Batches(0, 1))
        {
            Store(batch);
            ct.ThrowIfCancellationRequested();
            var now = Clock.Now;
            stored += now >= from ? batch.Length : 0;
            if (now >= from + length)
                break;
        }
        return Math.Round(stored / (length / (double)Clock.Second));
    }

    private void Store(LimitRow[] batch)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        foreach (var row in batch)
        {
            var id = Raw(row.Conversation);
            Run(_entry, transaction, id, row.Seq, row.Seq - 1, LimitRows.Now + row.Seq, Raw(row.Contact), row.Body, row.Slot, row.Position);
            Run(_key, transaction, Raw(row.Key), id, row.Seq, LimitRows.Now + row.Seq);
        }
        foreach (var row in batch.GroupBy(row => row.Conversation).Select(rows => rows.Last()))
            Run(_head, transaction, row.Seq, LimitRows.Now + row.Seq, row.Personal, Raw(row.Conversation));
        foreach (var row in batch.GroupBy(row => row.Slot).Select(rows => rows.Last()))
            Run(_slot, transaction, row.Position, row.Slot);
        transaction.Commit();
    }

    private void AddConversations()
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        Execute(_connection, $"INSERT INTO workspace (ws, id, name, created_at) VALUES (1, x'01', 'w', 0); INSERT INTO channel (ws, id, kind, name, settings, enabled, created_at) VALUES (1, {Hex(_rows.Channel)}, 'web', 'c', '{{}}', 1, 0)");
        for (var i = 0; i < _rows.Conversations.Length; i++)
        {
            var (id, contact, channel) = (Hex(_rows.Conversations[i]), Hex(_rows.Contacts[i]), Hex(_rows.Channel));
            Execute(_connection, $"""
                INSERT INTO contact (ws, id, created_at, last_seen_at) VALUES (1, {contact}, 0, 0);
                INSERT INTO conversation (ws, id, channel_id, identity_tag, contact_id, seq, public_seq, status, priority, unread, contact_unread, contact_read_seq, agent_read_seq,
                    waiting_since, last_in_seq, last_out_seq, last_message_seq, last_message_at, created_at, last_activity_at, last_entry_at)
                VALUES (1, {id}, {channel}, {contact}, {contact}, 0, 0, 'queued', 'none', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
                """);
        }
        transaction.Commit();
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < parameters; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        command.Prepare();
        return command;
    }

    private static void Run(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=0; PRAGMA busy_timeout=2000; PRAGMA cache_size=-65536;");
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static byte[] Raw(Guid id) => id.ToByteArray(bigEndian: true);

    private static string Hex(Guid id) => $"x'{Convert.ToHexString(Raw(id))}'";

    public void Dispose()
    {
        _checkpoints.Dispose();
        _connection.Dispose();
    }
}
