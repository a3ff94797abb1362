using Queqiao.Text.Features;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Sentences;

/// <summary>What a sentence's vector is made of: its n-grams, and the middle of its words' vectors. Keeps its memory; not for several threads.</summary>
internal sealed class SentenceReader
{
    private static readonly NGramShape Shape = new(UnitsTo: 2, PartsFrom: 3, PartsTo: 4, Edges: true, Meant: true, Kin: 1);
    private readonly NGrams _grams = new(Shape);
    private readonly List<uint> _found = [];

    /// <summary>Reads a text.</summary>
    public void Read(string text)
    {
        _grams.Read(text);
        _found.Clear();
        foreach (var hash in _grams.Whole)
            _found.Add(Short(hash));
        foreach (var hash in _grams.Parts)
            _found.Add(Short(hash));
        _found.Sort();
    }

    /// <summary>The n-grams of the last text, ascending; what occurs twice stands there twice.</summary>
    public List<uint> Grams => _found;

    /// <summary>The middle of the last text's word vectors, of length one; nothing where no word has one.</summary>
    public ReadOnlySpan<float> Middle => _grams.Middle;

    private static uint Short(ulong hash) => (uint)(hash >> 32) ^ (uint)hash;
}
