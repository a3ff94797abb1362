using Npgsql;

namespace Queqiao.Bench.Measures;

/// <summary>Messages per second that PostgreSQL itself stores: the same rows in batches of 64 as arrays, on two connections that never wait for each other.</summary>
internal sealed class PostgresLimit(NpgsqlDataSource source, LimitRows rows)
{
    private const int Writers = 2;

    private const string EntrySql = """
        INSERT INTO entry (ws, conversation_id, seq, public_prev, at, type, sender_kind, sender_id, body, slot, position)
        SELECT 1, conversation, seq, seq - 1, at, 'message', 'contact', contact, body, slot, position
        FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u(conversation, seq, at, contact, body, slot, position)
        """;

    private const string KeySql = """
        INSERT INTO entry_key (ws, key, conversation_id, seq, at) SELECT 1, key, conversation, seq, at FROM unnest($1, $2, $3, $4) AS u(key, conversation, seq, at)
        """;

    private const string HeadSql = """
        UPDATE conversation c SET seq = u.seq, public_seq = u.seq, unread = u.seq, last_in_seq = u.seq, last_message_seq = u.seq, last_message_at = u.at, last_activity_at = u.at, last_entry_at = u.at, sealed = u.personal
        FROM unnest($1, $2, $3, $4) AS u(id, seq, at, personal) WHERE c.ws = 1 AND c.id = u.id
        """;

    private const string SlotSql = "UPDATE slot s SET position = u.position FROM unnest($1, $2) AS u(slot, position) WHERE s.slot = u.slot";

    private long _stored;

    /// <param name="connectionString">Of an empty database.</param>
    public static async Task<double> Measure(string connectionString, int conversations, TimeSpan warmup, TimeSpan length, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Max Auto Prepare=20;Auto Prepare Min Usages=2");
        var limit = new PostgresLimit(source, new LimitRows(conversations));
        await limit.Prepare(ct);
        var from = Clock.Now + Clock.Of(warmup);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => limit.Write(writer, from, from + Clock.Of(length), ct)));
        return Math.Round(limit._stored / length.TotalSeconds);
    }

    private async Task Prepare(CancellationToken ct)
    {
        await Execute("CREATE ROLE limit_app; CREATE ROLE limit_writer", [], ct);
        await Execute(Schema.Of("postgres").Replace("{app}", "limit_app", StringComparison.Ordinal).Replace("{writer}", "limit_writer", StringComparison.Ordinal), [], ct);
        await Execute("INSERT INTO workspace (ws, id, name, created_at) VALUES (1, gen_random_uuid(), 'w', 0)", [], ct);
        await Execute("INSERT INTO channel VALUES (1, $1, 'web', 'c', '{}', true, 0)", [rows.Channel], ct);
        await Execute("INSERT INTO contact (ws, id, created_at, last_seen_at) SELECT 1, id, 0, 0 FROM unnest($1) AS u(id)", [rows.Contacts], ct);
        await Execute("""
            INSERT INTO conversation (ws, id, channel_id, identity_tag, contact_id, seq, public_seq, status, priority, unread, contact_unread, contact_read_seq, agent_read_seq,
                waiting_since, last_in_seq, last_out_seq, last_message_seq, last_message_at, created_at, last_activity_at, last_entry_at)
            SELECT 1, id, $3, id, contact, 0, 0, 'queued', 'none', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM unnest($1, $2) AS u(id, contact)
            """, [rows.Conversations, rows.Contacts, rows.Channel], ct);
        await Execute("ANALYZE", [], ct);
    }

    private async Task Write(int writer, long from, long until, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        foreach (var batch in rows.Batches(writer, Writers))
        {
            await Store(connection, batch, ct);
            var now = Clock.Now;
            if (now >= from)
                Interlocked.Add(ref _stored, batch.Length);
            if (now >= until)
                return;
        }
    }

    private static async Task Store(NpgsqlConnection connection, LimitRow[] batch, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var write = new NpgsqlBatch(connection, transaction);
        LimitRow[] heads = [.. batch.GroupBy(row => row.Conversation).Select(same => same.Last())];
        LimitRow[] slots = [.. batch.GroupBy(row => row.Slot).Select(same => same.Last())];
        Guid[] conversations = Of(batch, row => row.Conversation);
        long[] seqs = Of(batch, row => row.Seq);
        long[] at = Of(batch, row => LimitRows.Now + row.Seq);
        Add(write, EntrySql, conversations, seqs, at, Of(batch, row => row.Contact), Of(batch, row => row.Body), Of(batch, row => (short)row.Slot), Of(batch, row => row.Position));
        Add(write, KeySql, Of(batch, row => row.Key), conversations, seqs, at);
        Add(write, HeadSql, Of(heads, row => row.Conversation), Of(heads, row => row.Seq), Of(heads, row => LimitRows.Now + row.Seq), Of(heads, row => row.Personal));
        Add(write, SlotSql, Of(slots, row => (short)row.Slot), Of(slots, row => row.Position));
        await write.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private static T[] Of<T>(LimitRow[] from, Converter<LimitRow, T> value) => Array.ConvertAll(from, value);

    private static void Add(NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        batch.BatchCommands.Add(command);
    }

    private async Task Execute(string sql, object[] values, CancellationToken ct)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }
}
