namespace Queqiao.Channels;

public enum EventDirection
{
    /// <summary>From the customer.</summary>
    Inbound,

    /// <summary>From our side: an echo of what was sent, or about it.</summary>
    Outbound,

    /// <summary>About the account itself; belongs to no conversation.</summary>
    None,
}

/// <summary>A customer as the platform knows them.</summary>
/// <param name="Id">The platform's stable id, as precise as it was sent. Empty when it gave a name only: then nobody can be recognised by it.</param>
public sealed record Person(string Id)
{
    public string? Name { get; init; }

    public string? Username { get; init; }

    public string? AvatarUrl { get; init; }

    public string? Language { get; init; }

    public string? Country { get; init; }

    /// <summary>Further ids of the same person: unionid, aadObjectId …</summary>
    public IReadOnlyDictionary<string, string> Also { get; init; } = Nothing.Facts;

    public override string ToString() => "person";
}

/// <summary>Where it was said.</summary>
public sealed record Place(string Id, bool IsGroup = false)
{
    public string? Title { get; init; }

    public string? Thread { get; init; }
}

/// <summary>Something that a platform told, in our words. Prints neither names nor texts.</summary>
public abstract record InboundEvent
{
    /// <summary>The platform's own name of it, such as "message.text".</summary>
    public required string Type { get; init => field = value.Length == 0 ? "unknown" : value; }

    /// <summary>The same for every delivery of the same event of an account.</summary>
    public required string DedupeKey { get; init; }

    public EventDirection Direction { get; init; }

    public DateTimeOffset? At { get; init; }

    public string? AccountId { get; init; }

    /// <summary>The customer; null when the platform does not say who.</summary>
    public Person? Person { get; init; }

    public Place? Place { get; init; }

    /// <summary>Another application owns the conversation: watch, do not answer.</summary>
    public bool IsStandby { get; init; }

    public bool IsRedelivery { get; init; }

    /// <summary>What has to be handed back with an answer (reply tokens, session addresses). The newest one of a conversation counts.</summary>
    public IReadOnlyDictionary<string, string> ReplyWith { get; init; } = Nothing.Facts;

    /// <summary>Further things worth showing or matching.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = Nothing.Facts;

    /// <summary>The event as it came.</summary>
    public string Raw { get; init; } = "";

    public sealed override string ToString() => $"{GetType().Name} {Type}";
}

/// <summary>A message: from the customer, or (outbound) sent for the account by another tool or by us.</summary>
public sealed record MessageReceived : InboundEvent
{
    public string? MessageId { get; init; }

    public string? Text { get; init; }

    public IReadOnlyList<MessagePart> Parts { get; init; } = [];

    public string? ReplyTo { get; init; }

    public bool IsForwarded { get; init; }
}

/// <summary>The customer pressed something that was offered: a button, a menu, a command.</summary>
public sealed record ButtonPressed : InboundEvent
{
    public string? MessageId { get; init; }

    public string? Text { get; init; }

    public string? Payload { get; init; }

    /// <summary>The message that had the button.</summary>
    public string? TargetId { get; init; }
}

public sealed record MessageEdited : InboundEvent
{
    public required string TargetId { get; init; }

    public string? MessageId { get; init; }

    public string? Text { get; init; }

    public IReadOnlyList<MessagePart> Parts { get; init; } = [];
}

public sealed record MessageRecalled : InboundEvent
{
    public required string TargetId { get; init; }
}

public sealed record ReactionChanged : InboundEvent
{
    public required string TargetId { get; init; }

    public string? Emoji { get; init; }

    public bool IsRemoved { get; init; }
}

public sealed record TypingSignalled(bool IsTyping = true) : InboundEvent;

public enum DeliveryState { Sent, Delivered, Read, Failed }

/// <summary>What became of messages that we sent: those named, or all up to the watermark. States come out of order; never go back.</summary>
public sealed record DeliveryReported(DeliveryState State) : InboundEvent
{
    public IReadOnlyList<string> TargetIds { get; init; } = [];

    public DateTimeOffset? Watermark { get; init; }

    public Failure? Failure { get; init; }
}

public sealed record Followed : InboundEvent;

public sealed record Unfollowed : InboundEvent;

/// <summary>The same person has another id from now on.</summary>
public sealed record IdentityChanged(string NewId) : InboundEvent
{
    public string? Text { get; init; }
}

/// <summary>Something that is neither message nor receipt: a session opened, a member joined. <see cref="InboundEvent.Facts"/> say more.</summary>
public sealed record Noted(string What) : InboundEvent;

/// <summary>There is something to pull (see <see cref="IPullChannel"/>).</summary>
public sealed record PullHinted(string Hint) : InboundEvent;

/// <summary>A kind that is not understood. A message is still shown as one, so that the agent sees that something came.</summary>
public sealed record Unsupported : InboundEvent
{
    public bool IsMessage { get; init; }

    public string? MessageId { get; init; }

    public Failure? Failure { get; init; }
}

internal static class Nothing
{
    public static readonly IReadOnlyDictionary<string, string> Facts = new Dictionary<string, string>();
}
