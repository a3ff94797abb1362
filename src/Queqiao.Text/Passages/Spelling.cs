using System.Collections.Concurrent;

namespace Queqiao.Text.Passages;

/// <summary>The words of letters that occur, and which of them a mistyped one may be. One writer, any number of readers.</summary>
internal sealed class Spelling
{
    private readonly ConcurrentDictionary<string, int> _counts = new(1, 256, StringComparer.Ordinal);

    public bool Knows(string word) => _counts.ContainsKey(word);

    public void Add(string word)
    {
        if (word.Length is > 2 and <= 30)
            _counts.AddOrUpdate(word, 1, static (_, count) => count + 1);
    }

    /// <summary>The known word that is nearest, the commonest of equals; null: none is near. One slip in a short word, two in a long one.</summary>
    /// <param name="word">As it was typed.</param>
    /// <param name="shows">Whether a known word may be named to whoever asks.</param>
    public string? Nearest(string word, Func<string, bool> shows)
    {
        if (word.Length is < 4 or > 30)
            return null;
        var most = word.Length >= 8 ? 2 : 1;
        string? best = null;
        var (least, count) = (most + 1, 0);
        foreach (var (known, times) in _counts)
        {
            if (Math.Abs(known.Length - word.Length) > most || known.Length < 3 || known == word) // the word itself is there only for others
                continue;
            var slips = Slips(word, known, Math.Min(most, least));
            if ((slips < least || (slips == least && best is not null && (times > count || (times == count && string.CompareOrdinal(known, best) < 0)))) && shows(known))
                (best, least, count) = (known, slips, times);
        }
        return best;
    }

    /// <summary>Letters added, left out, changed or swapped; more than <paramref name="most"/> are not counted.</summary>
    internal static int Slips(string one, string other, int most)
    {
        Span<int> before = stackalloc int[other.Length + 1], last = stackalloc int[other.Length + 1], row = stackalloc int[other.Length + 1];
        for (var j = 0; j <= other.Length; j++)
            last[j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            row[0] = i;
            var least = row[0];
            for (var j = 1; j <= other.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                least = Math.Min(least, row[j]);
            }
            if (least > most)
                return most + 1;
            last.CopyTo(before);
            row.CopyTo(last);
        }
        return last[other.Length];
    }
}
