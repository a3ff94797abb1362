using System.Text.Json.Nodes;
using Queqiao.Bench.Measures;
using Queqiao.Text.Classifying;
using Queqiao.Text.Retrieving;

namespace Queqiao.Bench.Runs;

/// <summary>What understanding costs on one thread: training on 10,000 sentences, classifying, answering from 10,000 FAQs, adding one. Made-up texts.</summary>
internal sealed class TextRun : IRun
{
    private const int Sentences = 10_000;
    private const int Intents = 77;
    private const int Faqs = 10_000;
    private const int Asked = 5_000;

    public Task<JsonObject> Once(CancellationToken ct)
    {
        var chance = new Random(7);
        var result = new JsonObject { ["bench"] = "text", ["cores"] = Environment.ProcessorCount };
        Classifying(chance, result, ct);
        Answering(chance, result, ct);
        return Task.FromResult(result);
    }

    public double Rank(JsonObject result) => (double)result["answerP99Ms"]!;

    private static void Classifying(Random chance, JsonObject result, CancellationToken ct)
    {
        var topics = Enumerable.Range(0, Intents).Select(_ => Word(chance, 30)).ToList();
        var examples = Enumerable.Range(0, Sentences).Select(i => new Example(Sentence(chance, topics[i % Intents]), "i" + i % Intents)).ToList();
        var began = Clock.Now;
        var model = IntentTrainer.Train(examples, IntentOptions.Questions with { Threads = 1 });
        result["trainSeconds"] = Math.Round(Seconds(began), 2);
        result["features"] = model.Features;
        ct.ThrowIfCancellationRequested();
        foreach (var example in examples)
            model.Classify(example.Text);
        began = Clock.Now;
        foreach (var example in examples)
            model.Classify(example.Text);
        result["classifiedPerSecond"] = Math.Round(Sentences / Seconds(began));
    }

    private static void Answering(Random chance, JsonObject result, CancellationToken ct)
    {
        var topics = Enumerable.Range(0, Faqs).Select(_ => Word(chance, 6)).ToList();
        var entries = topics.Select((topic, i) => new KnowledgeEntry("f" + i, [.. Enumerable.Range(0, 4).Select(_ => Sentence(chance, topic))], Sentence(chance, topic) + Sentence(chance, topic))).ToList();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var began = Clock.Now;
        var finder = FinderTrainer.Train(entries);
        result["faqTrainSeconds"] = Math.Round(Seconds(began), 2);
        result["faqMemoryMb"] = (GC.GetTotalMemory(forceFullCollection: true) - before) >> 20;
        var questions = Enumerable.Range(0, Asked).Select(i => Sentence(chance, topics[i % Faqs])).ToList();
        foreach (var question in questions)
            finder.Find(question);
        ct.ThrowIfCancellationRequested();
        var times = new List<double>(Asked);
        foreach (var question in questions)
        {
            began = Clock.Now;
            finder.Find(question);
            times.Add(Seconds(began) * 1000);
        }
        times.Sort();
        result["answerP50Ms"] = Math.Round(times[Asked / 2], 3);
        result["answerP99Ms"] = Math.Round(times[Asked * 99 / 100], 3);
        began = Clock.Now;
        finder.Index.Put("new", ["这是一条新加的常见问题", "新问题的另一种问法"], "答案");
        result["addMs"] = Math.Round(Seconds(began) * 1000, 3);
    }

    private static double Seconds(long began) => (Clock.Now - began) / (double)Clock.Second;

    /// <summary>Some characters of a small alphabet, common ones more often.</summary>
    internal static string Word(Random chance, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Letter(chance)));

    private static string Sentence(Random chance, string topic)
    {
        string[] frames = ["请问{0}怎么办", "{0}可以吗", "为什么{0}", "{0}多久", "我想知道{0}", "{0}在哪里看", "能不能{0}呢"];
        var start = chance.Next(topic.Length - 3);
        return string.Format(System.Globalization.CultureInfo.InvariantCulture, frames[chance.Next(frames.Length)], string.Concat(topic.AsSpan(start, Math.Min(topic.Length - start, 4 + chance.Next(3))), Word(chance, 3)));
    }

    private static char Letter(Random chance) => (char)(0x4e00 + (int)(2500 * chance.NextDouble() * chance.NextDouble()));
}
