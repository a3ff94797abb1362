using System.Numerics.Tensors;
using Queqiao.Text.Features;
using Queqiao.Text.Learning;
using Queqiao.Text.Sentences;

namespace Queqiao.Text.Clustering;

/// <summary>Puts questions that ask for the same into one heap. Deterministic.</summary>
public static class QuestionClusters
{
    private static readonly NGramShape Shape = new(PartsFrom: 3, PartsTo: 5, Edges: false, Meant: true);

    private const float WeightOfSense = 1.5f;

    /// <summary>Clusters texts.</summary>
    /// <param name="texts">The questions.</param>
    /// <param name="clusters">How many heaps; fewer when there are fewer texts.</param>
    /// <returns>For each text the number of its heap, from 0.</returns>
    public static int[] Of(IReadOnlyList<string> texts, int clusters)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        if (texts.Count == 0)
            return [];
        clusters = Math.Min(clusters, texts.Count);
        var points = Points(texts, clusters);
        int[] best = [];
        var most = double.NegativeInfinity;
        for (var start = 0; start < (texts.Count < 500 ? 30 : 6); start++)
        {
            var (heaps, closeness) = KMeans(points, clusters, new Chance((ulong)(17 + start)));
            if (closeness > most)
                (best, most) = (heaps, closeness);
        }
        return best;
    }

    /// <summary>The text nearest to the middle of each heap: its name until somebody gives it a better one.</summary>
    public static IReadOnlyList<int> Middles(IReadOnlyList<string> texts, IReadOnlyList<int> heaps)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(heaps);
        if (texts.Count == 0)
            return [];
        var count = heaps.Max() + 1;
        var points = Points(texts, count);
        var centres = Centres(points, [.. heaps], count, null);
        var middles = new int[count];
        var nearest = Enumerable.Repeat(float.NegativeInfinity, count).ToArray();
        for (var i = 0; i < points.Length; i++)
        {
            var near = TensorPrimitives.Dot<float>(points[i], centres[heaps[i]]);
            if (near > nearest[heaps[i]])
                (nearest[heaps[i]], middles[heaps[i]]) = (near, i);
        }
        return middles;
    }

    private static float[][] Points(IReadOnlyList<string> texts, int clusters)
    {
        var space = FeatureSpace.Learn(texts, Shape, texts.Count > 200 ? 2 : 1);
        var rows = texts.Select(space.Vector).ToArray();
        var points = Projection.Of(rows, space.Count, Math.Clamp(clusters * 3 / 2, 16, 150));
        for (var i = 0; i < points.Length; i++)
            points[i] = WithSense(points[i], texts[i]);
        return points;
    }

    /// <summary>A text's words, and beside them what it is about, which counts more.</summary>
    private static float[] WithSense(float[] words, string text)
    {
        var point = new float[words.Length + SentenceEncoder.Width];
        words.CopyTo(point, 0);
        var sense = point.AsSpan(words.Length);
        SentenceEncoder.Standard.Encode(text, sense);
        TensorPrimitives.Multiply(sense, WeightOfSense, sense);
        return Projection.Unit(point);
    }

    private static (int[] Heaps, double Closeness) KMeans(float[][] points, int count, Chance chance)
    {
        var centres = Spread(points, count, chance);
        var heaps = new int[points.Length];
        var closeness = 0.0;
        for (var turn = 0; turn < 40; turn++)
        {
            var moved = 0;
            closeness = 0;
            for (var i = 0; i < points.Length; i++)
            {
                var (nearest, near) = Nearest(points[i], centres);
                closeness += near;
                if (turn > 0 && nearest == heaps[i])
                    continue;
                heaps[i] = nearest;
                moved++;
            }
            if (moved == 0)
                break;
            centres = Centres(points, heaps, count, centres);
        }
        return (heaps, closeness);
    }

    /// <summary>First centres far from each other (k-means++).</summary>
    private static float[][] Spread(float[][] points, int count, Chance chance)
    {
        var centres = new List<float[]> { points[chance.Below(points.Length)] };
        var gaps = Enumerable.Repeat(float.MaxValue, points.Length).ToArray();
        while (centres.Count < count)
        {
            double sum = 0;
            for (var i = 0; i < points.Length; i++)
                sum += gaps[i] = Math.Min(gaps[i], Math.Max(0, 1 - TensorPrimitives.Dot<float>(points[i], centres[^1])));
            var at = chance.Share() * sum;
            var chosen = 0;
            for (; chosen < points.Length - 1 && (at -= gaps[chosen]) > 0; chosen++)
            {
            }
            centres.Add(points[chosen]);
        }
        return [.. centres];
    }

    private static (int Heap, float Near) Nearest(float[] point, float[][] centres)
    {
        var (best, near) = (0, float.NegativeInfinity);
        for (var i = 0; i < centres.Length; i++)
        {
            var dot = TensorPrimitives.Dot<float>(point, centres[i]);
            if (dot > near)
                (best, near) = (i, dot);
        }
        return (best, near);
    }

    private static float[][] Centres(float[][] points, int[] heaps, int count, float[][]? before)
    {
        var centres = new float[count][];
        for (var i = 0; i < count; i++)
            centres[i] = new float[points[0].Length];
        for (var i = 0; i < points.Length; i++)
            TensorPrimitives.Add(centres[heaps[i]], points[i], centres[heaps[i]]);
        for (var i = 0; i < count; i++)
            centres[i] = TensorPrimitives.SumOfSquares<float>(centres[i]) == 0 && before is not null ? before[i] : Projection.Unit(centres[i]);
        return centres;
    }
}
