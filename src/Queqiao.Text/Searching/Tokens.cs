using Queqiao.Text.Folding;

namespace Queqiao.Text.Searching;

/// <summary>
/// The tokens under which a text is found: words with the beginnings that are typed first, numbers with their beginnings and last
/// digits, single characters and pairs of neighbours for Chinese, emoji.
/// </summary>
public static class Tokens
{
    /// <summary>Lengths of the beginnings that are tokens of their own; a query takes the longest that it has and checks the rest.</summary>
    internal static readonly int[] PrefixLengths = [3, 5, 8];

    internal const int EndingLength = 4;

    /// <summary>Longer words are no words (encoded files, say): they are found by their first characters only.</summary>
    internal const int LongestWord = 64;

    /// <summary>Gives every token of a folded text to <paramref name="sink"/>.</summary>
    public static void Of<TSink>(FoldedText text, ref TSink sink) where TSink : ITokenSink
    {
        ArgumentNullException.ThrowIfNull(text);
        var letters = text.Letters;
        var reader = new ElementReader(letters);
        var before = default(Element);
        var number = new NumberReader();
        while (reader.Next())
        {
            var element = reader.Current;
            var piece = letters.Slice(element.Start, element.Length);
            switch (element.Kind)
            {
                case ElementKind.Character:
                    sink.Add(TokenKind.Gram, piece);
                    if (before.Kind == ElementKind.Character && before.Length > 0 && before.End == element.Start)
                        sink.Add(TokenKind.Gram, letters[before.Start..element.End]);
                    break;
                case ElementKind.Symbol:
                    sink.Add(TokenKind.Symbol, piece);
                    break;
                default:
                    Word(piece, ref sink);
                    break;
            }
            number.See(letters, element, ref sink);
            before = element;
        }
        number.End(ref sink);
    }

    private static void Word<TSink>(ReadOnlySpan<char> word, ref TSink sink) where TSink : ITokenSink
    {
        if (word.Length > LongestWord)
            word = word[..LongestWord];
        Span<char> room = stackalloc char[LongestWord];
        sink.Add(TokenKind.Word, WordForms.Stem(word, room));
        Beginnings(word, ref sink);
        Digits(word, ref sink);
    }

    private static void Beginnings<TSink>(ReadOnlySpan<char> word, ref TSink sink) where TSink : ITokenSink
    {
        foreach (var length in PrefixLengths)
        {
            if (word.Length > length)
                sink.Add(TokenKind.Prefix, word[..length]);
        }
    }

    /// <summary>The runs of digits in a word: the number of order DD20240601 is 20240601.</summary>
    private static void Digits<TSink>(ReadOnlySpan<char> word, ref TSink sink) where TSink : ITokenSink
    {
        for (var i = 0; i < word.Length; i++)
        {
            if (!char.IsAsciiDigit(word[i]))
                continue;
            var start = i;
            while (i < word.Length && char.IsAsciiDigit(word[i]))
                i++;
            var run = word[start..i];
            if (run.Length > EndingLength)
                sink.Add(TokenKind.Ending, run[^EndingLength..]);
            if (run.Length < EndingLength || run.Length == word.Length)
                continue;
            sink.Add(TokenKind.Word, run);
            Beginnings(run, ref sink);
        }
    }

    /// <summary>Numbers that are written in groups (138-0013-8000, 138 0013 8000): the whole is a token too.</summary>
    private ref struct NumberReader
    {
        private NumberGroup _group;

        public void See<TSink>(ReadOnlySpan<char> letters, Element element, ref TSink sink) where TSink : ITokenSink
        {
            if (!_group.Takes(letters, element))
            {
                End(ref sink);
                _group = default;
                _group.Takes(letters, element);
            }
        }

        public readonly void End<TSink>(ref TSink sink) where TSink : ITokenSink
        {
            Span<char> room = stackalloc char[NumberGroup.Longest];
            if (!_group.IsNumber)
                return;
            var whole = room[.._group.CopyTo(room)];
            sink.Add(TokenKind.Word, whole);
            Beginnings(whole, ref sink);
            sink.Add(TokenKind.Ending, whole[^EndingLength..]);
        }
    }
}
