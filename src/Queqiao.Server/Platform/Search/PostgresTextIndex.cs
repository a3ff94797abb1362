using Microsoft.EntityFrameworkCore;
using Npgsql;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Search;

/// <summary>
/// GIN over arrays of tokens. The index has no order, so tokens begin with their week and a search goes back week by week, in
/// growing strides, until it has enough: common words do not read the past, rare ones cost one look-up a week.
/// </summary>
internal sealed class PostgresTextIndex : ITextIndex
{
    /// <summary>How far a text may have moved on from its place.</summary>
    private const int Neighbours = 4;

    /// <summary>Each clause is looked up for each week; the text itself is checked for the rest.</summary>
    private const int MostClauses = 8;

    public async Task Put(WriteUnit unit, IReadOnlyList<IndexedText> texts, CancellationToken ct)
    {
        foreach (var workspace in texts.GroupBy(text => text.Ws))
        {
            var rows = await WithIds(unit, workspace.Key, [.. workspace], ct);
            await using var command = Command(unit.Connection, """
                INSERT INTO search_text (ws, id, kind, owner_id, seq, tokens)
                SELECT $1, n.id, n.kind, n.owner_id, n.seq, $6[n.first:n.last] FROM unnest($2, $3, $4, $5, $7, $8) AS n (id, kind, owner_id, seq, first, last)
                ON CONFLICT (ws, id) DO UPDATE SET kind = excluded.kind, tokens = excluded.tokens
                """);
            command.Parameters.Add(new() { Value = workspace.Key });
            command.Parameters.Add(new() { Value = rows.Select(row => row.Id).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(row => (short)row.Text.Kind).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(row => row.Text.Place.OwnerId).ToArray() });
            command.Parameters.Add(new() { Value = rows.Select(row => row.Text.Place.Seq).ToArray() });
            AddTokens(command, rows);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    public async Task<int> Remove(WriteUnit unit, int ws, IReadOnlyList<TextPlace> places, CancellationToken ct)
    {
        await using var command = Command(unit.Connection, """
            DELETE FROM search_text t USING unnest($2, $3, $4) AS n (id, owner_id, seq)
            WHERE t.ws = $1 AND t.id >= n.id AND t.id < n.id + 4 AND t.owner_id = n.owner_id AND t.seq = n.seq
            """);
        command.Parameters.Add(new() { Value = ws });
        command.Parameters.Add(new() { Value = places.Select(place => place.Id).ToArray() });
        command.Parameters.Add(new() { Value = places.Select(place => place.OwnerId).ToArray() });
        command.Parameters.Add(new() { Value = places.Select(place => place.Seq).ToArray() });
        return await command.ExecuteNonQueryAsync(ct);
    }

    public async Task Empty(WriteUnit unit, CancellationToken ct)
    {
        await using var command = Command(unit.Connection, "DELETE FROM search_text");
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<IReadOnlyList<FoundText>> Find(QueqiaoDb db, WordsAsked asked, int most, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        if (await Ends(connection, asked.Ws, ct) is not var (oldest, newest))
            return [];
        var found = new List<FoundText>();
        var (first, before) = (Math.Max(oldest, asked.From), Math.Min(newest + 1, asked.Before));
        for (var stride = 2; found.Count < most && before > first; stride *= 4)
        {
            var last = TextPlace.WeekOf(before - 1);
            var week = Math.Max(last - stride + 1, TextPlace.WeekOf(first));
            var from = Math.Max(TextPlace.FirstOf(week), first);
            found.AddRange(await Read(connection, asked, from, before, week, last, most - found.Count, ct));
            before = from;
        }
        return found;
    }

    private static async Task<List<FoundText>> Read(NpgsqlConnection connection, WordsAsked asked, long from, long before, int firstWeek, int lastWeek, int most, CancellationToken ct)
    {
        var clauses = asked.Clauses.Take(MostClauses).ToList();
        await using var command = Command(connection, $"""
            SELECT id, kind, owner_id, seq FROM search_text
            WHERE ws = $1 AND id >= $2 AND id < $3 AND kind = ANY ($4){string.Concat(clauses.Select((_, i) => $" AND tokens && ${6 + i}"))}
            ORDER BY id DESC LIMIT $5
            """);
        command.Parameters.Add(new() { Value = asked.Ws });
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = before });
        command.Parameters.Add(new() { Value = asked.Kinds.Select(kind => (short)kind).ToArray() });
        command.Parameters.Add(new() { Value = most });
        foreach (var clause in clauses)
        {
            var weeks = Enumerable.Range(firstWeek, lastWeek - firstWeek + 1);
            command.Parameters.Add(new() { Value = weeks.SelectMany(week => clause.Select(token => InWeek(token, week))).ToArray() });
        }
        await using var row = await command.ExecuteReaderAsync(ct);
        var found = new List<FoundText>();
        while (await row.ReadAsync(ct))
            found.Add(new(row.GetInt64(0), (TextKind)row.GetInt16(1), row.GetGuid(2), row.GetInt64(3)));
        return found;
    }

    private static async Task<(long Oldest, long Newest)?> Ends(NpgsqlConnection connection, int ws, CancellationToken ct)
    {
        await using var command = Command(connection, "SELECT min(id), max(id) FROM search_text WHERE ws = $1");
        command.Parameters.Add(new() { Value = ws });
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) && !await row.IsDBNullAsync(0, ct) ? (row.GetInt64(0), row.GetInt64(1)) : null;
    }

    /// <summary>Each text with its place's own id, or the next one that is free when somebody else has it.</summary>
    private static async Task<List<(long Id, IndexedText Text)>> WithIds(WriteUnit unit, int ws, IReadOnlyList<IndexedText> texts, CancellationToken ct)
    {
        var taken = new Dictionary<long, (Guid, long)>();
        await using (var command = Command(unit.Connection, "SELECT id, owner_id, seq FROM search_text WHERE ws = $1 AND id = ANY ($2)"))
        {
            command.Parameters.Add(new() { Value = ws });
            command.Parameters.Add(new() { Value = texts.SelectMany(text => Enumerable.Range(0, Neighbours).Select(n => text.Place.Id + n)).Distinct().ToArray() });
            await using var row = await command.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct))
                taken[row.GetInt64(0)] = (row.GetGuid(1), row.GetInt64(2));
        }
        var rows = new Dictionary<long, IndexedText>(texts.Count);
        foreach (var text in texts.OrderBy(text => text.Place.Id))
        {
            var (id, mine) = (text.Place.Id, (text.Place.OwnerId, text.Place.Seq));
            while (taken.TryGetValue(id, out var owner) && owner != mine)
                id++;
            taken[id] = mine;
            rows[id] = text;
        }
        return [.. rows.Select(row => (row.Key, row.Value))];
    }

    /// <summary>All tokens of all texts one after the other, and where each text's begin and end: PostgreSQL has no arrays of unequal arrays, and numbers as text cost more than the index.</summary>
    private static void AddTokens(NpgsqlCommand command, List<(long Id, IndexedText Text)> rows)
    {
        var (tokens, first, last) = (new long[rows.Sum(row => row.Text.Tokens.Length)], new int[rows.Count], new int[rows.Count]);
        var at = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            first[i] = at + 1; // arrays begin at 1
            var week = TextPlace.WeekOf(rows[i].Id);
            foreach (var token in rows[i].Text.Tokens)
                tokens[at++] = InWeek(token, week);
            last[i] = at;
        }
        command.Parameters.Add(new() { Value = tokens });
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = last });
    }

    private static long InWeek(long token, int week) => ((long)week << 48) | (token & 0xffff_ffff_ffff);

    private static NpgsqlCommand Command(System.Data.Common.DbConnection connection, string sql) => new(sql, (NpgsqlConnection)connection);
}
