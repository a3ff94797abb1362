using Queqiao.Text.Folding;

namespace Queqiao.Text.Searching;

/// <summary>
/// What somebody looks for. All parts must be in one text: a run of Chinese characters as it is written, words and numbers
/// (the last word, and every number, also by their beginnings; numbers by their last four digits), <c>"phrases in quotes"</c>, emoji.
/// </summary>
/// <remarks>
/// <see cref="Clauses"/> says which texts can match, for an index of <see cref="Tokens"/>; <see cref="Matches"/> says which do.
/// Every text that matches has the tokens, so an index misses nothing.
/// </remarks>
public sealed class SearchQuery
{
    /// <summary>More would not find better, only slower; what is behind them is still checked.</summary>
    private const int MostClauses = 24;

    private readonly IReadOnlyList<SearchTerm> _terms;

    private SearchQuery(IReadOnlyList<SearchTerm> terms)
    {
        _terms = terms;
        Clauses = [.. terms.SelectMany(term => term.Clauses).DistinctBy(clause => clause.Alternatives[0]).Take(MostClauses)];
    }

    /// <summary>Each must be met by one of its alternatives.</summary>
    public IReadOnlyList<TokenClause> Clauses { get; }

    /// <summary>Null when there is nothing in it that could be found: only spaces and punctuation.</summary>
    public static SearchQuery? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = new FoldedText();
        TextFolding.Fold(text, folded);
        var terms = new List<SearchTerm>();
        var parts = folded.Letters.ToString().Replace('“', '"').Replace('”', '"').Split('"');
        for (var i = 0; i < parts.Length; i++)
        {
            var isQuoted = i % 2 == 1 && i < parts.Length - 1; // a quote that is never closed opens nothing
            if (isQuoted)
                AddPhrase(parts[i], terms);
            else
                AddWords(parts[i], isLast: i == parts.Length - 1, terms);
        }
        return terms.Count == 0 ? null : new SearchQuery(terms);
    }

    /// <summary>Whether the text has every part.</summary>
    /// <param name="text">Folded.</param>
    /// <param name="hits">Gets the places, in UTF-16 units of the original, in order and without overlaps; emptied when it does not match.</param>
    public bool Matches(FoldedText text, List<TextRange> hits)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(hits);
        hits.Clear();
        var elements = new List<Element>();
        for (var reader = new ElementReader(text.Letters); reader.Next();)
            elements.Add(reader.Current);
        foreach (var term in _terms)
        {
            var before = hits.Count;
            term.Find(text.Letters, elements, hits);
            if (hits.Count > before)
                continue;
            hits.Clear();
            return false;
        }
        for (var i = 0; i < hits.Count; i++)
            hits[i] = new(text.StartOf(hits[i].Start), text.EndOf(hits[i].End - 1));
        TextRange.Merge(hits);
        return true;
    }

    private static void AddPhrase(string part, List<SearchTerm> terms)
    {
        var pieces = new List<PhrasePiece>();
        var clauses = new List<TokenClause>();
        var before = default(Element);
        for (var reader = new ElementReader(part); reader.Next(); before = reader.Current)
        {
            var (element, piece) = (reader.Current, part.Substring(reader.Current.Start, reader.Current.Length));
            var pairs = element.Kind == ElementKind.Character && before is { Kind: ElementKind.Character, Length: > 0 } && before.End == element.Start;
            pieces.Add(new(element.Kind, piece, pairs));
            clauses.Add(pairs ? TokenClause.Of(TokenKind.Gram, part[before.Start..element.End]) : SearchTerm.Exactly(element.Kind, piece));
        }
        if (pieces.Count > 0)
            terms.Add(new PhraseTerm(pieces, clauses));
    }

    private static void AddWords(string part, bool isLast, List<SearchTerm> terms)
    {
        var elements = new List<Element>();
        for (var reader = new ElementReader(part); reader.Next();)
            elements.Add(reader.Current);
        for (var i = 0; i < elements.Count;)
        {
            var first = elements[i];
            switch (first.Kind)
            {
                case ElementKind.Character:
                    var end = i + 1;
                    while (end < elements.Count && elements[end].Kind == ElementKind.Character && elements[end].Start == elements[end - 1].End)
                        end++;
                    terms.Add(new RunTerm(part[first.Start..elements[end - 1].End], elements[i..end], first.Start));
                    i = end;
                    break;
                case ElementKind.Symbol:
                    terms.Add(new SymbolTerm(part.Substring(first.Start, first.Length)));
                    i++;
                    break;
                default:
                    i += AddWord(part, elements, i, isLast && elements[^1].End == part.Length, terms);
                    break;
            }
        }
    }

    /// <returns>How many elements it took: a number may be written in groups.</returns>
    private static int AddWord(string part, List<Element> elements, int at, bool isOpen, List<SearchTerm> terms)
    {
        var group = new NumberGroup();
        var end = at;
        while (end < elements.Count && group.Takes(part, elements[end]))
            end++;
        if (group.IsNumber)
        {
            Span<char> room = stackalloc char[NumberGroup.Longest];
            terms.Add(new WordTerm(room[..group.CopyTo(room)].ToString(), isOpen: true));
            return end - at;
        }
        var word = part.Substring(elements[at].Start, elements[at].Length);
        var isNumber = !word.AsSpan().ContainsAnyExceptInRange('0', '9');
        terms.Add(new WordTerm(word, isNumber || (isOpen && at == elements.Count - 1)));
        return 1;
    }
}

/// <summary>One condition on a text's tokens: any of the alternatives.</summary>
/// <param name="Alternatives">At least one.</param>
public sealed record TokenClause(IReadOnlyList<SearchToken> Alternatives)
{
    internal static TokenClause Of(TokenKind kind, string text) => new([new(kind, text)]);
}

/// <summary>A token by itself.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="Text">Folded.</param>
public readonly record struct SearchToken(TokenKind Kind, string Text);
