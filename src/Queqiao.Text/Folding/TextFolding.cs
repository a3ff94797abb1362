using System.Globalization;
using System.Text;

namespace Queqiao.Text.Folding;

/// <summary>
/// Brings texts into the form in which they are compared: compatibility forms (NFKC), half and full width, lower case,
/// traditional characters as simplified ones, Latin letters without accents, emoji without their variation marks.
/// Deterministic, and the same for every language of the reader.
/// </summary>
public static class TextFolding
{
    /// <summary>Folds a text into <paramref name="folded"/>, replacing what it held. Lone surrogates become U+FFFD.</summary>
    public static void Fold(ReadOnlySpan<char> text, FoldedText folded)
    {
        ArgumentNullException.ThrowIfNull(folded);
        folded.Begin(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var letter = text[i];
            // A mark that belongs to this letter would be lost below; texts with such marks are rare.
            var simple = i + 1 == text.Length || text[i + 1] < '\u0300' || Han.IsHan(text[i + 1]) || !IsMark(text[i + 1]);
            if (simple && Direct(letter) is { } plain)
                folded.Add(plain, i++);
            else
                i += Cluster(text, i, folded);
        }
    }

    /// <summary>The folded form as a string.</summary>
    public static string Fold(string text)
    {
        var folded = new FoldedText();
        Fold(text, folded);
        return folded.Letters.ToString();
    }

    /// <summary>What becomes of most characters without a look at their neighbours; null: look closer.</summary>
    private static char? Direct(char letter) => letter switch
    {
        < '\u0080' => char.ToLowerInvariant(letter),
        >= '\u3400' and <= '\u9fff' => Han.Simplify(letter),
        '\u3000' => ' ',
        >= '\uff01' and <= '\uff5e' => char.ToLowerInvariant((char)(letter - 0xfee0)), // full width
        >= '\u3041' and <= '\u3096' or >= '\u30a1' and <= '\u30fe' or >= '\uac00' and <= '\ud7a3' => letter, // kana, hangul
        >= '\u3001' and <= '\u3011' or >= '\u2010' and <= '\u201d' => letter, // punctuation
        _ => null,
    };

    /// <summary>One character with the marks on it, by the tables of Unicode.</summary>
    /// <returns>How many UTF-16 units it took.</returns>
    private static int Cluster(ReadOnlySpan<char> text, int start, FoldedText folded)
    {
        if (Rune.DecodeFromUtf16(text[start..], out var rune, out var length) != System.Buffers.OperationStatus.Done)
        {
            folded.Add('\ufffd', start);
            return length;
        }
        if (IsDropped(rune))
            return length;
        var end = start + length;
        while (end < text.Length && IsMark(text[end]))
            end++;
        if (rune.Value is 0xfffe or 0xffff)
        {
            folded.Add('\ufffd', start); // no characters: the tables refuse them
            return length;
        }
        var onLatin = false;
        foreach (var letter in text[start..end].ToString().Normalize(NormalizationForm.FormKC))
        {
            if (onLatin && char.GetUnicodeCategory(letter) == UnicodeCategory.NonSpacingMark)
                continue; // an accent
            onLatin = IsLatin(letter);
            folded.Add(Han.Simplify(char.ToLowerInvariant(onLatin ? WithoutAccent(letter) : letter)), start);
        }
        return end - start;
    }

    private static bool IsLatin(char letter) => (letter < '\u0250' || letter is >= '\u1e00' and < '\u1f00') && char.IsLetter(letter);

    private static char WithoutAccent(char letter) => letter < '\u0080' ? letter : letter.ToString().Normalize(NormalizationForm.FormD)[0];

    private static bool IsMark(char letter) =>
        letter is '\uff9e' or '\uff9f' || char.GetUnicodeCategory(letter) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark && letter is not ('\ufe0e' or '\ufe0f');

    // Joiners, invisible marks, the choice between text and picture, skin tones: they change how a thing looks, not what it is.
    private static bool IsDropped(Rune rune) =>
        rune.Value is 0x00ad or 0x034f or >= 0x200b and <= 0x200f or 0x2060 or 0xfe0e or 0xfe0f or 0xfeff or >= 0x1f3fb and <= 0x1f3ff;
}
