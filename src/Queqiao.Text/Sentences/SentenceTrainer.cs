using System.Numerics.Tensors;
using Queqiao.Text.Classifying;
using Queqiao.Text.Learning;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Sentences;

/// <summary>How sentence vectors are learnt.</summary>
/// <param name="Epochs">Rounds; in each a topic is drawn about half as often as it has texts (sixteen at most), two texts at a time.</param>
/// <param name="Batch">Topics that are told apart at once.</param>
/// <param name="Rate">Size of the first steps (AdaGrad).</param>
/// <param name="Heat">The smaller, the more the nearest wrong topic counts.</param>
/// <param name="LeaveOut">Share of n-grams left out each time.</param>
/// <param name="Least">N-grams of fewer texts are left out for good.</param>
public sealed record SentenceOptions(int Epochs = 25, int Batch = 256, float Rate = 0.15f, float Heat = 0.07f, float LeaveOut = 0.3f, int Least = 2);

/// <summary>
/// Learns sentence vectors from groups of texts that mean the same: of two texts of a topic each is to be nearer to the other than to the
/// texts of all other topics of the batch (InfoNCE; van den Oord, Li, Vinyals, arXiv 1807.03748). Deterministic on one machine.
/// </summary>
public sealed class SentenceTrainer
{
    private const int Width = SentenceEncoder.Width;
    private readonly SentenceOptions _options;
    private readonly Text[][] _topics;
    private readonly uint[] _grams;
    private readonly float[] _rows, _pace, _projection;
    private float _projectionPace = 1;
    private Chance _chance = new(20261126);

    private SentenceTrainer(IReadOnlyList<Example> texts, SentenceOptions options)
    {
        _options = options;
        var reader = new SentenceReader();
        var read = texts.Select(text =>
        {
            reader.Read(text.Text);
            return (text.Label, Grams: reader.Grams.ToArray(), Middle: reader.Middle.ToArray());
        }).ToList();
        _grams = [.. read.SelectMany(text => text.Grams.Distinct()).CountBy(gram => gram).Where(gram => gram.Value >= options.Least).Select(gram => gram.Key).Order()];
        _topics = [.. read.GroupBy(text => text.Label, StringComparer.Ordinal).OrderBy(topic => topic.Key, StringComparer.Ordinal)
            .Select(topic => topic.Select(text => new Text(Numbers(text.Grams), text.Middle)).ToArray()).Where(topic => topic.Length > 1)];
        _rows = new float[_grams.Length * Width];
        for (var i = 0; i < _rows.Length; i++)
            _rows[i] = _chance.Normal() * 0.05f;
        _pace = new float[_grams.Length];
        _pace.AsSpan().Fill(1e-3f);
        _projection = new float[Width * WordVectors.Width];
        for (var i = 0; i < Width; i++)
            _projection[i * WordVectors.Width + i % WordVectors.Width] = 1;
    }

    /// <summary>Learns from texts labelled by their topic. Some topics may mean the same; they do little harm among many (docs/nlu.md).</summary>
    public static SentenceEncoder Train(IReadOnlyList<Example> texts, SentenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var trainer = new SentenceTrainer(texts, options ?? new SentenceOptions());
        if (trainer._topics.Length < 2)
            throw new ArgumentException("Two topics of two texts are needed at least.", nameof(texts));
        trainer.Learn();
        return SentenceEncoder.Of(trainer._grams, trainer._rows, trainer._projection);
    }

    private int[] Numbers(uint[] grams) => [.. grams.Select(gram => Array.BinarySearch(_grams, gram)).Where(number => number >= 0)];

    private void Learn()
    {
        var batch = Math.Min(_options.Batch, _topics.Length);
        var order = Enumerable.Range(0, _topics.Length).ToArray();
        var steps = _topics.Sum(topic => Math.Min(topic.Length, 16)) / (2 * batch) + 1;
        for (var epoch = 0; epoch < _options.Epochs; epoch++)
        {
            var rate = _options.Rate * (1 - 0.95f * epoch / _options.Epochs);
            for (var step = 0; step < steps; step++)
            {
                _chance.Shuffle(order);
                Step(order.AsSpan(0, batch), rate);
            }
        }
    }

    private void Step(ReadOnlySpan<int> topics, float rate)
    {
        var n = topics.Length;
        var (first, second) = (new Side(n), new Side(n));
        for (var i = 0; i < n; i++)
        {
            var texts = _topics[topics[i]];
            var one = _chance.Below(texts.Length);
            var other = (one + 1 + _chance.Below(texts.Length - 1)) % texts.Length;
            Encode(texts[one], first, i);
            Encode(texts[other], second, i);
        }
        var slope = Slope(first, second, n);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var by = slope[i * n + j] / _options.Heat;
                TensorPrimitives.MultiplyAdd(second.Unit(j), by, first.Back(i), first.Back(i));
                TensorPrimitives.MultiplyAdd(first.Unit(i), by, second.Back(j), second.Back(j));
            }
        }
        Update(first, rate);
        Update(second, rate);
    }

    /// <summary>By how much each likeness between both sides was too great: the mean of telling the first from the second, and the other way.</summary>
    private float[] Slope(Side first, Side second, int n)
    {
        var across = new float[n * n];
        var down = new float[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                across[i * n + j] = down[j * n + i] = TensorPrimitives.Dot<float>(first.Unit(i), second.Unit(j)) / _options.Heat;
        }
        for (var i = 0; i < n; i++)
        {
            TensorPrimitives.SoftMax(across.AsSpan(i * n, n), across.AsSpan(i * n, n));
            TensorPrimitives.SoftMax(down.AsSpan(i * n, n), down.AsSpan(i * n, n));
        }
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                across[i * n + j] = (across[i * n + j] + down[j * n + i]) / 2 - (i == j ? 1 : 0);
        }
        return across;
    }

    private void Encode(Text text, Side side, int at)
    {
        var kept = new List<int>(text.Grams.Length);
        foreach (var gram in text.Grams)
        {
            if (_chance.Share() >= _options.LeaveOut)
                kept.Add(gram);
        }
        var sum = side.Unit(at);
        var share = side.Shares[at] = 1 / MathF.Sqrt(Math.Max(1, kept.Count));
        foreach (var gram in kept)
            TensorPrimitives.MultiplyAdd(_rows.AsSpan(gram * Width, Width), share, sum, sum);
        for (var i = 0; i < Width; i++)
            sum[i] += TensorPrimitives.Dot<float>(_projection.AsSpan(i * WordVectors.Width, WordVectors.Width), text.Middle);
        var length = side.Lengths[at] = Math.Max(1e-6f, TensorPrimitives.Norm<float>(sum));
        TensorPrimitives.Divide(sum, length, sum);
        side.Grams[at] = kept;
        side.Middles[at] = text.Middle;
    }

    private void Update(Side side, float rate)
    {
        Span<float> back = stackalloc float[Width];
        for (var at = 0; at < side.Grams.Length; at++)
        {
            // Only what is across the vector changes where it points.
            var unit = side.Unit(at);
            TensorPrimitives.MultiplyAdd(unit, -TensorPrimitives.Dot<float>(unit, side.Back(at)), side.Back(at), back);
            TensorPrimitives.Divide(back, side.Lengths[at], back);
            var size = TensorPrimitives.SumOfSquares<float>(back);
            var share = side.Shares[at];
            foreach (var gram in side.Grams[at])
            {
                _pace[gram] += size * share * share / Width;
                var row = _rows.AsSpan(gram * Width, Width);
                TensorPrimitives.MultiplyAdd(back, -rate * share / MathF.Sqrt(_pace[gram]), row, row);
            }
            _projectionPace += size / Width;
            for (var i = 0; i < Width; i++)
            {
                var row = _projection.AsSpan(i * WordVectors.Width, WordVectors.Width);
                TensorPrimitives.MultiplyAdd(side.Middles[at], -0.3f * rate * back[i] / MathF.Sqrt(_projectionPace), row, row);
            }
        }
    }

    private sealed record Text(int[] Grams, float[] Middle);

    /// <summary>One text of each topic of a batch.</summary>
    private sealed class Side(int count)
    {
        private readonly float[] _units = new float[count * Width];
        private readonly float[] _back = new float[count * Width];

        public List<int>[] Grams { get; } = new List<int>[count];

        public float[][] Middles { get; } = new float[count][];

        public float[] Lengths { get; } = new float[count];

        public float[] Shares { get; } = new float[count];

        public Span<float> Unit(int at) => _units.AsSpan(at * Width, Width);

        public Span<float> Back(int at) => _back.AsSpan(at * Width, Width);
    }
}
