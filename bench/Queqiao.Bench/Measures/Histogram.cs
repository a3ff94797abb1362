using System.Numerics;
using System.Text.Json.Nodes;

namespace Queqiao.Bench.Measures;

/// <summary>Latencies in log-linear buckets: 128 to each power of two, so a percentile is off by less than 0.8 %. Recording allocates nothing.</summary>
internal sealed class Histogram
{
    private const int SubBits = 7;
    private const int Sub = 1 << SubBits;

    private readonly long[] _counts = new long[(64 - SubBits) * Sub];

    public long Count { get; private set; }

    /// <param name="nanoseconds">Below zero counts as zero.</param>
    public void Record(long nanoseconds)
    {
        _counts[BucketOf(Math.Max(nanoseconds, 0) / 1000)]++;
        Count++;
    }

    /// <summary>The highest value of the bucket that holds this share of the values, in milliseconds; null when nothing was recorded.</summary>
    public double? Percentile(double percent)
    {
        if (Count == 0)
            return null;
        var wanted = Math.Max(1, (long)Math.Ceiling(Count * percent / 100));
        var seen = 0L;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= wanted)
                return Math.Round(HighestOf(bucket) / 1000.0, 3);
        }
        throw new InvalidOperationException("A histogram holds as many values as it counted.");
    }

    public JsonObject ToJson() => new() { ["p50"] = Percentile(50), ["p95"] = Percentile(95), ["p99"] = Percentile(99), ["max"] = Percentile(100) };

    private static int BucketOf(long microseconds)
    {
        if (microseconds < Sub)
            return (int)microseconds;
        var shift = BitOperations.Log2((ulong)microseconds) - SubBits;
        return ((shift + 1) << SubBits) + (int)(microseconds >> shift) - Sub;
    }

    private static long HighestOf(int bucket)
    {
        if (bucket < Sub)
            return bucket;
        var shift = (bucket >> SubBits) - 1;
        return ((((long)bucket & (Sub - 1)) + Sub + 1) << shift) - 1;
    }
}
