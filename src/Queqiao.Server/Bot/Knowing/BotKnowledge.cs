using Queqiao.Text.Answering;

namespace Queqiao.Server.Bot.Knowing;

/// <summary>What a bot knows: entries that customers may be told, and the facts of the graph.</summary>
/// <param name="Revision">Of the knowledge it was read from: equal revisions, equal knowledge.</param>
internal sealed record BotKnowledge(string Revision, IReadOnlyList<BotEntry> Entries, IReadOnlyList<Fact> Facts, IReadOnlyList<string> Synonyms)
{
    public static readonly BotKnowledge Nothing = new("", [], [], []);
}

/// <summary>An answer and what it is asked by.</summary>
/// <param name="Id">Of the entry; an entry in two languages is two of them, told apart by <paramref name="Language"/>.</param>
/// <param name="Language"><c>zh</c> or <c>en</c>.</param>
/// <param name="Title">The standard question.</param>
/// <param name="Answer">Markdown.</param>
/// <param name="Link">Its page in the public help centre, a path on this server or a whole address; null: it has none.</param>
/// <param name="ValidFrom">Unix milliseconds.</param>
internal sealed record BotEntry(string Id, string Language, string Title, IReadOnlyList<string> Similar, string Answer, string? Link = null, long? ValidFrom = null, long? ValidTo = null)
{
    public string Key => Id + "/" + Language;

    public bool HoldsAt(long now) => !(ValidFrom > now) && !(ValidTo <= now);

    public bool SaysTheSameAs(BotEntry other) => Title == other.Title && Answer == other.Answer && Similar.SequenceEqual(other.Similar);
}
