using Queqiao.Text.Answering;

namespace Queqiao.Server.Knowledge;

/// <summary>What other modules may ask of the firm's knowledge. Everything answers from memory, as of a moment ago.</summary>
internal interface IKnowledge
{
    /// <summary>The bases of a workspace, oldest first.</summary>
    ValueTask<IReadOnlyList<KnowledgeBase>> Bases(int ws, CancellationToken ct);

    /// <summary>What is published in a base (null: in every base), of every audience: what is shown to somebody is chosen by <see cref="PublishedItem.MaySee"/>. Compare <see cref="PublishedKnowledge.Revision"/> to know whether anything changed.</summary>
    ValueTask<PublishedKnowledge> Published(int ws, Guid? baseId, CancellationToken ct);

    /// <summary>Something that readers see changed in this workspace, here or on another node. Words may be lost: also compare revisions now and then.</summary>
    event Action<int>? Changed;

    /// <summary>Articles and FAQs that are about a text, best first.</summary>
    ValueTask<FoundKnowledge> Search(int ws, KnowledgeQuery query, CancellationToken ct);

    /// <summary>The facts that answer a question together, in the order in which they follow from each other; null: the graph says nothing about it.</summary>
    ValueTask<FactPath?> Path(int ws, Guid? baseId, string question, KnowledgeReader reader, CancellationToken ct);

    /// <summary>Where an item stands in the public help centre in a language; null: it does not. A path on this server, or a whole address where its base has a name of its own.</summary>
    ValueTask<string?> LinkTo(int ws, PublishedItem item, string language, CancellationToken ct);

    /// <summary>An item helped, or did not: counted, in memory first.</summary>
    void Note(int ws, Guid itemId, KnowledgeUse use);

    /// <summary>Somebody asked and nothing here answers. Masked and sealed before it is kept; the same question counts up.</summary>
    void Missed(int ws, Guid? baseId, string question, string source);
}

/// <summary>What became of an item.</summary>
internal enum KnowledgeUse
{
    Viewed,

    /// <summary>Given as a source by a bot, or put into a reply by a colleague.</summary>
    Cited,

    /// <summary>The customer needed nothing else afterwards.</summary>
    Solved,
    Liked,
    Disliked,
}

/// <param name="Language">Of its texts unless they say otherwise.</param>
/// <param name="HelpPath">Where its public help centre begins (<c>/help</c>); null: it has none.</param>
internal sealed record KnowledgeBase(Guid Id, string Name, string Language, long Revision, string? HelpPath);

/// <summary>What readers see of a base, or of all of them.</summary>
/// <param name="Revision">Grows with every change.</param>
/// <param name="Items">FAQs and articles, by id.</param>
/// <param name="Facts">The graph.</param>
/// <param name="Synonyms">Words of one meaning, separated by spaces, a line each: for <c>Meanings.With</c>.</param>
internal sealed record PublishedKnowledge(long Revision, IReadOnlyList<PublishedItem> Items, IReadOnlyList<PublishedFact> Facts, IReadOnlyList<string> Synonyms)
{
    public IEnumerable<PublishedItem> Faqs => Items.Where(item => item.IsFaq);
}

/// <summary>A published article or FAQ.</summary>
/// <param name="ExternalKey">What another system calls it.</param>
/// <param name="Category">Names from the top shelf down.</param>
/// <param name="Revision">The base's revision when it changed last.</param>
internal sealed record PublishedItem(Guid Id, Guid BaseId, bool IsFaq, string? ExternalKey, Guid? CategoryId, IReadOnlyList<string> Category, int Version, long Revision, long PublishedAt, KnowledgeContent Content)
{
    /// <summary>Whether somebody may see it now.</summary>
    public bool MaySee(KnowledgeReader reader, long now) => reader.MaySee(Content.Audience) && !(Content.ValidFrom > now) && !(Content.ValidTo <= now);
}

/// <param name="IsInternal">Only colleagues may hear of it.</param>
internal sealed record PublishedFact(Guid Id, Guid BaseId, string Subject, string Relation, string Target, bool IsInternal);

/// <param name="Text">Words, or a question. At most 1,000 characters are read.</param>
/// <param name="Language">Wanted first; null: as the text is written.</param>
/// <param name="Kind"><c>faq</c>, <c>article</c>, or null: both.</param>
internal sealed record KnowledgeQuery(string Text, KnowledgeReader Reader, Guid? BaseId = null, string? Language = null, string? Kind = null, Guid? CategoryId = null, int Limit = 10);

/// <param name="Corrected">The text as it was understood, when a word was mistyped.</param>
internal sealed record FoundKnowledge(IReadOnlyList<KnowledgeHit> Hits, string? Corrected);

/// <param name="Score">Comparable within one answer only.</param>
/// <param name="Sure">How well the words of the query are covered, 0 to 1.</param>
/// <param name="Excerpt">Plain text around what was found.</param>
/// <param name="Marks">Where the excerpt holds words of the query.</param>
internal sealed record KnowledgeHit(KnowledgeCitation Source, double Score, double Sure, string Excerpt, IReadOnlyList<Queqiao.Text.Searching.TextRange> Marks, PublishedItem Item);

/// <summary>What an answer rests on: enough to show it, and to find exactly this text again later.</summary>
/// <param name="Anchor">The section of an article; null: the whole.</param>
/// <param name="Path">Where it stands in the public help centre (<see cref="IKnowledge.LinkTo"/>); null: it is not there.</param>
internal sealed record KnowledgeCitation(Guid ItemId, int Version, bool IsFaq, string Title, string Language, string? Heading, string? Anchor, string? Path);
