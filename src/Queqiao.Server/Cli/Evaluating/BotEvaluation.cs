using System.Text.Json;
using Queqiao.Text.Answering;
using Queqiao.Text.Retrieving;

namespace Queqiao.Server.Cli.Evaluating;

/// <summary>
/// <c>eval bot</c>: what the offline brain does about each question, with the knowledge of a folder: <c>faqs.LANGUAGE.tsv</c>, and if they
/// are there <c>graph.tsv</c> and <c>orders.jsonl</c>.
/// </summary>
internal static class BotEvaluation
{
    public static IEnumerable<object> Run(Command.Evaluate command, Timings timings)
    {
        var answerer = timings.Train(() => Load(command.Knowledge!));
        var test = TableFile.Read(command.Test!);
        var texts = test.Rows.Select(row => test.Cell(row, "text")).ToList();
        return timings.Predict(texts, answerer.Reply).Select((reply, i) => (object)new
        {
            id = test.Cell(test.Rows[i], "id"),
            label = LabelOf(reply),
            score = Math.Round(reply.Score, 5),
            kind = reply.Kind.ToString(),
            candidates = reply.Candidates.Take(3).Select(candidate => candidate.Id),
            path = reply.Path.Select(fact => $"{fact.Subject} – {fact.Relation} – {fact.Target}"),
        });
    }

    /// <summary><c>eval priors</c>: how to rank and when to answer, as customers' questions teach it (<c>--train</c>: files of questions as <c>eval bot</c> reads them).</summary>
    public static IEnumerable<object> Priors(Command.Evaluate command, Timings timings)
    {
        var finders = Finders(command.Knowledge!);
        var answerer = new Answerer(finders);
        var asked = command.Train.Select(TableFile.Read).SelectMany(table => table.Rows.Select(row => (Text: table.Cell(row, "text"), Label: table.Cell(row, "label"), Kind: table.Cell(row, "kind"))))
            .Where(one => one.Kind is not ("graph" or "order" or "human") && answerer.Reply(one.Text).Kind is not (ReplyKind.Person or ReplyKind.Order))
            .Select(one => (answerer.FinderFor(one.Text)!, new LabelledQuestion(one.Text, [.. one.Label.Split(',').Where(label => label is not ("oos" or "graph" or "human"))])));
        var learnt = timings.Train(() => PriorTrainer.Learn([.. asked]));
        return [new { ranking = Rounded(learnt.Ranking), decision = Rounded(learnt.Decision) }];
    }

    private static IEnumerable<double> Rounded(IEnumerable<double> weights) => weights.Select(weight => Math.Round(weight, 3));

    private static Dictionary<string, Finder> Finders(string folder)
    {
        var finders = new Dictionary<string, Finder>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "faqs.*.tsv").Order(StringComparer.Ordinal))
            finders.Add(Path.GetFileName(file).Split('.')[1], FinderTrainer.Train(KnowledgeFiles.Entries(TableFile.Read(file))));
        return finders;
    }

    private static Answerer Load(string folder)
    {
        var finders = Finders(folder);
        return new Answerer(finders, Facts(Path.Combine(folder, "graph.tsv")), Orders(Path.Combine(folder, "orders.jsonl")).Contains);
    }

    private static FactGraph? Facts(string path)
    {
        if (!File.Exists(path))
            return null;
        var table = TableFile.Read(path);
        return new FactGraph([.. table.Rows.Select(row => new Fact(table.Cell(row, "subject"), table.Cell(row, "relation"), table.Cell(row, "object")))]);
    }

    private static HashSet<string> Orders(string path) => !File.Exists(path) ? [] :
        [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("order_id").GetString()!)];

    private static string LabelOf(Reply reply) => reply.Kind switch
    {
        ReplyKind.Answer => reply.Id!,
        ReplyKind.Person => "human",
        ReplyKind.Facts => "graph",
        ReplyKind.Order => "order",
        _ => "oos",
    };
}
