namespace Queqiao.Server.Conversations;

/// <summary>
/// Conversations for channels whose people are with somebody else's platform: what came in there becomes entries here. Everything has
/// a key of the platform's, so it may be told any number of times, by several nodes at once.
/// </summary>
internal interface IOutsideConversations
{
    /// <summary>
    /// Stores what came in, in this order, and returns when it is on disk. The answers are in the same order; one that is refused
    /// costs no other.
    /// </summary>
    Task<IReadOnlyList<IncomingOutcome>> Take(int ws, IReadOnlyList<Incoming> came, CancellationToken ct);

    /// <summary>Tells whoever watches that the customer is writing.</summary>
    Task Typing(Customer customer, bool on, CancellationToken ct);

    /// <summary>What stands for a channel's name of a person in indexes.</summary>
    Guid TagOf(int ws, string identity);
}

/// <summary>Something that came in on an outside channel.</summary>
/// <param name="Who">The customer it is about.</param>
/// <param name="Key">The platform's id of it; the same again is the same.</param>
internal abstract record Incoming(CustomerKey Who, string Key)
{
    /// <summary>By the platform's clock, in Unix milliseconds; null: it does not say.</summary>
    public long? At { get; init; }

    /// <summary>The customer said something.</summary>
    public sealed record Said(CustomerKey Who, string Key, string Text) : Incoming(Who, Key)
    {
        /// <summary>Files that have to be fetched.</summary>
        public IReadOnlyList<IncomingMedia> Media { get; init; } = [];

        /// <summary>Files that are here already, uploaded by the customer (Platform/Files).</summary>
        public IReadOnlyList<Guid> Files { get; init; } = [];

        /// <summary>The platform's id of the message; null: its <see cref="Incoming.Key"/>.</summary>
        public string? MessageId { get; init; }

        /// <summary>The platform's id of the message it answers.</summary>
        public string? ReplyTo { get; init; }

        /// <summary>The platform's name of a kind that is not understood.</summary>
        public string? Unsupported { get; init; }

        /// <summary>Not for a bot: nothing may answer it by itself.</summary>
        public bool ForPeople { get; init; }

        /// <summary>A line that the conversation gets when it begins with this message.</summary>
        public string? Subject { get; init; }
    }

    /// <summary>Our side said something by another tool.</summary>
    public sealed record SaidByUs(CustomerKey Who, string Key, string Text) : Incoming(Who, Key)
    {
        public IReadOnlyList<IncomingMedia> Media { get; init; } = [];
        public string? MessageId { get; init; }
    }

    /// <param name="Target">The platform's id of the message.</param>
    public sealed record Edited(CustomerKey Who, string Key, string Target, string Text) : Incoming(Who, Key);

    /// <param name="Target">The platform's id of the message.</param>
    public sealed record Recalled(CustomerKey Who, string Key, string Target) : Incoming(Who, Key);

    /// <param name="Target">The platform's id of the message.</param>
    public sealed record Reaction(CustomerKey Who, string Key, string Target, string? Emoji, bool Removed) : Incoming(Who, Key);

    /// <summary>Something happened that is no message. Somebody who has not said anything yet is not stored for it.</summary>
    public sealed record Happened(CustomerKey Who, string Key, string What, string? Text = null, string? Trigger = null) : Incoming(Who, Key);

    /// <summary>The customer has seen everything up to a moment, in Unix milliseconds; or up to a message that we sent.</summary>
    public sealed record Seen(CustomerKey Who, string Key, long? UpTo, long? Seq = null) : Incoming(Who, Key);
}

/// <summary>What became of it.</summary>
internal abstract record IncomingOutcome
{
    public sealed record Stored(Guid ConversationId, long Seq) : IncomingOutcome;

    /// <summary>It is about a message or a person that is not known here: nothing was stored.</summary>
    public sealed record Unknown : IncomingOutcome;

    /// <param name="Code">As in problems: the contact is blocked, erased …</param>
    public sealed record Refused(string Code) : IncomingOutcome;

    /// <summary>It could not be stored now; it has to be told again.</summary>
    public sealed record Failed(Exception Trouble) : IncomingOutcome;
}
