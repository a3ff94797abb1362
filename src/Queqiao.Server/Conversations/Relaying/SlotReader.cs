using Npgsql;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Postgres;

namespace Queqiao.Server.Conversations.Relaying;

/// <summary>Entries as rows, and the heads they led to.</summary>
internal sealed record SlotPage(IReadOnlyList<LogEntry> Entries, IReadOnlyDictionary<(int Ws, Guid Id), ConversationHead> Heads);

/// <summary>Reads on in the slots of the log: entries and heads of one moment, in one round trip, on a connection of its own.</summary>
internal sealed class SlotReader(IStorageEngine storage, ConversationSeals seals) : IAsyncDisposable
{
    /// <summary>Entries of one slot in one page; busy slots come again.</summary>
    public const int MostOfSlot = 128;

    private const string Next = """
        FROM unnest($1, $2) AS u(slot, after), LATERAL (
            SELECT e.ws, e.conversation_id, e.seq, e.public_prev, e.at, e.type, e.sender_kind, e.sender_id, e.body, e.slot, e.position
            FROM entry e WHERE e.slot = u.slot AND e.position > u.after ORDER BY e.position LIMIT 128) e
        """;

    private static readonly string EntriesSql = $"SELECT e.* {Next} ORDER BY e.slot, e.position";

    private static readonly string HeadsSql = $"SELECT {HeadColumns.Select} FROM conversation c WHERE (c.ws, c.id) IN (SELECT e.ws, e.conversation_id {Next})";

    private NpgsqlConnection? _connection;

    /// <summary>Where every slot ends.</summary>
    public async Task<List<(int Slot, long Position)>> Ends(CancellationToken ct)
    {
        var connection = await Connection(ct);
        await using var command = new NpgsqlCommand("SELECT slot, position FROM slot", connection);
        await using var row = await command.ExecuteReaderAsync(ct);
        var ends = new List<(int, long)>(SlotLedger.Slots);
        while (await row.ReadAsync(ct))
            ends.Add((row.GetInt16(0), row.GetInt64(1)));
        return ends;
    }

    public async Task<SlotPage> Read(IReadOnlyList<(int Slot, long After)> from, CancellationToken ct)
    {
        var (rows, heads) = await Rows(from, ct);
        var entries = await seals.Entries(rows, ct);
        return new SlotPage(entries, await seals.Opened(heads, ct));
    }

    private async Task<(List<EntryRow> Rows, List<ConversationHead> Heads)> Rows(IReadOnlyList<(int Slot, long After)> from, CancellationToken ct)
    {
        var connection = await Connection(ct);
        // Both answers are of one moment: a head is then exactly what its last entry made it.
        await using var moment = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        await using var batch = new NpgsqlBatch(connection, moment);
        foreach (var sql in (string[])[EntriesSql, HeadsSql])
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new() { Value = from.Select(slot => (short)slot.Slot).ToArray() });
            command.Parameters.Add(new() { Value = from.Select(slot => slot.After).ToArray() });
            batch.BatchCommands.Add(command);
        }
        var (rows, heads) = (new List<EntryRow>(), new List<ConversationHead>());
        await using (var row = await batch.ExecuteReaderAsync(ct))
        {
            while (await row.ReadAsync(ct))
                rows.Add(RowOf(row));
            await row.NextResultAsync(ct);
            while (await row.ReadAsync(ct))
                heads.Add(HeadColumns.Read(row, static (r, i) => r.GetGuid(i)));
        }
        await moment.CommitAsync(ct);
        return (rows, heads);
    }

    private static EntryRow RowOf(NpgsqlDataReader row) => new()
    {
        Ws = row.GetInt32(0),
        ConversationId = row.GetGuid(1),
        Seq = row.GetInt64(2),
        PublicPrev = row.IsDBNull(3) ? null : row.GetInt64(3),
        At = row.GetInt64(4),
        Type = row.GetString(5),
        SenderKind = row.GetString(6),
        SenderId = row.IsDBNull(7) ? null : row.GetGuid(7),
        Body = row.GetFieldValue<byte[]>(8),
        Slot = row.GetInt16(9),
        Position = row.GetInt64(10),
    };

    private async ValueTask<NpgsqlConnection> Connection(CancellationToken ct)
    {
        if (_connection is { FullState: System.Data.ConnectionState.Open } open)
            return open;
        await Forget();
        return _connection = await ((PostgresEngine)storage).OpenApart(ct);
    }

    /// <summary>After a failure: the next question gets a new connection.</summary>
    public async ValueTask Forget()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = null;
    }

    public ValueTask DisposeAsync() => Forget();
}
