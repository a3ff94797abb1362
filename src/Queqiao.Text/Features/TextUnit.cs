namespace Queqiao.Text.Features;

/// <summary>What a unit of a text is.</summary>
public enum UnitKind
{
    /// <summary>One character of a script without spaces, or an emoji.</summary>
    Sign,

    /// <summary>Letters of a script with spaces.</summary>
    Word,

    /// <summary>Digits.</summary>
    Number,

    /// <summary>A question or exclamation mark, once however often it is repeated.</summary>
    Mark,
}

/// <summary>Where a unit stands in the folded text.</summary>
public readonly record struct TextUnit(int Start, int Length, UnitKind Kind);

/// <summary>Cuts folded texts into units: every Chinese character by itself, words, numbers, marks. No dictionary.</summary>
public static class TextUnits
{
    /// <summary>Replaces the content of <paramref name="units"/> by the units of a folded text.</summary>
    public static void Of(ReadOnlySpan<char> folded, List<TextUnit> units)
    {
        ArgumentNullException.ThrowIfNull(units);
        units.Clear();
        for (var i = 0; i < folded.Length;)
        {
            var kind = KindOf(folded, i);
            if (kind is not { } known)
            {
                i++;
                continue;
            }
            var length = LengthOf(folded, i, known);
            units.Add(new TextUnit(i, length, known));
            i += length;
        }
    }

    /// <summary>Whether the character belongs to a script that is written without spaces.</summary>
    public static bool IsUnspaced(char letter) => letter is >= '\u3400' and <= '\u9fff' or >= '\u3040' and <= '\u30ff' or >= '\u0e00' and <= '\u0eff' or >= '\uf900' and <= '\ufaff';

    private static UnitKind? KindOf(ReadOnlySpan<char> text, int index)
    {
        var letter = text[index];
        if (letter < '\u0080')
            return char.IsAsciiLetter(letter) ? UnitKind.Word : char.IsAsciiDigit(letter) ? UnitKind.Number : letter is '?' or '!' ? UnitKind.Mark : null;
        if (IsUnspaced(letter))
            return UnitKind.Sign;
        if (char.IsHighSurrogate(letter))
            return index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? UnitKind.Sign : null;
        return char.IsLetter(letter) ? UnitKind.Word : char.IsDigit(letter) ? UnitKind.Number : char.IsSymbol(letter) ? UnitKind.Sign : null;
    }

    private static int LengthOf(ReadOnlySpan<char> text, int start, UnitKind kind)
    {
        if (kind == UnitKind.Sign)
            return char.IsHighSurrogate(text[start]) ? 2 : 1;
        var end = start + 1;
        // "don't" is one word
        while (end < text.Length && (KindOf(text, end) == kind && !(kind == UnitKind.Mark && text[end] != text[start]) || IsInner(text, end, kind)))
            end++;
        return end - start;
    }

    private static bool IsInner(ReadOnlySpan<char> text, int index, UnitKind kind) =>
        kind == UnitKind.Word && text[index] is '\'' or '\u2019' && index + 1 < text.Length && char.IsAsciiLetter(text[index + 1]);
}
