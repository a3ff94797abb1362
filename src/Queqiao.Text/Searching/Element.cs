using System.Globalization;
using System.Text;

namespace Queqiao.Text.Searching;

/// <summary>What a piece of a text is, for search.</summary>
public enum ElementKind
{
    /// <summary>A run of letters and digits.</summary>
    Word,

    /// <summary>One character of a script that is written without spaces (Chinese, kana, hangul).</summary>
    Character,

    /// <summary>One emoji or other pictograph.</summary>
    Symbol,
}

/// <summary>A piece of a folded text: what searching works on. Punctuation and spaces are between the pieces.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first character in the folded text.</param>
/// <param name="Length">Its characters.</param>
public readonly record struct Element(ElementKind Kind, int Start, int Length)
{
    /// <summary>The first character behind it.</summary>
    public int End => Start + Length;
}

/// <summary>Walks the elements of a folded text, without allocating.</summary>
public ref struct ElementReader(ReadOnlySpan<char> folded)
{
    private readonly ReadOnlySpan<char> _text = folded;
    private int _at;

    /// <summary>The element that <see cref="Next"/> found.</summary>
    public Element Current { get; private set; }

    /// <summary>Goes to the next element; false at the end.</summary>
    public bool Next()
    {
        while (_at < _text.Length)
        {
            var start = _at;
            switch (KindAt(_at, out var length))
            {
                case ElementKind.Word:
                    _at = EndOfWord(start);
                    Current = new(ElementKind.Word, start, _at - start);
                    return true;
                case { } kind:
                    _at += length;
                    Current = new(kind, start, length);
                    return true;
                default:
                    _at += length;
                    break;
            }
        }
        return false;
    }

    private readonly int EndOfWord(int at)
    {
        while (at < _text.Length)
        {
            if (KindAt(at, out var length) == ElementKind.Word)
                at += length;
            else if (_text[at] is '\'' or '’' && at + 1 < _text.Length && char.IsLetter(_text[at + 1]) && KindAt(at + 1, out _) == ElementKind.Word)
                at++; // don't, customer's
            else
                break;
        }
        return at;
    }

    private readonly ElementKind? KindAt(int at, out int length)
    {
        length = 1;
        var letter = _text[at];
        if (letter < '\u0080')
            return char.IsAsciiLetterOrDigit(letter) ? ElementKind.Word : null;
        if (Folding.Han.IsHan(letter))
            return ElementKind.Character;
        if (Rune.DecodeFromUtf16(_text[at..], out var rune, out length) != System.Buffers.OperationStatus.Done)
            return null;
        if (rune.Value is >= 0x3005 and <= 0x3007 or >= 0x3041 and <= 0x30ff and not 0x30fb or >= 0xac00 and <= 0xd7a3 or >= 0x20000 and <= 0x3ffff)
            return ElementKind.Character;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.OtherSymbol => ElementKind.Symbol,
            _ when Rune.IsLetterOrDigit(rune) => ElementKind.Word,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => ElementKind.Word,
            _ => null,
        };
    }
}
