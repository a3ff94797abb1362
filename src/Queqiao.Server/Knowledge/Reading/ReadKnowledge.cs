using Queqiao.Server.Knowledge.Reporting;
using Queqiao.Text.Answering;
using Queqiao.Text.Languages;

namespace Queqiao.Server.Knowledge.Reading;

/// <summary>The front door: answers from the shelf.</summary>
internal sealed class ReadKnowledge : IKnowledge
{
    private const int MostText = 1_000;

    /// <summary>What shares less with the query than this is not about it.</summary>
    private const double LeastCovered = 0.2;

    private readonly KnowledgeLibrary _library;
    private readonly TimeProvider _clock;

    private readonly UseCounter _counter;

    public ReadKnowledge(KnowledgeLibrary library, UseCounter counter, TimeProvider clock)
    {
        (_library, _counter, _clock) = (library, counter, clock);
        library.Changed += ws => Changed?.Invoke(ws);
    }

    public event Action<int>? Changed;

    public async ValueTask<IReadOnlyList<KnowledgeBase>> Bases(int ws, CancellationToken ct) =>
        [.. (await _library.Of(ws, ct)).Bases.Select(row => new KnowledgeBase(row.Id, row.Name, row.Language, row.Revision, HelpCentreSettings.Of(row.Help).IsOn ? "/help" : null))];

    public async ValueTask<PublishedKnowledge> Published(int ws, Guid? baseId, CancellationToken ct) => (await _library.Of(ws, ct)).Published(baseId);

    public async ValueTask<FactPath?> Path(int ws, Guid? baseId, string question, KnowledgeReader reader, CancellationToken ct)
    {
        var shelf = await _library.Of(ws, ct);
        return shelf.Facts.Count == 0 ? null : shelf.Graph(baseId, reader.IsColleague).Answer(question.Length > MostText ? question[..MostText] : question);
    }

    public async ValueTask<FoundKnowledge> Search(int ws, KnowledgeQuery query, CancellationToken ct)
    {
        var shelf = await _library.Of(ws, ct);
        var text = query.Text.Length > MostText ? query.Text[..MostText] : query.Text;
        var language = query.Language ?? LanguageGuess.Of(text);
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        var below = query.CategoryId is { } category ? Below(shelf, category) : null;
        var found = shelf.Index.Find(text, shelf.Synonyms, Math.Min(query.Limit * 4, 200), key => May(shelf, key, query, below, now));
        var hits = found.Items.Select(one => (one, shelved: shelf.Find(one.Key.Item)))
            .Where(pair => pair.shelved is not null && pair.one.Covered >= LeastCovered)
            .Select(pair => (pair.one, pair.shelved, passage: PassageOf(pair.shelved!, pair.one.Key, pair.one.Part)))
            .Where(pair => pair.passage is not null)
            .Select(pair => (pair.one, shelved: pair.shelved!, passage: pair.passage!, score: pair.one.Score * (KnowledgeContent.Speaks(pair.passage!.Language, language) ? 1 : 0.6)))
            .OrderByDescending(hit => hit.score).DistinctBy(hit => hit.shelved.Item.Id).Take(query.Limit)
            .Select(hit => Hit(shelf, hit.shelved.Item, hit.passage, hit.score, hit.one.Covered, text));
        return new FoundKnowledge([.. hits], found.Corrected);
    }

    public async ValueTask<string?> LinkTo(int ws, PublishedItem item, string language, CancellationToken ct) => PublicPath.Of(await _library.Of(ws, ct), item, language);

    public void Note(int ws, Guid itemId, KnowledgeUse use) => _counter.Note(ws, itemId, use);

    public void Missed(int ws, Guid? baseId, string question, string source) => _counter.Miss(ws, baseId, question, source);

    private static bool May(Shelf shelf, PassageKey key, KnowledgeQuery query, HashSet<Guid>? below, long now)
    {
        if (shelf.Find(key.Item) is not { } shelved || !shelved.Item.MaySee(query.Reader, now))
            return false;
        if (query.BaseId is { } home && shelved.Item.BaseId != home)
            return false;
        if (query.Kind is { } kind && shelved.Item.IsFaq != (kind == "faq"))
            return false;
        if (below is not null && !(shelved.Item.CategoryId is { } category && below.Contains(category)))
            return false;
        // An FAQ may have answers that are for fewer people than itself.
        return PassageOf(shelved, key, 0)?.Answer is not { Audience: { } audience } || query.Reader.MaySee(audience);
    }

    private static CutPassage? PassageOf(Shelf.Shelved shelved, PassageKey key, int part)
    {
        foreach (var (answer, first, count) in shelved.Keys)
        {
            if (answer == key.Answer && part < count)
                return shelved.Passages[first + part];
        }
        return null;
    }

    private static HashSet<Guid> Below(Shelf shelf, Guid category)
    {
        var all = new HashSet<Guid> { category };
        while (shelf.Categories.Values.Where(row => row.ParentId is { } parent && all.Contains(parent)).Select(row => row.Id).ToList().Exists(all.Add))
        {
            // until no shelf is added
        }
        return all;
    }

    private static KnowledgeHit Hit(Shelf shelf, PublishedItem item, CutPassage passage, double score, double covered, string text)
    {
        var snippet = shelf.Index.Excerpt(text, shelf.Synonyms, passage.Text);
        return new KnowledgeHit(CitationOf(shelf, item, passage), score, covered, snippet.Text, snippet.Marks, item);
    }

    private static KnowledgeCitation CitationOf(Shelf shelf, PublishedItem item, CutPassage passage) =>
        new(item.Id, item.Version, item.IsFaq, passage.Title, passage.Language, passage.Heading, passage.Anchor, PublicPath.Of(shelf, item, passage.Language, passage.Anchor));
}
