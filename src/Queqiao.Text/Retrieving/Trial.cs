using Queqiao.Text.Classifying;

namespace Queqiao.Text.Retrieving;

/// <summary>A question that was left out, and what was found for it.</summary>
/// <param name="Query">The question.</param>
/// <param name="Index">Where it was looked for.</param>
/// <param name="Candidates">What was found.</param>
/// <param name="Entries">What should have been found; none: nothing.</param>
/// <param name="IsFindable">Whether the right entry could be found, or had been taken away.</param>
/// <param name="IsReal">Asked by a customer, not written by an editor.</param>
/// <param name="Weight">In the decision to answer.</param>
/// <param name="Gone">Entries that had been taken away.</param>
internal sealed record Trial(Phrase Query, QuestionIndex Index, List<Candidate> Candidates, IReadOnlyList<string> Entries, bool IsFindable, bool IsReal, double Weight, IReadOnlyList<int> Gone)
{
    private const double WeightOfTakenAway = 0.4;

    /// <summary>Two trials of a question: with its entry and without, as a near one that nothing answers. One of a foreign question.</summary>
    public static IEnumerable<Trial> Of(QuestionIndex index, EntryClassifier? classifier, string text, IReadOnlyList<string> entries, bool isReal)
    {
        var query = Phrase.Of(text, index.Meanings);
        var candidates = Finder.Candidates(index, classifier, query, text);
        var weight = isReal ? 2.0 : 1;
        yield return new Trial(query, index, candidates, entries, entries.Count > 0, isReal, weight, []);
        if (entries.Count > 0)
            yield return new Trial(query, index, Without(candidates, entries), [], false, isReal, weight * WeightOfTakenAway, [.. entries.Select(index.NumberOf).Where(number => number >= 0)]);
    }

    /// <summary>The candidates without some entries, as if a classifier had never known those.</summary>
    private static List<Candidate> Without(List<Candidate> candidates, IReadOnlyList<string> entries)
    {
        var gone = Math.Min(0.999, candidates.Where(candidate => entries.Contains(candidate.Id) && candidate.Classified > Candidate.Unknown).Sum(candidate => Math.Exp(candidate.Classified)));
        return [.. candidates.Where(candidate => !entries.Contains(candidate.Id)).Select(candidate => candidate.Among(1 - gone))];
    }
}
