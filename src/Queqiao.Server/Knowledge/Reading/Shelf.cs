using System.Collections.Concurrent;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Text.Answering;
using Queqiao.Text.Passages;

namespace Queqiao.Server.Knowledge.Reading;

/// <param name="Item">An item.</param>
/// <param name="Answer">Which of an FAQ's answers; 0 for an article.</param>
internal readonly record struct PassageKey(Guid Item, int Answer);

/// <summary>What is published in one workspace, in memory: one thread changes it, any number read.</summary>
internal sealed class Shelf(int ws)
{
    private readonly ConcurrentDictionary<Guid, Shelved> _items = [];
    private readonly ConcurrentDictionary<Guid, PublishedKnowledge> _snapshots = [];
    private readonly ConcurrentDictionary<(Guid, bool), FactGraph> _graphs = [];
    private PassageIndex<PassageKey> _passages = new();

    public int Ws => ws;

    public IReadOnlyList<KnowledgeBaseRow> Bases { get; private set; } = [];

    private Dictionary<Guid, HelpCentreSettings> _help = [];

    /// <summary>The help centre of a base.</summary>
    public HelpCentreSettings HelpOf(Guid baseId) => _help.GetValueOrDefault(baseId) ?? HelpCentreSettings.None;

    public IReadOnlyDictionary<Guid, KnowledgeCategory> Categories { get; private set; } = new Dictionary<Guid, KnowledgeCategory>();

    public IReadOnlyList<PublishedFact> Facts { get; private set; } = [];

    public IReadOnlyList<(Guid BaseId, string Line)> SynonymLines { get; private set; } = [];

    public Synonyms Synonyms { get; private set; } = Synonyms.Standard;

    /// <summary>Of all bases together.</summary>
    public long Revision { get; private set; }

    public PassageIndex<PassageKey> Index => _passages;

    /// <summary>An item with the passages it was cut into.</summary>
    internal sealed record Shelved(PublishedItem Item, IReadOnlyList<CutPassage> Passages, IReadOnlyList<(int Answer, int First, int Count)> Keys);

    public Shelved? Find(Guid id) => _items.GetValueOrDefault(id);

    /// <summary>Items whose text shows a file.</summary>
    public IEnumerable<Guid> ShowingFile(Guid file)
    {
        var name = file.ToString();
        return _items.Values.Where(one => one.Item.Content.Texts.Any(text => text.Body.Contains(name, StringComparison.OrdinalIgnoreCase))
            || one.Item.Content.Answers.Any(answer => (answer.Audience ?? one.Item.Content.Audience).Kind == Audience.Everybody && answer.Text.Contains(name, StringComparison.OrdinalIgnoreCase))).Select(one => one.Item.Id);
    }

    public IEnumerable<PublishedItem> Items => _items.Values.Select(one => one.Item);

    public long RevisionOf(Guid baseId) => Bases.FirstOrDefault(row => row.Id == baseId)?.Revision ?? -1;

    /// <summary>Takes over what changed. Items without a content are no longer published.</summary>
    public void Take(IReadOnlyList<KnowledgeBaseRow> bases, IReadOnlyList<KnowledgeCategory> categories, IReadOnlyList<KnowledgeTerm> terms, IReadOnlyList<PublishedFact> facts, IEnumerable<(KnowledgeItem Item, KnowledgeContent? Content)> changed)
    {
        Categories = categories.ToDictionary(row => row.Id);
        _help = bases.ToDictionary(row => row.Id, row => HelpCentreSettings.Of(row.Help));
        foreach (var (item, content) in changed)
        {
            if (content is null)
                Drop(item.Id);
            else
                Put(item, content);
        }
        if (_passages.IsWorn)
            Renew();
        var lines = terms.Select(term => (term.BaseId, string.Join(' ', Arranging.Terms.WordsOf(term.Words).Select(word => word.Replace(' ', '_'))))).Where(line => line.Item2.Contains(' ', StringComparison.Ordinal)).ToList();
        if (!lines.Select(line => line.Item2).SequenceEqual(SynonymLines.Select(line => line.Line)))
            Synonyms = lines.Count == 0 ? Synonyms.Standard : new Synonyms(lines.Select(line => line.Item2));
        (SynonymLines, Facts) = (lines, facts);
        _graphs.Clear();
        _snapshots.Clear();
        (Bases, Revision) = (bases, bases.Sum(row => row.Revision));
    }

    /// <summary>Names of a category from the top shelf down.</summary>
    public IReadOnlyList<string> PathOf(Guid? category)
    {
        var names = new List<string>();
        for (var at = category; at is { } id && Categories.TryGetValue(id, out var row) && names.Count < 8; at = row.ParentId)
            names.Insert(0, row.Name);
        return names;
    }

    /// <summary>A category's name in a language.</summary>
    public static string NameOf(KnowledgeCategory category, string language) =>
        Arranging.Categories.NamesOf(category.Names).FirstOrDefault(one => KnowledgeContent.Speaks(one.Key, language)).Value is { Length: > 0 } name ? name : category.Name;

    public PublishedKnowledge Published(Guid? baseId) => _snapshots.GetOrAdd(baseId ?? Guid.Empty, id => new PublishedKnowledge(
        id == Guid.Empty ? Revision : RevisionOf(id),
        [.. Items.Where(item => id == Guid.Empty || item.BaseId == id).OrderBy(item => item.Id)],
        [.. Facts.Where(fact => id == Guid.Empty || fact.BaseId == id)],
        [.. SynonymLines.Where(line => id == Guid.Empty || line.BaseId == id).Select(line => line.Line)]));

    public FactGraph Graph(Guid? baseId, bool withInternal) => _graphs.GetOrAdd((baseId ?? Guid.Empty, withInternal), key => new FactGraph(
        [.. Facts.Where(fact => (key.Item1 == Guid.Empty || fact.BaseId == key.Item1) && (key.Item2 || !fact.IsInternal)).Select(fact => new Fact(fact.Subject, fact.Relation, fact.Target))]));

    private void Put(KnowledgeItem row, KnowledgeContent content)
    {
        Drop(row.Id);
        var item = new PublishedItem(row.Id, row.BaseId, row.Kind == "faq", row.ExternalKey, row.CategoryId, PathOf(row.CategoryId), row.PublishedVersion!.Value, row.Revision, row.PublishedAt ?? 0, content);
        var passages = Passages.Of(content);
        var keys = new List<(int, int, int)>();
        if (item.IsFaq)
            keys.AddRange(passages.Select((_, i) => (i, i, 1)));
        else
            keys.Add((0, 0, passages.Count));
        foreach (var (answer, first, count) in keys)
            _passages.Put(new PassageKey(item.Id, answer), [.. passages.Skip(first).Take(count).Select(one => one.Indexed(Passages.Also(content, one)))]);
        _items[item.Id] = new Shelved(item, passages, keys);
    }

    private void Drop(Guid id)
    {
        if (!_items.TryRemove(id, out var gone))
            return;
        foreach (var (answer, _, _) in gone.Keys)
            _passages.Remove(new PassageKey(id, answer));
    }

    /// <summary>An index without what was taken out of the old one.</summary>
    private void Renew()
    {
        var next = new PassageIndex<PassageKey>();
        foreach (var shelved in _items.Values)
        {
            foreach (var (answer, first, count) in shelved.Keys)
                next.Put(new PassageKey(shelved.Item.Id, answer), [.. shelved.Passages.Skip(first).Take(count).Select(one => one.Indexed(Passages.Also(shelved.Item.Content, one)))]);
        }
        _passages = next;
    }
}
