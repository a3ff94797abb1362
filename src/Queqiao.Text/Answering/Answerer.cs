using Queqiao.Text.Extracting;
using Queqiao.Text.HandingOver;
using Queqiao.Text.Languages;
using Queqiao.Text.Retrieving;

namespace Queqiao.Text.Answering;

/// <summary>What is done about a message.</summary>
public enum ReplyKind
{
    /// <summary>An entry answers it.</summary>
    Answer,

    /// <summary>Two or three entries may be meant: ask which.</summary>
    Clarify,

    /// <summary>Nothing here answers it.</summary>
    Refuse,

    /// <summary>The customer wants a person.</summary>
    Person,

    /// <summary>Edges of the graph answer it.</summary>
    Facts,

    /// <summary>It is about an order that is named.</summary>
    Order,
}

/// <summary>A decision about a message.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Id">The entry or the order; null otherwise.</param>
/// <param name="Score">How sure this is.</param>
/// <param name="Candidates">The entries that may be meant, best first.</param>
/// <param name="Path">The edges that answer.</param>
public sealed record Reply(ReplyKind Kind, string? Id, double Score, IReadOnlyList<Found> Candidates, IReadOnlyList<Fact> Path);

/// <summary>How bold an answerer is.</summary>
/// <param name="Answer">From this certainty on it answers.</param>
/// <param name="Clarify">From this certainty on it asks which of the best is meant.</param>
/// <param name="Facts">From this certainty on the graph answers.</param>
/// <param name="Close">Where the second entry is at least this likely, compared with the first, it asks which is meant, however sure it is that one of them is.</param>
public sealed record Boldness(double Answer = 0.5, double Clarify = 0.2, double Facts = 0.5, double Close = 0.5);

/// <summary>Decides what becomes of a customer's message: a person, an order, an entry, facts, a question back, or an honest no. For any number of threads.</summary>
/// <param name="finders">A finder for each language of the knowledge base, by its tag.</param>
/// <param name="facts">The graph, if there is one.</param>
/// <param name="isOrder">Whether a number is that of an order.</param>
/// <param name="boldness">How bold.</param>
public sealed class Answerer(IReadOnlyDictionary<string, Finder> finders, FactGraph? facts = null, Func<string, bool>? isOrder = null, Boldness? boldness = null)
{
    private readonly Boldness _boldness = boldness ?? new Boldness();

    /// <summary>Decides about one message.</summary>
    public Reply Reply(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var wish = PersonWish.Standard.Probability(message);
        if (wish >= PersonWish.Enough)
            return new Reply(ReplyKind.Person, null, wish, [], []);
        if (isOrder is not null && OrderNumbers.In(message).FirstOrDefault(isOrder) is { } order)
            return new Reply(ReplyKind.Order, order, 1, [], []);
        var finding = FinderFor(message)?.Find(message) ?? new Finding([], 0);
        var path = facts?.Answer(message);
        if (path is not null && path.Certainty >= _boldness.Facts && Prefers(path, finding))
            return new Reply(ReplyKind.Facts, path.Path[0].Subject, path.Certainty, finding.Ranking, path.Path);
        if (finding.Ranking.Count == 0 || finding.Right < _boldness.Clarify)
            return new Reply(ReplyKind.Refuse, null, finding.Right, finding.Ranking, []);
        return finding.Right >= _boldness.Answer && !AreClose(finding)
            ? new Reply(ReplyKind.Answer, finding.Ranking[0].Id, finding.Right, finding.Ranking, [])
            : new Reply(ReplyKind.Clarify, null, finding.Right, [.. finding.Ranking.Take(3)], []);
    }

    private bool AreClose(Finding finding) => finding.Ranking.Count > 1 && finding.Ranking[1].Share >= _boldness.Close * finding.Ranking[0].Share;

    /// <summary>The graph wins where it is named precisely, unless an entry says just that.</summary>
    private static bool Prefers(FactPath path, Finding finding) => path.IsNamed ? path.Certainty >= 0.7 && finding.Right < 0.9 || finding.Right < 0.6 : finding.Right < 0.5;

    /// <summary>The finder for a message's language; null: there is none at all.</summary>
    public Finder? FinderFor(string message)
    {
        var language = LanguageGuess.Of(message);
        if (finders.TryGetValue(language, out var finder))
            return finder;
        return language.StartsWith("zh", StringComparison.Ordinal) && finders.TryGetValue("zh", out finder) ? finder : finders.Values.FirstOrDefault();
    }
}
