using System.Globalization;
using System.Text.Json;
using Queqiao.Server.Platform.Tables;
using Queqiao.Text.Answering;
using Queqiao.Text.Retrieving;

namespace Queqiao.Server.Cli.Evaluating;

/// <summary>
/// What a bot knows, out of a folder: <c>faqs.LANGUAGE.tsv</c> with <c>graph.tsv</c> and <c>orders.jsonl</c>, or what a running server exports
/// (<c>faqs.csv</c>, <c>facts.csv</c>). Of an export only what is for everybody and holds now, as with the bot itself.
/// </summary>
internal sealed record KnowledgeFolder(IReadOnlyDictionary<string, List<KnowledgeEntry>> ByLanguage, IReadOnlyList<Fact> Facts, IReadOnlySet<string> Orders)
{
    public static async Task<KnowledgeFolder> Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new EvaluationException("cli_eval_no_folder", folder);
        var entries = new Dictionary<string, List<KnowledgeEntry>>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "faqs.*.tsv").Order(StringComparer.Ordinal))
            Of(entries, Path.GetFileName(file).Split('.')[1]).AddRange(KnowledgeFiles.Entries(TableFile.Read(file)));
        var facts = new List<Fact>();
        if (Path.Combine(folder, "graph.tsv") is var graph && File.Exists(graph) && TableFile.Read(graph) is var table)
            facts.AddRange(table.Rows.Select(row => new Fact(table.Cell(row, "subject"), table.Cell(row, "relation"), table.Cell(row, "object"))));
        if (Path.Combine(folder, "faqs.csv") is var faqs && File.Exists(faqs))
            Exported(entries, await Cells(faqs));
        if (Path.Combine(folder, "facts.csv") is var csv && File.Exists(csv))
            facts.AddRange((await Cells(csv)).Where(IsPublic).Select(row => new Fact(row.GetValueOrDefault("subject", ""), row.GetValueOrDefault("relation", ""), row.GetValueOrDefault("object", ""))));
        return entries.Values.Sum(all => all.Count) > 0 ? new KnowledgeFolder(entries, facts, OrdersOf(Path.Combine(folder, "orders.jsonl"))) : throw new EvaluationException("cli_eval_no_knowledge", folder);
    }

    private static List<KnowledgeEntry> Of(Dictionary<string, List<KnowledgeEntry>> entries, string language) => entries.TryGetValue(language, out var known) ? known : entries[language] = [];

    /// <summary>Rows of one key and language are one entry.</summary>
    private static void Exported(Dictionary<string, List<KnowledgeEntry>> entries, List<Dictionary<string, string>> rows)
    {
        if (rows.Count > 0 && !rows[0].ContainsKey("question"))
            throw new MissingColumnException("faqs.csv", "question");
        var now = TimeProvider.System.GetUtcNow();
        bool Holds(Dictionary<string, string> row) => !(At(row, "valid_from") > now) && !(At(row, "valid_to") <= now);
        foreach (var row in rows.Where(row => IsPublic(row) && row.GetValueOrDefault("channel", "").Length == 0 && row.GetValueOrDefault("question", "").Length > 0 && Holds(row)))
        {
            var all = Of(entries, row.GetValueOrDefault("language") is { Length: > 0 } language ? language.Split('-')[0].ToLowerInvariant() : "zh");
            var key = row.GetValueOrDefault("key", "") is { Length: > 0 } named ? named : row["question"];
            if (all.TrueForAll(entry => entry.Id != key))
                all.Add(new KnowledgeEntry(key, [row["question"], .. row.GetValueOrDefault("similar", "").Split("||", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)], row.GetValueOrDefault("answer", "")));
        }
    }

    /// <summary>An empty cell says what a missing column says: for everybody, as in an import.</summary>
    private static bool IsPublic(Dictionary<string, string> row) => row.GetValueOrDefault("audience", "") is "" or "public" or "公开";

    private static DateTimeOffset? At(Dictionary<string, string> row, string column) =>
        DateTimeOffset.TryParse(row.GetValueOrDefault(column), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    /// <summary>The rows of a CSV file by the names in its first line.</summary>
    private static async Task<List<Dictionary<string, string>>> Cells(string path)
    {
        await using var file = File.OpenRead(path);
        var format = await TableFormat.Detect(file, CancellationToken.None);
        file.Position = 0;
        using var text = format.Open(file);
        var reader = format.Read(text);
        var rows = new List<Dictionary<string, string>>();
        List<string>? names = null;
        while (await reader.Next(CancellationToken.None) is { } record)
        {
            if (names is null)
                names = [.. record.Cells.Select(cell => Csv.Clean(cell).ToLowerInvariant())];
            else
                rows.Add(names.Zip(record.Cells.Select(Csv.Clean)).DistinctBy(pair => pair.First).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal));
        }
        return rows;
    }

    private static HashSet<string> OrdersOf(string path)
    {
        if (!File.Exists(path))
            return [];
        try
        {
            return [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("order_id").GetString()!)];
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new EvaluationException("cli_eval_bad_line", path, broken.Message);
        }
    }
}
