using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>
/// Changes a message at its provider as it was changed here, or takes it back. In the lane of the conversation's deliveries, so it comes
/// after the message itself. What the provider does not take is said at the message: the customer still reads the old one.
/// </summary>
[NoPurposeGate("corrects what was said to the customer who is being served")]
internal sealed class ReviseJob(
    DeliveryBook book, IOutgoingMessages messages, ReachBook reaches, IChannels channels, KindRegistry kinds, AdapterServices services, ChannelTurns turns, ChannelHealth health, Ids ids) : IJobHandler
{
    public const string Name = "channels.revise";

    private const int MostTries = 6;

    public JobKind Kind { get; } = new(Name)
    {
        Class = JobClass.Live, Concurrency = 8, MostTries = MostTries, FirstWait = TimeSpan.FromSeconds(2), LongestWait = TimeSpan.FromMinutes(5), Keep = TimeSpan.FromHours(1),
    };

    public static NewJob Of(int ws, Guid conversation, long seq) => NewJob.Of(ws, Name, new AboutMessage(conversation, seq)) with { Lane = DeliverJob.LaneOf(conversation) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var (conversation, seq) = run.Payload<AboutMessage>();
        // What has not left yet leaves as it is now, or not at all.
        if (await book.Find(run.Ws, conversation, seq, ct) is not { State: not (DeliveryStates.Pending or DeliveryStates.Failed) } delivery)
            return new JobOutcome.Done();
        if (await messages.Find(run.Ws, conversation, seq, ct) is not { Body.Revision: { } revision } posted || revision.Seq <= (delivery.RevisedSeq ?? 0))
            return new JobOutcome.Done();
        if (await channels.Find(delivery.ChannelId, ct) is not { Enabled: true, Account: { } account } channel || kinds.Find(channel.Kind)?.Adapter is not IRevisionChannel changes)
            return await NotChanged(delivery, DeliveryFaults.ChannelOff);
        var known = await book.External(delivery, ct);
        if (known.Count == 0)
            return await NotChanged(delivery, DeliveryFaults.NoId);
        var acts = revision.Recalled ? Revising.Recall(known) : Revising.Edit(kinds.Find(channel.Kind)!, posted.Body, known, account);
        if (acts is null)
            return await NotChanged(delivery, DeliveryFaults.TooLong);
        var reach = await reaches.Find(run.Ws, posted.Who, ct);
        foreach (var (kind, id, text) in acts)
        {
            if (turns.Take(kinds.Find(channel.Kind)!.Descriptor, account, conversation, out var wait) is not { } turn)
                return new JobOutcome.TryLater("delivery_waits", wait) { Counts = false };
            using (turn)
            {
                var outcome = await changes.Revise(new Queqiao.Channels.Revision(kind, id, reach?.To ?? posted.Who.Identity, reach?.Place, text?.Text)
                {
                    Rich = text?.Rich, ReplyWith = reach?.ReplyWith ?? new Dictionary<string, string>(),
                }, services.For(account), CancellationToken.None);
                turn.Ended(outcome);
                var asked = Asked.By(run, delivery.ChannelId, outcome, MostTries, health, ids.Now());
                if (asked.Later is { } later)
                    return later;
                if (asked.Failed is { } failure)
                    return await NotChanged(delivery, failure);
            }
            if (kind == RevisionKind.Recall)
                await book.Forget(delivery, posted.ContactId, id);
        }
        await book.Revised(delivery, revision.Seq);
        return new JobOutcome.Done();
    }

    private async Task<JobOutcome> NotChanged(Delivery delivery, Failure failure)
    {
        await book.NotChanged(delivery, failure);
        return new JobOutcome.Done();
    }
}

/// <summary>What has to be asked of a provider so that its message becomes ours. Pure.</summary>
internal static class Revising
{
    public static IReadOnlyList<(RevisionKind Kind, string Id, TextContent? Text)> Recall(IReadOnlyList<string> known) => [.. known.Select(id => (RevisionKind.Recall, id, (TextContent?)null))];

    /// <summary>Texts come before files in a plan. Null: the new text needs more messages than were sent, and a later one cannot be put between.</summary>
    public static IReadOnlyList<(RevisionKind Kind, string Id, TextContent? Text)>? Edit(IChannelKind kind, MessagePosted now, IReadOnlyList<string> known, ChannelAccount account)
    {
        var texts = kind.Adapter!.Plan(new Outbound("", AdapterKind.TextOf(kind.Descriptor, now.Text, now.Markdown)), account.Settings).Select(part => part.Content).OfType<TextContent>().ToList();
        var ids = known.Take(known.Count - (now.Attachments?.Count ?? 0)).ToList();
        if (texts.Count > ids.Count || (texts.Count < ids.Count && !kind.Descriptor.Can(Abilities.Recall)))
            return null;
        return [.. texts.Select((text, index) => (RevisionKind.Edit, ids[index], (TextContent?)text)), .. Recall([.. ids.Skip(texts.Count)])];
    }
}
