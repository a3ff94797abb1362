using System.Text.Encodings.Web;
using System.Text.Json;
using Queqiao.Text.Classifying;
using Queqiao.Text.Clustering;
using Queqiao.Text.Matching;
using Queqiao.Text.Retrieving;
using Queqiao.Text.Sentences;

namespace Queqiao.Server.Cli.Evaluating;

/// <summary><c>eval</c>: trains on files, predicts a file, writes one JSON line a row. So anyone can check what is claimed in docs/nlu.md.</summary>
internal static class Evaluations
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> Run(Command.Evaluate command, Terminal terminal)
    {
        var timings = new Timings(command.What);
        if (command.What == "sentences")
            return await Sentences(command, timings, terminal);
        await using var output = Create(command.Out); // before minutes of learning
        var lines = command.What switch
        {
            "classify" => Classify(command, IntentOptions.Questions, timings),
            "sentiment" => Classify(command, IntentOptions.Opinions with { LearnsScope = false }, timings),
            "retrieve" => Retrieve(command, timings),
            "match" => Match(command, timings),
            "bot" => await BotEvaluation.Run(command, timings),
            "priors" => await BotEvaluation.Priors(command, timings),
            "cluster" => Cluster(command, timings),
            _ => throw new InvalidOperationException($"Nobody evaluates {command.What}."),
        };
        foreach (var line in lines)
            await output.WriteLineAsync(JsonSerializer.Serialize(line, Json));
        await terminal.Out.WriteLineAsync(timings.Line());
        return Commands.Done;
    }

    private static StreamWriter Create(string path)
    {
        try
        {
            return new StreamWriter(path);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new EvaluationException("cli_eval_no_output", path, trouble.Message);
        }
    }

    private static IEnumerable<object> Classify(Command.Evaluate command, IntentOptions options, Timings timings)
    {
        var examples = Tables(command.Train).SelectMany(table => table.Rows.Select(row => new Example(table.Cell(row, "text"), table.Cell(row, "label")))).ToList();
        var model = timings.Train(() => IntentTrainer.Train(examples, options));
        timings.Features = model.Features;
        var (ids, texts) = Test(command.Test!);
        return timings.Predict(texts, model.Classify).Select((found, i) => (object)new
        {
            id = ids[i],
            label = found.IsRefused ? IntentClassifier.OutOfScope : found.Label,
            score = Math.Round(found.Score, 5),
            in_scope = Math.Round(found.InScope, 5),
        });
    }

    private static IEnumerable<object> Retrieve(Command.Evaluate command, Timings timings)
    {
        var entries = KnowledgeFiles.Entries(TableFile.Read(command.Knowledge!));
        var asked = Tables(command.Train).SelectMany(KnowledgeFiles.Asked).ToList();
        var finder = timings.Train(() => FinderTrainer.Train(entries, asked));
        timings.Features = finder.Index.Terms;
        var (ids, texts) = Test(command.Test!);
        return timings.Predict(texts, text => finder.Find(text, 50)).Select((found, i) => (object)new
        {
            id = ids[i],
            ranking = found.Ranking.Select(one => one.Id),
            score = Math.Round(found.Right, 5),
        });
    }

    private static IEnumerable<object> Match(Command.Evaluate command, Timings timings)
    {
        var pairs = Tables(command.Train).SelectMany(table => table.Rows.Select(row => new LabelledPair(table.Cell(row, "text_a"), table.Cell(row, "text_b"), table.Cell(row, "label") == "1"))).ToList();
        var matcher = timings.Train(() => QuestionMatcher.Train(pairs));
        timings.Features = matcher.Features;
        var test = TableFile.Read(command.Test!);
        return timings.Predict(test.Rows, row => matcher.Probability(test.Cell(row, "text_a"), test.Cell(row, "text_b"))).Select((same, i) => (object)new
        {
            id = test.Cell(test.Rows[i], "id"),
            score = Math.Round(same, 5),
            label = same >= 0.5 ? "1" : "0",
        });
    }

    /// <summary><c>eval sentences</c>: learns sentence vectors from ways to ask (<c>topic</c>, <c>text</c>) and writes them as the library reads them.</summary>
    private static async Task<int> Sentences(Command.Evaluate command, Timings timings, Terminal terminal)
    {
        var texts = Tables(command.Train).SelectMany(table => table.Rows.Select(row => new Example(table.Cell(row, "text"), table.Cell(row, "topic")))).ToList();
        if (texts.CountBy(text => text.Label).Count(topic => topic.Value > 1) < 2)
            throw new EvaluationException("cli_eval_no_rows", string.Join(' ', command.Train)); // nothing that could be told apart
        await using var output = Create(command.Out);
        var encoder = timings.Train(() => SentenceTrainer.Train(texts));
        timings.Features = encoder.Grams;
        encoder.Save(output.BaseStream);
        await terminal.Out.WriteLineAsync(timings.Line());
        return Commands.Done;
    }

    private static IEnumerable<object> Cluster(Command.Evaluate command, Timings timings)
    {
        var (ids, texts) = Test(command.Knowledge!);
        var heaps = timings.Train(() => QuestionClusters.Of(texts, command.Clusters));
        return heaps.Select((heap, i) => (object)new { id = ids[i], cluster = heap });
    }

    private static IEnumerable<TableFile> Tables(IReadOnlyList<string> paths) => paths.Select(TableFile.Read);

    private static (List<string> Ids, List<string> Texts) Test(string path)
    {
        var table = TableFile.Read(path);
        return ([.. table.Rows.Select(row => table.Cell(row, "id"))], [.. table.Rows.Select(row => table.Cell(row, "text"))]);
    }
}
