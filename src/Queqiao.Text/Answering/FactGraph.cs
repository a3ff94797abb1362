using Queqiao.Text.Folding;
using Queqiao.Text.Retrieving;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Answering;

/// <summary>One edge: a subject, how it stands to the target, and the target.</summary>
public sealed record Fact(string Subject, string Relation, string Target);

/// <summary>What follows from edges.</summary>
/// <param name="Path">The edges that were walked, in their order: they are shown with the answer.</param>
/// <param name="Certainty">How well the question names what the path begins with, 0 to 1.</param>
/// <param name="IsNamed">Whether the question names the subject itself, not only its trouble.</param>
public sealed record FactPath(IReadOnlyList<Fact> Path, double Certainty, bool IsNamed);

/// <summary>
/// Facts as edges (product → problem → cause → fix, policy, part → price). Answers questions that no single edge answers by walking from what
/// the question names. For any number of threads.
/// </summary>
public sealed class FactGraph
{
    private const int Deepest = 4;
    private const int Behind = 2;
    private readonly ILookup<string, Fact> _from;
    private readonly ILookup<string, Fact> _to;
    private readonly List<Name> _names;

    /// <summary>Takes the facts as they are; their order decides between equals.</summary>
    public FactGraph(IReadOnlyList<Fact> facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        _from = facts.ToLookup(fact => fact.Subject, StringComparer.Ordinal);
        _to = facts.ToLookup(fact => fact.Target, StringComparer.Ordinal);
        _names = [.. facts.Select(fact => fact.Subject).Distinct(StringComparer.Ordinal).Select(name => new Name(name, !_to.Contains(name)))];
        foreach (var word in _names.Where(name => name.IsRoot).SelectMany(name => name.Words).CountBy(word => word, StringComparer.Ordinal))
            _shared[word.Key] = word.Value;
    }

    private readonly Dictionary<string, int> _shared = new(StringComparer.Ordinal);

    /// <summary>The path that answers a question, or null when the question names nothing here.</summary>
    public FactPath? Answer(string question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var folded = Compact(question);
        var roots = _names.Where(name => name.IsRoot).Select(name => (name, Score: NamedBy(name, folded))).Where(named => named.Score > 0).OrderByDescending(named => named.Score).ToList();
        if (roots.Count > 0)
            roots = [.. roots.Where(named => named.Score >= roots[0].Score - 1e-9)];
        var best = roots.SelectMany(root => Troubles(root.name, folded, question).Select(trouble => (root, trouble))).OrderByDescending(pair => pair.trouble.Score).FirstOrDefault();
        if (best.trouble.Fact is not null && best.trouble.Score >= 0.5)
            return new FactPath([.. best.trouble.Before, .. Walk(best.trouble.Fact)], Math.Min(1, best.trouble.Score), roots.Count == 1);
        return roots.Count > 0 ? null : WithoutRoot(folded);
    }

    /// <summary>The question names a part or a trouble only; it must name it well, and the trouble must belong to one thing.</summary>
    private FactPath? WithoutRoot(string folded)
    {
        var inner = _names.Where(name => !name.IsRoot).Select(name => (name, Score: Likeness(name.Folded, folded))).Where(one => one.Score >= 0.85)
            .OrderByDescending(one => one.name.Folded.Length).FirstOrDefault();
        if (inner.name is null)
            return null;
        if (_from[inner.name.Text].Any(fact => fact.Relation == "价格"))
            return new FactPath([.. _from[inner.name.Text]], inner.Score, true);
        var into = _to[inner.name.Text].Where(fact => !_to.Contains(fact.Subject)).ToList();
        return into.Count == 1 ? new FactPath(Walk(into[0]), inner.Score * 0.9, false) : null;
    }

    /// <summary>What the question may ask about a thing: its troubles, and what lies behind them (causes, parts), each with the edges on the way.</summary>
    private IEnumerable<(Fact Fact, IReadOnlyList<Fact> Before, double Score)> Troubles(Name root, string folded, string question)
    {
        var rest = folded;
        foreach (var word in root.Words.Where(word => word.Length > 1))
            rest = rest.Replace(word, "", StringComparison.Ordinal);
        var query = Phrase.Of(question);
        var kinship = new Kinship(query);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var at = new Queue<(Fact Fact, IReadOnlyList<Fact> Before)>(_from[root.Text].Select(fact => (fact, (IReadOnlyList<Fact>)[])));
        while (at.TryDequeue(out var here))
        {
            if (!seen.Add(here.Fact.Target))
                continue;
            yield return (here.Fact, here.Before, Named(here.Fact.Target, root, rest, query, kinship) - 0.02 * here.Before.Count);
            if (here.Before.Count == Behind)
                continue;
            foreach (var next in _from[here.Fact.Target].Where(next => _from.Contains(next.Target)))
                at.Enqueue((next, [.. here.Before, here.Fact]));
        }
    }

    /// <summary>How much of what a trouble is called the question says: its letters, its meanings, kindred words.</summary>
    private static double Named(string trouble, Name root, string rest, Phrase query, Kinship kinship)
    {
        Span<double> kin = stackalloc double[Kinship.OfQuestion];
        var name = Compact(trouble);
        foreach (var word in root.Words.Where(word => word.Length > 1 && word.Length < name.Length))
            name = name.Replace(word, "", StringComparison.Ordinal);
        var phrase = Phrase.Of(name);
        kinship.Of(phrase, kin);
        var letters = Likeness(name, rest);
        var meant = Math.Max(PairSignals.Covered(phrase, query.Meant.Hashes, out _), kin[1]);
        return (letters + Math.Max(letters, meant)) / 2;
    }

    /// <summary>From a trouble to its causes and all that follows: fixes, parts and their prices, policies and their rules.</summary>
    private List<Fact> Walk(Fact first)
    {
        var path = new List<Fact> { first };
        var at = new Queue<(string Node, int Depth)>([(first.Target, 1)]);
        var seen = new HashSet<string>(StringComparer.Ordinal) { first.Subject };
        while (at.TryDequeue(out var here))
        {
            if (here.Depth > Deepest || !seen.Add(here.Node))
                continue;
            foreach (var fact in _from[here.Node])
            {
                path.Add(fact);
                at.Enqueue((fact.Target, here.Depth + 1));
            }
        }
        return path;
    }

    /// <summary>How surely a product is named: by all of its name, by its model, or by the word for its kind when no other has it.</summary>
    private double NamedBy(Name name, string folded)
    {
        if (folded.Contains(name.Folded, StringComparison.Ordinal))
            return 3 + name.Folded.Length;
        double score = 0;
        foreach (var word in name.Words)
        {
            if (folded.Contains(word, StringComparison.Ordinal))
                score += (word.Length > 1 ? word.Length : 0) / (double)_shared.GetValueOrDefault(word, 1);
        }
        return score;
    }

    /// <summary>How much of a short name a text has: characters and pairs of them.</summary>
    private static double Likeness(string name, string text)
    {
        if (name.Length < 2)
            return 0;
        int single = 0, pairs = 0;
        for (var i = 0; i < name.Length; i++)
        {
            single += text.Contains(name[i], StringComparison.Ordinal) ? 1 : 0;
            pairs += i > 0 && text.Contains(name.AsSpan(i - 1, 2), StringComparison.Ordinal) ? 1 : 0;
        }
        return (0.4 * single / name.Length) + (0.6 * pairs / (name.Length - 1));
    }

    private static string Compact(string text) => Phrase.Of(text).Folded;

    private sealed class Name
    {
        public Name(string text, bool isRoot)
        {
            Text = text;
            IsRoot = isRoot;
            Folded = Compact(text);
            Words = [.. Pieces(text).Distinct(StringComparer.Ordinal)];
        }

        public string Text { get; }

        public bool IsRoot { get; }

        public string Folded { get; }

        /// <summary>What people call it by: model, kind, and the ends of the kind.</summary>
        public IReadOnlyList<string> Words { get; }

        private static IEnumerable<string> Pieces(string text)
        {
            foreach (var part in TextFolding.Fold(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (part.All(letter => letter < '\u0080') && part.Length > 1)
                    yield return part;
                if (!part.Any(Han.IsHan))
                    continue;
                var lengths = new List<int>();
                Wording.Words.Cut(part, lengths);
                var at = 0;
                foreach (var length in lengths)
                {
                    if (length > 1)
                        yield return part.Substring(at, length);
                    at += length;
                }
                if (lengths.Count > 1)
                    yield return part[^(lengths[^1] + lengths[^2])..];
            }
        }
    }
}
