using System.Buffers;
using System.Collections.Concurrent;
using Queqiao.Text.Searching;

namespace Queqiao.Text.Passages;

/// <summary>A part of a document.</summary>
/// <param name="Title">What it is called, with what it is also found by; counts for more.</param>
/// <param name="Body">The text.</param>
public readonly record struct Passage(string Title, string Body);

/// <summary>A passage that was found.</summary>
/// <param name="Key">The document's.</param>
/// <param name="Part">Which of its passages, from 0.</param>
/// <param name="Score">Comparable within one search only.</param>
/// <param name="Covered">Which share of what the query says is in it, 0 to 1.</param>
public readonly record struct FoundPassage<TKey>(TKey Key, int Part, double Score, double Covered);

/// <summary>What a search found.</summary>
/// <param name="Items">Best first.</param>
/// <param name="Corrected">The query with mistyped words mended; null: it was taken as it is.</param>
public sealed record FoundPassages<TKey>(IReadOnlyList<FoundPassage<TKey>> Items, string? Corrected);

/// <summary>
/// Full text over passages, in memory: Chinese by pairs of characters, English by words, ranked by BM25; forgives slips of the keyboard and
/// characters that sound alike, takes pinyin and synonyms. Documents come and go while others search: one writer at a time, any number of readers.
/// </summary>
public sealed class PassageIndex<TKey>
    where TKey : notnull
{
    private const float Saturation = 1.2f;
    private const float LengthWeight = 0.6f;
    private const int TimesOfTitle = 3;
    private const int Reranked = 200;
    private readonly Lock _writing = new();
    private readonly Dictionary<TKey, (int From, int Count)> _places = [];
    private volatile Store _store = new();

    /// <summary>How many passages there are.</summary>
    public int Count => _store.Live;

    /// <summary>Adds a document, or replaces the one of this key.</summary>
    public void Put(TKey key, IReadOnlyList<Passage> passages)
    {
        ArgumentNullException.ThrowIfNull(passages);
        lock (_writing)
        {
            Take(key);
            _places[key] = (_store.Count, passages.Count);
            for (var part = 0; part < passages.Count; part++)
                _store.Add(key, part, passages[part]);
        }
    }

    /// <summary>Takes a document out. False: there is none of this key.</summary>
    public bool Remove(TKey key)
    {
        lock (_writing)
            return Take(key);
    }

    /// <summary>Whether so much was taken out that a new index would be notably smaller.</summary>
    public bool IsWorn => _store.Count > 1_000 && _store.Live < _store.Count * 2 / 3;

    /// <summary>Finds passages, at most one of each document.</summary>
    /// <param name="text">Words or a question.</param>
    /// <param name="synonyms">Which words mean the same.</param>
    /// <param name="most">No more than so many.</param>
    /// <param name="may">Which documents may be found; what it refuses is treated as if it were not there.</param>
    public FoundPassages<TKey> Find(string text, Synonyms synonyms, int most, Func<TKey, bool>? may = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(synonyms);
        var store = _store;
        var query = PassageQuery.Of(text, synonyms, store.Spelling, word => store.Shows(word, may));
        if (query.Groups.Count == 0)
            return new([], null);
        return new(store.Find(query, most, may), query.Corrected);
    }

    /// <summary>The part of a text that holds most of what is looked for, and where.</summary>
    public Snippet Excerpt(string query, Synonyms synonyms, string text, int length = 160) => PassageQuery.Of(query, synonyms, _store.Spelling, static _ => true).Excerpt(text, length);

    private bool Take(TKey key)
    {
        if (!_places.Remove(key, out var place))
            return false;
        _store.Hide(place.From, place.Count);
        return true;
    }

    private sealed class Store
    {
        private readonly ConcurrentDictionary<ulong, Posting> _terms = new(1, 4096);
        private readonly ConcurrentDictionary<ulong, Posting> _sounds = new(1, 1024);
        private readonly PassageTerms _reader = new();
        private readonly Dictionary<ulong, (int Times, ulong Sound)> _counting = [];
        private readonly HashSet<ulong> _alike = [];
        private volatile Entry[] _entries = new Entry[64];
        private volatile int _count;
        private volatile int _live;
        private long _lengths;

        public Spelling Spelling { get; } = new();

        public int Count => _count;

        public int Live => _live;

        public void Add(TKey key, int part, Passage passage)
        {
            _counting.Clear();
            _alike.Clear();
            var length = Take(passage.Title, TimesOfTitle, singles: true, sounds: true) + Take(passage.Body, 1, singles: false, sounds: false);
            var number = _count;
            var entries = _entries;
            if (number == entries.Length)
                Array.Resize(ref entries, number * 2);
            entries[number] = new Entry(key, part, length);
            _entries = entries;
            foreach (var (term, (times, sound)) in _counting)
            {
                _terms.GetOrAdd(term, static _ => new Posting()).Append(number, times);
                if (sound != 0 && _alike.Add(sound)) // two pairs that sound alike are one
                    _sounds.GetOrAdd(sound, static _ => new Posting()).Append(number, 1);
            }
            Interlocked.Add(ref _lengths, length);
            _live++;
            _count = number + 1; // last: from here on readers see it
        }

        private int Take(string text, int worth, bool singles, bool sounds)
        {
            _reader.Read(text, singles);
            foreach (var term in _reader.List)
            {
                var (times, sound) = _counting.GetValueOrDefault(term.Hash);
                _counting[term.Hash] = (Math.Min(Posting.MostTimes, times + worth), sounds ? term.Sound : sound);
                if (term.IsWord)
                    Spelling.Add(_reader.Folded.Letters[term.Start..term.End].ToString());
            }
            return _reader.List.Count;
        }

        public void Hide(int from, int count)
        {
            for (var number = from; number < from + count; number++)
                _entries[number].IsHidden = true;
            _live -= count;
        }

        public List<FoundPassage<TKey>> Find(PassageQuery query, int most, Func<TKey, bool>? may)
        {
            var count = _count;
            var scores = ArrayPool<float>.Shared.Rent(count);
            var masks = ArrayPool<ulong>.Shared.Rent(count);
            try
            {
                scores.AsSpan(0, count).Clear();
                masks.AsSpan(0, count).Clear();
                var rarities = new float[query.Groups.Count];
                for (var i = 0; i < rarities.Length; i++)
                    rarities[i] = Rarity(query, i, count);
                foreach (var way in query.Ways)
                    Score(way, rarities, scores.AsSpan(0, count), masks.AsSpan(0, count));
                return Best(scores.AsSpan(0, count), masks.AsSpan(0, count), rarities, most, may);
            }
            finally
            {
                ArrayPool<float>.Shared.Return(scores);
                ArrayPool<ulong>.Shared.Return(masks);
            }
        }

        /// <summary>Whether a word stands in something that may be found: what is mended must not tell what is hidden.</summary>
        public bool Shows(string word, Func<TKey, bool>? may)
        {
            if (!_terms.TryGetValue(Features.NGrams.Hash(Wording.Meanings.Stem(word)), out var posting))
                return false;
            var entries = _entries;
            var count = _count;
            var reader = new PostingReader(posting.Now);
            while (reader.Next() && reader.Document < count)
            {
                if (!entries[reader.Document].IsHidden && (may is null || may(entries[reader.Document].Key)))
                    return true;
            }
            return false;
        }

        private float Rarity(PassageQuery query, int group, int count)
        {
            var holders = _terms.TryGetValue(query.Groups[group], out var posting) ? posting.Count : 0;
            if (holders == 0)
            {
                // What nobody writes is as rare as what may stand for it.
                foreach (var way in query.Ways)
                    holders = (way.Groups & (1UL << group)) != 0 && (way.IsSound ? _sounds : _terms).TryGetValue(way.Term, out var other) ? Math.Max(holders, other.Count) : holders;
            }
            return query.Weights[group] * MathF.Log(1 + ((count - holders + 0.5f) / (holders + 0.5f)));
        }

        private void Score(PassageQuery.Way way, float[] rarities, Span<float> scores, Span<ulong> masks)
        {
            if (!(way.IsSound ? _sounds : _terms).TryGetValue(way.Term, out var posting))
                return;
            var average = _count == 0 ? 1 : (float)Interlocked.Read(ref _lengths) / _count;
            var entries = _entries;
            var reader = new PostingReader(posting.Now);
            while (reader.Next())
            {
                var document = reader.Document;
                if (document >= scores.Length)
                    break;
                var open = way.Groups & ~masks[document];
                if (open == 0 && !way.Adds)
                    continue;
                float worth = 0;
                for (var left = open == 0 ? way.Groups : open; left != 0; left &= left - 1)
                    worth += rarities[System.Numerics.BitOperations.TrailingZeroCount(left)];
                float times = reader.Times;
                scores[document] += way.Worth * worth * (Saturation + 1) * times / (times + (Saturation * (1 - LengthWeight + (LengthWeight * entries[document].Length / average))));
                masks[document] |= way.Groups;
            }
        }

        private List<FoundPassage<TKey>> Best(ReadOnlySpan<float> scores, ReadOnlySpan<ulong> masks, float[] rarities, int most, Func<TKey, bool>? may)
        {
            var all = rarities.Sum() + 1e-6f;
            var best = new Dictionary<TKey, FoundPassage<TKey>>();
            foreach (var number in Top(scores, Math.Max(Reranked, most * 4), may))
            {
                float covered = 0;
                for (var left = masks[number]; left != 0; left &= left - 1)
                    covered += rarities[System.Numerics.BitOperations.TrailingZeroCount(left)];
                var share = Math.Min(1, covered / all);
                var found = new FoundPassage<TKey>(_entries[number].Key, _entries[number].Part, scores[number] * (0.35 + (0.65 * share)), share);
                if (!best.TryGetValue(found.Key, out var known) || found.Score > known.Score)
                    best[found.Key] = found;
            }
            return [.. best.Values.OrderByDescending(found => found.Score).ThenByDescending(found => found.Covered).Take(most)];
        }

        private List<int> Top(ReadOnlySpan<float> scores, int most, Func<TKey, bool>? may)
        {
            var allowed = new Dictionary<TKey, bool>();
            var queue = new PriorityQueue<int, (float Score, int Order)>(most + 1);
            var least = 0f;
            for (var i = 0; i < scores.Length; i++)
            {
                if (scores[i] <= least || _entries[i].IsHidden)
                    continue;
                if (may is not null)
                {
                    if (!allowed.TryGetValue(_entries[i].Key, out var isAllowed))
                        allowed.Add(_entries[i].Key, isAllowed = may(_entries[i].Key));
                    if (!isAllowed)
                        continue;
                }
                queue.Enqueue(i, (scores[i], -i));
                if (queue.Count <= most)
                    continue;
                queue.Dequeue();
                queue.TryPeek(out _, out var worst);
                least = worst.Score;
            }
            var top = new List<int>(queue.Count);
            while (queue.TryDequeue(out var number, out _))
                top.Add(number);
            return top;
        }
    }

    private sealed class Entry(TKey key, int part, int length)
    {
        private volatile bool _isHidden;

        public TKey Key => key;

        public int Part => part;

        public int Length => length;

        public bool IsHidden
        {
            get => _isHidden;
            set => _isHidden = value;
        }
    }
}
