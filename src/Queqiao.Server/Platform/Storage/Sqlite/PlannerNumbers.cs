using Microsoft.Data.Sqlite;

namespace Queqiao.Server.Platform.Storage.Sqlite;

/// <summary>
/// What SQLite's planner is told of every index (https://www.sqlite.org/fileformat2.html#stat1tab). Without it, it assumes that a first
/// column holds ten rows of each value. Ours is nearly always the workspace, which holds them all: it walked through every conversation
/// of a firm to find one of a customer. Written from the schema and not measured by <c>ANALYZE</c>: a plan must not depend on what a
/// store held on the day when somebody looked (docs/decisions/0138).
/// </summary>
internal static class PlannerNumbers
{
    /// <summary>What the planner assumes of a table by itself.</summary>
    private const long Rows = 1 << 20;

    /// <summary>What the planner assumes of the first, second … column of an index by itself; 5 further on.</summary>
    private static readonly long[] Assumed = [10, 9, 8, 7, 6];

    private static readonly HashSet<string> FewValues = ["status", "kind", "type", "state", "slot", "language", "locale", "direction", "level", "tier"];

    private const int OfFewValues = 16;

    public static async Task Tell(SqliteConnection connection, CancellationToken ct)
    {
        var wanted = (await Indexes(connection, ct)).ToDictionary(index => (index.Table, index.Name), Describe);
        if (await Told(connection, ct) is { } told && told.Count == wanted.Count && told.All(one => wanted.GetValueOrDefault(one.Key) == one.Value))
            return;
        await using var transaction = connection.BeginTransaction(deferred: false);
        await connection.Execute(transaction, "ANALYZE slot", ct); // only this can make the table
        await connection.Execute(transaction, "DELETE FROM sqlite_stat1", ct);
        foreach (var ((table, index), numbers) in wanted)
            await connection.Execute(transaction, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($table, $index, $numbers)", ct, ("$table", table), ("$index", index), ("$numbers", numbers));
        await transaction.CommitAsync(ct);
        await connection.Execute(null, "ANALYZE sqlite_schema", ct); // this connection reads them anew; others do when they open
    }

    /// <summary>Rows of the index, then how many of them share the first, the first two … columns.</summary>
    internal static string Describe(IndexShape index)
    {
        var rows = index.IsPartial ? Rows / 16 : Rows;
        var numbers = new List<long> { rows };
        var share = rows;
        var known = 0;
        for (var i = 0; i < index.Columns.Count; i++)
        {
            var column = index.Columns[i];
            if (i == index.Columns.Count - 1 && index.IsUnique)
                share = 1;
            else if (i == 0 && column == "ws")
                share = index.IsTable ? rows / 2 : rows; // who needs them all reads the table itself, not its rows by an index: that is ten times the work
            else if (FewValues.Contains(column))
                share = Math.Max(Math.Min(share, 2), share / OfFewValues);
            else
                share = Math.Min(share, known < Assumed.Length ? Assumed[known++] : 5);
            numbers.Add(share);
        }
        return string.Join(' ', numbers);
    }

    private static async Task<List<IndexShape>> Indexes(SqliteConnection connection, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT t.name, CASE WHEN t.wr AND i.origin = 'pk' THEN t.name ELSE i.name END, i."unique", i.partial, c.name
            FROM pragma_table_list t, pragma_index_list(t.name) i, pragma_index_xinfo(i.name) c
            WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.key
            ORDER BY 1, 2, c.seqno
            """;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var indexes = new List<IndexShape>();
        while (await reader.ReadAsync(ct))
        {
            var (table, name) = (reader.GetString(0), reader.GetString(1));
            if (indexes.Count == 0 || indexes[^1].Table != table || indexes[^1].Name != name)
                indexes.Add(new(table, name, reader.GetBoolean(2), reader.GetBoolean(3), []));
            indexes[^1].Columns.Add(reader.IsDBNull(4) ? "" : reader.GetString(4)); // an expression has no name
        }
        return indexes;
    }

    private static async Task<Dictionary<(string Table, string Index), string>?> Told(SqliteConnection connection, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'";
        if ((long)(await command.ExecuteScalarAsync(ct))! == 0)
            return null;
        command.CommandText = "SELECT tbl, ifnull(idx, ''), stat FROM sqlite_stat1";
        await using var reader = await command.ExecuteReaderAsync(ct);
        var told = new Dictionary<(string, string), string>();
        while (await reader.ReadAsync(ct))
            told[(reader.GetString(0), reader.GetString(1))] = reader.GetString(2);
        return told;
    }

    internal sealed record IndexShape(string Table, string Name, bool IsUnique, bool IsPartial, List<string> Columns)
    {
        /// <summary>The primary key of a table WITHOUT ROWID is the table; it goes by its name.</summary>
        public bool IsTable => Name == Table;
    }
}
