using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Conversations;
using Queqiao.Text.Answering;

namespace Queqiao.Server.Bot.Thinking;

/// <summary>What the bot thinks with: who it is, what it knows and remembers, what was said, and how busy people are.</summary>
internal sealed record Situation(BotProfile Profile, Brain Brain, FlowBook Flows, BotMemory Memory, string Said)
{
    /// <summary>What this person is told instead of what is published, by entry: answers that are compared.</summary>
    public IReadOnlyDictionary<string, string> Instead { get; init; } = Comparing.Experiments.Nothing;

    /// <summary>Whether pictures or files came with it.</summary>
    public bool HasFiles { get; init; }

    public Staff Staff { get; init; } = new(0, 0);

    /// <summary>Unix milliseconds.</summary>
    public long Now { get; init; }

    /// <summary>Whether nobody has said anything to this customer yet.</summary>
    public bool IsNew { get; init; }

    /// <summary><c>zh</c> or <c>en</c>: what the answer is given in.</summary>
    public string Language { get; init; } = "zh";

    /// <summary>The kind of channel that it was said on: answers may have a text of their own there. Null: on none.</summary>
    public string? Channel { get; init; }

    /// <summary>What the knowledge has for it, of what is said on this channel.</summary>
    public Reply Reply() => Brain.Reply(Said, Profile, Language, Now, entry => entry.On(Channel) is not null);

    /// <summary>An entry as it is said now on this channel; null: it is not.</summary>
    public BotEntry? Entry(string key) => Brain.Entry(key)?.On(Channel) is { } entry && entry.HoldsAt(Now) ? entry : null;

    public string Text(string code, params ReadOnlySpan<object?> args) => Words.Say(Language, code, args);
}

/// <summary>People who could take over.</summary>
/// <param name="Online">How many are there and take conversations.</param>
/// <param name="Waiting">How many customers wait already.</param>
internal sealed record Staff(int Online, int Waiting);

/// <summary>What the bot comes to: what it says, what it keeps in mind, how it leaves, or what it has to ask elsewhere first.</summary>
/// <param name="Call">To be done now; what came of it goes to <see cref="FlowEngine.Continue"/>.</param>
internal sealed record Thought(IReadOnlyList<BotUtterance> Words, BotMemory Memory, BotEnding? Then = null, ActionCall? Call = null)
{
    /// <summary>What decided, for those who test: <c>person</c>, <c>anger</c>, <c>offer</c>, <c>flow</c>, <c>chat</c>, <c>knowledge</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether a model may try, should there be one: the offline brain has no sure answer.</summary>
    public bool MayAskModel { get; init; }
}

/// <summary>A call of an action by a flow.</summary>
internal sealed record ActionCall(string Action, IReadOnlyDictionary<string, string> Arguments);

/// <summary>The published flows of a workspace.</summary>
internal sealed record FlowBook(IReadOnlyList<PublishedFlow> All)
{
    public static readonly FlowBook Empty = new([]);

    /// <summary>Versions that this person begins instead of what is published: flows that are compared.</summary>
    public IReadOnlyDictionary<Guid, int> Instead { get; init; } = new Dictionary<Guid, int>();

    /// <summary>What a conversation begins with; null: it is switched off or gone.</summary>
    public PublishedFlow? Newest(string key) =>
        All.Where(one => one.Flow.Key == key && one.IsCurrent).MaxBy(one => one.Version) is not { } current ? null
        : Instead.TryGetValue(current.Id, out var version) ? Find(key, version) ?? current : current;

    public PublishedFlow? Find(string key, int version) => All.FirstOrDefault(one => one.Flow.Key == key && one.Version == version);

    public IReadOnlyList<FlowTrigger> Triggers => [.. All.Where(one => one.IsCurrent).Select(one => new FlowTrigger(one.Flow.Key, one.Flow.Language, one.Flow.Title, one.Flow.When))];
}

/// <param name="IsCurrent">Whether new conversations begin with it; older versions only end what began with them.</param>
internal sealed record PublishedFlow(BotFlow Flow, int Version, bool IsCurrent = true)
{
    public Guid Id { get; init; }
}
