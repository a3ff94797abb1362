using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>What providers report of messages that we sent: those they name, or all up to a moment.</summary>
internal sealed class Receipts(IOutgoingMessages messages, IOutsideConversations conversations, DeliveryBook book, IStorageEngine storage, Ids ids) : IEventTaker
{
    /// <summary>How long a request may be out whose answer has not been written down: a receipt may overtake it.</summary>
    private const long Overtaking = 120_000;

    public async Task Take(ChannelView channel, IReadOnlyList<InboundEvent> events, CancellationToken ct)
    {
        var told = events.OfType<DeliveryReported>().Select(one => (Report: one, Who: EventReading.WhoOf(channel.Id, one))).ToList();
        var echoes = events.OfType<MessageReceived>().Where(one => one is { Direction: EventDirection.Outbound, MessageId: not null }).Select(one => (Who: EventReading.WhoOf(channel.Id, one), Id: one.MessageId!)).Where(one => one.Who is not null).ToList();
        if (told.Count == 0 && echoes.Count == 0)
            return;
        var wanted = told.Where(one => one.Who is not null).SelectMany(one => one.Report.TargetIds.Select(id => (Who: one.Who!.Value, Id: id))).Concat(echoes.Select(one => (one.Who!.Value, one.Id))).Distinct().ToList();
        var known = await messages.Named(channel.Ws, wanted, ct);
        if (wanted.Any(one => !known.ContainsKey(one)) && await AreOut(channel, ct))
            throw new NotYetException();
        foreach (var conversation in told.Where(one => one.Who is not null).SelectMany(one => one.Report.TargetIds.Select(id => (one.Report, Who: one.Who!.Value, Id: id)))
            .Where(one => known.ContainsKey((one.Who, one.Id))).Select(one => (one.Report, one.Who, At: known[(one.Who, one.Id)])).GroupBy(one => one.At.ConversationId))
            await Report(channel, conversation.Key, [.. conversation.Select(one => (one.Report, one.Who, one.At.Seq))], ct);
    }

    private async Task Report(ChannelView channel, Guid conversation, List<(DeliveryReported Report, CustomerKey Who, long Seq)> reports, CancellationToken ct)
    {
        var states = reports.GroupBy(one => one.Seq).ToDictionary(one => one.Key, one => one.Select(it => (State: ChannelHealth.NameOf(it.Report.State), it.Report.Failure)).MaxBy(it => DeliveryStates.Rank(it.State)));
        await book.Reported(channel.Ws, conversation, states, ct);
        if (reports.Where(one => one.Report.State == DeliveryState.Read).OrderBy(one => one.Seq).LastOrDefault() is { Report: { } read } last) // MaxBy throws for none
            await conversations.Take(channel.Ws, [new Incoming.Seen(last.Who, read.DedupeKey + ":seen", null, last.Seq)], ct);
    }

    /// <summary>Whether something is on its way by this channel, so that an id may become known in a moment.</summary>
    private async Task<bool> AreOut(ChannelView channel, CancellationToken ct)
    {
        var since = ids.Now() - Overtaking;
        await using var db = storage.Read(channel.Ws);
        return await db.Visible(Scope<Delivery>.Workspace(channel.Ws)).AnyAsync(row => row.ChannelId == channel.Id && row.State == DeliveryStates.Pending && row.CreatedAt > since, ct);
    }
}
