using Queqiao.Server.Knowledge.Graph;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Knowledge.Importing;

/// <summary>FAQs of a CSV file: a row is one, or another language of the one with the same key. With the columns of facts, facts.</summary>
internal static class ReadTable
{
    public const int MostRows = 20_000;

    /// <summary>Headings in both languages → what is in the column.</summary>
    private static readonly Dictionary<string, string> Headings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["question"] = "question", ["标准问"] = "question", ["问题"] = "question", ["title"] = "question", ["answer"] = "answer", ["答案"] = "answer", ["回答"] = "answer", ["正文"] = "answer",
        ["similar"] = "similar", ["相似问"] = "similar", ["similar questions"] = "similar", ["相似问法"] = "similar", ["category"] = "category", ["分类"] = "category", ["类目"] = "category",
        ["key"] = "key", ["id"] = "key", ["faq_id"] = "key", ["编号"] = "key", ["外部编号"] = "key", ["language"] = "language", ["语言"] = "language", ["audience"] = "audience", ["可见范围"] = "audience",
        ["keywords"] = "keywords", ["关键词"] = "keywords", ["channel"] = "channel", ["渠道"] = "channel", ["valid_from"] = "valid_from", ["生效时间"] = "valid_from", ["valid_to"] = "valid_to", ["失效时间"] = "valid_to",
    };

    private static readonly Dictionary<string, string> FactHeadings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["subject"] = "subject", ["主体"] = "subject", ["relation"] = "relation", ["关系"] = "relation", ["object"] = "object", ["target"] = "object", ["对象"] = "object", ["audience"] = "audience", ["可见范围"] = "audience",
    };

    /// <summary>The columns of an export, in the order in which they are written.</summary>
    public static readonly string[] Columns = ["key", "category", "question", "similar", "answer", "language", "channel", "audience", "keywords", "valid_from", "valid_to"];

    public static async Task<List<ImportedItem>> Read(Stream file, ImportPlan plan, CancellationToken ct)
    {
        var format = await TableFormat.Detect(file, ct);
        file.Position = 0;
        using var text = format.Open(file);
        var reader = format.Read(text);
        var items = new List<ImportedItem>();
        var areFacts = false;
        Dictionary<string, int>? places = null;
        while (await reader.Next(ct) is { } record)
        {
            if (places is null)
            {
                if (Named(record, FactHeadings) is { } facts && facts.ContainsKey("subject") && facts.ContainsKey("relation") && facts.ContainsKey("object"))
                {
                    (areFacts, places) = (true, facts);
                    continue;
                }
                var named = Named(record, Headings);
                places = named.ContainsKey("question") ? named : new() { ["question"] = 0, ["answer"] = 1, ["similar"] = 2, ["category"] = 3 };
                if (named.ContainsKey("question"))
                    continue;
            }
            if (items.Count >= MostRows)
                throw new TableException("too_many", record.Line, MostRows);
            items.Add(areFacts ? FactRow(record, places, plan) : Row(record, places, plan));
        }
        return areFacts ? items : Together(items);
    }

    private static Dictionary<string, int> Named(CsvRecord record, Dictionary<string, string> headings) =>
        record.Cells.Select((cell, i) => (Name: headings.GetValueOrDefault(Csv.Clean(cell)), i)).Where(one => one.Name is not null).DistinctBy(one => one.Name).ToDictionary(one => one.Name!, one => one.i, StringComparer.Ordinal);

    private static string? CellOf(CsvRecord record, Dictionary<string, int> places, string name) => places.TryGetValue(name, out var at) && at < record.Cells.Count && Csv.Clean(record.Cells[at]) is { Length: > 0 } cell ? cell : null;

    private static ImportedItem FactRow(CsvRecord record, Dictionary<string, int> places, ImportPlan plan)
    {
        string Cell(string name) => ContentRules.Line(CellOf(record, places, name) ?? "");
        var fact = new EdgeWords(Cell("subject"), Cell("relation"), Cell("object"), AudienceOf(CellOf(record, places, "audience") ?? plan.Audience).Kind);
        var fault = Edges.Faults(fact.Subject, fact.Relation, fact.Target, fact.Audience).Select(one => one.Fault).FirstOrDefault();
        return new ImportedItem(IsFaq: false, new KnowledgeContent(), record.Line.ToString(System.Globalization.CultureInfo.InvariantCulture), Fault: fault?.Code, FaultArg: fault is { Args.Length: > 0 } ? string.Join(", ", fault.Args) : null, Fact: fact);
    }

    private static ImportedItem Row(CsvRecord record, Dictionary<string, int> places, ImportPlan plan)
    {
        string? Cell(string name) => CellOf(record, places, name);
        var language = Cell("language") ?? plan.Language;
        var fault = (string?)null;
        long? Time(string name)
        {
            if (Cell(name) is not { } cell)
                return null;
            if (TimeOf(cell) is not { } at)
                fault = "invalid_time";
            else
                return at;
            return null;
        }
        var content = new KnowledgeContent
        {
            Audience = AudienceOf(Cell("audience") ?? plan.Audience),
            ValidFrom = Time("valid_from"), ValidTo = Time("valid_to"),
            Keywords = Split(Cell("keywords")),
            Wordings = [new FaqWording(language, Cell("question") ?? "", Split(Cell("similar")))],
            Answers = [new FaqAnswer(language, Cell("answer") ?? "", Cell("channel"))],
        };
        return new ImportedItem(IsFaq: true, content, record.Line.ToString(System.Globalization.CultureInfo.InvariantCulture), Cell("category") ?? plan.Category, Cell("key"), fault);
    }

    /// <summary>Rows of one key are one FAQ in several languages, or with an answer for a channel or for other readers.</summary>
    private static List<ImportedItem> Together(List<ImportedItem> rows)
    {
        var items = new List<ImportedItem>();
        var byKey = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (row.Key is null || row.Fault is not null || !byKey.TryGetValue(row.Key, out var at))
            {
                if (row.Key is not null)
                    byKey[row.Key] = items.Count;
                items.Add(row);
                continue;
            }
            var (known, wording) = (items[at].Content, row.Content.Wordings[0]);
            var shared = Wider(known.Audience, row.Content.Audience);
            items[at] = items[at] with
            {
                Content = known with
                {
                    Audience = shared,
                    Wordings = known.Wordings.Any(one => KnowledgeContent.Speaks(one.Language, wording.Language)) ? known.Wordings : [.. known.Wordings, wording],
                    Answers = [.. known.Answers.Select(answer => Narrowed(answer, answer.Audience ?? known.Audience, shared)), Narrowed(row.Content.Answers[0], row.Content.Audience, shared)],
                },
            };
        }
        return items;
    }

    /// <summary>Whom the whole is for when its rows are for different readers; each answer stays with its own.</summary>
    private static Audience Wider(Audience one, Audience other) => Same(one, other) || one.Kind == Audience.Everybody ? one
        : other.Kind == Audience.Everybody || one.Kind == Audience.Colleagues ? other
        : other.Kind == Audience.Some ? one with { Segments = [.. one.Segments.Union(other.Segments, StringComparer.OrdinalIgnoreCase)] }
        : one;

    private static FaqAnswer Narrowed(FaqAnswer answer, Audience own, Audience shared) => answer with { Audience = Same(own, shared) ? null : own };

    private static bool Same(Audience one, Audience other) => one.Kind == other.Kind && one.Segments.SequenceEqual(other.Segments, StringComparer.OrdinalIgnoreCase);

    public static Audience AudienceOf(string text) => text.StartsWith("segment:", StringComparison.Ordinal)
        ? new Audience(Audience.Some, [.. text["segment:".Length..].Split('+', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)])
        : new Audience(text switch { "公开" => Audience.Everybody, "内部" => Audience.Colleagues, _ => text }, []);

    public static string TextOf(Audience audience) => audience.Kind == Audience.Some ? "segment:" + string.Join('+', audience.Segments) : audience.Kind;

    /// <summary>A time as a file says it; null: it is none.</summary>
    public static long? TimeOf(string cell) =>
        DateTimeOffset.TryParse(cell, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var at) ? at.ToUnixTimeMilliseconds() : null;

    private static List<string> Split(string? cell) =>
        cell is null ? [] : [.. cell.Replace("||", "\n", StringComparison.Ordinal).Split(['\n', '\r'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ContentRules.Line)];
}
