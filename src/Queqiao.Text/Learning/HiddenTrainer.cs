using System.Numerics.Tensors;
using Queqiao.Text.Features;

namespace Queqiao.Text.Learning;

/// <summary>Trains <see cref="Hidden"/> by stochastic steps (AdaGrad: a row of the input, a weight of the output). Deterministic.</summary>
public sealed class HiddenTrainer
{
    private readonly HiddenOptions _options;
    private readonly int _classes;
    private readonly float[] _in, _inBias, _out, _outBias;
    private readonly float[] _inPace, _inBiasPace, _outPace;
    private readonly float[] _units, _logits, _back, _scratch;
    private readonly int[] _awake;
    private Chance _chance;

    private HiddenTrainer(int classes, int features, HiddenOptions options)
    {
        _options = options;
        _classes = classes;
        _chance = new Chance(options.Seed);
        var width = options.Width;
        _in = new float[features * width];
        _inBias = new float[width];
        _out = new float[width * classes];
        _outBias = new float[classes];
        _inPace = new float[features];
        _inBiasPace = new float[width];
        _outPace = new float[width];
        _units = new float[width];
        _back = new float[width];
        _logits = new float[classes];
        _scratch = new float[Math.Max(width, classes)];
        _awake = new int[width];
        for (var i = 0; i < _in.Length; i++)
            _in[i] = _chance.Normal() * 0.1f;
        var scale = MathF.Sqrt(2f / width);
        for (var i = 0; i < _out.Length; i++)
            _out[i] = _chance.Normal() * scale * 0.5f;
        _inPace.AsSpan().Fill(0.1f);
        _inBiasPace.AsSpan().Fill(0.1f);
        _outPace.AsSpan().Fill(0.1f);
    }

    /// <summary>Trains a network.</summary>
    public static Hidden Train(IReadOnlyList<SparseVector> rows, IReadOnlyList<int> labels, int classes, int features, HiddenOptions options)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(options);
        var trainer = new HiddenTrainer(classes, features, options);
        var order = Enumerable.Range(0, rows.Count).ToArray();
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            trainer._chance.Shuffle(order);
            var rate = options.Rate * (1 - 0.9f * epoch / options.Epochs);
            foreach (var i in order)
                trainer.Learn(rows[i], labels[i], rate);
        }
        return new Hidden(trainer._in, trainer._inBias, trainer._out, trainer._outBias);
    }

    private void Learn(SparseVector row, int label, float rate)
    {
        row = LeaveOut(row);
        var awake = Forward(row);
        TensorPrimitives.SoftMax(_logits, _logits);
        Softmax.Gradient(_logits, label, _options.Smoothing);
        Back(awake, rate);
        var size = TensorPrimitives.SumOfSquares<float>(_back);
        for (var i = 0; i < row.Ids.Length; i++)
        {
            var id = row.Ids[i];
            _inPace[id] += size * row.Values[i] * row.Values[i];
            var weights = _in.AsSpan(id * _options.Width, _options.Width);
            TensorPrimitives.MultiplyAdd(_back, -rate * row.Values[i] / MathF.Sqrt(_inPace[id]), weights, weights);
        }
        TensorPrimitives.MultiplyAdd(_back, -rate * 0.05f, _inBias, _inBias);
        TensorPrimitives.MultiplyAdd(_logits, -rate * 0.1f, _outBias, _outBias);
    }

    private SparseVector LeaveOut(SparseVector row)
    {
        if (_options.LeaveOut == 0)
            return row;
        var ids = new List<int>(row.Count);
        var values = new List<float>(row.Count);
        var scale = 1 / MathF.Sqrt(1 - _options.LeaveOut);
        for (var i = 0; i < row.Count; i++)
        {
            if (_chance.Share() < _options.LeaveOut)
                continue;
            ids.Add(row.Ids[i]);
            values.Add(row.Values[i] * scale);
        }
        return new SparseVector([.. ids], [.. values]);
    }

    /// <returns>How many hidden units are neither at rest nor below zero.</returns>
    private int Forward(SparseVector row)
    {
        _inBias.CopyTo(_units.AsSpan());
        for (var i = 0; i < row.Ids.Length; i++)
            TensorPrimitives.MultiplyAdd(_in.AsSpan(row.Ids[i] * _options.Width, _options.Width), row.Values[i], _units, _units);
        _outBias.CopyTo(_logits.AsSpan());
        var awake = 0;
        var scale = 1 / (1 - _options.Rest);
        for (var unit = 0; unit < _units.Length; unit++)
        {
            if (_units[unit] <= 0 || (_options.Rest > 0 && _chance.Share() < _options.Rest))
                continue;
            _units[unit] *= scale;
            _awake[awake++] = unit;
            TensorPrimitives.MultiplyAdd(_out.AsSpan(unit * _classes, _classes), _units[unit], _logits, _logits);
        }
        return awake;
    }

    private void Back(int awake, float rate)
    {
        _back.AsSpan().Clear();
        var scale = 1 / (1 - _options.Rest);
        var size = TensorPrimitives.SumOfSquares<float>(_logits);
        for (var i = 0; i < awake; i++)
        {
            var unit = _awake[i];
            var weights = _out.AsSpan(unit * _classes, _classes);
            _back[unit] = TensorPrimitives.Dot(weights, _logits) * scale;
            _outPace[unit] += size * _units[unit] * _units[unit] / _classes * 4;
            TensorPrimitives.MultiplyAdd(_logits, -rate * _units[unit] / MathF.Sqrt(_outPace[unit]), weights, weights);
        }
    }
}
