using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Queqiao.Text.Sentences;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Features;

/// <summary>
/// The features that a set of texts has, and what each is worth: sublinear counts times the inverse frequency. N-grams of units and parts of
/// words are two blocks, each of length one, so that neither drowns the other. Cannot change once learnt; for any number of threads.
/// </summary>
public sealed class FeatureSpace
{
    [ThreadStatic]
    private static Dictionary<NGramShape, NGrams>? _readers;
    [ThreadStatic]
    private static List<int>? _found;

    private readonly Dictionary<ulong, int> _ids;
    private readonly float[] _worth;

    private FeatureSpace(NGramShape shape, Dictionary<ulong, int> ids, float[] worth)
    {
        Shape = shape;
        _ids = ids;
        _worth = worth;
    }

    /// <summary>Which n-grams are read.</summary>
    public NGramShape Shape { get; }

    /// <summary>How many features there are.</summary>
    public int Count => _worth.Length + (Shape.Kin > 0 ? WordVectors.Width + SentenceEncoder.Width : 0);

    /// <summary>Learns which features occur.</summary>
    /// <param name="texts">Texts; the same ones in the same order give the same space.</param>
    /// <param name="shape">Which n-grams.</param>
    /// <param name="least">Features of fewer texts are left out.</param>
    /// <param name="most">No more than so many features; the most frequent stay.</param>
    public static FeatureSpace Learn(IReadOnlyList<string> texts, NGramShape shape, int least = 1, int most = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(shape);
        var seen = new Dictionary<ulong, (int Texts, int Last)>();
        var reader = new NGrams(shape);
        for (var i = 0; i < texts.Count; i++)
        {
            reader.Read(texts[i]);
            Tally(reader.Whole, seen, i);
            Tally(reader.Parts, seen, i);
        }
        IEnumerable<KeyValuePair<ulong, (int Texts, int Last)>> kept = seen.Where(feature => feature.Value.Texts >= least);
        if (seen.Count > most)
            kept = kept.OrderByDescending(feature => feature.Value.Texts).ThenBy(feature => feature.Key).Take(most);
        var ids = new Dictionary<ulong, int>();
        var worth = new List<float>();
        foreach (var (hash, (count, _)) in kept)
        {
            ids.Add(hash, worth.Count);
            worth.Add(MathF.Log((1f + texts.Count) / (1f + count)) + 1);
        }
        return new FeatureSpace(shape, ids, [.. worth]);
    }

    /// <summary>The vector of a text; features that were never seen are left out.</summary>
    public SparseVector Vector(string text) => Vector(text, out _);

    /// <summary>The vector of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="known">Which share of the text's features is known, 0 to 1.</param>
    public SparseVector Vector(string text, out float known)
    {
        var reader = Reader();
        reader.Read(text);
        var found = _found ??= [];
        found.Clear();
        Look(reader.Whole, found);
        var split = found.Count;
        Look(reader.Parts, found);
        var all = reader.Whole.Count + reader.Parts.Count;
        known = all == 0 ? 0 : (float)found.Count / all;
        if (found.Count == 0 && Shape.Kin == 0)
            return SparseVector.Empty;
        var vector = Weigh(CollectionsMarshal.AsSpan(found), split);
        return Shape.Kin > 0 ? WithSense(vector, reader.Middle, text) : vector;
    }

    /// <summary>Behind the n-grams stand the numbers of the middle of the words' vectors, and those of the sentence's vector.</summary>
    private SparseVector WithSense(SparseVector vector, ReadOnlySpan<float> middle, string text)
    {
        Span<float> sense = stackalloc float[SentenceEncoder.Width];
        var share = SentenceEncoder.Standard.Encode(text, sense);
        var ids = new int[vector.Count + middle.Length + sense.Length];
        var values = new float[ids.Length];
        vector.Ids.CopyTo(ids, 0);
        vector.Values.CopyTo(values, 0);
        for (var i = 0; i < middle.Length; i++)
        {
            ids[vector.Count + i] = _worth.Length + i;
            values[vector.Count + i] = middle[i] * Shape.Kin;
        }
        for (var i = 0; i < sense.Length; i++)
        {
            ids[vector.Count + middle.Length + i] = _worth.Length + middle.Length + i;
            values[vector.Count + middle.Length + i] = sense[i] * Shape.Kin * share;
        }
        return new SparseVector(ids, values);
    }

    internal void Write(BinaryWriter to)
    {
        to.Write(Shape.UnitsTo);
        to.Write(Shape.Gaps);
        to.Write(Shape.PartsFrom);
        to.Write(Shape.PartsTo);
        to.Write(Shape.Edges);
        to.Write(Shape.Meant);
        to.Write(Shape.Kin);
        to.Write(_worth.Length);
        foreach (var hash in _ids.OrderBy(feature => feature.Value).Select(feature => feature.Key))
            to.Write(hash);
        foreach (var worth in _worth)
            to.Write((Half)worth);
    }

    internal static FeatureSpace Read(BinaryReader from)
    {
        var shape = new NGramShape(from.ReadInt32(), from.ReadBoolean(), from.ReadInt32(), from.ReadInt32(), from.ReadBoolean(), from.ReadBoolean(), from.ReadSingle());
        var worth = new float[from.ReadInt32()];
        var ids = new Dictionary<ulong, int>(worth.Length);
        for (var i = 0; i < worth.Length; i++)
            ids.Add(from.ReadUInt64(), i);
        for (var i = 0; i < worth.Length; i++)
            worth[i] = (float)from.ReadHalf();
        return new FeatureSpace(shape, ids, worth);
    }

    private NGrams Reader()
    {
        _readers ??= [];
        if (!_readers.TryGetValue(Shape, out var reader))
            _readers.Add(Shape, reader = new NGrams(Shape));
        return reader;
    }

    private static void Tally(List<ulong> hashes, Dictionary<ulong, (int Texts, int Last)> seen, int text)
    {
        foreach (var hash in hashes)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, hash, out var known);
            if (!known || entry.Last != text)
                entry = (entry.Texts + 1, text);
        }
    }

    private void Look(List<ulong> hashes, List<int> found)
    {
        foreach (var hash in hashes)
        {
            if (_ids.TryGetValue(hash, out var id))
                found.Add(id);
        }
    }

    private SparseVector Weigh(Span<int> found, int split)
    {
        found[..split].Sort();
        found[split..].Sort();
        var distinct = Distinct(found[..split]) + Distinct(found[split..]);
        var ids = new int[distinct];
        var values = new float[distinct];
        var at = Block(found[..split], ids, values, 0);
        Block(found[split..], ids, values, at);
        Array.Sort(ids, values);
        return new SparseVector(ids, values);
    }

    private static int Distinct(ReadOnlySpan<int> sorted)
    {
        var count = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i == 0 || sorted[i] != sorted[i - 1])
                count++;
        }
        return count;
    }

    /// <summary>Weighs one block and brings it to length one.</summary>
    private int Block(ReadOnlySpan<int> sorted, int[] ids, float[] values, int at)
    {
        var begin = at;
        for (var i = 0; i < sorted.Length;)
        {
            var id = sorted[i];
            var times = 0;
            while (i < sorted.Length && sorted[i] == id)
            {
                times++;
                i++;
            }
            ids[at] = id;
            values[at++] = _worth[id] * (times == 1 ? 1 : 1 + MathF.Log(times));
        }
        var block = values.AsSpan(begin, at - begin);
        var length = TensorPrimitives.Norm<float>(block);
        if (length > 0)
            TensorPrimitives.Multiply(block, 1 / length, block);
        return at;
    }
}
