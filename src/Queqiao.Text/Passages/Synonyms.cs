using Queqiao.Text.Folding;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Passages;

/// <summary>Words that mean the same, for searching: a firm's own, and those that come with the library. Cannot change; for any number of threads.</summary>
public sealed class Synonyms
{
    /// <summary>Those that come with the library.</summary>
    public static readonly Synonyms Standard = new([]);

    private const int MostAlternatives = 12;
    private readonly Dictionary<string, string[]> _words = new(StringComparer.Ordinal);
    private readonly int _longest = 1;

    /// <param name="lines">A firm's own: words of one meaning, separated by spaces (a space inside a word is written as _); they come first.</param>
    public Synonyms(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        foreach (var line in lines.Concat(Meanings.Lines()))
        {
            if (line.Length == 0 || line[0] is '#' or '-')
                continue;
            string[] group = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => TextFolding.Fold(word.Replace('_', ' '))).Distinct(StringComparer.Ordinal)];
            if (group.Length < 2 || Meanings.IsAsking(group[0]))
                continue;
            foreach (var word in group)
            {
                if (word.Length > 1 && _words.TryAdd(word, group))
                    _longest = Math.Max(_longest, Math.Min(word.Length, 24));
            }
        }
    }

    /// <summary>Words that mean the same as some part of a folded text.</summary>
    internal IEnumerable<(int Start, int End, string Word)> In(string folded)
    {
        for (var start = 0; start < folded.Length; start++)
        {
            if (start > 0 && char.IsAsciiLetter(folded[start]) && char.IsAsciiLetter(folded[start - 1]))
                continue;
            for (var length = Math.Min(_longest, folded.Length - start); length > 1; length--)
            {
                var end = start + length;
                if (end < folded.Length && char.IsAsciiLetter(folded[end]) && char.IsAsciiLetter(folded[end - 1]))
                    continue;
                if (!_words.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(folded.AsSpan(start, length), out var group))
                    continue;
                var word = folded.Substring(start, length);
                foreach (var other in group.Where(other => other != word && !other.Contains(word, StringComparison.Ordinal)).Take(MostAlternatives))
                    yield return (start, end, other);
                start = end - 1;
                break;
            }
        }
    }
}
