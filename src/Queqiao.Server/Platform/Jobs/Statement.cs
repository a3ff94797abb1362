using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>A statement with named parameters that both databases understand; it returns rows (RETURNING).</summary>
internal sealed record Statement(string Text, params (string Name, object? Value)[] Values)
{
    /// <summary>Runs all in order: in one round trip on PostgreSQL, in a loop on SQLite. The rows of each come back.</summary>
    public static async Task<List<List<T>>> Each<T>(WriteUnit unit, IReadOnlyList<Statement> statements, Func<DbDataReader, T> read, CancellationToken ct)
    {
        var all = new List<List<T>>(statements.Count);
        if (statements.Count == 0)
            return all;
        if (unit.Connection is NpgsqlConnection)
            await InOneTrip(unit, statements, read, all, ct);
        else
            InLoop(unit, statements, read, all);
        return all;
    }

    public static async Task<List<T>> One<T>(WriteUnit unit, Statement statement, Func<DbDataReader, T> read, CancellationToken ct) =>
        (await Each(unit, [statement], read, ct))[0];

    /// <summary>SQLite keeps ids as 16 bytes in network order.</summary>
    public static Guid Id(DbDataReader row, int column) =>
        row is SqliteDataReader sqlite ? new Guid(sqlite.GetFieldValue<byte[]>(column), bigEndian: true) : row.GetGuid(column);

    private static async Task InOneTrip<T>(WriteUnit unit, IReadOnlyList<Statement> statements, Func<DbDataReader, T> read, List<List<T>> all, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch((NpgsqlConnection)unit.Connection, (NpgsqlTransaction)unit.Transaction);
        foreach (var statement in statements)
        {
            var command = new NpgsqlBatchCommand(statement.Text);
            foreach (var (name, value) in statement.Values)
                command.Parameters.Add(new NpgsqlParameter(name, value ?? DBNull.Value));
            batch.BatchCommands.Add(command);
        }
        await using var row = await batch.ExecuteReaderAsync(ct);
        do
        {
            var rows = new List<T>();
            while (await row.ReadAsync(ct))
                rows.Add(read(row));
            all.Add(rows);
        }
        while (await row.NextResultAsync(ct));
    }

    private static void InLoop<T>(WriteUnit unit, IReadOnlyList<Statement> statements, Func<DbDataReader, T> read, List<List<T>> all)
    {
        SqliteCommand? command = null;
        foreach (var statement in statements)
        {
            if (command?.CommandText != statement.Text)
            {
                command?.Dispose();
                command = ((SqliteConnection)unit.Connection).CreateCommand();
                command.Transaction = (SqliteTransaction)unit.Transaction;
#pragma warning disable CA2100 // texts of this folder; values are parameters
                command.CommandText = statement.Text;
#pragma warning restore CA2100
            }
            command.Parameters.Clear();
            foreach (var (name, value) in statement.Values)
                command.Parameters.AddWithValue(name, value is Guid id ? id.ToByteArray(bigEndian: true) : value ?? DBNull.Value);
            var rows = new List<T>();
            using (var row = command.ExecuteReader())
            {
                while (row.Read())
                    rows.Add(read(row));
            }
            all.Add(rows);
        }
        command?.Dispose();
    }
}
