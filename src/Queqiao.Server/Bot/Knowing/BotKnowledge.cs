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
/// <param name="Answer">Markdown; empty: only some channels have an answer (<see cref="ByChannel"/>).</param>
/// <param name="Link">Its page in the public help centre, a path on this server or a whole address; null: it has none.</param>
/// <param name="ValidFrom">Unix milliseconds.</param>
internal sealed record BotEntry(string Id, string Language, string Title, IReadOnlyList<string> Similar, string Answer, string? Link = null, long? ValidFrom = null, long? ValidTo = null)
{
    private static readonly IReadOnlyDictionary<string, string> NoChannel = new Dictionary<string, string>();

    public string Key => Id + "/" + Language;

    /// <summary>The <see cref="Id"/> in a <see cref="Key"/>: the same in whatever language.</summary>
    public static string IdOf(string key) => key.Split('/')[0];

    /// <summary>What is said instead of <see cref="Answer"/> on a kind of channel.</summary>
    public IReadOnlyDictionary<string, string> ByChannel { get; init; } = NoChannel;

    /// <summary>The answer that it is looked for by, wherever somebody asks: one entry is learnt once.</summary>
    public string Text => Answer.Length > 0 ? Answer : ByChannel.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Value).FirstOrDefault() ?? "";

    /// <summary>As it is said on a kind of channel; null: it has nothing to say there.</summary>
    public BotEntry? On(string? channel) =>
        channel is not null && ByChannel.TryGetValue(channel, out var own) ? this with { Answer = own, ByChannel = NoChannel }
        : Answer.Length > 0 ? this
        : null;

    public bool HoldsAt(long now) => !(ValidFrom > now) && !(ValidTo <= now);

    public bool SaysTheSameAs(BotEntry other) => Title == other.Title && Answer == other.Answer && Similar.SequenceEqual(other.Similar)
        && ByChannel.Count == other.ByChannel.Count && ByChannel.All(one => other.ByChannel.TryGetValue(one.Key, out var same) && same == one.Value);
}
