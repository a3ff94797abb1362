using System.Numerics.Tensors;
using Queqiao.Text.Folding;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Features;

/// <summary>Which n-grams of a text are its features.</summary>
/// <param name="UnitsTo">Units (Chinese characters, words, numbers) in a row: from one to so many.</param>
/// <param name="Gaps">Also pairs of units with one between them.</param>
/// <param name="PartsFrom">Shortest part of a word; a word's beginning and end count as characters.</param>
/// <param name="PartsTo">Longest part of a word; 0: no parts.</param>
/// <param name="Edges">Also the first and the last unit, as such.</param>
/// <param name="Meant">Also meanings (<see cref="Meanings"/>) and pairs of them.</param>
/// <param name="Kin">Also the middle of the words' vectors, of this length; 0: without.</param>
public sealed record NGramShape(int UnitsTo = 2, bool Gaps = false, int PartsFrom = 2, int PartsTo = 5, bool Edges = true, bool Meant = false, float Kin = 0);

/// <summary>
/// Reads the n-grams of a text as 64-bit hashes: those of units (in a row), and parts of words. The same on every machine and in every run.
/// Keeps its memory; not for several threads.
/// </summary>
public sealed class NGrams(NGramShape shape)
{
    private const ulong Prime = 0x9E3779B97F4A7C15;
    private const ulong EdgeUnit = 0x5bd1e995;
    private readonly FoldedText _folded = new();
    private readonly List<TextUnit> _units = [];
    private readonly List<ulong> _hashes = [];
    private readonly List<MeaningToken> _meant = [];
    private readonly float[] _middle = new float[WordVectors.Width];

    /// <summary>N-grams of units of the last text.</summary>
    public List<ulong> Whole { get; } = [];

    /// <summary>Parts of words of the last text.</summary>
    public List<ulong> Parts { get; } = [];

    /// <summary>The middle of the last text's word vectors, of length one; nothing where no word has one.</summary>
    internal ReadOnlySpan<float> Middle => _middle;

    /// <summary>The last text in its folded form.</summary>
    public FoldedText Folded => _folded;

    /// <summary>The units of the last text.</summary>
    public IReadOnlyList<TextUnit> Units => _units;

    /// <summary>Reads one text; <see cref="Whole"/> and <see cref="Parts"/> hold its n-grams afterwards.</summary>
    public void Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        TextFolding.Fold(text, _folded);
        var letters = _folded.Letters;
        TextUnits.Of(letters, _units);
        Whole.Clear();
        Parts.Clear();
        _hashes.Clear();
        foreach (var unit in _units)
        {
            _hashes.Add(Hash(letters.Slice(unit.Start, unit.Length)));
            if (unit.Kind == UnitKind.Word && shape.PartsTo > 0)
                AddParts(letters.Slice(unit.Start, unit.Length));
        }
        AddWhole();
        if (shape.Meant || shape.Kin > 0)
            Meanings.Standard.Read(letters, _units, _meant);
        if (shape.Meant)
            AddMeant();
        if (shape.Kin > 0)
            FindMiddle();
    }

    /// <summary>The hash of one unit, as it stands among <see cref="Whole"/>.</summary>
    public static ulong Hash(ReadOnlySpan<char> unit)
    {
        var hash = 0xcbf29ce484222325UL;
        foreach (var letter in unit)
            hash = (hash ^ letter) * Prime;
        return Mix(hash);
    }

    private void AddWhole()
    {
        for (var i = 0; i < _hashes.Count; i++)
        {
            ulong hash = 0;
            for (var n = 1; n <= shape.UnitsTo && i + n <= _hashes.Count; n++)
            {
                hash = Join(hash, _hashes[i + n - 1]);
                Whole.Add(n == 1 ? _hashes[i] : hash);
            }
            if (shape.Gaps && i + 2 < _hashes.Count)
                Whole.Add(Join(Join(_hashes[i], 0x1234567), _hashes[i + 2]));
        }
        if (shape.Edges && _hashes.Count > 0)
        {
            Whole.Add(Join(EdgeUnit, _hashes[0]));
            Whole.Add(Join(_hashes[^1], EdgeUnit));
        }
    }

    private void FindMiddle()
    {
        Span<float> vector = stackalloc float[WordVectors.Width];
        _middle.AsSpan().Clear();
        foreach (var word in _meant)
        {
            if (word.Vector == WordVectors.None)
                continue;
            WordVectors.Read(word.Vector, vector);
            TensorPrimitives.MultiplyAdd(vector, word.Weight, _middle, _middle);
        }
        var length = TensorPrimitives.Norm<float>(_middle);
        if (length > 0)
            TensorPrimitives.Divide(_middle, length, _middle);
    }

    private void AddMeant()
    {
        for (var i = 0; i < _meant.Count; i++)
        {
            Whole.Add(Join(_meant[i].Hash, 0x3ea9));
            if (i > 0)
                Whole.Add(Join(Join(_meant[i - 1].Hash, 0x3ea9), _meant[i].Hash));
        }
    }

    private void AddParts(ReadOnlySpan<char> word)
    {
        for (var start = -1; start < word.Length; start++)
        {
            var hash = 0x84222325cbf29ce4UL;
            for (var n = 1; n <= shape.PartsTo && start + n <= word.Length + 1; n++)
            {
                var at = start + n - 1;
                hash = (hash ^ (at < 0 || at == word.Length ? ' ' : word[at])) * Prime;
                if (n >= shape.PartsFrom)
                    Parts.Add(Mix(hash));
            }
        }
    }

    private static ulong Join(ulong left, ulong right) => Mix((left * Prime) ^ (right + 0x7f4a7c15));

    private static ulong Mix(ulong hash)
    {
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccd;
        hash ^= hash >> 33;
        hash *= 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
