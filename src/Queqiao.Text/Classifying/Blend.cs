using System.Numerics.Tensors;
using Queqiao.Text.Features;
using Queqiao.Text.Learning;

namespace Queqiao.Text.Classifying;

/// <summary>
/// Two models over the same features, and where they disagree is worth knowing. A linear one beside a network: their mean is better than
/// either. A linear one beside support vectors (<see cref="Ratios"/>): those decide.
/// </summary>
internal sealed class Blend(FeatureSpace space, Softmax linear, Hidden? hidden, Ratios? ratios)
{
    /// <summary>How much is said about a text besides the probabilities.</summary>
    public const int Signals = 9;

    public FeatureSpace Space => space;

    public int Classes => linear.Classes;

    public static Blend Train(IReadOnlyList<string> texts, int[] labels, int classes, IntentOptions options, float effort)
    {
        var space = FeatureSpace.Learn(texts, options.Shape, options.Least, options.Most);
        var rows = new SparseVector[texts.Count];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = space.Vector(texts[i]);
        int Epochs(int all) => Math.Max(4, (int)(all * effort));
        Softmax? linear = null;
        Hidden? hidden = null;
        Ratios? ratios = null;
        Parallel.Invoke(new ParallelOptions { MaxDegreeOfParallelism = options.Threads },
            () => linear = Softmax.Train(rows, labels, classes, space.Count, options.Linear with { Epochs = Epochs(options.Linear.Epochs) }),
            () => hidden = options.Hidden is { } network ? HiddenTrainer.Train(rows, labels, classes, space.Count, network with { Epochs = Epochs(network.Epochs) }) : null,
            () => ratios = options.Ratios is { } machines ? Ratios.Train(rows, labels, classes, space.Count, machines) : null);
        return new Blend(space, linear!, hidden, ratios);
    }

    /// <summary>The probabilities of the classes at a temperature, and signals about how far to trust them.</summary>
    /// <returns>The best class.</returns>
    public int Read(string text, float temperature, Span<float> probabilities, Span<double> signals)
    {
        var vector = space.Vector(text, out var known);
        linear.Score(vector, probabilities);
        var best = TensorPrimitives.IndexOfMax<float>(probabilities);
        signals[0] = known;
        signals[1] = Math.Log(1 + vector.Count);
        signals[2] = probabilities[best];
        signals[3] = Energy(probabilities);
        if (hidden is not null || ratios is not null)
        {
            Span<float> other = stackalloc float[probabilities.Length];
            hidden?.Score(vector, other);
            ratios?.Score(vector, other);
            var second = TensorPrimitives.IndexOfMax<float>(other);
            signals[4] = other[second];
            signals[5] = Energy(other);
            signals[6] = second == best ? 1 : 0;
            if (ratios is not null)
                probabilities.Clear();
            TensorPrimitives.Add(probabilities, other, probabilities);
            TensorPrimitives.Multiply(probabilities, 0.5f, probabilities);
        }
        TensorPrimitives.Divide(probabilities, temperature, probabilities);
        TensorPrimitives.SoftMax(probabilities, probabilities);
        best = TensorPrimitives.IndexOfMax<float>(probabilities);
        var next = 0f;
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (i != best)
                next = Math.Max(next, probabilities[i]);
        }
        signals[7] = Math.Log(Math.Max(probabilities[best], 1e-6) / Math.Max(1 - probabilities[best], 1e-6));
        signals[8] = Math.Log(Math.Max(probabilities[best], 1e-6) / Math.Max(next, 1e-6));
        return best;
    }

    public void Write(BinaryWriter to)
    {
        space.Write(to);
        linear.Write(to);
        to.Write(hidden is not null);
        hidden?.Write(to);
        to.Write(ratios is not null);
        ratios?.Write(to);
    }

    public static Blend Read(BinaryReader from) => new(FeatureSpace.Read(from), Softmax.Read(from), from.ReadBoolean() ? Learning.Hidden.Read(from) : null, from.ReadBoolean() ? Learning.Ratios.Read(from) : null);

    private static double Energy(ReadOnlySpan<float> logits)
    {
        var most = TensorPrimitives.Max(logits);
        double sum = 0;
        foreach (var logit in logits)
            sum += Math.Exp(logit - most);
        return most + Math.Log(sum);
    }
}
