using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>
/// Puts a sign of ours to a message on its platform, or takes it away. In the lane of the conversation's deliveries, so behind the
/// message, and one sign after the other. What the platform does not take is said at the message.
/// </summary>
[NoPurposeGate("answers the customer who is being served with a sign")]
internal sealed class ReactJob(
    DeliveryBook book, IOutgoingMessages messages, ReachBook reaches, IChannels channels, KindRegistry kinds, AdapterServices services, ChannelTurns turns, ChannelHealth health, Ids ids) : IJobHandler
{
    public const string Name = "channels.react";

    private const int MostTries = 5;

    public JobKind Kind { get; } = new(Name)
    {
        Class = JobClass.Live, Concurrency = 8, MostTries = MostTries, FirstWait = TimeSpan.FromSeconds(2), LongestWait = TimeSpan.FromMinutes(2), Keep = TimeSpan.FromHours(1),
    };

    /// <param name="seq">Of the entry that says it.</param>
    public static NewJob Of(int ws, Guid conversation, long seq) => NewJob.Of(ws, Name, new AboutMessage(conversation, seq)) with { Lane = DeliverJob.LaneOf(conversation) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var (conversation, seq) = run.Payload<AboutMessage>();
        if (await messages.Reaction(run.Ws, conversation, seq, ct) is not { Emoji: { } emoji } wanted || await messages.Find(run.Ws, conversation, wanted.Of, ct) is not { Body: { Revision: not { Recalled: true } } body } posted)
            return new JobOutcome.Done();
        if (await channels.Find(posted.Who.ChannelId, ct) is not { Enabled: true, Account: { } account } channel || kinds.Find(channel.Kind) is not { Adapter: IRevisionChannel changes } kind)
            return await Refused(run, conversation, seq, wanted, DeliveryFaults.ChannelOff);
        if ((body.ExternalId ?? await NameOfOurs(run.Ws, conversation, wanted.Of, ct)) is not { } id)
            return await Refused(run, conversation, seq, wanted, DeliveryFaults.NoId);
        if (turns.Take(kind.Descriptor, account, conversation, out var wait) is not { } turn)
            return new JobOutcome.TryLater("delivery_waits", wait) { Counts = false };
        using (turn)
        {
            var reach = await reaches.Find(run.Ws, posted.Who, ct);
            var outcome = await changes.Revise(new Queqiao.Channels.Revision(wanted.Removed ? RevisionKind.Unreact : RevisionKind.React, id, reach?.To ?? posted.Who.Identity, reach?.Place, emoji)
            {
                ReplyWith = reach?.ReplyWith ?? new Dictionary<string, string>(),
            }, services.For(account), CancellationToken.None);
            turn.Ended(outcome);
            var asked = Asked.By(run, channel.Id, outcome, MostTries, health, ids.Now());
            return asked.Later ?? (asked.Failed is { } failure ? await Refused(run, conversation, seq, wanted, failure) : new JobOutcome.Done());
        }
    }

    /// <summary>What the platform calls the first part of a message of ours; null: it did not get there.</summary>
    private async Task<string?> NameOfOurs(int ws, Guid conversation, long of, CancellationToken ct) =>
        await book.Find(ws, conversation, of, ct) is { State: not (DeliveryStates.Pending or DeliveryStates.Failed) } delivery && await book.External(delivery, ct) is [var first, ..] ? first : null;

    private async Task<JobOutcome> Refused(JobRun run, Guid conversation, long seq, Reacted wanted, Failure failure)
    {
        await messages.Unreacted(run.Ws, conversation, seq, new Reacted(wanted.Of, wanted.Emoji, !wanted.Removed) { Code = failure.Code, Zh = failure.Reason.Zh, En = failure.Reason.En });
        return new JobOutcome.Done();
    }
}
