using System.Buffers;
using Queqiao.Text.Sentences;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Retrieving;

/// <summary>
/// Entries (of a knowledge base), each with the questions it answers and perhaps a text. Finds the entries that a question may mean.
/// Entries come and go while others read: one writer at a time, any number of readers.
/// </summary>
public sealed class QuestionIndex(Meanings? meanings = null)
{
    private const int DocumentsLooked = 60;
    private const int QuestionsAnEntry = 3;
    private const int MoreBySense = 15;
    private readonly Lock _writing = new();
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly TermIndex _raw = new(), _meant = new(), _rawEntries = new(), _meantTexts = new();
    private volatile Question[] _questions = new Question[64];
    private volatile Entry[] _entries = new Entry[64];
    private volatile sbyte[] _senses = new sbyte[64 * SentenceEncoder.Width];
    private volatile int _live;

    /// <summary>How many entries there are.</summary>
    public int Count => _live;

    /// <summary>How many questions were ever added.</summary>
    public int Questions => _raw.Count;

    /// <summary>How many different terms the questions have.</summary>
    public int Terms => _raw.Terms + _meant.Terms;

    /// <summary>Which words mean the same.</summary>
    public Meanings Meanings { get; } = meanings ?? Meanings.Standard;

    internal TermIndex Raw => _raw;

    internal TermIndex Meant => _meant;

    /// <summary>Adds an entry, or replaces the one of this name.</summary>
    public void Put(string id, IReadOnlyList<string> questions, string? text = null)
    {
        ArgumentNullException.ThrowIfNull(questions);
        lock (_writing)
        {
            Take(id);
            var number = _rawEntries.Count;
            _numbers[id] = number;
            var all = string.Join('\n', questions);
            var words = Phrase.Of(text is null ? all : all + "\n" + text, Meanings);
            _entries = Placed(_entries, number, new Entry(id, words.Meant.Hashes, [.. words.Vectors.Where(vector => vector != WordVectors.None).Distinct()], text is null ? null : PackedSentence.Of(text)));
            _meantTexts.Add(words.Meant);
            foreach (var question in questions)
            {
                var phrase = Phrase.Of(question, Meanings);
                _questions = Placed(_questions, _raw.Count, new Question(number, phrase));
                AddSense(_raw.Count, question);
                _meant.Add(phrase.Meant);
                _raw.Add(phrase.Raw);
            }
            _rawEntries.Add(Phrase.Of(all, Meanings).Raw); // last: from here on readers see it
            _live++;
        }
    }

    /// <summary>Takes an entry out. False: there is none of this name.</summary>
    public bool Remove(string id)
    {
        lock (_writing)
            return Take(id);
    }

    /// <summary>The entries that may be meant, with their signals; the order is only a first guess.</summary>
    internal List<Candidate> Find(Phrase query, string text, int most)
    {
        var count = _raw.Count;
        var entries = _rawEntries.Count;
        var scores = ArrayPool<float>.Shared.Rent(2 * count + 3 * entries);
        try
        {
            scores.AsSpan(0, 2 * count + 3 * entries).Clear();
            var byQuestion = scores.AsSpan(0, count);
            var byEntry = scores.AsSpan(count, entries);
            var byText = scores.AsSpan(count + entries, entries);
            var (rawSelf, meantSelf) = (Self(query.Raw, _raw), Self(query.Meant, _meant));
            _raw.Score(query.Raw, byQuestion, 1 / rawSelf);
            _meant.Score(query.Meant, byQuestion, 1 / meantSelf);
            _rawEntries.Score(query.Raw, byEntry, 1 / rawSelf);
            _meantTexts.Score(query.Meant, byText, 1 / meantSelf);
            var senses = new Senses(PackedSentence.Of(text), scores.AsSpan(count + 2 * entries, count), scores.AsSpan(2 * count + 2 * entries, entries));
            Compare(senses);
            return Candidates(query, byQuestion, byEntry, byText, senses, most);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scores);
        }
    }

    private List<Candidate> Candidates(Phrase query, ReadOnlySpan<float> byQuestion, ReadOnlySpan<float> byEntry, ReadOnlySpan<float> byText, Senses senses, int most)
    {
        var found = new List<Candidate>();
        var byNumber = new Dictionary<int, Candidate>();
        var kinship = new Kinship(query);
        foreach (var document in Best(byQuestion))
        {
            var question = _questions[document];
            if (!byNumber.TryGetValue(question.Entry, out var candidate))
            {
                if (!IsThere(question.Entry, byEntry) || found.Count == most)
                    continue;
                candidate = Of(query, kinship, question.Entry, byQuestion[document], byEntry[question.Entry], byText[question.Entry]);
                byNumber.Add(question.Entry, candidate);
                found.Add(candidate);
            }
            if (candidate.Looked < QuestionsAnEntry)
                Compare(query, kinship, candidate, question.Phrase, byQuestion[document]);
        }
        var byWords = found.Count;
        foreach (var document in Best(senses.ByQuestion))
        {
            var number = _questions[document].Entry;
            if (found.Count >= byWords + MoreBySense) // what is left of the room is for texts
                break;
            if (!IsThere(number, byEntry) || byNumber.ContainsKey(number))
                continue;
            var candidate = Of(query, kinship, number, byQuestion[document], byEntry[number], byText[number]);
            Compare(query, kinship, candidate, _questions[document].Phrase, byQuestion[document]);
            byNumber.Add(number, candidate);
            found.Add(candidate);
        }
        foreach (var number in Best(byText))
        {
            if (found.Count >= most + MoreBySense)
                break;
            if (!IsThere(number, byEntry) || byNumber.ContainsKey(number))
                continue;
            byNumber.Add(number, Of(query, kinship, number, 0, byEntry[number], byText[number]));
            found.Add(byNumber[number]);
        }
        foreach (var candidate in found)
        {
            // What has no text (a flow) must not stand behind for that: its questions speak for it.
            var question = senses.ByEntry[candidate.Number];
            candidate.Mean(question, _entries[candidate.Number].Sense is { } said ? PackedSentence.Likeness(said, senses.Query) : question);
        }
        return found;
    }

    /// <summary>Compares a question with one of a candidate's.</summary>
    private void Compare(Phrase query, Kinship kinship, Candidate candidate, Phrase question, float score)
    {
        Span<double> signals = stackalloc double[PairSignals.Count];
        Span<double> kin = stackalloc double[Kinship.OfQuestion];
        PairSignals.Of(query, question, _raw, _meant, signals);
        kinship.Of(question, kin);
        candidate.Look(signals, kin, score);
    }

    /// <summary>Not taken out, and not just being added: an entry's questions are there a moment before itself.</summary>
    private bool IsThere(int entry, ReadOnlySpan<float> known) => entry < known.Length && _entries[entry].IsLive;

    /// <summary>How near in sense each question is, and the nearest of each entry.</summary>
    private void Compare(Senses senses)
    {
        var (all, questions) = (_senses, _questions);
        for (var i = 0; i < senses.ByQuestion.Length; i++)
        {
            var near = senses.ByQuestion[i] = PackedSentence.Likeness(all.AsSpan(i * SentenceEncoder.Width, SentenceEncoder.Width), senses.Query);
            var entry = questions[i].Entry;
            if (entry < senses.ByEntry.Length)
                senses.ByEntry[entry] = Math.Max(senses.ByEntry[entry], near);
        }
    }

    private void AddSense(int document, string question)
    {
        var senses = _senses;
        if ((document + 1) * SentenceEncoder.Width > senses.Length)
            Array.Resize(ref senses, senses.Length * 2);
        PackedSentence.Encode(question, senses.AsSpan(document * SentenceEncoder.Width, SentenceEncoder.Width));
        _senses = senses;
    }

    private Candidate Of(Phrase query, Kinship kinship, int entry, float byQuestion, float byEntry, float byText)
    {
        var covered = PairSignals.Covered(query, _entries[entry].Words, out var missing);
        var kin = kinship.With(_entries[entry].Words, _entries[entry].Vectors, out var unsaid);
        return new Candidate(_entries[entry].Id, entry, byQuestion, byEntry, byText, covered, missing, kin, unsaid);
    }

    /// <summary>How much of a question no entry knows, by weight; and which share of it some entry knows.</summary>
    /// <param name="query">The question.</param>
    /// <param name="except">Entries that are treated as if they had never been there.</param>
    internal (double Strange, double Known) Strange(Phrase query, IReadOnlyList<int> except)
    {
        double strange = 0, all = 0.05;
        for (var i = 0; i < query.Order.Length; i++)
        {
            var holders = _meantTexts.Holders(query.Order[i]);
            foreach (var entry in except)
                holders -= Array.BinarySearch(_entries[entry].Words, query.Order[i]) >= 0 ? 1 : 0;
            all += query.Weights[i];
            strange += holders > 0 ? 0 : query.Weights[i];
        }
        return (strange, 1 - strange / all);
    }

    /// <summary>Whether there is an entry of this name.</summary>
    public bool Holds(string id)
    {
        lock (_writing)
            return _numbers.ContainsKey(id);
    }

    /// <summary>The number of an entry, or −1.</summary>
    internal int NumberOf(string id) => _numbers.GetValueOrDefault(id, -1);

    /// <summary>The documents with the best scores, best first; equal ones in their order.</summary>
    private static int[] Best(ReadOnlySpan<float> scores)
    {
        var queue = new PriorityQueue<int, (float Score, int Order)>(DocumentsLooked + 1);
        var least = 0f;
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] <= least)
                continue;
            queue.Enqueue(i, (scores[i], -i));
            if (queue.Count <= DocumentsLooked)
                continue;
            queue.Dequeue();
            queue.TryPeek(out _, out var worst);
            least = worst.Score;
        }
        var best = new int[queue.Count];
        for (var i = best.Length - 1; i >= 0; i--)
            best[i] = queue.Dequeue();
        return best;
    }

    private static float Self(Terms terms, TermIndex index)
    {
        var sum = 0.01f;
        foreach (var term in terms.Hashes)
            sum += index.Rarity(term);
        return sum;
    }

    private bool Take(string id)
    {
        if (!_numbers.Remove(id, out var number))
            return false;
        _entries[number].IsLive = false;
        _live--;
        return true;
    }

    private static T[] Placed<T>(T[] items, int at, T item)
    {
        if (at >= items.Length)
            Array.Resize(ref items, at * 2);
        items[at] = item;
        return items;
    }

    private sealed class Entry(string id, ulong[] words, int[] vectors, sbyte[]? sense)
    {
        private volatile bool _isLive = true;

        public string Id => id;

        public ulong[] Words => words;

        public int[] Vectors => vectors;

        public sbyte[]? Sense => sense;

        public bool IsLive
        {
            get => _isLive;
            set => _isLive = value;
        }
    }

    private sealed record Question(int Entry, Phrase Phrase);

    private readonly ref struct Senses(sbyte[] query, Span<float> byQuestion, Span<float> byEntry)
    {
        public sbyte[] Query { get; } = query;

        public Span<float> ByQuestion { get; } = byQuestion;

        public Span<float> ByEntry { get; } = byEntry;
    }
}
