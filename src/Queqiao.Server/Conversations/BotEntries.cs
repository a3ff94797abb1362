namespace Queqiao.Server.Conversations;

/// <summary>What the bot adds to what it says: how it came to it, from what, and what may be chosen next.</summary>
/// <param name="Kind">What it is (<see cref="BotSays"/>).</param>
/// <param name="Brain">Who thought of it: <c>offline</c>, or the name of a model.</param>
internal sealed record BotPart(string Kind, string Brain)
{
    /// <summary>What it answered with: an entry of the knowledge base, a flow.</summary>
    public string? Entry { get; init; }

    /// <summary>How sure it was, 0 to 1.</summary>
    public double? Score { get; init; }

    public IReadOnlyList<BotCitation>? Citations { get; init; }

    public IReadOnlyList<BotButton>? Buttons { get; init; }

    /// <summary>What the bot remembers from here on. Never leaves the server.</summary>
    public string? State { get; init; }
}

/// <summary>Where an answer stands.</summary>
/// <param name="Id">Of the entry or article.</param>
/// <param name="Link">A page that customers may see: a whole address, or a path on this server; null: there is none.</param>
/// <param name="Quote">The words it rests on.</param>
internal sealed record BotCitation(string Id, string Title, string? Link = null, string? Quote = null);

/// <summary>What a customer can choose; choosing is saying its text.</summary>
internal sealed record BotButton(string Id, string Text);

/// <summary>The kinds of what the bot says. Stored: never rename one.</summary>
internal static class BotSays
{
    public const string Welcome = "welcome";
    public const string Answer = "answer";
    public const string Facts = "facts";
    public const string Clarify = "clarify";
    public const string Refuse = "refuse";
    public const string SmallTalk = "small_talk";
    public const string Flow = "flow";
    public const string HandOver = "hand_over";
    public const string Goodbye = "goodbye";
}

/// <summary>The bot gave the conversation to people.</summary>
/// <param name="Reason">Why (<see cref="HandOverReason"/>).</param>
/// <param name="Summary">What it is about, in a sentence or three.</param>
/// <param name="Details">JSON: <c>{"slots":[{"name","value"}],"tried":[{"asked","did","entry"}]}</c>.</param>
internal sealed record HandedOver(string Reason, string Summary, string? Details) : InternalEntry;

/// <summary>Why a person is to take over. Stored: never rename one.</summary>
internal static class HandOverReason
{
    public const string Asked = "asked";
    public const string Angry = "angry";
    public const string Failing = "failing";
    public const string Flow = "flow";
    public const string Attachment = "attachment";
    public const string Broken = "broken";
    public const string Off = "off";

    /// <summary>The channel takes nothing from us any more.</summary>
    public const string Closed = "closed";

    /// <summary>Answers went to and fro as programs do it.</summary>
    public const string Looping = "looping";

    public static readonly IReadOnlyList<string> All = [Asked, Angry, Failing, Flow, Attachment, Broken, Off, Closed, Looping];
}

/// <summary>The customer says whether what the bot said was of use.</summary>
/// <param name="Of">Seq of what it said.</param>
/// <param name="Reason"><c>wrong</c>, <c>unclear</c>, <c>incomplete</c> or <c>other</c>; null: not said.</param>
internal sealed record BotRated(long Of, bool Helpful, string? Reason) : EntryBody;
