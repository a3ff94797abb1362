using Queqiao.Text.Features;
using Queqiao.Text.Learning;
using Queqiao.Text.Retrieving;

namespace Queqiao.Text.Matching;

/// <summary>Two questions, and whether they mean the same.</summary>
public readonly record struct LabelledPair(string First, string Second, bool IsSame);

/// <summary>Tells whether two questions mean the same. Trained on labelled pairs. For any number of threads.</summary>
public sealed class QuestionMatcher
{
    private readonly PairReader _reader;
    private readonly PairSpace _space;
    private readonly Softmax _linear;
    private readonly Hidden _hidden;
    private readonly Logistic _calibration;

    private QuestionMatcher(PairReader reader, PairSpace space, Softmax linear, Hidden hidden, Logistic calibration)
    {
        _reader = reader;
        _space = space;
        _linear = linear;
        _hidden = hidden;
        _calibration = calibration;
    }

    /// <summary>How many features a pair may have.</summary>
    public int Features => _space.Count;

    /// <summary>How likely it is that both mean the same.</summary>
    public double Probability(string first, string second)
    {
        Span<double> signals = stackalloc double[2];
        Signals(_linear, _hidden, Vector(first, second), signals);
        return _calibration.Probability(signals);
    }

    /// <summary>Trains on pairs of both kinds. Deterministic.</summary>
    public static QuestionMatcher Train(IReadOnlyList<LabelledPair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var (raw, meant) = (new TermIndex(), new TermIndex());
        foreach (var text in pairs.SelectMany(pair => new[] { pair.First, pair.Second }).Distinct(StringComparer.Ordinal))
        {
            var phrase = Phrase.Of(text);
            raw.Add(phrase.Raw);
            meant.Add(phrase.Meant);
        }
        var reader = new PairReader(raw, meant);
        var read = pairs.Select(pair => Read(reader, pair.First, pair.Second)).ToList();
        var space = PairSpace.Learn(read);
        var rows = read.ConvertAll(pair => space.Vector(pair.Features, pair.Numbers));
        var answers = pairs.Select(pair => pair.IsSame ? 1 : 0).ToArray();
        var calibration = Calibrate(rows, answers, space.Count);
        var (linear, hidden) = Models(rows, answers, space.Count);
        return new QuestionMatcher(reader, space, linear, hidden, calibration);
    }

    private static (Softmax Linear, Hidden Hidden) Models(IReadOnlyList<SparseVector> rows, int[] answers, int features) =>
        (Softmax.Train(rows, answers, 2, features, new SoftmaxOptions(Epochs: 12, Rate: 0.5f, Decay: 1e-5f)),
            HiddenTrainer.Train(rows, answers, 2, features, new HiddenOptions(Width: 48, Epochs: 8, Rate: 0.06f, LeaveOut: 0.3f, Rest: 0.4f)));

    private static Logistic Calibrate(List<SparseVector> rows, int[] answers, int features)
    {
        const int folds = 4;
        List<double[]> signals = [];
        List<bool> right = [];
        for (var fold = 0; fold < folds; fold++)
        {
            var kept = Enumerable.Range(0, rows.Count).Where(i => i % folds != fold).ToList();
            var (linear, hidden) = Models(kept.ConvertAll(i => rows[i]), [.. kept.Select(i => answers[i])], features);
            for (var i = fold; i < rows.Count; i += folds)
            {
                var both = new double[2];
                Signals(linear, hidden, rows[i], both);
                signals.Add(both);
                right.Add(answers[i] == 1);
            }
        }
        return Logistic.Train(signals, right);
    }

    private static void Signals(Softmax linear, Hidden hidden, SparseVector row, Span<double> signals)
    {
        Span<float> logits = stackalloc float[2];
        linear.Score(row, logits);
        signals[0] = logits[1] - logits[0];
        hidden.Score(row, logits);
        signals[1] = logits[1] - logits[0];
    }

    private SparseVector Vector(string first, string second)
    {
        var (features, numbers) = Read(_reader, first, second);
        return _space.Vector(features, numbers);
    }

    private static (List<ulong> Features, double[] Numbers) Read(PairReader reader, string first, string second)
    {
        var features = new List<ulong>();
        var numbers = new double[PairReader.Numbers];
        reader.Read(Phrase.Of(first), Phrase.Of(second), features, numbers);
        return (features, numbers);
    }
}
