using Queqiao.Text.Wording;

namespace Queqiao.Text.Retrieving;

/// <summary>How alike two questions are, in numbers that mean the same in every knowledge base.</summary>
internal static class PairSignals
{
    public const int Count = 13;

    private static readonly string[] Askings = ["怎么", "为什么", "什么时候", "多久", "多少钱", "哪里", "什么", "how", "why", "when", "where", "how_long", "how_much"];
    private static readonly string[] Denials = ["没有", "不要", "不能", "取消", "cannot", "cancel", "未发货", "已发货", "超时", "失败"];
    private static readonly HashSet<int> Asking = [.. Askings.Select(Meanings.Standard.NumberOf)];
    private static readonly HashSet<int> Denial = [.. Denials.Select(Meanings.Standard.NumberOf)];

    public static void Of(Phrase query, Phrase question, TermIndex raw, TermIndex meant, Span<double> signals)
    {
        Coverage(query.Raw, question.Raw, raw, out var rawQuery, out var rawQuestion, out var rawCosine);
        Coverage(query.Meant, question.Meant, meant, out var meantQuery, out var meantQuestion, out var meantCosine);
        signals[0] = rawQuery;
        signals[1] = rawQuestion;
        signals[2] = rawCosine;
        signals[3] = meantQuery;
        signals[4] = meantQuestion;
        signals[5] = meantCosine;
        signals[6] = Common(query.Order, question.Order);
        signals[7] = Agreement(query.MeaningNumbers, question.MeaningNumbers, Asking);
        signals[8] = Agreement(query.MeaningNumbers, question.MeaningNumbers, Denial);
        signals[9] = query.Folded == question.Folded ? 1 : 0;
        signals[10] = LongestRun(query.Folded, question.Folded);
        signals[11] = Math.Log((1.0 + query.Order.Length) / (1.0 + question.Order.Length));
        signals[12] = Covered(query, question.Meant.Hashes, out _);
    }

    /// <summary>Which share of what a question says is among some terms (ascending).</summary>
    public static double Covered(Phrase question, ulong[] terms, out double missing)
    {
        double covered = 0, all = 0.05;
        for (var i = 0; i < question.Order.Length; i++)
        {
            all += question.Weights[i];
            if (Array.BinarySearch(terms, question.Order[i]) >= 0)
                covered += question.Weights[i];
        }
        missing = all - 0.05 - covered;
        return covered / all;
    }

    /// <summary>Which share of the first's rare terms the second has, and the other way; and the cosine.</summary>
    private static void Coverage(Terms first, Terms second, TermIndex index, out double ofFirst, out double ofSecond, out double cosine)
    {
        double shared = 0, allFirst = 0, allSecond = 0, squares = 0, squaresFirst = 0, squaresSecond = 0;
        int i = 0, j = 0;
        while (i < first.Hashes.Length || j < second.Hashes.Length)
        {
            var order = i == first.Hashes.Length ? 1 : j == second.Hashes.Length ? -1 : first.Hashes[i].CompareTo(second.Hashes[j]);
            double rarity = index.Rarity(order <= 0 ? first.Hashes[i] : second.Hashes[j]);
            if (order <= 0)
            {
                allFirst += rarity;
                squaresFirst += rarity * rarity;
                i++;
            }
            if (order >= 0)
            {
                allSecond += rarity;
                squaresSecond += rarity * rarity;
                j++;
            }
            if (order == 0)
            {
                shared += rarity;
                squares += rarity * rarity;
            }
        }
        ofFirst = allFirst == 0 ? 0 : shared / allFirst;
        ofSecond = allSecond == 0 ? 0 : shared / allSecond;
        cosine = squares == 0 ? 0 : squares / Math.Sqrt(squaresFirst * squaresSecond);
    }

    /// <summary>The longest sequence that both have in this order, gaps allowed, as a share of both.</summary>
    private static double Common(ulong[] first, ulong[] second)
    {
        if (first.Length == 0 || second.Length == 0)
            return 0;
        var width = Math.Min(second.Length, 128);
        Span<int> row = stackalloc int[width + 1];
        row.Clear();
        foreach (var token in first)
        {
            var corner = 0;
            for (var j = 1; j <= width; j++)
            {
                var above = row[j];
                row[j] = token == second[j - 1] ? corner + 1 : Math.Max(row[j], row[j - 1]);
                corner = above;
            }
        }
        return 2.0 * row[width] / (first.Length + second.Length);
    }

    /// <summary>1: the same ones; −1: both have some, and different ones; between: only one has any.</summary>
    private static double Agreement(int[] first, int[] second, HashSet<int> of)
    {
        int both = 0, onlyFirst = 0, onlySecond = 0;
        foreach (var meaning in first)
        {
            if (of.Contains(meaning))
                _ = Array.IndexOf(second, meaning) >= 0 ? both++ : onlyFirst++;
        }
        foreach (var meaning in second)
        {
            if (of.Contains(meaning) && Array.IndexOf(first, meaning) < 0)
                onlySecond++;
        }
        if (both > 0)
            return onlyFirst + onlySecond == 0 ? 1 : 0.5;
        return onlyFirst > 0 && onlySecond > 0 ? -1 : onlyFirst + onlySecond > 0 ? -0.5 : 0;
    }

    private static double LongestRun(string first, string second)
    {
        if (first.Length == 0 || second.Length == 0)
            return 0;
        var width = Math.Min(second.Length, 256);
        Span<int> row = stackalloc int[width + 1];
        row.Clear();
        var best = 0;
        foreach (var letter in first)
        {
            var corner = 0;
            for (var j = 1; j <= width; j++)
            {
                var above = row[j];
                row[j] = letter == second[j - 1] ? corner + 1 : 0;
                best = Math.Max(best, row[j]);
                corner = above;
            }
        }
        return (double)best / Math.Min(first.Length, second.Length);
    }
}
