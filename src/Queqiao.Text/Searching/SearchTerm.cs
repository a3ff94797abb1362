namespace Queqiao.Text.Searching;

/// <summary>One part of a query.</summary>
internal abstract class SearchTerm
{
    /// <summary>Nobody reads more marked places than this.</summary>
    protected const int MostHits = 32;

    public abstract IReadOnlyList<TokenClause> Clauses { get; }

    /// <summary>Adds where the part is in the folded text; nothing when it is not there.</summary>
    public abstract void Find(ReadOnlySpan<char> letters, List<Element> elements, List<TextRange> hits);

    public static TokenClause Exactly(ElementKind kind, string piece) => kind switch
    {
        ElementKind.Character => TokenClause.Of(TokenKind.Gram, piece),
        ElementKind.Symbol => TokenClause.Of(TokenKind.Symbol, piece),
        _ => TokenClause.Of(TokenKind.Word, StemOf(piece)),
    };

    protected static string StemOf(ReadOnlySpan<char> word)
    {
        if (word.Length > Tokens.LongestWord)
            word = word[..Tokens.LongestWord];
        Span<char> room = stackalloc char[Tokens.LongestWord];
        return WordForms.Stem(word, room).ToString();
    }
}

/// <summary>Characters of a script without spaces, one behind the other.</summary>
internal sealed class RunTerm : SearchTerm
{
    private readonly string _text;

    /// <param name="text">The run.</param>
    /// <param name="elements">Its characters, counted from <paramref name="origin"/>.</param>
    /// <param name="origin">Where the run begins for them.</param>
    public RunTerm(string text, List<Element> elements, int origin)
    {
        _text = text;
        string Between(int first, int last) => text[(elements[first].Start - origin)..(elements[last].End - origin)];
        Clauses = elements.Count == 1
            ? [TokenClause.Of(TokenKind.Gram, text)]
            : [.. Enumerable.Range(1, elements.Count - 1).Select(i => TokenClause.Of(TokenKind.Gram, Between(i - 1, i)))];
    }

    public override IReadOnlyList<TokenClause> Clauses { get; }

    public override void Find(ReadOnlySpan<char> letters, List<Element> elements, List<TextRange> hits)
    {
        var found = 0;
        for (var from = 0; found < MostHits && letters[from..].IndexOf(_text, StringComparison.Ordinal) is >= 0 and var at; from += at + _text.Length, found++)
            hits.Add(new(from + at, from + at + _text.Length));
    }
}

/// <summary>A pictograph.</summary>
internal sealed class SymbolTerm(string text) : SearchTerm
{
    public override IReadOnlyList<TokenClause> Clauses { get; } = [TokenClause.Of(TokenKind.Symbol, text)];

    public override void Find(ReadOnlySpan<char> letters, List<Element> elements, List<TextRange> hits)
    {
        foreach (var element in elements)
        {
            if (element.Kind == ElementKind.Symbol && letters.Slice(element.Start, element.Length).SequenceEqual(text))
                hits.Add(new(element.Start, element.End));
        }
    }
}

/// <summary>One piece of a phrase; when it is joined, nothing may stand between it and the one before.</summary>
internal readonly record struct PhrasePiece(ElementKind Kind, string Text, bool IsJoined);

/// <summary>Words and characters in this order, with nothing but spaces and punctuation between them.</summary>
internal sealed class PhraseTerm(List<PhrasePiece> pieces, IReadOnlyList<TokenClause> clauses) : SearchTerm
{
    private readonly List<PhrasePiece> _pieces = [.. pieces.Select(piece => piece.Kind == ElementKind.Word ? piece with { Text = StemOf(piece.Text) } : piece)];

    public override IReadOnlyList<TokenClause> Clauses => clauses;

    public override void Find(ReadOnlySpan<char> letters, List<Element> elements, List<TextRange> hits)
    {
        var found = 0;
        for (var at = 0; at + _pieces.Count <= elements.Count && found < MostHits; at++)
        {
            if (!IsAt(letters, elements, at))
                continue;
            hits.Add(new(elements[at].Start, elements[at + _pieces.Count - 1].End));
            found++;
        }
    }

    private bool IsAt(ReadOnlySpan<char> letters, List<Element> elements, int at)
    {
        for (var i = 0; i < _pieces.Count; i++)
        {
            var (element, (kind, text, isJoined)) = (elements[at + i], _pieces[i]);
            if (element.Kind != kind || (isJoined && elements[at + i - 1].End != element.Start))
                return false;
            var piece = letters.Slice(element.Start, element.Length);
            if (kind == ElementKind.Word ? StemOf(piece) != text : !piece.SequenceEqual(text))
                return false;
        }
        return true;
    }
}
