using Queqiao.Text.Classifying;
using Queqiao.Text.Features;
using Queqiao.Text.Learning;

namespace Queqiao.Text.Retrieving;

/// <summary>Entries as classes of their questions: ranks better than likeness once entries have several questions.</summary>
internal sealed class EntryClassifier
{
    private const int MostEntries = 3000;
    private readonly Blend _blend;
    private readonly Dictionary<string, int> _classes;

    private EntryClassifier(Blend blend, Dictionary<string, int> classes)
    {
        _blend = blend;
        _classes = classes;
    }

    private static readonly IntentOptions Options = new()
    {
        Shape = new NGramShape(Meant: true, Kin: 1),
        Hidden = new HiddenOptions(Width: 96, Epochs: 30),
    };

    /// <summary>Null when there is too little to learn from, or too much to learn it quickly.</summary>
    public static EntryClassifier? Train(IReadOnlyList<Example> questions)
    {
        var classes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var question in questions)
            classes.TryAdd(question.Label, classes.Count);
        if (classes.Count is < 2 or > MostEntries || questions.Count < 2 * classes.Count)
            return null;
        var options = classes.Count > 1000 ? Options with { Hidden = null } : Options;
        return new EntryClassifier(Blend.Train([.. questions.Select(q => q.Text)], [.. questions.Select(q => classes[q.Label])], classes.Count, options, 1), classes);
    }

    public void Classify(string question, List<Candidate> candidates)
    {
        var probabilities = new float[_blend.Classes];
        Span<double> signals = stackalloc double[Blend.Signals];
        _blend.Read(question, 1, probabilities, signals);
        foreach (var candidate in candidates)
            candidate.Classified = _classes.TryGetValue(candidate.Id, out var number) ? Math.Log(Math.Max(probabilities[number], 1e-9)) : Candidate.Unknown;
    }
}
