using System.Collections.Concurrent;

namespace Queqiao.Text.Retrieving;

/// <summary>
/// Which documents hold which terms, ranked by BM25. Documents are added and taken out while others read: one writer, any number of readers,
/// no lock. A reader sees a document wholly or, where it is just being added, in part.
/// </summary>
internal sealed class TermIndex
{
    private const float Saturation = 1.2f;
    private const int TimesBits = 8;
    private const float LengthWeight = 0.75f;
    private readonly ConcurrentDictionary<ulong, Posting> _postings = new(1, 1024);
    private volatile float[] _lengths = new float[64];
    private volatile int _count;
    private long _lengthSum;

    public int Count => _count;

    public int Terms => _postings.Count;

    public double AverageLength => _count == 0 ? 1 : (double)Volatile.Read(ref _lengthSum) / _count;

    /// <summary>Adds the next document.</summary>
    public int Add(Terms terms)
    {
        var document = _count;
        var length = 0;
        foreach (var times in terms.Times)
            length += times;
        var lengths = _lengths;
        if (document == lengths.Length)
            Array.Resize(ref lengths, document * 2);
        lengths[document] = length;
        _lengths = lengths;
        for (var i = 0; i < terms.Hashes.Length; i++)
            _postings.GetOrAdd(terms.Hashes[i], static _ => new Posting()).Append(document, terms.Times[i]);
        Interlocked.Add(ref _lengthSum, length);
        _count = document + 1;
        return document;
    }

    /// <summary>How rare a term is; the rarer, the more it says. Unknown terms are the rarest.</summary>
    public float Rarity(ulong term)
    {
        var holders = Holders(term);
        return MathF.Log(1 + (_count - holders + 0.5f) / (holders + 0.5f));
    }

    /// <summary>How many documents have a term.</summary>
    public int Holders(ulong term) => _postings.TryGetValue(term, out var posting) ? posting.Count : 0;

    /// <summary>Adds the BM25 score of every document to <paramref name="scores"/>.</summary>
    public void Score(Terms query, Span<float> scores, float weight)
    {
        var average = (float)AverageLength;
        var lengths = _lengths;
        foreach (var term in query.Hashes)
        {
            if (!_postings.TryGetValue(term, out var posting))
                continue;
            var page = posting.Page;
            var worth = weight * MathF.Log(1 + (_count - page.Count + 0.5f) / (page.Count + 0.5f)) * (Saturation + 1);
            for (var i = 0; i < page.Count; i++)
            {
                var document = (int)(page.Held[i] >> TimesBits);
                if (document >= scores.Length)
                    break;
                float times = page.Held[i] & byte.MaxValue;
                scores[document] += worth * times / (times + Saturation * (1 - LengthWeight + LengthWeight * lengths[document] / average));
            }
        }
    }

    private sealed class Posting
    {
        private volatile Page _page = new([0], 0);

        public Page Page => _page;

        public int Count => _page.Count;

        public void Append(int document, byte times)
        {
            var (held, count) = _page;
            if (count == held.Length)
                Array.Resize(ref held, count * 2);
            held[count] = (uint)document << TimesBits | times;
            _page = new Page(held, count + 1); // readers of the old page do not look behind its count
        }
    }

    /// <summary>Documents in ascending order, each with how often it holds the term in the lower eight bits: one array, for most terms have one document.</summary>
    private sealed record Page(uint[] Held, int Count);
}
