namespace Queqiao.Channels;

/// <summary>
/// One outside platform. Stateless, and safe for any number of threads: what is remembered lies with the caller
/// (settings, cursors) or in the seams of <see cref="ChannelContext"/> (tokens, HTTP, clock).
/// </summary>
public interface IChannelAdapter
{
    ChannelDescriptor Descriptor { get; }

    /// <summary>
    /// Pure. Verifies over the raw bytes, then reads. Never throws for what the delivery holds: it is refused, or its
    /// events are returned, those of an unknown kind as <see cref="Unsupported"/>. The reply is what the provider expects.
    /// </summary>
    Received Receive(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now);

    /// <summary>
    /// Pure. Cuts a message into parts of which each is one request: long texts at sensible places, captions that do not
    /// fit, cards that the platform cannot draw as text. Each part is sent, retried and remembered by itself.
    /// </summary>
    IReadOnlyList<Outbound> Plan(Outbound message, ChannelSettings settings);

    /// <summary>Sends one part of a plan. What the provider answers becomes an outcome; nothing is thrown for it.</summary>
    Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct);

    /// <summary>Proves that the settings work, without a customer noticing. The outcome's id names the account.</summary>
    Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct);
}

/// <summary>A platform that has to be asked for what is new.</summary>
public interface IPullChannel
{
    /// <summary>Whether an account with these settings is asked all the time, because its platform does not call us. Each question waits until there is something.</summary>
    bool Polls(ChannelSettings settings) => false;

    /// <summary>One page after the cursor. Store its events before its cursor; call again while there is more. One puller per account.</summary>
    /// <param name="hint">What a <see cref="PullHinted"/> event brought, if one did.</param>
    Task<Pulled> Pull(string? cursor, string? hint, ChannelContext context, CancellationToken ct);
}

/// <summary>A platform that shows typing or read marks to the customer.</summary>
public interface ISignalChannel
{
    Task<SendOutcome> Signal(Signal signal, ChannelContext context, CancellationToken ct);
}

/// <summary>A platform on which sent messages can be changed afterwards.</summary>
public interface IRevisionChannel
{
    Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct);
}

/// <summary>A platform whose media are fetched by reference. The caller disposes the stream and stops at its own limit.</summary>
public interface IMediaChannel
{
    Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct);
}

/// <summary>A platform that tells who a customer is.</summary>
public interface IProfileChannel
{
    Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct);
}

/// <summary>A platform that signs with keys of its own, which have to be fetched now and then.</summary>
public interface IKeyedChannel
{
    /// <summary>The key set, to be kept for a day and handed in as <see cref="WebhookDelivery.ProviderKeys"/>; null when it cannot be had.</summary>
    Task<string?> FetchKeys(ChannelContext context, CancellationToken ct);
}

/// <summary>A platform that delivers over a WebSocket which the caller owns. Frames in, frames and events out; no clock, no socket.</summary>
public interface ISocketChannel
{
    /// <summary>Whether an account with these settings is to be connected.</summary>
    bool Connects(ChannelSettings settings);

    Task<SocketOpening> Open(SocketState state, ChannelContext context, CancellationToken ct);

    SocketStep OnFrame(string frame, SocketState state, ChannelSettings settings, DateTimeOffset now);

    /// <summary>What to send every <see cref="SocketState.Beat"/>.</summary>
    string? Heartbeat(SocketState state);
}
