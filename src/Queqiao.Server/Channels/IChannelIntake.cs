using Queqiao.Channels;

namespace Queqiao.Server.Channels;

/// <summary>Where events of channels come in, whatever brought them: a webhook, a pull, a socket, a mailbox.</summary>
internal interface IChannelIntake
{
    /// <summary>
    /// Makes conversations of events, in order of their time for each person. Returns when everything is on disk; the same events
    /// again change nothing. Throws when the store is away: tell them again.
    /// </summary>
    Task Take(ChannelView channel, IReadOnlyList<InboundEvent> events, CancellationToken ct);
}
