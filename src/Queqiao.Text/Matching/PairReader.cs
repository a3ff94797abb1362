using Queqiao.Text.Features;
using Queqiao.Text.Retrieving;

namespace Queqiao.Text.Matching;

/// <summary>
/// What tells whether two questions mean the same: n-grams that both have, those that only one has, which word of one stands against which of
/// the other, and a few numbers of likeness. The order of the two does not matter.
/// </summary>
internal sealed class PairReader(TermIndex raw, TermIndex meant)
{
    public const int Numbers = PairSignals.Count + 2;
    private const int MostCrossed = 7;

    /// <summary>Appends the features of a pair.</summary>
    public void Read(Phrase first, Phrase second, List<ulong> features, Span<double> numbers)
    {
        Compare(first.Raw.Hashes, second.Raw.Hashes, 1, features);
        Compare(first.Meant.Hashes, second.Meant.Hashes, 2, features);
        Cross(first, second, features);
        Span<double> one = stackalloc double[PairSignals.Count];
        PairSignals.Of(first, second, raw, meant, one);
        PairSignals.Of(second, first, raw, meant, numbers);
        for (var i = 0; i < one.Length; i++)
            numbers[i] = (numbers[i] + one[i]) / 2;
        numbers[11] = Math.Abs(one[11]);
        numbers[^2] = Math.Abs(one[0] - one[1]);
        numbers[^1] = 1 / (1.0 + Math.Min(first.Order.Length, second.Order.Length));
    }

    private static void Compare(ulong[] first, ulong[] second, ulong kind, List<ulong> features)
    {
        int i = 0, j = 0;
        while (i < first.Length || j < second.Length)
        {
            var order = i == first.Length ? 1 : j == second.Length ? -1 : first[i].CompareTo(second[j]);
            var hash = order <= 0 ? first[i] : second[j];
            features.Add(Tag(hash, order == 0 ? kind : kind + 10));
            if (order <= 0)
                i++;
            if (order >= 0)
                j++;
        }
    }

    /// <summary>Which of one's own words stand against which of the other's: learns what may be exchanged.</summary>
    private static void Cross(Phrase first, Phrase second, List<ulong> features)
    {
        var mine = first.Order.Except(second.Order).Take(MostCrossed).ToArray();
        var theirs = second.Order.Except(first.Order).Take(MostCrossed).ToArray();
        foreach (var one in mine)
        {
            foreach (var other in theirs)
                features.Add(Tag(one < other ? (one * 31) ^ other : (other * 31) ^ one, 20));
        }
        if (mine.Length == 0 || theirs.Length == 0)
        {
            foreach (var more in mine.Concat(theirs))
                features.Add(Tag(more, 21));
        }
    }

    private static ulong Tag(ulong hash, ulong kind)
    {
        hash = (hash ^ (kind * 0x9E3779B97F4A7C15)) * 0xff51afd7ed558ccd;
        return hash ^ (hash >> 31);
    }
}
