using System.Numerics.Tensors;
using Queqiao.Text.Features;

namespace Queqiao.Text.Learning;

/// <summary>How a multinomial logistic regression is trained.</summary>
/// <param name="Epochs">Passes over the rows.</param>
/// <param name="Rate">Length of the first steps.</param>
/// <param name="Decay">Strength of the quadratic penalty, a row.</param>
/// <param name="Smoothing">This share of every label is spread over all classes.</param>
/// <param name="Seed">Of the order of the rows and of what is left out.</param>
public sealed record SoftmaxOptions(int Epochs = 25, float Rate = 0.8f, float Decay = 2e-6f, float Smoothing = 0.02f, ulong Seed = 7);

/// <summary>Multinomial logistic regression over sparse vectors. For any number of threads once trained.</summary>
public sealed class Softmax
{
    private readonly float[] _weights; // [feature][class]
    private readonly float[] _bias;

    private Softmax(float[] weights, float[] bias)
    {
        _weights = weights;
        _bias = bias;
    }

    /// <summary>How many classes.</summary>
    public int Classes => _bias.Length;

    /// <summary>The logits of a vector, one a class.</summary>
    public void Score(SparseVector vector, Span<float> logits)
    {
        _bias.CopyTo(logits);
        for (var i = 0; i < vector.Ids.Length; i++)
            TensorPrimitives.MultiplyAdd(_weights.AsSpan(vector.Ids[i] * Classes, Classes), vector.Values[i], logits, logits);
    }

    /// <summary>Trains by stochastic steps whose length follows every feature's own history (AdaGrad a row). Deterministic.</summary>
    public static Softmax Train(IReadOnlyList<SparseVector> rows, IReadOnlyList<int> labels, int classes, int features, SoftmaxOptions options, IReadOnlyList<float>? importance = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(options);
        var model = new Softmax(new float[(long)features * classes], new float[classes]);
        var pace = new float[features];
        var touched = new int[features];
        foreach (var row in rows)
        {
            foreach (var id in row.Ids)
                touched[id]++;
        }
        var order = Enumerable.Range(0, rows.Count).ToArray();
        var chance = new Chance(options.Seed);
        var step = new float[classes];
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            chance.Shuffle(order);
            var rate = options.Rate * (1 - 0.9f * epoch / options.Epochs);
            foreach (var i in order)
            {
                model.Score(rows[i], step);
                TensorPrimitives.SoftMax(step, step);
                Gradient(step, labels[i], options.Smoothing);
                if (importance is not null)
                    TensorPrimitives.Multiply(step, importance[i], step);
                model.Step(rows[i], step, rate, pace, touched, options.Decay * rows.Count);
            }
        }
        return model;
    }

    internal void Write(BinaryWriter to)
    {
        to.Write(Classes);
        to.Write(_weights.Length);
        Packed.Write(to, _weights, Classes);
        foreach (var bias in _bias)
            to.Write(bias);
    }

    internal static Softmax Read(BinaryReader from)
    {
        var classes = from.ReadInt32();
        var weights = new float[from.ReadInt32()];
        Packed.Read(from, weights, classes);
        var bias = new float[classes];
        for (var i = 0; i < classes; i++)
            bias[i] = from.ReadSingle();
        return new Softmax(weights, bias);
    }

    /// <summary>Probability minus what it should have been.</summary>
    internal static void Gradient(Span<float> probabilities, int label, float smoothing)
    {
        if (smoothing > 0)
            TensorPrimitives.Subtract(probabilities, smoothing / probabilities.Length, probabilities);
        probabilities[label] -= 1 - smoothing;
    }

    private void Step(SparseVector row, ReadOnlySpan<float> gradient, float rate, float[] pace, int[] touched, float decay)
    {
        var size = TensorPrimitives.SumOfSquares(gradient);
        for (var i = 0; i < row.Ids.Length; i++)
        {
            var id = row.Ids[i];
            pace[id] += size * row.Values[i] * row.Values[i];
            var length = rate / MathF.Sqrt(pace[id] + 1e-6f);
            var weights = _weights.AsSpan(id * Classes, Classes);
            TensorPrimitives.Multiply(weights, 1 - Math.Min(0.5f, length * decay / touched[id]), weights);
            TensorPrimitives.MultiplyAdd(gradient, -length * row.Values[i], weights, weights);
        }
        TensorPrimitives.MultiplyAdd(gradient, -rate * 0.02f, _bias, _bias);
    }
}
