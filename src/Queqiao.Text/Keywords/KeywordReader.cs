using Queqiao.Text.Features;
using Queqiao.Text.Folding;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Keywords;

/// <summary>A word and how much it says about the texts it was found in.</summary>
public readonly record struct Keyword(string Word, double Weight, int Texts);

/// <summary>Finds the words that texts are about, and words that no list knows yet. Deterministic.</summary>
public static class KeywordReader
{
    private const int LongestNew = 6;

    /// <summary>The words of some texts that say most: often here, rare elsewhere.</summary>
    /// <param name="texts">One or many.</param>
    /// <param name="most">No more than so many.</param>
    public static IReadOnlyList<Keyword> Of(IReadOnlyList<string> texts, int most = 10)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var counts = new Dictionary<string, (int Times, int Texts, int Last)>(StringComparer.Ordinal);
        var units = new List<TextUnit>();
        for (var i = 0; i < texts.Count; i++)
        {
            var folded = TextFolding.Fold(texts[i]);
            TextUnits.Of(folded, units);
            foreach (var word in WordsOf(folded, units))
            {
                (int Times, int Texts, int Last) entry = counts.GetValueOrDefault(word, (0, 0, -1));
                counts[word] = (entry.Times + 1, entry.Texts + (entry.Last == i ? 0 : 1), i);
            }
        }
        return [.. counts.Select(word => new Keyword(word.Key, Math.Log(1 + word.Value.Times) * Math.Pow(Words.Weight(word.Key), 2), word.Value.Texts))
            .OrderByDescending(word => word.Weight).ThenBy(word => word.Word, StringComparer.Ordinal).Take(most)];
    }

    /// <summary>Runs of Chinese that behave like words and are in no list: their characters keep together, and their neighbours change.</summary>
    public static IReadOnlyList<Keyword> NewWords(IReadOnlyList<string> texts, int most = 20, int least = 3)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var runs = new Dictionary<string, Run>(StringComparer.Ordinal);
        var letters = new Dictionary<char, int>();
        var all = 0;
        foreach (var text in texts)
        {
            var folded = TextFolding.Fold(text);
            for (var i = 0; i < folded.Length; i++)
            {
                if (!Han.IsHan(folded[i]))
                    continue;
                letters[folded[i]] = letters.GetValueOrDefault(folded[i]) + 1;
                all++;
                for (var n = 2; n <= LongestNew && i + n <= folded.Length && Han.IsHan(folded[i + n - 1]); n++)
                    Tally(runs, folded, i, n);
            }
        }
        var words = runs.Where(run => run.Value.Times >= least && !Words.Knows(run.Key)).Select(run => (run.Key, run.Value.Times, Score: Score(run.Key, run.Value, letters, runs, all)))
            .Where(word => word.Score > 0).OrderByDescending(word => word.Score).ThenBy(word => word.Key, StringComparer.Ordinal);
        return [.. words.Take(most).Select(word => new Keyword(word.Key, word.Score, word.Times))];
    }

    private static IEnumerable<string> WordsOf(string folded, List<TextUnit> units)
    {
        var lengths = new List<int>();
        for (var i = 0; i < units.Count;)
        {
            var unit = units[i];
            if (unit.Kind == UnitKind.Word && unit.Length > 2)
                yield return folded.Substring(unit.Start, unit.Length);
            if (unit.Kind != UnitKind.Sign || !Han.IsHan(folded[unit.Start]))
            {
                i++;
                continue;
            }
            var end = i;
            while (end < units.Count && units[end].Kind == UnitKind.Sign && units[end].Start == unit.Start + (end - i) && Han.IsHan(folded[units[end].Start]))
                end++;
            Words.Cut(folded.AsSpan(unit.Start, end - i), lengths);
            var at = unit.Start;
            foreach (var length in lengths)
            {
                if (length > 1)
                    yield return folded.Substring(at, length);
                at += length;
            }
            i = end;
        }
    }

    private static void Tally(Dictionary<string, Run> runs, string text, int start, int length)
    {
        var key = text.Substring(start, length);
        if (!runs.TryGetValue(key, out var run))
            runs.Add(key, run = new Run());
        run.Times++;
        run.Before.Add(start > 0 ? text[start - 1] : '^', 1);
        run.After.Add(start + length < text.Length ? text[start + length] : '$', 1);
    }

    /// <summary>Cohesion (how much oftener together than by chance) times freedom (how many different neighbours, the poorer side).</summary>
    private static double Score(string word, Run run, Dictionary<char, int> letters, Dictionary<string, Run> runs, int all)
    {
        var cohesion = double.PositiveInfinity;
        for (var cut = 1; cut < word.Length; cut++)
        {
            double Times(string part) => part.Length == 1 ? letters[part[0]] : runs[part].Times;
            cohesion = Math.Min(cohesion, Math.Log(run.Times * (double)all / (Times(word[..cut]) * Times(word[cut..]))));
        }
        var freedom = Math.Min(run.Before.Entropy(), run.After.Entropy());
        return cohesion < 2 || freedom < 0.6 ? 0 : cohesion * freedom * Math.Log(1 + run.Times);
    }

    private sealed class Run
    {
        public int Times { get; set; }

        public Neighbours Before { get; } = new();

        public Neighbours After { get; } = new();
    }

    private sealed class Neighbours
    {
        private readonly Dictionary<char, int> _counts = [];
        private int _edges;

        public void Add(char letter, int times)
        {
            // The edge of a text is a new neighbour each time.
            if (letter is '^' or '$')
                _edges += times;
            else
                _counts[letter] = _counts.GetValueOrDefault(letter) + times;
        }

        public double Entropy()
        {
            double all = _counts.Values.Sum() + _edges;
            return _counts.Values.Sum(count => -count / all * Math.Log(count / all)) + _edges * Math.Log(all) / all;
        }
    }
}
