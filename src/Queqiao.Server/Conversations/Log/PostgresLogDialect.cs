using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Queqiao.Server.Conversations.Log;

/// <summary>
/// PostgreSQL: whole groups as arrays, one round trip to read and lock, one to store. Heads are locked in the order of
/// their ids and slots in the order of their numbers, so that nodes never wait for each other in a circle.
/// </summary>
internal sealed class PostgresLogDialect : ILogDialect
{
    private const string KeysSql = """
        SELECT k.ws, k.key, k.conversation_id, k.seq, e.public_prev, k.at
        FROM unnest($1, $2) AS u(ws, key)
        JOIN entry_key k ON k.ws = u.ws AND k.key = u.key
        LEFT JOIN entry e ON e.ws = k.ws AND e.conversation_id = k.conversation_id AND e.seq = k.seq
        """;

    private const string NewestSql = """
        LATERAL (SELECT c.id FROM conversation c WHERE c.ws = u.ws AND c.channel_id = u.channel_id AND c.identity_tag = u.tag
                 ORDER BY c.status = 'resolved', c.created_at DESC, c.id DESC LIMIT 1) n
        """;

    private const string CustomersSql = $"""
        SELECT u.ws, u.channel_id, u.tag, i.contact_id, p.sealed_name, n.id, p.blocked_at IS NOT NULL
        FROM unnest($1, $2, $3) AS u(ws, channel_id, tag)
        JOIN contact_identity i ON i.ws = u.ws AND i.channel_id = u.channel_id AND i.tag = u.tag
        JOIN contact p ON p.ws = i.ws AND p.id = i.contact_id
        LEFT JOIN {NewestSql} ON true
        """;

    // Which rows is asked apart (an array that is made first). As a join it would be asked again for a row that somebody else changed while
    // this waited for its lock, with only that row on the other side, and PostgreSQL would leave the row out.
    private static readonly string HeadsSql = $"""
        SELECT {HeadColumns.Select} FROM conversation c
        WHERE c.ws = ANY($1 || $3) AND c.id = ANY(ARRAY(
            SELECT u.id FROM unnest($2) AS u(id)
            UNION ALL
            SELECT n.id FROM unnest($3, $4, $5) AS u(ws, channel_id, tag), {NewestSql}))
        ORDER BY c.ws, c.id FOR UPDATE
        """;

    private const string NewContactsSql = """
        INSERT INTO contact (ws, id, created_at, last_seen_at) SELECT ws, id, at, at FROM unnest($1, $2, $3) AS u(ws, id, at)
        """;

    private const string NewIdentitiesSql = """
        INSERT INTO contact_identity (ws, channel_id, tag, contact_id, sealed, created_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
        """;

    private const string NewContactKeysSql = "INSERT INTO contact_key (ws, contact_id, key_id, wrapped, created_at) SELECT * FROM unnest($1, $2, $3, $4, $5)";

    private const string ContactKeysSql = "SELECT k.ws, k.contact_id, k.wrapped FROM unnest($1, $2) AS u(ws, id) JOIN contact_key k ON k.ws = u.ws AND k.contact_id = u.id";

    private static readonly string NewHeadsSql =
        $"INSERT INTO conversation ({string.Join(", ", HeadColumns.All)}) SELECT * FROM unnest({Places(HeadColumns.All)})";

    private static readonly string[] ChangeColumns = [.. HeadColumns.Key, .. HeadColumns.Changing];

    private static readonly string ChangedHeadsSql =
        $"UPDATE conversation c SET {string.Join(", ", HeadColumns.Changing.Select(name => $"{name} = u.{name}"))} " +
        $"FROM unnest({Places(ChangeColumns)}) AS u({string.Join(", ", ChangeColumns)}) WHERE c.ws = u.ws AND c.id = u.id";

    private const string LockSlotsSql = "SELECT slot, position FROM slot WHERE slot = ANY($1) ORDER BY slot FOR UPDATE";

    private const string NewEntriesSql = """
        INSERT INTO entry (ws, conversation_id, seq, public_prev, at, type, sender_kind, sender_id, body, slot, position)
        SELECT u.ws, u.conversation_id, u.seq, u.public_prev, u.at, u.type, u.sender_kind, u.sender_id, u.body, u.slot, s.position + u.ordinal
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            AS u(ws, conversation_id, seq, public_prev, at, type, sender_kind, sender_id, body, slot, ordinal)
        JOIN slot s ON s.slot = u.slot
        """;

    private const string NewKeysSql = "INSERT INTO entry_key (ws, key, conversation_id, seq, at) SELECT * FROM unnest($1, $2, $3, $4, $5)";

    private const string MoveSlotsSql = "UPDATE slot s SET position = s.position + u.added FROM unnest($1, $2) AS u(slot, added) WHERE s.slot = u.slot";

    public async ValueTask Load(LogBatch batch, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        var keys = batch.Commands.Where(command => command.Key is not null).Select(command => (command.Ws, Key: command.Key!.Value)).Distinct().ToArray();
        var ids = batch.Commands.Where(command => command.ConversationId is not null).Select(command => (command.Ws, Id: command.ConversationId!.Value)).Distinct().ToArray();
        var customers = batch.Commands.Where(command => command.Customer is not null)
            .Select(command => (command.Ws, Customer: command.Customer!.Value, Tag: command.CustomerTag)).Distinct().ToArray();
        var byTag = customers.ToDictionary(c => (c.Ws, c.Customer.ChannelId, c.Tag), c => c.Customer);

        await using var read = new NpgsqlBatch((NpgsqlConnection)connection, (NpgsqlTransaction)transaction);
        Add(read, KeysSql, keys.Select(k => k.Ws).ToArray(), keys.Select(k => k.Key).ToArray());
        int[] workspaces = [.. customers.Select(c => c.Ws)];
        Guid[] channels = [.. customers.Select(c => c.Customer.ChannelId)];
        Guid[] tags = [.. customers.Select(c => c.Tag)];
        Add(read, CustomersSql, workspaces, channels, tags);
        Add(read, HeadsSql, ids.Select(i => i.Ws).ToArray(), ids.Select(i => i.Id).ToArray(), workspaces, channels, tags);

        await using var row = await read.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            batch.Known[(row.GetInt32(0), row.GetGuid(1))] = new(row.GetGuid(2), row.GetInt64(3), row.IsDBNull(4) ? null : row.GetInt64(4), row.GetInt64(5));
        await row.NextResultAsync(ct);
        while (await row.ReadAsync(ct))
        {
            batch.Customers[(row.GetInt32(0), byTag[(row.GetInt32(0), row.GetGuid(1), row.GetGuid(2))])] =
                new(row.GetGuid(3), row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4), row.IsDBNull(5) ? null : row.GetGuid(5), row.GetBoolean(6));
        }
        await row.NextResultAsync(ct);
        while (await row.ReadAsync(ct))
        {
            var head = HeadColumns.Read(row, static (r, i) => r.GetGuid(i));
            batch.Heads[(head.Ws, head.Id)] = head;
        }
    }

    public async ValueTask<IReadOnlyList<(int Ws, Guid Contact, byte[]? Wrapped)>> Keys(
        IReadOnlyCollection<(int Ws, Guid Contact)> people, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        await using var read = new NpgsqlCommand(ContactKeysSql, (NpgsqlConnection)connection, (NpgsqlTransaction)transaction);
        read.Parameters.Add(new() { Value = people.Select(p => p.Ws).ToArray() });
        read.Parameters.Add(new() { Value = people.Select(p => p.Contact).ToArray() });
        await using var row = await read.ExecuteReaderAsync(ct);
        var keys = new List<(int Ws, Guid Contact, byte[]? Wrapped)>(people.Count);
        while (await row.ReadAsync(ct))
            keys.Add((row.GetInt32(0), row.GetGuid(1), row.IsDBNull(2) ? null : row.GetFieldValue<byte[]>(2)));
        return keys;
    }

    public async ValueTask Store(LogBatch batch, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        if (batch.Entries.Count == 0)
            return;
        await using var write = new NpgsqlBatch((NpgsqlConnection)connection, (NpgsqlTransaction)transaction);
        if (batch.NewContacts.Count > 0)
            AddContacts(write, batch.NewContacts);
        if (batch.Begun.Count > 0)
            AddHeads(write, NewHeadsSql, HeadColumns.All, [.. batch.Begun.Select(id => batch.Heads[id])]);
        if (batch.Changed.Count > 0)
            AddHeads(write, ChangedHeadsSql, ChangeColumns, [.. batch.Changed.Select(id => batch.Heads[id])]);
        AddEntries(write, batch.Entries, batch.Bodies);
        if (batch.NewKeys.Count > 0)
        {
            var keys = batch.NewKeys;
            Add(write, NewKeysSql, keys.Select(k => k.Ws).ToArray(), keys.Select(k => k.Key).ToArray(), keys.Select(k => k.ConversationId).ToArray(),
                keys.Select(k => k.Seq).ToArray(), keys.Select(k => k.At).ToArray());
        }
        await using var answer = await write.ExecuteReaderAsync(ct);
        batch.Place(await Ends(answer, ct));
    }

    /// <summary>Where the slots ended when they were locked; no other statement of the batch answers with rows.</summary>
    private static async ValueTask<Dictionary<int, long>> Ends(NpgsqlDataReader answer, CancellationToken ct)
    {
        var ends = new Dictionary<int, long>();
        do
        {
            while (await answer.ReadAsync(ct))
                ends[answer.GetInt16(0)] = answer.GetInt64(1);
        }
        while (await answer.NextResultAsync(ct));
        return ends;
    }

    private static void AddContacts(NpgsqlBatch write, List<NewContact> contacts)
    {
        int[] workspaces = [.. contacts.Select(c => c.Ws)];
        Guid[] ids = [.. contacts.Select(c => c.Id)];
        long[] at = [.. contacts.Select(c => c.At)];
        Add(write, NewContactsSql, workspaces, ids, at);
        Add(write, NewContactKeysSql, workspaces, ids, contacts.Select(c => c.KeyId).ToArray(), contacts.Select(c => c.Wrapped).ToArray(), at);
        Add(write, NewIdentitiesSql, workspaces, contacts.Select(c => c.Customer.ChannelId).ToArray(), contacts.Select(c => c.Tag).ToArray(), ids,
            contacts.Select(c => c.SealedIdentity).ToArray(), at);
    }

    private static void AddHeads(NpgsqlBatch write, string sql, string[] columns, ConversationHead[] heads)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var column in columns)
            command.Parameters.Add(Column(heads, column));
        write.BatchCommands.Add(command);
    }

    private static NpgsqlParameter Column(ConversationHead[] heads, string column) => column switch
    {
        "ws" or "unread" or "contact_unread" or "rating" => Array(heads, column, NpgsqlDbType.Integer, static value => (int?)value),
        "id" or "channel_id" or "identity_tag" or "contact_id" or "assignee_id" or "last_sender_id" or "team_id" or "merged_into" => Array(heads, column, NpgsqlDbType.Uuid, static value => (Guid?)value),
        "status" or "assignee_name" or "priority" or "last_message_type" or "last_sender_kind"
            or "tags" or "fields" or "facets" or "mentioned" or "unseen_mentions" or "reply_window"
            => Array(heads, column, NpgsqlDbType.Text, static value => (string?)value),
        "sealed" => Array(heads, column, NpgsqlDbType.Bytea, static value => (byte[]?)value),
        _ => Array(heads, column, NpgsqlDbType.Bigint, static value => (long?)value),
    };

    private static NpgsqlParameter Array<T>(ConversationHead[] heads, string column, NpgsqlDbType type, Func<object?, T> cast) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = System.Array.ConvertAll(heads, head => cast(HeadColumns.Value(head, column))) };

    private static void AddEntries(NpgsqlBatch write, List<LogEntry> entries, List<byte[]> bodies)
    {
        var added = new Dictionary<short, long>();
        var ordinals = new long[entries.Count];
        for (var i = 0; i < entries.Count; i++)
            ordinals[i] = added[(short)entries[i].Slot] = added.GetValueOrDefault((short)entries[i].Slot) + 1;
        Add(write, LockSlotsSql, added.Keys.ToArray());
        Add(write, NewEntriesSql,
            entries.Select(e => e.Ws).ToArray(), entries.Select(e => e.ConversationId).ToArray(), entries.Select(e => e.Seq).ToArray(),
            entries.Select(e => e.PublicPrev).ToArray(), entries.Select(e => e.At).ToArray(), entries.Select(e => EntryBodies.TypeOf(e.Body)).ToArray(),
            entries.Select(e => e.Sender.Kind).ToArray(), entries.Select(e => e.Sender.Id).ToArray(),
            bodies.ToArray(), entries.Select(e => (short)e.Slot).ToArray(), ordinals);
        Add(write, MoveSlotsSql, added.Keys.ToArray(), added.Values.ToArray());
    }

    private static void Add(NpgsqlBatch batch, string sql, params object[] arrays)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var array in arrays)
            command.Parameters.Add(new() { Value = array });
        batch.BatchCommands.Add(command);
    }

    private static string Places(string[] columns) => string.Join(", ", columns.Select((_, i) => $"${i + 1}"));
}
