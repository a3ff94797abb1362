using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Measures;

/// <summary>The database of a run, as whoever goes past the server sees it.</summary>
internal static class PastServer
{
    public static async Task<DbConnection> Open(Store store, CancellationToken ct)
    {
        DbConnection connection = store.Postgres is { } postgres
            ? new NpgsqlConnection(postgres.ConnectionString + ";Max Auto Prepare=20;Auto Prepare Min Usages=2")
            : new SqliteConnection($"Data Source={Path.Combine(store.Folder, "queqiao.db")};Pooling=false");
        await connection.OpenAsync(ct);
        return connection;
    }

    public static DbCommand Command(this DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // texts of the benches
        command.CommandText = sql;
#pragma warning restore CA2100
        command.CommandTimeout = 120;
        return command;
    }
}
