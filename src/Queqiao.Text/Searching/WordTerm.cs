namespace Queqiao.Text.Searching;

/// <summary>A word or a number.</summary>
internal sealed class WordTerm : SearchTerm
{
    private readonly string _word;
    private readonly string _stem;
    private readonly bool _isOpen;
    private readonly bool _isNumber;

    /// <param name="word">Folded.</param>
    /// <param name="isOpen">Whether longer words that begin with it are meant too.</param>
    public WordTerm(string word, bool isOpen)
    {
        _word = word.Length > Tokens.LongestWord ? word[..Tokens.LongestWord] : word;
        _stem = StemOf(_word);
        _isOpen = isOpen && _word.Length >= Tokens.PrefixLengths[0];
        _isNumber = !_word.AsSpan().ContainsAnyExceptInRange('0', '9');
        var alternatives = new List<SearchToken> { new(TokenKind.Word, _stem) };
        if (_isOpen)
            alternatives.Add(new(TokenKind.Prefix, _word[..Tokens.PrefixLengths.Last(length => length <= _word.Length)]));
        if (_isNumber && _word.Length == Tokens.EndingLength)
            alternatives.Add(new(TokenKind.Ending, _word));
        Clauses = [new(alternatives)];
    }

    public override IReadOnlyList<TokenClause> Clauses { get; }

    public override void Find(ReadOnlySpan<char> letters, List<Element> elements, List<TextRange> hits)
    {
        var most = hits.Count + MostHits;
        var group = new NumberGroup();
        foreach (var element in elements)
        {
            if (hits.Count >= most)
                return;
            if (element.Kind == ElementKind.Word)
                FindIn(letters.Slice(element.Start, element.Length), element.Start, hits);
            if (!_isNumber || group.Takes(letters, element))
                continue;
            FindIn(group, hits);
            group = default;
            group.Takes(letters, element);
        }
        FindIn(group, hits);
    }

    private void FindIn(ReadOnlySpan<char> word, int start, List<TextRange> hits)
    {
        if (word.Length > Tokens.LongestWord)
            word = word[..Tokens.LongestWord];
        Span<char> room = stackalloc char[Tokens.LongestWord];
        if (WordForms.Stem(word, room).SequenceEqual(_stem))
            hits.Add(new(start, start + word.Length));
        else if (_isOpen && word.StartsWith(_word, StringComparison.Ordinal))
            hits.Add(new(start, start + _word.Length));
        if (_isNumber)
            FindDigits(word, start, hits);
    }

    private void FindDigits(ReadOnlySpan<char> word, int start, List<TextRange> hits)
    {
        for (var i = 0; i < word.Length; i++)
        {
            if (!char.IsAsciiDigit(word[i]))
                continue;
            var first = i;
            while (i < word.Length && char.IsAsciiDigit(word[i]))
                i++;
            if (Part(word[first..i]) is { } part)
                hits.Add(new(start + first + part.Start, start + first + part.End));
        }
    }

    private void FindIn(NumberGroup group, List<TextRange> hits)
    {
        Span<char> room = stackalloc char[NumberGroup.Longest];
        if (_isNumber && group.IsNumber && Part(room[..group.CopyTo(room)]) is not null)
            hits.Add(new(group.Start, group.End)); // marks the whole: the dashes in it are not counted
    }

    /// <summary>Which part of a run of digits is meant, if any.</summary>
    private TextRange? Part(ReadOnlySpan<char> run)
    {
        if (run.Length >= Tokens.EndingLength && (run.SequenceEqual(_word) || (_isOpen && run.StartsWith(_word, StringComparison.Ordinal))))
            return new(0, _word.Length);
        return _word.Length == Tokens.EndingLength && run.Length > _word.Length && run.EndsWith(_word, StringComparison.Ordinal)
            ? new(run.Length - _word.Length, run.Length) : null;
    }
}
