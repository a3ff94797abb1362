namespace Queqiao.Text.Searching;

/// <summary>Light folding of English: plural and possessive, nothing else. The same word always gives the same stem; the stem need not be a word.</summary>
public static class WordForms
{
    /// <summary>The word without apostrophes and without the ending of a plural or possessive.</summary>
    /// <param name="word">Folded.</param>
    /// <param name="room">At least as long as the word.</param>
    public static ReadOnlySpan<char> Stem(ReadOnlySpan<char> word, Span<char> room)
    {
        if (IsPlain(word))
            return word;
        var length = 0;
        var possessive = false;
        for (var i = 0; i < word.Length; i++)
        {
            if (word[i] is '\'' or '’')
                possessive = i == word.Length - 2 && word[i + 1] == 's';
            else
                room[length++] = word[i];
        }
        if (possessive)
            return room[..(length - 1)];
        var stem = room[..length];
        if (length < 4 || stem[^1] != 's' || !IsAsciiWord(stem))
            return stem;
        if (length > 4 && stem.EndsWith("ies", StringComparison.Ordinal))
        {
            stem[^3] = 'y';
            return stem[..^2];
        }
        if (length > 4 && stem.EndsWith("es", StringComparison.Ordinal) && IsHissing(stem[..^2]))
            return stem[..^2];
        return stem[^2] is 's' or 'u' or 'i' ? stem : stem[..^1];
    }

    private static bool IsPlain(ReadOnlySpan<char> word) => (word[^1] != 's' || word.Length < 4) && !word.ContainsAny('\'', '’');

    private static bool IsHissing(ReadOnlySpan<char> stem) =>
        stem[^1] is 'x' or 'z' || stem.EndsWith("ss", StringComparison.Ordinal) || stem.EndsWith("sh", StringComparison.Ordinal) || stem.EndsWith("ch", StringComparison.Ordinal);

    private static bool IsAsciiWord(ReadOnlySpan<char> word)
    {
        foreach (var letter in word)
        {
            if (!char.IsAsciiLetter(letter))
                return false;
        }
        return true;
    }
}
