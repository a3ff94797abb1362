using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Search;

/// <summary>
/// FTS5 without content, offsets or counts (https://www.sqlite.org/fts5.html#contentless_delete_tables): only which row has which
/// word. Its rowids are the texts' ids, so the newest are read first, and no more than are asked for.
/// </summary>
internal sealed class SqliteTextIndex : ITextIndex
{
    private const int LettersOfToken = 13; // of 5 bits each
    private const int Neighbours = 4;

    public async Task Put(WriteUnit unit, IReadOnlyList<IndexedText> texts, CancellationToken ct)
    {
        await using var there = Command(unit, "SELECT id, owner_id, seq FROM search_text WHERE id >= $a AND id < $a + 64 ORDER BY id", 1);
        await using var gone = Command(unit, "DELETE FROM search_word WHERE rowid = $a", 1);
        await using var place = Command(unit, "INSERT INTO search_text (id, ws, kind, owner_id, seq) VALUES ($a, $b, $c, $d, $e) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind", 5);
        await using var words = Command(unit, "INSERT INTO search_word (rowid, words) VALUES ($a, $b)", 2);
        var letters = new StringBuilder();
        foreach (var text in texts.OrderBy(text => text.Place.Id)) // FTS5 starts a new segment whenever a rowid is smaller than the one before
        {
            var (id, isThere) = await IdOf(there, text.Place, ct);
            if (isThere)
                await Run(gone, ct, id);
            await Run(place, ct, id, text.Ws, (int)text.Kind, text.Place.OwnerId.ToByteArray(true), text.Place.Seq);
            letters.Clear();
            foreach (var token in text.Tokens)
                Write(letters, token).Append(' ');
            await Run(words, ct, id, letters.ToString());
        }
    }

    public async Task<int> Remove(WriteUnit unit, int ws, IReadOnlyList<TextPlace> places, CancellationToken ct)
    {
        await using var find = Command(unit, $"DELETE FROM search_text WHERE ws = $a AND id >= $b AND id < $b + {Neighbours} AND owner_id = $c AND seq = $d RETURNING id", 4);
        await using var gone = Command(unit, "DELETE FROM search_word WHERE rowid = $a", 1);
        var removed = 0;
        foreach (var place in places)
        {
            Set(find, ws, place.Id, place.OwnerId.ToByteArray(true), place.Seq);
            if (await find.ExecuteScalarAsync(ct) is not long id)
                continue;
            await Run(gone, ct, id);
            removed++;
        }
        return removed;
    }

    public async Task Empty(WriteUnit unit, CancellationToken ct)
    {
        await using var empty = Command(unit, "DELETE FROM search_text; INSERT INTO search_word (search_word) VALUES ('delete-all')", 0);
        await empty.ExecuteNonQueryAsync(ct);
    }

    public async Task<IReadOnlyList<FoundText>> Find(QueqiaoDb db, WordsAsked asked, int most, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        await using var command = ((SqliteConnection)db.Database.GetDbConnection()).CreateCommand();
        // CROSS JOIN: the words first, whatever the planner believes of the rest.
        command.CommandText = $"""
            SELECT f.rowid, t.kind, t.owner_id, t.seq FROM search_word f CROSS JOIN search_text t ON t.id = f.rowid
            WHERE f.search_word MATCH $a AND f.rowid < $b AND f.rowid >= $c AND t.ws = $d AND t.kind IN ({string.Join(',', asked.Kinds.Select(kind => (int)kind))})
            ORDER BY f.rowid DESC LIMIT $e
            """;
        Add(command, 5);
        Set(command, Expression(asked.Clauses), asked.Before, asked.From, asked.Ws, most);
        await using var row = await command.ExecuteReaderAsync(ct);
        var found = new List<FoundText>();
        while (await row.ReadAsync(ct))
            found.Add(new(row.GetInt64(0), (TextKind)row.GetInt16(1), new Guid((byte[])row.GetValue(2), true), row.GetInt64(3)));
        return found;
    }

    /// <summary>The place's own id, or the next one that is free when somebody else has it.</summary>
    private static async Task<(long Id, bool IsThere)> IdOf(SqliteCommand there, TextPlace place, CancellationToken ct)
    {
        var id = place.Id;
        Set(there, id);
        await using var row = await there.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct) && row.GetInt64(0) == id)
        {
            if (new Guid((byte[])row.GetValue(1), true) == place.OwnerId && row.GetInt64(2) == place.Seq)
                return (id, true);
            id++;
        }
        return (id, false);
    }

    private static string Expression(IReadOnlyList<long[]> clauses) =>
        string.Join(" AND ", clauses.Select(clause => $"({string.Join(" OR ", clause.Select(token => $"\"{Write(new StringBuilder(), token)}\""))})"));

    private static StringBuilder Write(StringBuilder letters, long token)
    {
        var bits = (ulong)token;
        for (var i = 0; i < LettersOfToken; i++, bits >>= 5)
            letters.Append("abcdefghijklmnopqrstuvwxyz234567"[(int)(bits & 31)]);
        return letters;
    }

    private static SqliteCommand Command(WriteUnit unit, string sql, int parameters)
    {
        var command = ((SqliteConnection)unit.Connection).CreateCommand();
        command.Transaction = (SqliteTransaction)unit.Transaction;
        command.CommandText = sql;
        Add(command, parameters);
        return command;
    }

    private static void Add(SqliteCommand command, int parameters)
    {
        for (var i = 0; i < parameters; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${(char)('a' + i)}" });
    }

    private static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
    }

    private static Task<int> Run(SqliteCommand command, CancellationToken ct, params ReadOnlySpan<object> values)
    {
        Set(command, values);
        return command.ExecuteNonQueryAsync(ct);
    }
}
