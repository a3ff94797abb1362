using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Npgsql;
using Queqiao.Text.Folding;
using Queqiao.Text.Searching;

namespace Queqiao.Bench.Search;

/// <summary>What FTS5 alone does with the same tokens in clear: no keys, no scope, no text to check.</summary>
internal static class SqliteSearchLimit
{
    public static JsonObject Measure(string file, SearchTexts texts, int messages, CancellationToken ct)
    {
        using var connection = new SqliteConnection($"Data Source={file}");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; CREATE VIRTUAL TABLE t USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii')");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO t (rowid, words) VALUES ($id, $words)";
        var (id, words) = (insert.Parameters.Add("$id", SqliteType.Integer), insert.Parameters.Add("$words", SqliteType.Text));
        var tokens = new LimitTokens();
        var spent = 0L;
        for (var from = 0; from < messages; from += LimitTokens.Batch)
        {
            ct.ThrowIfCancellationRequested();
            var batch = Enumerable.Range(from, Math.Min(LimitTokens.Batch, messages - from)).Select(n => string.Join(' ', tokens.Of(texts.Of(n, messages)).Select(token => token.ToString("x16", null)))).ToList();
            var began = Clock.Now; // making texts and tokens is not the engine's work
            using var transaction = connection.BeginTransaction(deferred: false);
            insert.Transaction = transaction;
            for (var i = 0; i < batch.Count; i++)
            {
                (id.Value, words.Value) = ((long)(from + i + 1) << 20, batch[i]);
                insert.ExecuteNonQuery();
            }
            transaction.Commit();
            spent += Clock.Now - began;
        }
        using var find = connection.CreateCommand();
        find.CommandText = "SELECT rowid FROM t WHERE t MATCH $words ORDER BY rowid DESC LIMIT 64";
        var asked = find.Parameters.Add("$words", SqliteType.Text);
        return LimitTokens.Report(messages, spent, query =>
        {
            asked.Value = string.Join(" AND ", query.Select(clause => $"({string.Join(" OR ", clause.Select(token => $"\"{token:x16}\""))})"));
            using var row = find.ExecuteReader();
            while (row.Read())
            {
            }
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <summary>What GIN alone does with the same tokens.</summary>
internal static class PostgresSearchLimit
{
    public static async Task<JsonObject> Measure(string connectionString, SearchTexts texts, int messages, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using (var make = new NpgsqlCommand("CREATE TABLE t (id bigint PRIMARY KEY, tokens bigint[] NOT NULL); CREATE INDEX ON t USING gin (tokens)", connection))
            await make.ExecuteNonQueryAsync(ct);
        await using var insert = new NpgsqlCommand("INSERT INTO t SELECT n.id, n.tokens::bigint[] FROM unnest($1, $2) AS n (id, tokens)", connection);
        var (ids, words) = (new NpgsqlParameter<long[]>(), new NpgsqlParameter<string[]>());
        insert.Parameters.Add(ids);
        insert.Parameters.Add(words);
        var tokens = new LimitTokens();
        var spent = 0L;
        for (var from = 0; from < messages; from += LimitTokens.Batch)
        {
            var numbers = Enumerable.Range(from, Math.Min(LimitTokens.Batch, messages - from)).ToList();
            ids.TypedValue = [.. numbers.Select(n => (long)(n + 1) << 20)];
            words.TypedValue = [.. numbers.Select(n => $"{{{string.Join(',', tokens.Of(texts.Of(n, messages)))}}}")];
            var began = Clock.Now;
            await insert.ExecuteNonQueryAsync(ct);
            spent += Clock.Now - began;
        }
        await using (var analyze = new NpgsqlCommand("ANALYZE t", connection))
            await analyze.ExecuteNonQueryAsync(ct);
        return await LimitTokens.Report(messages, spent, async query =>
        {
            await using var find = new NpgsqlCommand($"SELECT id FROM t WHERE {string.Join(" AND ", query.Select((_, i) => $"tokens && ${i + 1}"))} ORDER BY id DESC LIMIT 64", connection);
            foreach (var clause in query)
                find.Parameters.Add(new() { Value = clause });
            await using var row = await find.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct))
            {
            }
        });
    }
}

/// <summary>Tokens as numbers, without a key: the engine does not care.</summary>
internal sealed class LimitTokens
{
    public const int Batch = 500;

    private readonly FoldedText _folded = new();

    public HashSet<long> Of(string text)
    {
        TextFolding.Fold(text, _folded);
        var sink = new Sink([]);
        Tokens.Of(_folded, ref sink);
        return sink.All;
    }

    /// <summary>Asks what the server was asked, and says how long the engine took.</summary>
    public static async Task<JsonObject> Report(int messages, long spent, Func<IReadOnlyList<long[]>, Task> ask)
    {
        var result = new JsonObject { ["indexPerSecond"] = Math.Round(messages / (spent / (double)Clock.Second)) };
        foreach (var (name, words) in SearchTexts.Asked)
        {
            var times = new List<double>();
            for (var n = 0; n < 55; n++)
            {
                var query = SearchQuery.Parse(words[n % words.Length])!.Clauses.Select(clause => clause.Alternatives.Select(token => NumberOf(token.Kind, token.Text)).ToArray()).ToList();
                var began = Clock.Now;
                await ask(query);
                if (n >= 5)
                    times.Add((Clock.Now - began) / (double)Clock.Second * 1000);
            }
            times.Sort();
            result[name + "P95Ms"] = Math.Round(times[(int)(times.Count * .95)], 1);
        }
        return result;
    }

    private static long NumberOf(TokenKind kind, ReadOnlySpan<char> token)
    {
        var hash = 14695981039346656037UL ^ (ulong)kind;
        foreach (var letter in token)
            hash = (hash ^ letter) * 1099511628211;
        return (long)(hash ^ (hash >> 29));
    }

    private readonly struct Sink(HashSet<long> all) : ITokenSink
    {
        public HashSet<long> All => all;

        public void Add(TokenKind kind, ReadOnlySpan<char> token) => all.Add(NumberOf(kind, token));
    }
}
