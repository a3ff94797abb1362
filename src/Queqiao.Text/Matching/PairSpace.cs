using System.Runtime.InteropServices;
using Queqiao.Text.Features;

namespace Queqiao.Text.Matching;

/// <summary>Numbers the features of pairs; those seen only once are left out. Numbers of likeness come first, standardised.</summary>
internal sealed class PairSpace
{
    private readonly Dictionary<ulong, int> _ids = [];
    private readonly double[] _mean = new double[PairReader.Numbers];
    private readonly double[] _spread = new double[PairReader.Numbers];

    public int Count => PairReader.Numbers + _ids.Count;

    public static PairSpace Learn(IReadOnlyList<(List<ulong> Features, double[] Numbers)> pairs)
    {
        var space = new PairSpace();
        var seen = new Dictionary<ulong, int>();
        foreach (var (features, numbers) in pairs)
        {
            foreach (var feature in features)
                CollectionsMarshal.GetValueRefOrAddDefault(seen, feature, out _)++;
            for (var i = 0; i < numbers.Length; i++)
                space._mean[i] += numbers[i] / pairs.Count;
        }
        foreach (var (_, numbers) in pairs)
        {
            for (var i = 0; i < numbers.Length; i++)
                space._spread[i] += Math.Pow(numbers[i] - space._mean[i], 2) / pairs.Count;
        }
        for (var i = 0; i < space._spread.Length; i++)
            space._spread[i] = Math.Max(1e-6, Math.Sqrt(space._spread[i]));
        foreach (var (feature, times) in seen)
        {
            if (times > 1)
                space._ids.Add(feature, space.Count);
        }
        return space;
    }

    public SparseVector Vector(List<ulong> features, ReadOnlySpan<double> numbers)
    {
        var found = new List<int>(features.Count);
        foreach (var feature in features)
        {
            if (_ids.TryGetValue(feature, out var id))
                found.Add(id);
        }
        found.Sort();
        var ids = new int[numbers.Length + found.Count];
        var values = new float[ids.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            ids[i] = i;
            values[i] = (float)(Math.Clamp((numbers[i] - _mean[i]) / _spread[i], -3, 3) * 0.15);
        }
        var worth = found.Count == 0 ? 0 : 1 / MathF.Sqrt(found.Count);
        for (var i = 0; i < found.Count; i++)
        {
            ids[numbers.Length + i] = found[i];
            values[numbers.Length + i] = worth;
        }
        return new SparseVector(ids, values);
    }
}
