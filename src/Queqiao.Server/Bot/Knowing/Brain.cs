using Queqiao.Server.Bot.Configuring;
using Queqiao.Text.Answering;
using Queqiao.Text.Languages;
using Queqiao.Text.Retrieving;
using Queqiao.Text.Wording;

namespace Queqiao.Server.Bot.Knowing;

/// <summary>
/// The offline brain over one state of the knowledge: which entry answers a question, and how surely. For any number of threads.
/// A changed entry is put into the index at once (<see cref="With"/>); what is learnt about the whole follows in the background.
/// </summary>
internal sealed class Brain
{
    /// <summary>Flows stand among the entries under names that begin so.</summary>
    public const string FlowPrefix = "flow:";

    private static readonly string[] Languages = ["zh", "en"];

    private readonly Dictionary<string, Finder> _finders;
    private readonly FactGraph? _facts;
    private readonly Dictionary<string, BotEntry> _entries;
    private readonly IReadOnlyList<FlowTrigger> _flows;

    private Brain(BotKnowledge knowledge, IReadOnlyList<FlowTrigger> flows, Dictionary<string, Finder> finders)
    {
        Knowledge = knowledge;
        _flows = flows;
        _finders = finders;
        _facts = knowledge.Facts.Count == 0 ? null : new FactGraph(knowledge.Facts);
        _entries = knowledge.Entries.ToDictionary(entry => entry.Key, StringComparer.Ordinal);
    }

    /// <summary>Knows nothing.</summary>
    public static readonly Brain Empty = new(BotKnowledge.Nothing, [], []);

    public BotKnowledge Knowledge { get; }

    /// <summary>What each language taught, for whoever keeps it.</summary>
    public IReadOnlyDictionary<string, Learnt> Taught { get; private init; } = new Dictionary<string, Learnt>();

    /// <param name="known">What the same knowledge taught before, by digest; null: nothing is known.</param>
    /// <param name="before">Languages of it that say the same are taken over.</param>
    public static Brain Train(BotKnowledge knowledge, IReadOnlyList<FlowTrigger> flows, Func<string, Learnt?>? known = null, Brain? before = null)
    {
        var (digests, taught) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, Learnt>(StringComparer.Ordinal));
        var finders = new Dictionary<string, Finder>(StringComparer.Ordinal);
        var meanings = knowledge.Synonyms.Count == 0 ? Meanings.Standard : Meanings.With(knowledge.Synonyms.Order(StringComparer.Ordinal));
        foreach (var language in Languages)
        {
            var entries = EntriesOf(knowledge, flows, language);
            if (entries.Count == 0)
                continue;
            var digest = Learnt.DigestOf(entries, knowledge.Synonyms);
            var finder = before?.Unchanged(language, digest, entries) ?? FinderTrainer.Train(entries, meanings: meanings, learnt: known?.Invoke(digest), threads: Math.Min(2, Environment.ProcessorCount));
            finders.Add(language, finder);
            digests.Add(language, digest);
            taught[digest] = finder.Learnt;
        }
        return new Brain(knowledge, flows, finders) { _digests = digests, Taught = taught };
    }

    private static List<KnowledgeEntry> EntriesOf(BotKnowledge knowledge, IReadOnlyList<FlowTrigger> flows, string language) =>
    [
        .. knowledge.Entries.Where(entry => entry.Language == language).Select(entry => new KnowledgeEntry(entry.Key, [entry.Title, .. entry.Similar], entry.Text)),
        .. flows.Where(flow => flow.Language == language && flow.Phrases.Count > 0).Select(flow => new KnowledgeEntry(FlowPrefix + flow.Key, flow.Phrases)),
    ];

    /// <summary>What stands for the knowledge of each language that there is.</summary>
    public static IReadOnlyList<string> DigestsOf(BotKnowledge knowledge, IReadOnlyList<FlowTrigger> flows) =>
        [.. Languages.Select(language => EntriesOf(knowledge, flows, language)).Where(entries => entries.Count > 0).Select(entries => Learnt.DigestOf(entries, knowledge.Synonyms))];

    /// <summary>A finder that has learnt exactly this and was not changed since.</summary>
    private Finder? Unchanged(string language, string digest, List<KnowledgeEntry> entries) =>
        !_isChanged && _digests.GetValueOrDefault(language) == digest && entries.All(entry => _finders[language].Index.Holds(entry.Id)) ? _finders[language] : null;

    private Dictionary<string, string> _digests = new Dictionary<string, string>();

    /// <summary>Whether its finders hold what they have not learnt.</summary>
    private volatile bool _isChanged;

    private static Brain Changed(Brain brain)
    {
        brain._isChanged = true;
        return brain;
    }

    /// <summary>The same learning over changed knowledge: entries are found as they are now, at once. Null: so much is different that it has to be learnt anew first.</summary>
    public Brain? With(BotKnowledge next, IReadOnlyList<FlowTrigger> flows)
    {
        if (!flows.SequenceEqual(_flows) || !next.Synonyms.SequenceEqual(Knowledge.Synonyms))
            return null;
        var known = next.Entries.ToDictionary(entry => entry.Key, StringComparer.Ordinal);
        if (next.Entries.Any(entry => !_finders.ContainsKey(entry.Language)))
            return null;
        _isChanged = true; // the finders are shared with the next one
        foreach (var gone in _entries.Values.Where(entry => !known.ContainsKey(entry.Key)))
            _finders[gone.Language].Index.Remove(gone.Key);
        foreach (var entry in next.Entries.Where(entry => !_entries.TryGetValue(entry.Key, out var before) || !before.SaysTheSameAs(entry)))
            _finders[entry.Language].Index.Put(entry.Key, [entry.Title, .. entry.Similar], entry.Text);
        return Changed(new Brain(next, flows, _finders));
    }

    /// <summary>The same without what customers may no longer be told, for as long as the rest has to be learnt.</summary>
    public Brain Without(BotKnowledge next)
    {
        _isChanged = true;
        List<BotEntry> left = [.. next.Entries.Where(entry => _entries.ContainsKey(entry.Key))];
        var told = left.Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _entries.Values.Where(entry => !told.Contains(entry.Key)))
            _finders[gone.Language].Index.Remove(gone.Key);
        return Changed(new Brain(Knowledge with { Entries = left, Facts = [.. Knowledge.Facts.Where(next.Facts.Contains)] }, _flows, _finders));
    }

    /// <summary>Whether it has learnt exactly this.</summary>
    public bool IsOf(BotKnowledge knowledge, IReadOnlyList<FlowTrigger> flows) => knowledge.Revision == Knowledge.Revision && flows.SequenceEqual(_flows);

    public BotEntry? Entry(string key) => _entries.GetValueOrDefault(key);

    /// <summary>What an entry or a flow is called where somebody chooses between several.</summary>
    public string? TitleOf(string key) => key.StartsWith(FlowPrefix, StringComparison.Ordinal)
        ? _flows.FirstOrDefault(flow => FlowPrefix + flow.Key == key)?.Title
        : Entry(key)?.Title;

    /// <summary>What is to be done about a message.</summary>
    /// <param name="now">Unix milliseconds: what does not hold now is not there.</param>
    /// <param name="isSaid">Which entries are said where it was asked; null: all of them.</param>
    public Reply Reply(string message, BotProfile profile, string language, long now, Func<BotEntry, bool>? isSaid = null)
    {
        var guess = LanguageGuess.Of(message);
        var order = guess.StartsWith("zh", StringComparison.Ordinal) ? "zh" : guess == "en" ? "en" : language;
        var finder = _finders.GetValueOrDefault(order) ?? _finders.Values.FirstOrDefault();
        var finders = finder is null ? new Dictionary<string, Finder>(StringComparer.Ordinal) : new Dictionary<string, Finder>(StringComparer.Ordinal) { [guess] = finder };
        var reply = new Answerer(finders, _facts, boldness: new Boldness(profile.AnswerFrom, profile.ClarifyFrom)).Reply(message);
        return Holding(reply, key => Entry(key) is not { } entry || (entry.HoldsAt(now) && isSaid?.Invoke(entry) is not false));
    }

    /// <summary>Without what does not hold now and here. When that was the best, nothing sure is left.</summary>
    private static Reply Holding(Reply reply, Func<string, bool> holds)
    {
        if (reply.Candidates.All(candidate => holds(candidate.Id)))
            return reply;
        List<Found> left = [.. reply.Candidates.Where(candidate => holds(candidate.Id))];
        return reply.Kind switch
        {
            ReplyKind.Answer when reply.Id is { } id && !holds(id) => left.Count == 0
                ? reply with { Kind = ReplyKind.Refuse, Id = null, Candidates = left }
                : reply with { Kind = ReplyKind.Clarify, Id = null, Candidates = [.. left.Take(3)] },
            ReplyKind.Clarify when left.Count == 0 => reply with { Kind = ReplyKind.Refuse, Candidates = left },
            _ => reply with { Candidates = left },
        };
    }
}

/// <summary>What begins a flow.</summary>
internal sealed record FlowTrigger(string Key, string Language, string Title, IReadOnlyList<string> Phrases)
{
    public bool Equals(FlowTrigger? other) => other is not null && Key == other.Key && Language == other.Language && Title == other.Title && Phrases.SequenceEqual(other.Phrases);

    public override int GetHashCode() => HashCode.Combine(Key, Language, Title);
}
