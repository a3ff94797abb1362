using Queqiao.Server.Bot.Ledger;
using Queqiao.Server.Bot.Storage;

namespace Queqiao.Server.Bot.Comparing;

/// <summary>What became of the conversations in which a variant was said.</summary>
/// <param name="Cases">Conversations that are over.</param>
/// <param name="Open">Conversations that are not.</param>
/// <param name="Held">Of the cases, those that ended without a person and in which the person did not come again within seven days.</param>
/// <param name="Low">Between this share and <paramref name="High"/> the true share of <paramref name="Held"/> lies, 95 times of 100 (Wilson).</param>
/// <param name="Observed">Ended without a person, and their seven days are over or the person has come again.</param>
internal sealed record VariantResult(string Key, int Cases, int Open, int Confirmed, int Helpful, int Unhelpful, int HandedOver, int Recontacted, int Observed, int Held, double Low, double High);

/// <summary>Compares variants by what became of the conversations, not by what was hoped. Pure.</summary>
internal static class Comparison
{
    /// <summary>Below so many conversations a variant says nothing.</summary>
    public const int Enough = 30;

    private const double Z = 1.96;

    public const string NotEnough = "not_enough";
    public const string NoDifference = "no_difference";

    public static VariantResult Of(string key, IReadOnlyList<BotCaseRow> cases, long now)
    {
        var over = cases.Where(row => row.Outcome != CaseOutcome.Open && row.Outcome != CaseOutcome.Taken).ToList();
        var held = over.Count(row => row.Outcome != CaseOutcome.HandedOver && row.AgainAt is null && row.Helpful != 0);
        var (low, high) = Wilson(held, over.Count);
        var contained = over.Where(row => row.Outcome != CaseOutcome.HandedOver).ToList();
        return new VariantResult(
            key, over.Count, cases.Count(row => row.Outcome == CaseOutcome.Open), over.Count(row => row.Outcome == CaseOutcome.Solved || row.Helpful == 1),
            over.Count(row => row.Helpful == 1), over.Count(row => row.Helpful == 0), over.Count(row => row.Outcome == CaseOutcome.HandedOver), contained.Count(row => row.AgainAt is not null),
            contained.Count(row => row.AgainAt is not null || row.EndedAt <= now - (long)KeepLedger.AgainWithin.TotalMilliseconds), held, low, high);
    }

    /// <summary>The key of the best variant when it is surely better than each other one; else why there is none.</summary>
    public static string Verdict(IReadOnlyList<VariantResult> results)
    {
        if (results.Any(one => one.Cases < Enough))
            return NotEnough;
        var best = results.MaxBy(one => (double)one.Held / one.Cases)!;
        return results.Where(one => one != best).All(one => IsBetter(best, one)) ? best.Key : NoDifference;
    }

    /// <summary>Whether the interval of the difference of two shares lies above zero (Newcombe's method 10).</summary>
    private static bool IsBetter(VariantResult one, VariantResult other)
    {
        var (a, b) = ((double)one.Held / one.Cases, (double)other.Held / other.Cases);
        return a - b - Math.Sqrt((a - one.Low) * (a - one.Low) + (other.High - b) * (other.High - b)) > 0;
    }

    public static (double Low, double High) Wilson(int held, int of)
    {
        if (of == 0)
            return (0, 1);
        var share = (double)held / of;
        var middle = share + Z * Z / (2 * of);
        var half = Z * Math.Sqrt(share * (1 - share) / of + Z * Z / (4.0 * of * of));
        var whole = 1 + Z * Z / of;
        return (Math.Max(0, (middle - half) / whole), Math.Min(1, (middle + half) / whole));
    }
}
