using Queqiao.Text.Learning;

namespace Queqiao.Text.Classifying;

/// <summary>An example of a class.</summary>
public readonly record struct Example(string Text, string Label);

/// <summary>
/// Trains intent classifiers. The probabilities are learnt on folds: each time some texts are left out, and some whole classes, which then
/// stand for what is foreign but near; examples labelled <see cref="IntentClassifier.OutOfScope"/> are foreign too. Deterministic.
/// </summary>
public static class IntentTrainer
{
    /// <summary>Trains on examples of at least two classes.</summary>
    public static IntentClassifier Train(IReadOnlyList<Example> examples, IntentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        options ??= IntentOptions.Questions;
        var inside = examples.Where(example => example.Label != IntentClassifier.OutOfScope).ToList();
        var foreign = examples.Where(example => example.Label == IntentClassifier.OutOfScope).Select(example => example.Text).ToList();
        var labels = inside.Select(example => example.Label).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (labels.Length < 2)
            throw new ArgumentException("Nothing can be learnt from one class.", nameof(examples));
        var numbers = labels.Select((label, i) => (label, i)).ToDictionary(pair => pair.label, pair => pair.i, StringComparer.Ordinal);
        var texts = inside.ConvertAll(example => example.Text);
        var classes = inside.Select(example => numbers[example.Label]).ToArray();
        var calibration = Calibrate(texts, classes, labels.Length, foreign, options);
        return new IntentClassifier(Blend.Train(texts, classes, labels.Length, options, 1), labels, calibration);
    }

    private static Calibration Calibrate(List<string> texts, int[] classes, int count, List<string> foreign, IntentOptions options)
    {
        var folds = texts.Count < 3000 ? 5 : 3;
        var outcomes = new List<Outcome>();
        for (var fold = 0; fold < folds; fold++)
            Try(texts, classes, count, foreign, options, fold, folds, outcomes);
        if (outcomes.Count == 0)
            return new Calibration(1, Logistic.Of([.. new double[Blend.Signals - 2], 1, 0, 0]), null, 0);
        var known = outcomes.Where(outcome => !outcome.IsForeign).ToList();
        var temperature = Temperature(known);
        foreach (var outcome in outcomes)
            outcome.Cool(temperature);
        // Where no known text was taken for another class, only foreign ones show what doubt looks like.
        var judged = known.TrueForAll(outcome => outcome.IsRight) ? outcomes : known;
        var right = Logistic.Train([.. judged.Select(outcome => outcome.Signals)], [.. judged.Select(outcome => outcome.IsRight)], penalty: 2);
        if (!options.LearnsScope || outcomes.Count == known.Count)
            return new Calibration(temperature, right, null, 0);
        // Foreign texts weigh as much as the others together, so that the probability means "as likely as not" at one half.
        var share = known.Count / (double)(outcomes.Count - known.Count);
        var scope = Logistic.Train([.. outcomes.Select(outcome => outcome.Signals)], [.. outcomes.Select(outcome => !outcome.IsForeign)], penalty: 2,
            [.. outcomes.Select(outcome => outcome.IsForeign ? share : 1)]);
        var kept = known.Select(outcome => scope.Probability(outcome.Signals)).Order().ToArray();
        return new Calibration(temperature, right, scope, kept[(int)(kept.Length * (foreign.Count > 0 ? 0.01 : 0.003))]);
    }

    /// <summary>Trains without a fold and without some classes, and looks what becomes of both.</summary>
    private static void Try(List<string> texts, int[] classes, int count, List<string> foreign, IntentOptions options, int fold, int folds, List<Outcome> outcomes)
    {
        var away = new bool[count];
        if (options.LearnsScope && count >= 5)
        {
            for (var i = 0; i < count; i++)
                away[i] = Spread(i, 99) % 5 == (uint)fold;
        }
        var seen = new Dictionary<int, int>();
        List<string> train = [];
        List<int> trainClasses = [];
        List<int> kept = [], left = [];
        for (var i = 0; i < texts.Count; i++)
        {
            var turn = seen[classes[i]] = seen.GetValueOrDefault(classes[i]) + 1;
            var isOut = (turn + classes[i]) % folds == fold;
            if (isOut)
                left.Add(i);
            else if (!away[classes[i]])
                kept.Add(i);
        }
        var present = kept.Select(i => classes[i]).Distinct().Order().ToArray();
        if (present.Length < 2)
            return;
        var number = present.Select((original, i) => (original, i)).ToDictionary(pair => pair.original, pair => pair.i);
        foreach (var i in kept)
        {
            train.Add(texts[i]);
            trainClasses.Add(number[classes[i]]);
        }
        var blend = Blend.Train(train, [.. trainClasses], present.Length, options, 0.5f);
        foreach (var i in left)
            outcomes.Add(Outcome.Of(blend, texts[i], number.GetValueOrDefault(classes[i], -1)));
        for (var i = fold; i < foreign.Count; i += folds)
            outcomes.Add(Outcome.Of(blend, foreign[i], -1));
    }

    /// <summary>The temperature at which the right classes are most likely.</summary>
    private static float Temperature(List<Outcome> outcomes)
    {
        double Loss(double log) => -outcomes.Sum(outcome => outcome.LogLikelihood(Math.Exp(log)));
        var (low, high) = (Math.Log(0.1), Math.Log(10));
        for (var turn = 0; turn < 20; turn++)
        {
            var third = (high - low) / 3;
            if (Loss(low + third) < Loss(high - third))
                high -= third;
            else
                low += third;
        }
        return (float)Math.Exp((low + high) / 2);
    }

    private static uint Spread(int number, uint seed) => (uint)((((ulong)number + 1) * 0x9E3779B97F4A7C15 ^ seed) >> 33) * 2654435761u >> 8;
}
