using System.Numerics.Tensors;
using Queqiao.Text.Features;

namespace Queqiao.Text.Learning;

/// <summary>How support vectors over log-count ratios are trained.</summary>
/// <param name="Cost">What a text on the wrong side costs, against large weights.</param>
/// <param name="Epochs">Passes over the rows.</param>
/// <param name="Seed">Of the order of the rows.</param>
public sealed record RatioOptions(float Cost = 1, int Epochs = 20, ulong Seed = 7);

/// <summary>
/// Linear support vectors, one class against the rest, where a feature counts by how much more often the class has it: the logarithm of
/// the ratio, once as it is and once its root; their sum decides. Better than a regression where a few words carry the opinion of a long text
/// (Wang and Manning, "Baselines and bigrams", ACL 2012). Only whether a feature is there matters. For any number of threads once trained.
/// </summary>
public sealed class Ratios
{
    private static readonly float[] Powers = [1, 0.5f];

    private readonly int _classes;
    private readonly int _width; // two classes mirror each other: one machine is enough
    private readonly float[][] _ratios; // of a power: [feature][machine]
    private readonly float[][] _weights;
    private readonly float[][] _bias;

    private Ratios(int classes, float[][] ratios, float[][] weights, float[][] bias)
    {
        _classes = classes;
        _width = Width(classes);
        _ratios = ratios;
        _weights = weights;
        _bias = bias;
    }

    /// <summary>How far a vector lies on the side of each class.</summary>
    public void Score(SparseVector vector, Span<float> margins)
    {
        margins.Clear();
        Span<float> dots = stackalloc float[_width];
        Span<float> squares = stackalloc float[_width];
        for (var power = 0; power < Powers.Length; power++)
        {
            dots.Clear();
            squares.Clear();
            foreach (var id in vector.Ids)
            {
                var ratios = _ratios[power].AsSpan(id * _width, _width);
                TensorPrimitives.MultiplyAdd(ratios, ratios, squares, squares);
                TensorPrimitives.MultiplyAdd(ratios, _weights[power].AsSpan(id * _width, _width), dots, dots);
            }
            for (var machine = 0; machine < _width; machine++)
                margins[machine] += _bias[power][machine] + (squares[machine] > 0 ? dots[machine] / MathF.Sqrt(squares[machine]) : 0);
        }
        if (_classes == 2)
            margins[1] = -margins[0];
    }

    /// <summary>Trains by dual coordinate descent on the squared hinge (Hsieh et al., ICML 2008). Deterministic.</summary>
    public static Ratios Train(IReadOnlyList<SparseVector> rows, IReadOnlyList<int> labels, int classes, int features, RatioOptions options)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(options);
        var width = Width(classes);
        float[][] Tables(int size) => [.. Powers.Select(_ => new float[size])];
        var model = new Ratios(classes, Tables(features * width), Tables(features * width), Tables(width));
        for (var machine = 0; machine < width; machine++)
        {
            var ratios = Of(rows, labels, machine, features);
            for (var power = 0; power < Powers.Length; power++)
            {
                var bent = Array.ConvertAll(ratios, ratio => MathF.CopySign(MathF.Pow(MathF.Abs(ratio), Powers[power]), ratio));
                var (weights, bias) = Separate(rows, labels, machine, bent, options);
                for (var id = 0; id < features; id++)
                {
                    model._ratios[power][id * width + machine] = bent[id];
                    model._weights[power][id * width + machine] = weights[id];
                }
                model._bias[power][machine] = bias;
            }
        }
        return model;
    }

    internal void Write(BinaryWriter to)
    {
        to.Write(_classes);
        to.Write(_ratios[0].Length);
        for (var power = 0; power < Powers.Length; power++)
        {
            Packed.Write(to, _ratios[power], _width);
            Packed.Write(to, _weights[power], _width);
            foreach (var bias in _bias[power])
                to.Write(bias);
        }
    }

    internal static Ratios Read(BinaryReader from)
    {
        var classes = from.ReadInt32();
        var length = from.ReadInt32();
        float[][] Tables(int size) => [.. Powers.Select(_ => new float[size])];
        var (width, ratios, weights) = (Width(classes), Tables(length), Tables(length));
        var bias = Tables(width);
        for (var power = 0; power < Powers.Length; power++)
        {
            Packed.Read(from, ratios[power], width);
            Packed.Read(from, weights[power], width);
            for (var machine = 0; machine < width; machine++)
                bias[power][machine] = from.ReadSingle();
        }
        return new Ratios(classes, ratios, weights, bias);
    }

    private static int Width(int classes) => classes == 2 ? 1 : classes;

    /// <summary>The logarithms of how much more often texts of the class have a feature, with one more of each.</summary>
    private static float[] Of(IReadOnlyList<SparseVector> rows, IReadOnlyList<int> labels, int label, int features)
    {
        var (inside, outside) = (new float[features], new float[features]);
        double insides = features, outsides = features;
        for (var i = 0; i < rows.Count; i++)
        {
            var isInside = labels[i] == label;
            foreach (var id in rows[i].Ids)
                (isInside ? inside : outside)[id]++;
            if (isInside)
                insides += rows[i].Count;
            else
                outsides += rows[i].Count;
        }
        var shift = Math.Log(outsides / insides);
        for (var id = 0; id < features; id++)
            inside[id] = (float)(Math.Log((1 + inside[id]) / (1 + outside[id])) + shift);
        return inside;
    }

    private static (float[] Weights, float Bias) Separate(IReadOnlyList<SparseVector> rows, IReadOnlyList<int> labels, int label, float[] ratios, RatioOptions options)
    {
        var values = new float[rows.Count][];
        for (var i = 0; i < values.Length; i++)
            values[i] = Values(rows[i], ratios);
        var weights = new float[ratios.Length];
        var bias = 0f;
        var alphas = new float[rows.Count];
        var slack = 1 / (2 * options.Cost);
        var order = Enumerable.Range(0, rows.Count).ToArray();
        var chance = new Chance(options.Seed);
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            chance.Shuffle(order);
            foreach (var i in order)
            {
                var (ids, row) = (rows[i].Ids, values[i]);
                var side = labels[i] == label ? 1f : -1f;
                var margin = bias;
                for (var at = 0; at < row.Length; at++)
                    margin += weights[ids[at]] * row[at];
                var next = Math.Max(alphas[i] - (side * margin - 1 + alphas[i] * slack) / (2 + slack), 0); // rows have length one, and so has the bias
                var step = (next - alphas[i]) * side;
                if (step == 0)
                    continue;
                alphas[i] = next;
                for (var at = 0; at < row.Length; at++)
                    weights[ids[at]] += step * row[at];
                bias += step;
            }
        }
        return (weights, bias);
    }

    private static float[] Values(SparseVector row, float[] ratios)
    {
        var values = new float[row.Count];
        for (var at = 0; at < values.Length; at++)
            values[at] = ratios[row.Ids[at]];
        var length = TensorPrimitives.Norm<float>(values);
        if (length > 0)
            TensorPrimitives.Divide(values, length, values);
        return values;
    }
}
