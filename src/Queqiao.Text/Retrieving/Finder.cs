using Queqiao.Text.Classifying;
using Queqiao.Text.Learning;

namespace Queqiao.Text.Retrieving;

/// <summary>An entry that was found.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Share">How likely it is meant rather than the other ones.</param>
public readonly record struct Found(string Id, double Share);

/// <summary>What a question led to.</summary>
/// <param name="Ranking">Entries, best first.</param>
/// <param name="Right">How likely it is that the first one answers the question. Calibrated on questions that were left out.</param>
public sealed record Finding(IReadOnlyList<Found> Ranking, double Right);

/// <summary>Finds the entry of a knowledge base that answers a question, and says how sure it is. For any number of threads.</summary>
public sealed class Finder
{
    internal const int Looked = 50;
    internal const int DecisionSignals = 18 + Kinship.Count + 2 + 2;
    private readonly QuestionIndex _index;
    private readonly EntryClassifier? _classifier;

    internal Finder(QuestionIndex index, EntryClassifier? classifier, Logistic ranking, Logistic decision)
    {
        _index = index;
        _classifier = classifier;
        Ranking = ranking;
        Decision = decision;
    }

    /// <summary>What was learnt about ranking and deciding: with it the same knowledge is learnt in a sixth of the time.</summary>
    public Learnt Learnt => new(Ranking.Weights, Decision.Weights);

    internal Logistic Ranking { get; }

    internal Logistic Decision { get; }

    /// <summary>What is found among. Entries that are added to it are found at once.</summary>
    public QuestionIndex Index => _index;

    /// <summary>Finds the entries that may be meant.</summary>
    /// <param name="question">Of a customer.</param>
    /// <param name="most">No more than so many.</param>
    public Finding Find(string question, int most = 10)
    {
        var query = Phrase.Of(question, _index.Meanings);
        var candidates = Candidates(_index, _classifier, query, question);
        Rank(candidates, Ranking);
        Span<double> signals = stackalloc double[DecisionSignals];
        Decide(query, candidates, _index, [], signals);
        var right = candidates.Count == 0 ? 0 : Decision.Probability(signals);
        return new Finding(Shares(candidates, most), right);
    }

    internal List<Candidate> Candidates(Phrase query, string question) => Candidates(_index, _classifier, query, question);

    internal static List<Candidate> Candidates(QuestionIndex index, EntryClassifier? classifier, Phrase query, string question)
    {
        var candidates = index.Find(query, question, Looked);
        if (classifier is not null)
            classifier.Classify(question, candidates);
        return candidates;
    }

    internal static void Rank(List<Candidate> candidates, Logistic ranking)
    {
        foreach (var candidate in candidates)
            candidate.Logit = ranking.Logit(candidate.Signals);
        candidates.Sort((a, b) => a.Logit != b.Logit ? b.Logit.CompareTo(a.Logit) : a.Number.CompareTo(b.Number));
    }

    /// <summary>What the decision to answer depends on.</summary>
    internal static void Decide(Phrase query, IReadOnlyList<Candidate> ranked, QuestionIndex index, IReadOnlyList<int> gone, Span<double> signals)
    {
        signals.Clear();
        if (ranked.Count == 0)
            return;
        var best = ranked[0];
        var second = ranked.Count > 1 ? ranked[1] : null;
        signals[0] = best.Logit;
        signals[1] = Math.Min(8, best.Logit - (second?.Logit ?? best.Logit - 8));
        signals[2] = best.Signals[0];
        signals[3] = best.Signals[3];
        signals[4] = best.Signals[4];
        signals[5] = best.Signals[9];
        var (strange, known) = index.Strange(query, gone);
        signals[6] = known;
        signals[7] = best.Signals[7] + best.Signals[8];
        signals[8] = Math.Log(1 + query.Order.Length);
        signals[9] = best.Classified;
        signals[10] = second is null ? Candidate.Unknown : second.Classified;
        signals[11] = best.Signals[PairSignals.Count];
        signals[12] = best.Signals[PairSignals.Count + 2];
        signals[13] = best.Signals[PairSignals.Count + 1];
        signals[14] = best.Signals[10];
        signals[15] = best.Signals[PairSignals.Count + 4];
        signals[16] = best.Signals[PairSignals.Count + 5];
        signals[17] = Math.Min(4, strange);
        best.Signals.AsSpan(PairSignals.Count + 7).CopyTo(signals[18..]);
        signals[^2] = best.Signals[Candidate.Sense] - ranked.Skip(1).Select(candidate => candidate.Signals[Candidate.Sense]).DefaultIfEmpty(-1).Max();
        signals[^1] = 1 / ranked.Sum(candidate => Math.Exp(candidate.Logit - best.Logit));
    }

    private static List<Found> Shares(List<Candidate> ranked, int most)
    {
        var top = ranked.Count == 0 ? 0 : ranked[0].Logit;
        var sum = ranked.Sum(candidate => Math.Exp(candidate.Logit - top));
        return [.. ranked.Take(most).Select(candidate => new Found(candidate.Id, Math.Exp(candidate.Logit - top) / sum))];
    }
}
