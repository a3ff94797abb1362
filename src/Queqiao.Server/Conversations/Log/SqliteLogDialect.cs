using System.Data.Common;
using Microsoft.Data.Sqlite;
using Queqiao.Server.Conversations.Storage;

namespace Queqiao.Server.Conversations.Log;

/// <summary>SQLite: prepared statements in a loop. The lane's one connection and thread are the lock.</summary>
internal sealed class SqliteLogDialect : ILogDialect
{
    private SqliteConnection? _connection;
    private SqliteCommand _key = null!, _customer = null!, _head = null!, _slot = null!, _contactKey = null!;
    private SqliteCommand _newContact = null!, _newContactKey = null!, _newIdentity = null!, _newHead = null!, _changeHead = null!, _newEntry = null!, _newKey = null!, _moveSlot = null!, _newMark = null!, _noMark = null!;

    public ValueTask Load(LogBatch batch, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        Prepare((SqliteConnection)connection);
        Enter((SqliteTransaction)transaction);
        foreach (var command in batch.Commands)
        {
            if (command.Key is { } key && LoadKey(batch, command.Ws, key))
                continue;
            if (command.ConversationId is { } id)
                LoadHead(batch, command.Ws, id);
            else
                LoadCustomer(batch, command.Ws, command.Customer!.Value, command.CustomerTag);
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<(int Ws, Guid Contact, byte[]? Wrapped)>> Keys(IReadOnlyCollection<(int Ws, Guid Contact)> people, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        var keys = new List<(int Ws, Guid Contact, byte[]? Wrapped)>(people.Count);
        foreach (var (ws, contact) in people)
        {
            Bind(_contactKey, ws, Raw(contact));
            using var row = _contactKey.ExecuteReader();
            if (row.Read())
                keys.Add((ws, contact, row.IsDBNull(0) ? null : row.GetFieldValue<byte[]>(0)));
        }
        return ValueTask.FromResult<IReadOnlyList<(int Ws, Guid Contact, byte[]? Wrapped)>>(keys);
    }

    public ValueTask Store(LogBatch batch, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        foreach (var contact in batch.NewContacts)
        {
            Run(_newContact, contact.Ws, Raw(contact.Id), contact.At, contact.At);
            Run(_newContactKey, contact.Ws, Raw(contact.Id), contact.KeyId, contact.Wrapped, contact.At);
            Run(_newIdentity, contact.Ws, Raw(contact.Customer.ChannelId), Raw(contact.Tag), Raw(contact.Id), contact.SealedIdentity, contact.At);
        }
        foreach (var id in batch.Begun)
            RunHead(_newHead, batch.Heads[id], HeadColumns.All);
        batch.Place(LoadSlots(batch));
        for (var i = 0; i < batch.Entries.Count; i++)
        {
            var entry = batch.Entries[i];
            Run(_newEntry, entry.Ws, Raw(entry.ConversationId), entry.Seq, entry.PublicPrev, entry.At, EntryBodies.TypeOf(entry.Body),
                entry.Sender.Kind, entry.Sender.Id is { } sender ? Raw(sender) : null, batch.Bodies[i], entry.Slot, entry.Position);
        }
        foreach (var key in batch.NewKeys)
            Run(_newKey, key.Ws, Raw(key.Key), Raw(key.ConversationId), key.Seq, key.At);
        foreach (var id in batch.Changed)
            RunHead(_changeHead, batch.Heads[id], ChangeOrder);
        foreach (var id in batch.Begun.Concat(batch.Changed))
            StoreMarks(batch.Before.GetValueOrDefault(id), batch.Heads[id]);
        return ValueTask.CompletedTask;
    }

    /// <summary>On PostgreSQL a trigger does this.</summary>
    private void StoreMarks(ConversationHead? before, ConversationHead after)
    {
        if (ConversationMark.SameOf(before, after))
            return;
        var (old, marks) = (ConversationMark.Of(before), ConversationMark.Of(after));
        foreach (var (kind, mark) in old.Except(marks))
            Run(_noMark, after.Ws, kind, mark, Raw(after.Id));
        foreach (var (kind, mark) in marks.Except(old))
            Run(_newMark, after.Ws, kind, mark, Raw(after.Id));
    }

    private bool LoadKey(LogBatch batch, int ws, Guid key)
    {
        if (batch.Known.ContainsKey((ws, key)))
            return true;
        Bind(_key, ws, Raw(key));
        using var row = _key.ExecuteReader();
        if (!row.Read())
            return false;
        batch.Known[(ws, key)] = new(Id(row, 0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetInt64(2), row.GetInt64(3));
        return true;
    }

    private void LoadCustomer(LogBatch batch, int ws, CustomerKey customer, Guid tag)
    {
        if (batch.Customers.ContainsKey((ws, customer)))
            return;
        KnownCustomer known = default;
        Bind(_customer, ws, Raw(customer.ChannelId), Raw(tag));
        using (var row = _customer.ExecuteReader())
        {
            if (row.Read())
                known = new(Id(row, 0), row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1), row.IsDBNull(2) ? null : Id(row, 2), row.GetInt64(3) != 0);
        }
        batch.Customers[(ws, customer)] = known;
        if (known.ConversationId is { } newest)
            LoadHead(batch, ws, newest);
    }

    private void LoadHead(LogBatch batch, int ws, Guid id)
    {
        if (batch.Heads.ContainsKey((ws, id)))
            return;
        Bind(_head, ws, Raw(id));
        using var row = _head.ExecuteReader();
        if (row.Read())
            batch.Heads[(ws, id)] = HeadColumns.Read(row, Id);
    }

    private Dictionary<int, long> LoadSlots(LogBatch batch)
    {
        var slots = new Dictionary<int, long>();
        var added = new Dictionary<int, long>();
        foreach (var entry in batch.Entries)
        {
            added[entry.Slot] = added.GetValueOrDefault(entry.Slot) + 1;
            if (slots.ContainsKey(entry.Slot))
                continue;
            Bind(_slot, entry.Slot);
            slots[entry.Slot] = (long)_slot.ExecuteScalar()!;
        }
        foreach (var (slot, count) in added)
            Run(_moveSlot, count, slot);
        return slots;
    }

    private static readonly string[] ChangeOrder = [.. HeadColumns.Changing, .. HeadColumns.Key];

    private void Prepare(SqliteConnection connection)
    {
        if (_connection == connection)
            return;
        _connection = connection;
        _key = Command("SELECT k.conversation_id, k.seq, e.public_prev, k.at FROM entry_key k LEFT JOIN entry e ON e.ws = k.ws AND e.conversation_id = k.conversation_id AND e.seq = k.seq WHERE k.ws = ? AND k.key = ?", 2);
        _customer = Command("SELECT i.contact_id, p.sealed_name, (SELECT c.id FROM conversation c WHERE c.ws = i.ws AND c.channel_id = i.channel_id AND c.identity_tag = i.tag ORDER BY c.status = 'resolved', c.created_at DESC, c.id DESC LIMIT 1), p.blocked_at IS NOT NULL FROM contact_identity i JOIN contact p ON p.ws = i.ws AND p.id = i.contact_id WHERE i.ws = ? AND i.channel_id = ? AND i.tag = ?", 3);
        _head = Command($"SELECT {HeadColumns.Select} FROM conversation c WHERE c.ws = ? AND c.id = ?", 2);
        _slot = Command("SELECT position FROM slot WHERE slot = ?", 1);
        _newContact = Command("INSERT INTO contact (ws, id, created_at, last_seen_at) VALUES (?, ?, ?, ?)", 4);
        _newIdentity = Command("INSERT INTO contact_identity (ws, channel_id, tag, contact_id, sealed, created_at) VALUES (?, ?, ?, ?, ?, ?)", 6);
        _contactKey = Command("SELECT wrapped FROM contact_key WHERE ws = ? AND contact_id = ?", 2);
        _newContactKey = Command("INSERT INTO contact_key (ws, contact_id, key_id, wrapped, created_at) VALUES (?, ?, ?, ?, ?)", 5);
        _newHead = Command($"INSERT INTO conversation ({string.Join(", ", HeadColumns.All)}) VALUES ({string.Join(", ", HeadColumns.All.Select(_ => "?"))})", HeadColumns.All.Length);
        _changeHead = Command($"UPDATE conversation SET {string.Join(", ", HeadColumns.Changing.Select(name => name + " = ?"))} WHERE ws = ? AND id = ?", ChangeOrder.Length);
        _newEntry = Command("INSERT INTO entry (ws, conversation_id, seq, public_prev, at, type, sender_kind, sender_id, body, slot, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", 11);
        _newKey = Command("INSERT INTO entry_key (ws, key, conversation_id, seq, at) VALUES (?, ?, ?, ?, ?)", 5);
        _newMark = Command("INSERT INTO conversation_mark (ws, kind, mark, conversation_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", 4);
        _noMark = Command("DELETE FROM conversation_mark WHERE ws = ? AND kind = ? AND mark = ? AND conversation_id = ?", 4);
        _moveSlot = Command("UPDATE slot SET position = position + ? WHERE slot = ?", 2);
    }

    private SqliteCommand Command(string sql, int parameters)
    {
        var command = _connection!.CreateCommand();
        // Numbered parameters: SQLite binds them by place.
        var parts = sql.Split('?');
        command.CommandText = string.Concat(parts.Select((part, i) => i < parts.Length - 1 ? $"{part}${i}" : part));
        for (var i = 0; i < parameters; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        command.Prepare();
        return command;
    }

    private void Enter(SqliteTransaction transaction)
    {
        foreach (var command in (ReadOnlySpan<SqliteCommand>)[_key, _customer, _head, _slot, _contactKey, _newContact, _newContactKey, _newIdentity, _newHead, _changeHead, _newEntry, _newKey, _moveSlot, _newMark, _noMark])
            command.Transaction = transaction;
    }

    private static void RunHead(SqliteCommand command, ConversationHead head, string[] columns)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            var value = HeadColumns.Value(head, columns[i]);
            Set(command.Parameters[i], value is Guid id ? Raw(id) : value);
        }
        command.ExecuteNonQuery();
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        Bind(command, values);
        command.ExecuteNonQuery();
    }

    private static void Bind(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
            Set(command.Parameters[i], values[i]);
    }

    private static void Set(SqliteParameter parameter, object? value) => parameter.Value = value ?? DBNull.Value;

    private static byte[] Raw(Guid id) => id.ToByteArray(bigEndian: true);

    private static Guid Id(DbDataReader row, int column) => new(((SqliteDataReader)row).GetFieldValue<byte[]>(column), bigEndian: true);
}
