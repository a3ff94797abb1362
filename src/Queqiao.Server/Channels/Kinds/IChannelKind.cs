using Queqiao.Channels;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Channels.Kinds;

/// <summary>
/// A kind of channel: how it is set up, how it receives by webhook (if it does) and how it delivers. Those of Queqiao.Channels are
/// <see cref="AdapterKind"/>; a kind with ways of its own (mail, telephone) is registered as a service of this type and hands what
/// comes in to <see cref="IChannelIntake"/> (docs/adding-a-channel.md).
/// </summary>
internal interface IChannelKind
{
    /// <summary>Name, abilities, limits, settings, reply window: everything a form, a composer or a budget is drawn from.</summary>
    ChannelDescriptor Descriptor { get; }

    /// <summary>The adapter that reads webhooks, pulls and sockets; null: this kind receives by itself.</summary>
    IChannelAdapter? Adapter => null;

    /// <summary>Whether settings can be used; by field. The schema was checked already.</summary>
    IEnumerable<(string Field, string Code)> Check(ChannelSettings settings) => [];

    /// <summary>Cuts a message into steps of one request each. Pure.</summary>
    IReadOnlyList<DeliveryStep> Plan(OutgoingMessage message, ChannelAccount account);

    /// <summary>Proves that the settings work, without a customer noticing.</summary>
    Task<SendOutcome> Probe(ChannelAccount account, CancellationToken ct);

    /// <summary>Opens a file that came with a message.</summary>
    Task<MediaOutcome> Fetch(MediaRef media, ChannelAccount account, CancellationToken ct);
}

/// <summary>A channel as its kind works with it: whose, and the settings with their secrets. Prints none of them.</summary>
/// <param name="Version">Changes with the secrets: what was had by others is of no use then.</param>
internal sealed record ChannelAccount(int Ws, Guid ChannelId, string Kind, ChannelSettings Settings, string Version = "")
{
    public override string ToString() => $"{Kind} {ChannelId}";
}

/// <param name="Repeats">Whether the provider drops a repetition: then a try whose end nobody knows is simply made again.</param>
/// <param name="Send">One request.</param>
internal sealed record DeliveryStep(bool Repeats, Func<CancellationToken, Task<SendOutcome>> Send);

/// <summary>A message of ours on its way out.</summary>
/// <param name="Who">To whom, as the channel names people.</param>
/// <param name="Key">The same at every try.</param>
internal sealed record OutgoingMessage(int Ws, Guid ConversationId, long Seq, CustomerKey Who, string Key, string Text)
{
    public IReadOnlyList<OutgoingFile> Files { get; init; } = [];

    /// <summary>Whose key seals what is kept of it.</summary>
    public Guid ContactId { get; init; }

    /// <summary>The newest change that is in it; 0: none.</summary>
    public long RevisedSeq { get; init; }

    public SentTemplate? Template { get; init; }

    /// <summary>What the customer may choose; where a platform draws no buttons they are numbered lines.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The text with its marks; null: it has none.</summary>
    public string? Markdown { get; init; }

    /// <summary>What the newest event of the person brought; null: nothing that matters.</summary>
    public Reach? Reach { get; init; }

    /// <summary>The platform's id of the message it answers.</summary>
    public string? ReplyTo { get; init; }

    public string? Subject { get; init; }

    /// <summary>The agent's or bot's name as customers see it.</summary>
    public string? SenderName { get; init; }

    public override string ToString() => $"message {ConversationId}.{Seq}";
}

/// <param name="Open">May be called again when a try failed; null: the file is gone.</param>
/// <param name="Link">An address at which a provider can fetch it for a while; null: this server has no public address.</param>
internal sealed record OutgoingFile(Guid Id, string Kind, string Name, string ContentType, long Size, int? DurationMs, Func<CancellationToken, Task<Stream?>> Open, Uri? Link);

/// <summary>How somebody is reached on a channel beside their identity. Kept sealed under the person's key.</summary>
internal sealed record Reach(string To)
{
    public string? Place { get; init; }
    public bool IsGroup { get; init; }
    public string? Thread { get; init; }
    public IReadOnlyDictionary<string, string>? ReplyWith { get; init; }

    /// <summary>The customer's newest message, as the platform numbers it.</summary>
    public string? LastMessageId { get; init; }

    public override string ToString() => "reach";
}
