using System.Text.Json;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Recognising;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>Events of channels become what conversations know: the only place where a platform's words turn into ours.</summary>
internal sealed class ChannelIntake(
    IOutsideConversations conversations, IContacts contacts, KindRegistry kinds, IEnumerable<IEventTaker> takers, ReachBook reaches, ChannelHealth health, IStorageEngine storage, JobQueue jobs, Ids ids, ILogger<ChannelIntake> log) : IChannelIntake
{
    private const int MostKnown = 50_000;

    /// <summary>Names that were stored by this node: they are told again and again.</summary>
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(Guid Channel, string Identity), int> _named = new();

    public async Task Take(ChannelView channel, IReadOnlyList<InboundEvent> events, CancellationToken ct)
    {
        if (events.Count == 0)
            return;
        var now = ids.Now();
        health.CameIn(channel, now);
        NotYetException? notYet = null;
        foreach (var taker in takers)
        {
            try
            {
                await taker.Take(channel, events, ct);
            }
            catch (NotYetException early)
            {
                notYet = early;
            }
        }
        // An echo may be our own message, whose id is being written down: it waits. Everything else is taken now.
        if (notYet is not null)
            events = [.. events.Where(one => one is not MessageReceived { Direction: EventDirection.Outbound })];
        // By the platform's clock; what has none, and what is of the same moment, stays as it came.
        var about = EventReading.InOrder(events).Select(one => (Event: one, Who: EventReading.WhoOf(channel.Id, one))).Where(one => one.Who is not null).ToList();
        var descriptor = kinds.Find(channel.Kind)?.Descriptor;
        var came = about.Select(one => (one.Event, Who: one.Who!.Value, Incoming: EventReading.Read(one.Event, one.Who!.Value, descriptor?.Window, descriptor?.Reactions) is { } read ? read with { At = read.At ?? now } : null)).ToList(); // windows begin by it
        await Name(channel, came.Where(one => one.Incoming is Incoming.Said).Select(one => (one.Event, one.Who)), ct);
        foreach (var (typing, who, _) in came.Where(one => one.Event is TypingSignalled))
            await conversations.Typing(new Customer(channel.Ws, who), ((TypingSignalled)typing).IsTyping, ct);
        var told = came.Where(one => one.Incoming is not null).ToList();
        var outcomes = await conversations.Take(channel.Ws, [.. told.Select(one => one.Incoming!)], ct);
        await reaches.Keep(channel, told.Zip(outcomes, (one, outcome) => (one.Event, one.Who, outcome)), ct);
        Judge(channel, told.Select(one => one.Event).Zip(outcomes));
        if (notYet is not null)
            throw notYet;
    }

    /// <summary>What could not be stored has to come again; what was refused (a blocked person) or is about something unknown is done.</summary>
    private void Judge(ChannelView channel, IEnumerable<(InboundEvent Event, IncomingOutcome Outcome)> outcomes)
    {
        Exception? trouble = null;
        foreach (var (about, outcome) in outcomes)
        {
            if (outcome is IncomingOutcome.Failed failed && trouble is not StorageUnavailableException)
                trouble = failed.Trouble;
            if (outcome is IncomingOutcome.Unknown && log.IsEnabled(LogLevel.Debug))
                log.LogDebug("An event {Type} of the channel {Channel} is about nothing known here", about.Type, channel.Id);
        }
        if (trouble is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(trouble);
    }

    private async Task Name(ChannelView channel, IEnumerable<(InboundEvent Event, CustomerKey Who)> people, CancellationToken ct)
    {
        var asksProfile = kinds.Find(channel.Kind)?.Adapter is IProfileChannel;
        foreach (var person in people.GroupBy(one => one.Who))
        {
            var arrival = EventReading.ArrivalOf(channel.Kind, person.Key, person.Last().Event);
            if (arrival is null)
                continue;
            var known = HashCode.Combine(arrival.Name, string.Join('\n', arrival.Identities.Select(one => one.Kind + one.Value)));
            if (_named.TryGetValue((channel.Id, person.Key.Identity), out var before) && before == known) // 0: this node has not seen them
                continue;
            await storage.Run(channel.Ws, async (unit, stop) =>
            {
                var contact = await contacts.Arrive(unit, arrival, stop);
                if (asksProfile && before == 0)
                    await jobs.Add(unit, AskProfile.For(channel.Ws, channel.Id, contact), stop);
                return 0;
            }, ct);
            if (_named.Count >= MostKnown)
                _named.Clear();
            _named[(channel.Id, person.Key.Identity)] = known;
        }
    }
}

/// <summary>Hears of a channel's events before conversations do: receipts, hints to pull.</summary>
internal interface IEventTaker
{
    Task Take(ChannelView channel, IReadOnlyList<InboundEvent> events, CancellationToken ct);
}
