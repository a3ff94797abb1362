using System.Data.Common;
using System.Globalization;
using System.Text.Json;

namespace Queqiao.Server.Platform.Storage.Backups;

/// <summary>Reads and writes whole key tables, whatever columns they have, on either database.</summary>
internal static class KeyRows
{
    public static async Task<List<KeyRow>> Read(DbConnection connection, DbTransaction? transaction, IEnumerable<string> tables, CancellationToken ct)
    {
        var rows = new List<KeyRow>();
        foreach (var table in tables)
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
#pragma warning disable CA2100 // names of our own tables
            command.CommandText = $"SELECT * FROM {table}";
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
                rows.Add(new KeyRow(table, Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, at => Written(reader.GetValue(at)))));
        }
        return rows;
    }

    public static async Task Write(DbConnection connection, DbTransaction? transaction, IReadOnlyList<KeyRow> rows, CancellationToken ct)
    {
        foreach (var table in KeyCopy.Tables)
        {
            foreach (var row in rows.Where(row => row.Table == table))
            {
                await using var command = connection.CreateCommand();
                command.Transaction = transaction;
                var columns = row.Values.Keys.ToList();
                if (columns.Exists(column => !column.All(one => char.IsAsciiLetterLower(one) || one == '_')))
                    throw new BackupRefusedException("backup_damaged", table);
#pragma warning disable CA2100 // names that were just checked; values travel as parameters
                command.CommandText = $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, at) => "@p" + at.ToString(CultureInfo.InvariantCulture)))})";
#pragma warning restore CA2100
                for (var at = 0; at < columns.Count; at++)
                {
                    var parameter = command.CreateParameter();
                    (parameter.ParameterName, parameter.Value) = ("@p" + at.ToString(CultureInfo.InvariantCulture), Value(row.Values[columns[at]], command));
                    command.Parameters.Add(parameter);
                }
                await command.ExecuteNonQueryAsync(ct);
            }
        }
    }

    /// <summary>
    /// Newer keys go with older data: whoever was erased since the data was copied stays erased. Keys of people and workspaces who are
    /// not in the data then are of no use.
    /// </summary>
    public static IEnumerable<string> DropOrphans(IReadOnlySet<string> there)
    {
        if (there.Contains("contact_key"))
            yield return "DELETE FROM contact_key WHERE NOT EXISTS (SELECT 1 FROM contact WHERE contact.ws = contact_key.ws AND contact.id = contact_key.contact_id)";
        if (there.Contains("hook_key"))
            yield return "DELETE FROM hook_key WHERE NOT EXISTS (SELECT 1 FROM workspace WHERE workspace.ws = hook_key.ws)";
        if (there.Contains("workspace_key"))
            yield return "DELETE FROM workspace_key WHERE NOT EXISTS (SELECT 1 FROM workspace WHERE workspace.ws = workspace_key.ws)";
    }

    private static JsonElement Written(object value) => JsonSerializer.SerializeToElement(value switch
    {
        DBNull => null,
        byte[] bytes => "b:" + Convert.ToBase64String(bytes),
        Guid id => "g:" + id.ToString(),
        string text => "t:" + text,
        IConvertible number => (object)number.ToInt64(CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException(value.GetType().Name),
    });

    // SQLite knows ids as 16 bytes in network order, PostgreSQL as uuid; a copy goes back into the engine it came from.
    private static object Value(JsonElement value, DbCommand command) => value.ValueKind switch
    {
        JsonValueKind.Null => DBNull.Value,
        JsonValueKind.Number => value.GetInt64() is var number && command is Npgsql.NpgsqlCommand && number is >= int.MinValue and <= int.MaxValue ? (int)number : number,
        _ => value.GetString()! switch
        {
            ['b', ':', .. var bytes] => Convert.FromBase64String(bytes),
            ['g', ':', .. var id] => Guid.Parse(id),
            ['t', ':', .. var text] => text,
            _ => throw new BackupRefusedException("backup_damaged", "keys"),
        },
    };
}
