using Queqiao.Channels.Formatting;

namespace Queqiao.Channels;

/// <summary>Something to send to a customer.</summary>
/// <param name="To">The person's id, as the platform gave it.</param>
public sealed record Outbound(string To, OutboundContent Content)
{
    /// <summary>The place's id, where it is not the person's.</summary>
    public string? ConversationId { get; init; }

    public bool IsGroup { get; init; }

    /// <summary>The message that this answers.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>Ours, the same at every try: platforms that know idempotency get it.</summary>
    public string Key { get; init; } = "";

    /// <summary>Which part of a plan this is, from 0.</summary>
    public int Index { get; init; }

    /// <summary>What the newest inbound event of the conversation brought (<see cref="InboundEvent.ReplyWith"/>).</summary>
    public IReadOnlyDictionary<string, string> ReplyWith { get; init; } = Nothing.Facts;

    /// <summary>The reason for writing outside the window, where the platform has names for them.</summary>
    public string? Tag { get; init; }

    internal string PartKey => Index == 0 ? Key : $"{Key}-{Index}";

    internal string Reply(string name) => ReplyWith.TryGetValue(name, out var value) ? value : "";

    public override string ToString() => $"outbound {Content.GetType().Name}";
}

public abstract record OutboundContent
{
    public sealed override string ToString() => GetType().Name;
}

public sealed record TextContent(string Text) : OutboundContent
{
    /// <summary>The same with its marks, for platforms that take them in a form of their own; null: it has none.</summary>
    public RichText? Rich { get; init; }
}

public sealed record MediaContent(OutboundMedia Media, string? Caption = null) : OutboundContent;

/// <param name="Open">Opens the file; may be called again when a try failed.</param>
/// <param name="PublicUrl">Where the platform can fetch it, if it has to.</param>
public sealed record OutboundMedia(MediaKind Kind, string FileName, string Mime, long Size, Func<CancellationToken, Task<Stream>> Open, Uri? PublicUrl = null)
{
    public TimeSpan? Duration { get; init; }

    public override string ToString() => "media";
}

/// <summary>A title, a text, a picture, buttons. Where it cannot be drawn it becomes text that says the same.</summary>
public sealed record CardContent(string Title, string? Text = null) : OutboundContent
{
    public Uri? Image { get; init; }

    public IReadOnlyList<CardButton> Buttons { get; init; } = [];
}

/// <summary>Opens <paramref name="Url"/>, or comes back as <see cref="ButtonPressed"/> with <paramref name="Payload"/>.</summary>
public sealed record CardButton(string Label, string? Payload = null, Uri? Url = null);

public sealed record LinkContent(string Title, Uri Url) : OutboundContent
{
    public string? Description { get; init; }

    public Uri? Image { get; init; }
}

public sealed record LocationContent(double Latitude, double Longitude, string? Title = null, string? Address = null) : OutboundContent;

/// <summary>A message that the platform has approved; the way to write when the window is closed.</summary>
/// <param name="Values">In order; named templates use the names.</param>
public sealed record TemplateContent(string Name, string Language, IReadOnlyList<TemplateValue> Values) : OutboundContent
{
    public Uri? Url { get; init; }
}

public sealed record TemplateValue(string Name, string Text);

public enum SignalKind { Typing, TypingEnded, Read }

/// <param name="MessageId">The customer's newest message; what is read.</param>
public sealed record Signal(SignalKind Kind, string To, string? ConversationId = null, string? MessageId = null)
{
    public IReadOnlyDictionary<string, string> ReplyWith { get; init; } = Nothing.Facts;
}

public enum RevisionKind { Edit, Recall, React, Unreact }

/// <param name="Text">The new text, or the emoji.</param>
public sealed record Revision(RevisionKind Kind, string MessageId, string To, string? ConversationId = null, string? Text = null)
{
    public IReadOnlyDictionary<string, string> ReplyWith { get; init; } = Nothing.Facts;

    /// <summary>The new text with its marks; null: it has none.</summary>
    public RichText? Rich { get; init; }

    public override string ToString() => $"revision {Kind}";
}
