using Microsoft.Data.Sqlite;

namespace Queqiao.Server.Platform.Storage.Sqlite;

/// <summary>Statements past EF Core, while a store is being opened.</summary>
internal static class SqliteStatements
{
    public static async Task Execute(this SqliteConnection connection, SqliteTransaction? transaction, string sql, CancellationToken ct, params (string, object)[] values)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value);
        await command.ExecuteNonQueryAsync(ct);
    }
}
