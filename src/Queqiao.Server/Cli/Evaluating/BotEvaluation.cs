using Queqiao.Text.Answering;
using Queqiao.Text.Retrieving;

namespace Queqiao.Server.Cli.Evaluating;

/// <summary>
/// <c>eval bot</c>: what the offline brain does about each question, with the knowledge of a folder (<see cref="KnowledgeFolder"/>).
/// </summary>
internal static class BotEvaluation
{
    public static async Task<IEnumerable<object>> Run(Command.Evaluate command, Timings timings)
    {
        var test = TableFile.Read(command.Test!);
        if (test.Rows.Count == 0)
            throw new EvaluationException("cli_eval_no_rows", command.Test!);
        _ = (test.Cell(test.Rows[0], "id"), test.Cell(test.Rows[0], "text")); // what is missing is said before minutes of learning
        var folder = await KnowledgeFolder.Read(command.Knowledge!);
        var answerer = timings.Train(() => new Answerer(Finders(folder), folder.Facts.Count > 0 ? new FactGraph(folder.Facts) : null, folder.Orders.Contains));
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
    public static async Task<IEnumerable<object>> Priors(Command.Evaluate command, Timings timings)
    {
        var finders = Finders(await KnowledgeFolder.Read(command.Knowledge!));
        var answerer = new Answerer(finders);
        var asked = command.Train.Select(TableFile.Read).SelectMany(table => table.Rows.Select(row => (Text: table.Cell(row, "text"), Label: table.Cell(row, "label"), Kind: table.Cell(row, "kind"))))
            .Where(one => one.Kind is not ("graph" or "order" or "human") && answerer.Reply(one.Text).Kind is not (ReplyKind.Person or ReplyKind.Order))
            .Select(one => (answerer.FinderFor(one.Text)!, new LabelledQuestion(one.Text, [.. one.Label.Split(',').Where(label => label is not ("oos" or "graph" or "human"))])));
        var learnt = timings.Train(() => PriorTrainer.Learn([.. asked]));
        return [new { ranking = Rounded(learnt.Ranking), decision = Rounded(learnt.Decision) }];
    }

    private static IEnumerable<double> Rounded(IEnumerable<double> weights) => weights.Select(weight => Math.Round(weight, 3));

    private static Dictionary<string, Finder> Finders(KnowledgeFolder folder) => folder.ByLanguage.ToDictionary(one => one.Key, one => FinderTrainer.Train(one.Value), StringComparer.Ordinal);

    private static string LabelOf(Reply reply) => reply.Kind switch
    {
        ReplyKind.Answer => reply.Id!,
        ReplyKind.Person => "human",
        ReplyKind.Facts => "graph",
        ReplyKind.Order => "order",
        _ => "oos",
    };
}
