using System.Runtime.CompilerServices;

namespace Queqiao.Text.Searching;

/// <summary>Groups of digits that make one number: 2 or more groups, each a single space, dash or dot apart, 7 to 20 digits together.</summary>
internal struct NumberGroup
{
    public const int Longest = 20;
    private const int Shortest = 7;

    private Room _digits;
    private int _length;
    private int _groups;

    /// <summary>Where the number begins and ends in the folded text.</summary>
    public int Start { get; private set; }

    public int End { get; private set; }

    /// <summary>Whether what was taken is a number in groups.</summary>
    public readonly bool IsNumber => _groups > 1 && _length >= Shortest;

    /// <summary>Takes the next element when it continues the number (or begins one).</summary>
    public bool Takes(ReadOnlySpan<char> letters, Element element)
    {
        var piece = letters.Slice(element.Start, element.Length);
        if (element.Kind != ElementKind.Word || piece.ContainsAnyExceptInRange('0', '9') || _length + piece.Length > Longest)
            return false;
        if (_groups > 0 && !(element.Start == End + 1 && letters[End] is ' ' or '-' or '.' or '‑' or '–'))
            return false;
        if (_groups++ == 0)
            Start = element.Start;
        piece.CopyTo(((Span<char>)_digits)[_length..]);
        _length += piece.Length;
        End = element.End;
        return true;
    }

    /// <summary>The digits without what stood between them.</summary>
    public readonly int CopyTo(Span<char> room)
    {
        ((ReadOnlySpan<char>)_digits)[.._length].CopyTo(room);
        return _length;
    }

    [InlineArray(Longest)]
    private struct Room
    {
        private char _first;
    }
}
