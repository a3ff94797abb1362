namespace Queqiao.Text.Folding;

/// <summary>
/// A text in the form in which texts are compared, with the way back: which characters of the original each one came from.
/// Meant to be used again for the next text: it keeps its memory. Not for several threads.
/// </summary>
public sealed class FoldedText
{
    private char[] _letters = new char[256];
    private int[] _origins = new int[257];
    private int _sourceLength;

    /// <summary>Characters after folding.</summary>
    public int Length { get; private set; }

    /// <summary>The folded characters, valid until the next text.</summary>
    public ReadOnlySpan<char> Letters => _letters.AsSpan(0, Length);

    /// <summary>Where in the original the folded character begins (UTF-16 units).</summary>
    public int StartOf(int index) => index < Length ? _origins[index] : _sourceLength;

    /// <summary>Where in the original the folded character ends, exclusive. Marks and joiners that were dropped behind it belong to it.</summary>
    public int EndOf(int index)
    {
        var origin = _origins[index];
        while (++index < Length)
        {
            if (_origins[index] > origin)
                return _origins[index];
        }
        return _sourceLength;
    }

    internal void Begin(int sourceLength)
    {
        Length = 0;
        _sourceLength = sourceLength;
    }

    internal void Add(char letter, int origin)
    {
        if (Length == _letters.Length)
        {
            Array.Resize(ref _letters, Length * 2);
            Array.Resize(ref _origins, Length * 2);
        }
        _letters[Length] = letter;
        _origins[Length++] = origin;
    }
}
