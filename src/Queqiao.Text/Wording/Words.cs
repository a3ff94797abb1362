using System.IO.Compression;
using System.Reflection;
using Queqiao.Text.Folding;

namespace Queqiao.Text.Wording;

/// <summary>Chinese words and how often they occur in general (jieba's list, shortened; NOTICE.md). For any number of threads.</summary>
public static class Words
{
    /// <summary>No word of the list is longer.</summary>
    public const int Longest = 5;

    private const double Total = 60_000_000;
    private static readonly Dictionary<string, float> Frequencies = Load();
    private static readonly Dictionary<string, float>.AlternateLookup<ReadOnlySpan<char>> Lookup = Frequencies.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>How many words there are.</summary>
    public static int Count => Frequencies.Count;

    /// <summary>Whether the folded text is a word of the list.</summary>
    public static bool Knows(ReadOnlySpan<char> folded) => Lookup.ContainsKey(folded);

    /// <summary>The logarithm of a word's probability in general texts; of what is unknown, that of something rare.</summary>
    public static double LogProbability(ReadOnlySpan<char> folded) => Lookup.TryGetValue(folded, out var log) ? log : -Math.Log(Total);

    /// <summary>How much a word says: 0 for the commonest, 1 for rare and unknown ones.</summary>
    public static double Weight(ReadOnlySpan<char> folded) => Math.Clamp((-LogProbability(folded) - 6) / 6, 0.05, 1);

    /// <summary>Cuts a run of Chinese into the most probable words (the best path through all words of the list).</summary>
    /// <param name="run">Folded.</param>
    /// <param name="lengths">Gets the lengths of the words.</param>
    public static void Cut(ReadOnlySpan<char> run, List<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        lengths.Clear();
        var best = new double[run.Length + 1];
        var choice = new int[run.Length];
        for (var start = run.Length - 1; start >= 0; start--)
        {
            best[start] = double.NegativeInfinity;
            for (var length = 1; length <= Longest && start + length <= run.Length; length++)
            {
                if (length > 1 && !Knows(run.Slice(start, length)))
                    continue;
                var score = LogProbability(run.Slice(start, length)) + best[start + length];
                if (score > best[start])
                    (best[start], choice[start]) = (score, length);
            }
        }
        for (var at = 0; at < run.Length; at += choice[at])
            lengths.Add(choice[at]);
    }

    private static Dictionary<string, float> Load()
    {
        using var unpacked = new GZipStream(Assembly.GetExecutingAssembly().GetManifestResourceStream("Queqiao.Text.words.txt.gz")!, CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        var words = new Dictionary<string, float>(160_000, StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            words.TryAdd(TextFolding.Fold(line[..space]), (float)(int.Parse(line.AsSpan(space + 1), System.Globalization.CultureInfo.InvariantCulture) / 4.0 - Math.Log(Total)));
        }
        return words;
    }
}
