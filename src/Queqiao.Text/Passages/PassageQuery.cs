using Queqiao.Text.Folding;
using Queqiao.Text.Searching;

namespace Queqiao.Text.Passages;

/// <summary>What a search looks for: groups of terms, each with what may stand for it. Made once for a search.</summary>
internal sealed class PassageQuery
{
    /// <summary>One bit a group in a mask.</summary>
    public const int MostGroups = 60;

    private const float OfSynonym = 0.75f;
    private const float OfSound = 0.45f;
    private const float OfSpelling = 0.8f;

    /// <param name="Term">A hash.</param>
    /// <param name="Groups">Which groups it stands for.</param>
    /// <param name="Worth">How much less than the word itself.</param>
    /// <param name="IsSound">Looked up among sounds.</param>
    /// <param name="Adds">One of several that are one word together: counts beside the others.</param>
    internal sealed record Way(ulong Term, ulong Groups, float Worth, bool IsSound, bool Adds = false);

    /// <summary>The words themselves first.</summary>
    public List<Way> Ways { get; } = [];

    /// <summary>The term of each group.</summary>
    public List<ulong> Groups { get; } = [];

    /// <summary>How much each group says: little for the commonest words.</summary>
    public List<float> Weights { get; } = [];

    /// <summary>The query with mistyped words mended; null: there are none.</summary>
    public string? Corrected { get; private set; }

    /// <summary>What is marked in an excerpt: the words of the query and those that stand for them, folded.</summary>
    public List<string> Marked { get; } = [];

    /// <param name="text">What is looked for.</param>
    /// <param name="synonyms">Which words mean the same.</param>
    /// <param name="spelling">Which words of letters there are.</param>
    /// <param name="shows">Whether a word stands in something that whoever asks may find.</param>
    public static PassageQuery Of(string text, Synonyms synonyms, Spelling spelling, Func<string, bool> shows)
    {
        var query = new PassageQuery();
        var terms = new PassageTerms();
        terms.Read(text, singles: false);
        var folded = terms.Folded.Letters.ToString();
        List<PassageTerm> kept = [.. terms.List.Take(MostGroups)];
        foreach (var term in kept)
        {
            query.Ways.Add(new Way(term.Hash, 1UL << query.Groups.Count, 1, false));
            query.Groups.Add(term.Hash);
            query.Weights.Add(WeightOf(folded.AsSpan(term.Start, term.End - term.Start), term.IsWord));
            query.Marked.Add(folded[term.Start..term.End]);
        }
        query.AddSpelling(folded, kept, spelling, shows);
        query.AddSynonyms(folded, kept, synonyms);
        query.AddSounds(folded, kept, spelling, shows);
        return query;
    }

    /// <summary>A pair of characters that is no word says less than one that is; asking words and the commonest hardly anything.</summary>
    private static float WeightOf(ReadOnlySpan<char> text, bool isWord)
    {
        if (isWord)
            return Common.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text) ? 0.1f : 1;
        if (text.Length < 2 || text[0] < '\u3400')
            return 0.8f;
        return Wording.Meanings.IsAsking(text.ToString()) ? 0.1f : Wording.Words.Knows(text) ? (float)Math.Max(0.15, Wording.Words.Weight(text)) : 0.6f;
    }

    private static readonly HashSet<string> Common = new(("the a an is are am i my we our you your to of and or in it its for on with from at by as be was were do does did can could should would will how what when where why which who not no "
        + "have has had this that these those me please get there if about into up out so").Split(' '), StringComparer.Ordinal);

    private void AddSynonyms(string folded, List<PassageTerm> terms, Synonyms synonyms)
    {
        var others = new PassageTerms();
        foreach (var (start, end, word) in synonyms.In(folded))
        {
            var groups = 0UL;
            for (var i = 0; i < terms.Count; i++)
                groups |= terms[i].Start >= start && terms[i].End <= end ? 1UL << i : 0;
            if (groups == 0)
                continue;
            others.Read(word, singles: false);
            if (others.List.Count == 0)
                continue;
            // Of a longer word one pair speaks for all: the last, which in Chinese tends to say what it is.
            Ways.Add(new Way(others.List[^1].Hash, groups, others.List.Count > 1 ? OfSynonym * 0.8f : OfSynonym, false));
            if (others.List.Count > 2)
                Ways.Add(new Way(others.List[0].Hash, groups, OfSynonym * 0.8f, false));
            Marked.Add(word);
        }
    }

    private void AddSounds(string folded, List<PassageTerm> terms, Spelling spelling, Func<string, bool> shows)
    {
        var sounds = new List<ushort>();
        for (var i = 0; i < terms.Count; i++)
        {
            if (terms[i].Sound != 0)
                Ways.Add(new Way(terms[i].Sound, 1UL << i, OfSound, true));
            else if (terms[i].IsWord && folded[terms[i].Start..terms[i].End] is var word && !(spelling.Knows(word) && shows(word)) && Sounds.Read(word, sounds) && sounds.Count > 1)
            {
                for (var j = 0; j + 1 < sounds.Count; j++)
                    Ways.Add(new Way(PassageTerms.SoundOf(sounds[j], sounds[j + 1]), 1UL << i, 1f / (sounds.Count - 1), true, Adds: true));
            }
        }
    }

    private void AddSpelling(string folded, List<PassageTerm> terms, Spelling spelling, Func<string, bool> shows)
    {
        var mended = folded;
        var sounds = new List<ushort>();
        for (var i = terms.Count - 1; i >= 0; i--)
        {
            if (!terms[i].IsWord || folded[terms[i].Start..terms[i].End] is not { Length: > 3 } word || (spelling.Knows(word) && shows(word)) || spelling.Nearest(word, shows) is not { } near || (Sounds.Read(word, sounds) && sounds.Count > 1))
                continue;
            Ways.Add(new Way(Features.NGrams.Hash(Wording.Meanings.Stem(near)), 1UL << i, OfSpelling, false));
            Marked.Add(near);
            mended = string.Concat(mended.AsSpan(0, terms[i].Start), near, mended.AsSpan(terms[i].End));
        }
        Corrected = mended == folded ? null : mended;
    }

    /// <summary>The part of a text that holds most of what is looked for.</summary>
    public Snippet Excerpt(string text, int length)
    {
        var folded = new FoldedText();
        TextFolding.Fold(text, folded);
        var letters = folded.Letters;
        var found = new List<TextRange>();
        foreach (var word in Marked.Distinct(StringComparer.Ordinal))
        {
            for (var at = 0; at < letters.Length;)
            {
                var next = letters[at..].IndexOf(word, StringComparison.Ordinal);
                if (next < 0 || found.Count > 400)
                    break;
                var (start, end) = (at + next, at + next + word.Length);
                at = start + 1;
                if (char.IsAsciiLetter(word[0]) && start > 0 && char.IsAsciiLetter(letters[start - 1]))
                    continue; // the middle of a word
                found.Add(new TextRange(folded.StartOf(start), folded.EndOf(end - 1)));
            }
        }
        TextRange.Merge(found);
        // From the place on where most of it is near.
        var (best, most) = (0, -1);
        for (var i = 0; i < found.Count; i++)
        {
            var near = 0;
            for (var j = i; j < found.Count && found[j].End <= found[i].Start + length; j++)
                near += found[j].End - found[j].Start;
            if (near > most)
                (best, most) = (i, near);
        }
        return Snippet.Of(text, found.Count == 0 ? [] : [.. found[best..]], length);
    }
}
