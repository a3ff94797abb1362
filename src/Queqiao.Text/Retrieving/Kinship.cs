using System.Numerics.Tensors;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Retrieving;

/// <summary>
/// How much of a question other texts say in other words, by word vectors. Made for one question, for one thread; words that were compared
/// once are remembered, since entries share most of theirs.
/// </summary>
internal sealed class Kinship
{
    /// <summary>How many signals there are.</summary>
    public const int Count = 5;

    /// <summary>How many of them tell of a single question; the others tell of the entry.</summary>
    public const int OfQuestion = 3;

    /// <summary>Below this cosine words have nothing to do with each other.</summary>
    private const float Least = 0.4f;

    private readonly Phrase _query;
    private readonly float[] _vectors;
    private readonly float[] _middle = new float[WordVectors.Width];
    private readonly Dictionary<int, float[]> _known = [];

    public Kinship(Phrase query)
    {
        _query = query;
        _vectors = new float[query.Order.Length * WordVectors.Width];
        for (var i = 0; i < query.Order.Length; i++)
        {
            if (query.Vectors[i] == WordVectors.None)
                continue;
            WordVectors.Read(query.Vectors[i], VectorOf(i));
            TensorPrimitives.MultiplyAdd(VectorOf(i), query.Weights[i], _middle, _middle);
        }
    }

    /// <summary>Which share of the question another one says too, which share of the other the question says, and how alike their middles are.</summary>
    public void Of(Phrase other, Span<double> signals)
    {
        var mine = new float[_query.Order.Length];
        double said = 0, all = 0.05;
        Span<float> middle = stackalloc float[WordVectors.Width];
        Span<float> vector = stackalloc float[WordVectors.Width];
        middle.Clear();
        for (var j = 0; j < other.Order.Length; j++)
        {
            var likeness = other.Vectors[j] == WordVectors.None ? null : Likeness(other.Vectors[j]);
            var most = 0f;
            for (var i = 0; i < mine.Length; i++)
            {
                var alike = _query.Order[i] == other.Order[j] ? 1 : likeness?[i] ?? 0;
                most = Math.Max(most, alike);
                mine[i] = Math.Max(mine[i], alike);
            }
            said += most * other.Weights[j];
            all += other.Weights[j];
            if (likeness is null)
                continue;
            WordVectors.Read(other.Vectors[j], vector);
            TensorPrimitives.MultiplyAdd(vector, other.Weights[j], middle, middle);
        }
        signals[0] = Share(mine);
        signals[1] = said / all;
        var length = TensorPrimitives.Norm<float>(middle) * TensorPrimitives.Norm<float>(_middle);
        signals[2] = length > 1e-6 ? TensorPrimitives.Dot<float>(middle, _middle) / length : 0;
    }

    /// <summary>Which share of the question an entry says anywhere, in its own words or in kindred ones.</summary>
    /// <param name="hashes">The entry's words, ascending.</param>
    /// <param name="vectors">Their vectors.</param>
    /// <param name="unsaid">How much the word says that the entry says least of.</param>
    public double With(ulong[] hashes, int[] vectors, out double unsaid)
    {
        var mine = new float[_query.Order.Length];
        for (var i = 0; i < mine.Length; i++)
            mine[i] = Array.BinarySearch(hashes, _query.Order[i]) >= 0 ? 1 : 0;
        foreach (var number in vectors)
            TensorPrimitives.Max(mine, Likeness(number), mine);
        unsaid = 0;
        for (var i = 0; i < mine.Length; i++)
            unsaid = Math.Max(unsaid, (1 - mine[i]) * _query.Weights[i]);
        return Share(mine);
    }

    private double Share(ReadOnlySpan<float> mine)
    {
        double said = 0, all = 0.05;
        for (var i = 0; i < mine.Length; i++)
        {
            said += mine[i] * _query.Weights[i];
            all += _query.Weights[i];
        }
        return said / all;
    }

    /// <summary>How alike a word and each word of the question are: 0 where they have nothing to do with each other, 1 where they are the same.</summary>
    private float[] Likeness(int number)
    {
        if (_known.TryGetValue(number, out var likeness))
            return likeness;
        likeness = new float[_query.Order.Length];
        Span<float> vector = stackalloc float[WordVectors.Width];
        WordVectors.Read(number, vector);
        for (var i = 0; i < likeness.Length; i++)
        {
            if (_query.Vectors[i] != WordVectors.None)
                likeness[i] = Math.Max(0, (TensorPrimitives.Dot<float>(vector, VectorOf(i)) - Least) / (1 - Least));
        }
        _known.Add(number, likeness);
        return likeness;
    }

    private Span<float> VectorOf(int i) => _vectors.AsSpan(i * WordVectors.Width, WordVectors.Width);
}
