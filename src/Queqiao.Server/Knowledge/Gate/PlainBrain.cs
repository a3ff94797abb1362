using Queqiao.Text.Answering;
using Queqiao.Text.Retrieving;
using Queqiao.Text.Wording;

namespace Queqiao.Server.Knowledge.Gate;

/// <summary>Answers by the library alone. What it learnt last is kept: the same knowledge is not learnt twice.</summary>
internal sealed class PlainBrain(TimeProvider clock) : IKnowledgeBrain
{
    private (PublishedKnowledge Knowledge, Func<string, Judged> Judge)? _last;

    /// <summary>What was learnt last in each language: a change of one language is no news for the other.</summary>
    private Dictionary<string, (string Digest, Finder Finder)> _finders = new Dictionary<string, (string, Finder)>();
    private readonly Lock _keeping = new();

    public async Task<Func<string, Judged>> Learn(PublishedKnowledge knowledge, CancellationToken ct)
    {
        lock (_keeping)
        {
            if (_last is { } last && ReferenceEquals(last.Knowledge, knowledge))
                return last.Judge;
        }
        var judge = await Task.Run(() => Train(knowledge), ct); // seconds of computing, off the request's thread
        lock (_keeping)
            _last = (knowledge, judge);
        return judge;
    }

    private Func<string, Judged> Train(PublishedKnowledge knowledge)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var seen = knowledge.Faqs.Where(item => item.MaySee(KnowledgeReader.Stranger, now)).ToList();
        var meanings = knowledge.Synonyms.Count == 0 ? Meanings.Standard : Meanings.With(knowledge.Synonyms.Order(StringComparer.Ordinal));
        var finders = seen.SelectMany(item => item.Content.Wordings.Select(wording => (item, wording))).GroupBy(one => KnowledgeContent.PrimaryOf(one.wording.Language).ToString())
            .ToDictionary(group => group.Key, group => Finder(group.Key, [.. group.Select(one => new KnowledgeEntry(
                one.item.Id.ToString("N"), [one.wording.Question, .. one.wording.Similar], one.item.Content.AnswerFor(KnowledgeReader.Stranger, one.wording.Language, null)?.Text))], meanings, knowledge.Synonyms));
        var facts = knowledge.Facts.Where(fact => !fact.IsInternal).Select(fact => new Fact(fact.Subject, fact.Relation, fact.Target)).ToList();
        var answerer = new Answerer(finders, facts.Count == 0 ? null : new FactGraph(facts));
        return question => Judge(answerer.Reply(question));
    }

    private Finder Finder(string language, List<KnowledgeEntry> entries, Meanings meanings, IReadOnlyList<string> synonyms)
    {
        var digest = Learnt.DigestOf(entries, synonyms) + string.Join(' ', entries.Select(entry => entry.Id));
        if (_finders.TryGetValue(language, out var known) && known.Digest == digest)
            return known.Finder;
        var finder = FinderTrainer.Train(entries, meanings: meanings, threads: Math.Min(2, Environment.ProcessorCount));
        lock (_keeping)
            _finders = new Dictionary<string, (string, Finder)>(_finders) { [language] = (digest, finder) };
        return finder;
    }

    private static Judged Judge(Reply reply) => reply.Kind switch
    {
        ReplyKind.Answer => new Judged("item", Guid.ParseExact(reply.Id!, "N")),
        ReplyKind.Person => new Judged("person"),
        ReplyKind.Facts => new Judged("facts"),
        ReplyKind.Order => new Judged("order"),
        ReplyKind.Clarify => new Judged("clarify", reply.Candidates.Count > 0 ? Guid.ParseExact(reply.Candidates[0].Id, "N") : null),
        _ => new Judged("refusal"),
    };
}
