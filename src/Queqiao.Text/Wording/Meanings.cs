using System.Reflection;
using Queqiao.Text.Features;
using Queqiao.Text.Folding;

namespace Queqiao.Text.Wording;

/// <summary>
/// Which words mean the same to a firm's customers (退钱 = 退款, money back = refund), and which mean nothing there (请问, please).
/// A word list of our own, and a firm's own lines on top. Cannot change; for any number of threads.
/// </summary>
public sealed class Meanings
{
    private static readonly string[] Askings = ["怎么", "为什么", "什么时候", "多久", "多少钱", "哪里", "什么", "可以", "有没有", "是不是", "需要", "想", "查询", "how", "why", "when", "where", "how_long", "how_much", "can", "want"];

    private static readonly string[] Endings = ["ings", "ing", "edly", "ies", "ied", "ed", "es", "ly", "s"];

    /// <summary>The list that comes with the library.</summary>
    public static readonly Meanings Standard = new(Embedded());

    private const int None = -1;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<string> _names = [];
    private readonly bool[] _isAsking;
    private readonly int[] _vectors;
    private readonly int _longest;
    private readonly int _longestPhrase;

    private Meanings(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Add(line);
        _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        _longest = _numbers.Keys.Where(word => TextUnits.IsUnspaced(word[0]) || TextUnits.IsUnspaced(word[^1])).Select(word => word.Length).DefaultIfEmpty(1).Max();
        _isAsking = [.. _names.Select(name => Array.IndexOf(Askings, name) >= 0)];
        _vectors = [.. _names.Select(name => WordVectors.NumberOf(TextFolding.Fold(name)))];
        _longestPhrase = _numbers.Keys.Select(word => word.Count(letter => letter == '_') + 1).DefaultIfEmpty(1).Max();
    }

    /// <summary>The standard list with lines in front that win over it: words of one meaning, separated by spaces; "-" first: words without any.</summary>
    public static Meanings With(IEnumerable<string> lines) => new(lines.Concat(Embedded()));

    /// <summary>The name of a meaning.</summary>
    internal string NameOf(int meaning) => _names[meaning];

    /// <summary>The number of a meaning by its name, or −1.</summary>
    internal int NumberOf(string name) => _numbers.GetValueOrDefault(TextFolding.Fold(name), None);

    /// <summary>
    /// Brings a folded text and its units to its meanings: one token a meaning or, where none is known, a word or a unit.
    /// Empty words are left out.
    /// </summary>
    internal void Read(ReadOnlySpan<char> folded, IReadOnlyList<TextUnit> units, List<MeaningToken> tokens)
    {
        tokens.Clear();
        for (var i = 0; i < units.Count;)
        {
            var taken = units[i].Kind == UnitKind.Word ? Phrase(folded, units, i, out var meaning) : Signs(folded, units, i, out meaning);
            if (taken > 0)
            {
                if (meaning != 0)
                {
                    var last = units[i + taken - 1];
                    tokens.Add(new MeaningToken((ulong)meaning * 0x9E3779B97F4A7C15 + 1, meaning, _isAsking[meaning] ? 0.4f : 1, VectorOf(folded[units[i].Start..(last.Start + last.Length)], meaning)));
                }
                i += taken;
                continue;
            }
            var unit = units[i];
            taken = Math.Max(1, -taken);
            i += taken;
            if (unit.Kind == UnitKind.Mark)
                continue;
            var text = folded[unit.Start..(units[i - 1].Start + units[i - 1].Length)];
            var weight = unit.Kind == UnitKind.Sign ? Words.Weight(text) * (text.Length == 1 ? 0.6 : 1) : unit.Kind == UnitKind.Number ? 0.3 : 1;
            tokens.Add(new MeaningToken(NGrams.Hash(unit.Kind == UnitKind.Word ? Stem(text) : text), None, (float)weight, WordVectors.NumberOf(text)));
        }
    }

    /// <summary>The vector of a word as it was written; of one that has none, that of its meaning's name.</summary>
    private int VectorOf(ReadOnlySpan<char> text, int meaning)
    {
        var number = WordVectors.NumberOf(text);
        return number == WordVectors.None ? _vectors[meaning] : number;
    }

    /// <summary>A word without its commonest English endings. Only for comparing.</summary>
    internal static ReadOnlySpan<char> Stem(ReadOnlySpan<char> word)
    {
        if (word.Length < 4 || word[0] > '\u007f')
            return word;
        foreach (var ending in Endings)
        {
            if (!word.EndsWith(ending, StringComparison.Ordinal) || word.Length - ending.Length < 3)
                continue;
            var stem = word[..^ending.Length];
            if (ending is "s" && stem[^1] is 's' or 'u' or 'i')
                continue;
            return stem.Length > 3 && stem[^1] == stem[^2] && stem[^1] is not ('l' or 's' or 'e') ? stem[..^1] : stem;
        }
        return word[^1] == 'e' && word.Length > 4 ? word[..^1] : word;
    }

    /// <returns>How many units the longest meaning here takes; below zero: how many a longer word takes that has no meaning.</returns>
    private int Signs(ReadOnlySpan<char> folded, IReadOnlyList<TextUnit> units, int at, out int meaning)
    {
        var start = units[at].Start;
        for (var end = Math.Min(folded.Length, start + _longest); end > start; end--)
        {
            var piece = folded[start..end];
            if (!_lookup.TryGetValue(piece, out meaning))
            {
                if (piece.Length is > 1 and <= Words.Longest && units[at].Kind == UnitKind.Sign && Words.Knows(piece) && !Hides(folded, start + 1, end))
                    return -piece.Length;
                continue;
            }
            var taken = 0;
            while (at + taken < units.Count && units[at + taken].Start < end)
                taken++;
            var last = units[at + taken - 1];
            if (last.Start + last.Length == end)
                return taken;
        }
        meaning = None;
        return 0;
    }

    /// <summary>Whether a meaning of two characters or more begins inside and goes beyond the end.</summary>
    private bool Hides(ReadOnlySpan<char> folded, int from, int end)
    {
        for (var start = from; start < end; start++)
        {
            for (var stop = Math.Min(folded.Length, start + 4); stop > end; stop--)
            {
                if (_lookup.TryGetValue(folded[start..stop], out var meaning) && meaning > 0)
                    return true;
            }
        }
        return false;
    }

    private int Phrase(ReadOnlySpan<char> folded, IReadOnlyList<TextUnit> units, int at, out int meaning)
    {
        Span<char> phrase = stackalloc char[96];
        var (best, bestMeaning, length) = (0, None, 0);
        for (var n = 0; n < _longestPhrase && at + n < units.Count && units[at + n].Kind is UnitKind.Word or UnitKind.Number; n++)
        {
            var unit = units[at + n];
            if (length + unit.Length + 1 > phrase.Length)
                break;
            if (n > 0)
                phrase[length++] = '_';
            folded.Slice(unit.Start, unit.Length).CopyTo(phrase[length..]);
            length += unit.Length;
            if (_lookup.TryGetValue(phrase[..length], out var found))
                (best, bestMeaning) = (n + 1, found);
        }
        if (best == 0 && units[at].Length < phrase.Length && _lookup.TryGetValue(Stem(folded.Slice(units[at].Start, units[at].Length)), out var stemmed))
            (best, bestMeaning) = (1, stemmed);
        if (best == 0 && Signs(folded, units, at, out var mixed) is > 1 and var taken && mixed >= 0)
            (best, bestMeaning) = (taken, mixed); // T恤
        meaning = bestMeaning;
        return best;
    }

    private void Add(string line)
    {
        if (line.Length == 0 || line[0] == '#')
            return;
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (_names.Count == 0)
            _names.Add("-"); // number 0: nothing
        var isEmpty = words[0] == "-";
        var number = isEmpty ? 0 : _names.IndexOf(words[0]); // a line that begins as an earlier one goes on with it
        if (number < 0)
        {
            number = _names.Count;
            _names.Add(words[0]);
        }
        foreach (var word in isEmpty ? words[1..] : words)
            _numbers.TryAdd(TextFolding.Fold(word), number);
    }

    /// <summary>The lines of the list that comes with the library.</summary>
    internal static IEnumerable<string> Lines() => Embedded();

    /// <summary>Whether a word asks (how, why, when) rather than saying what about.</summary>
    internal static bool IsAsking(string name) => Array.IndexOf(Askings, name) >= 0;

    private static IEnumerable<string> Embedded()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("Queqiao.Text.meanings.txt")!);
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}

/// <summary>A unit or a meaning, for comparing.</summary>
/// <param name="Hash">Equal for equal meanings.</param>
/// <param name="Meaning">The meaning's number, or −1.</param>
/// <param name="Weight">How much it says, 0 to 1.</param>
/// <param name="Vector">Its number among <see cref="WordVectors"/>, or −1.</param>
internal readonly record struct MeaningToken(ulong Hash, int Meaning, float Weight, int Vector);
