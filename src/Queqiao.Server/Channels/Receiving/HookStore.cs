using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>One delivery on its way to the disk.</summary>
internal sealed record NewHook(int Ws, Guid Id, Guid ChannelId, int Day, long ReceivedAt, byte[] Body, long NextAt, TaskCompletionSource Stored);

/// <summary>Stores deliveries in groups: an answer of 2xx means that it is on disk.</summary>
internal sealed class HookStore : IGroupBody<NewHook>
{
    private const string Columns = "INSERT INTO hook_delivery (ws, id, channel_id, day, received_at, body, state, tries, next_at) ";

    private readonly IGroupWriter<NewHook> _writer;

    public HookStore(IStorageEngine storage) => _writer = storage.Group(this);

    /// <summary>Returns after the commit.</summary>
    public Task Store(NewHook hook)
    {
        _writer.Enqueue(hook, hook.Id.GetHashCode());
        return hook.Stored.Task;
    }

    public async ValueTask<IWritten> Write(DbConnection connection, DbTransaction transaction, IReadOnlyList<NewHook> items, CancellationToken ct)
    {
        if (connection is NpgsqlConnection postgres)
            await Write(postgres, (NpgsqlTransaction)transaction, items, ct);
        else
            Write((SqliteConnection)connection, (SqliteTransaction)transaction, items);
        return new Written(items);
    }

    public void Failed(NewHook item, Exception error) => item.Stored.TrySetException(error);

    private static async Task Write(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<NewHook> items, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Columns + "SELECT a, b, c, d, e, f, 'waiting', 0, g FROM unnest($1, $2, $3, $4, $5, $6, $7) AS t(a, b, c, d, e, f, g)", connection, transaction);
        foreach (var column in (object[])[items.Select(one => one.Ws).ToArray(), items.Select(one => one.Id).ToArray(), items.Select(one => one.ChannelId).ToArray(), items.Select(one => one.Day).ToArray(),
            items.Select(one => one.ReceivedAt).ToArray(), items.Select(one => one.Body).ToArray(), items.Select(one => one.NextAt).ToArray()])
            command.Parameters.Add(new NpgsqlParameter { Value = column });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static void Write(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<NewHook> items)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = Columns + "VALUES ($0, $1, $2, $3, $4, $5, 'waiting', 0, $6)";
        for (var i = 0; i <= 6; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        foreach (var one in items)
        {
            object[] values = [one.Ws, one.Id.ToByteArray(bigEndian: true), one.ChannelId.ToByteArray(bigEndian: true), one.Day, one.ReceivedAt, one.Body, one.NextAt];
            for (var i = 0; i < values.Length; i++)
                command.Parameters[i].Value = values[i];
            command.ExecuteNonQuery();
        }
    }

    private sealed class Written(IReadOnlyList<NewHook> items) : IWritten
    {
        public void Committed()
        {
            foreach (var item in items)
                item.Stored.TrySetResult();
        }
    }
}
