using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>
/// Brings one message to its customer, request by request. Messages of a conversation go one after the other (the lane); a channel
/// whose provider hangs or refuses keeps nobody else waiting (<see cref="ChannelTurns"/>).
/// </summary>
[NoPurposeGate("brings an answer to the customer who is being served")]
internal sealed class DeliverJob(
    DeliveryBook book, OutgoingReader reader, IChannels channels, KindRegistry kinds, ChannelTurns turns, ChannelHealth health, Ids ids) : IJobHandler
{
    public const string Name = "channels.deliver";

    private const int MostTries = 8;

    public JobKind Kind { get; } = new(Name)
    {
        Class = JobClass.Live, Concurrency = ChannelTurns.Hands, MostTries = MostTries, FirstWait = TimeSpan.FromSeconds(2), LongestWait = TimeSpan.FromMinutes(30), Keep = TimeSpan.FromHours(1),
    };

    public static NewJob Of(int ws, Guid conversation, long seq) => NewJob.Of(ws, Name, new AboutMessage(conversation, seq)) with { Lane = LaneOf(conversation) };

    public static string LaneOf(Guid conversation) => $"deliver:{conversation:N}";

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var (conversation, seq) = run.Payload<AboutMessage>();
        if (await book.Find(run.Ws, conversation, seq, ct) is not { State: DeliveryStates.Pending } delivery)
            return new JobOutcome.Done();
        if (await channels.Find(delivery.ChannelId, ct) is not { Enabled: true, Account: { } account } channel || kinds.Find(channel.Kind) is not { } kind)
            return await Fail(delivery, DeliveryFaults.ChannelOff, ct);
        if (await reader.Read(run.Ws, conversation, seq, ct) is not { } message)
            return await Fail(delivery, DeliveryFaults.Withdrawn, ct);
        if (kind.Adapter is not IRevisionChannel)
            message = message with { ContactId = Guid.Empty }; // nobody will need its ids
        if (kind.Adapter is null)
            message = Choices.SpelledOut(message);
        var steps = kind.Plan(message, account);
        while (delivery.Done < steps.Count)
        {
            if (turns.Take(kind.Descriptor, account, conversation, out var wait) is not { } turn)
                return new JobOutcome.TryLater("delivery_waits", wait) { Counts = false };
            using (turn)
            {
                if (await Step(run, delivery, steps[delivery.Done], message, turn, delivery.Done + 1 == steps.Count) is { } ended)
                    return ended;
            }
        }
        return new JobOutcome.Done();
    }

    public Task WhenDead(JobRun run, WriteUnit unit, CancellationToken ct)
    {
        var (conversation, seq) = run.Payload<AboutMessage>();
        return book.GaveUp(unit, run.Ws, conversation, seq, ct);
    }

    /// <summary>One request. Null: it succeeded, and there may be more.</summary>
    private async Task<JobOutcome?> Step(JobRun run, Delivery delivery, DeliveryStep step, OutgoingMessage message, ChannelTurns.Turn turn, bool isLast)
    {
        // Died between the request and the commit: the provider drops the repetition, or nobody can know.
        if (delivery.Trying && !step.Repeats)
            return await Fail(delivery, DeliveryFaults.Unknown, CancellationToken.None);
        if (!step.Repeats)
            await book.Trying(delivery);
        // Not with the job's token: a server that stops waits for the end of a request rather than not to know it.
        var outcome = await step.Send(CancellationToken.None);
        turn.Ended(outcome);
        if (outcome is SendOutcome.Sent sent)
        {
            await book.Sent(delivery, message, sent.ExternalId, isLast);
            health.WentOut(run.Ws, delivery.ChannelId, ids.Now());
            return isLast ? new JobOutcome.Done() : null;
        }
        var failed = (SendOutcome.NotSent)outcome;
        health.Failed(run.Ws, delivery.ChannelId, failed.Failure, ids.Now());
        // Credentials may come back within minutes (a token that is being fetched, an administrator who is at it); the rest will not.
        var again = failed.Failure.Class == ErrorClass.Retry ? MostTries : failed.Failure.Class == ErrorClass.Reauthorise ? 3 : 0;
        if (run.Tries >= again)
            return await Fail(delivery, failed.Failure, CancellationToken.None);
        await book.Refused(delivery, failed.Failure);
        return new JobOutcome.TryLater("delivery_failed", failed.After, failed.Failure.Code);
    }

    private async Task<JobOutcome> Fail(Delivery delivery, Failure failure, CancellationToken ct)
    {
        await book.Failed(delivery, failure, ct);
        return new JobOutcome.Done();
    }
}

/// <summary>Reasons of our own.</summary>
internal static class DeliveryFaults
{
    public static readonly Failure ChannelOff = new(ErrorClass.Config, "channel_off", new("渠道已停用或删除", "The channel is off or was taken away"));

    public static readonly Failure Withdrawn = new(ErrorClass.Permanent, "withdrawn", new("消息在发出前已撤回", "The message was taken back before it left"));

    public static readonly Failure Unknown = new(ErrorClass.Permanent, "unknown_outcome", new("不知道是否已送出：请求中断，平台不支持去重。请核对后再重发", "Nobody knows whether it was sent: the request broke off, and the provider does not drop repetitions. Look before you send it again"));

    public static readonly Failure NoId = new(ErrorClass.Permanent, "no_id", new("平台没有给出消息编号", "The provider gave no id for the message"));

    public static readonly Failure TooLong = new(ErrorClass.Permanent, "too_long", new("新内容比原来的长，平台无法改写", "The new text is longer than what was sent, and the provider cannot change it to that"));

    public static readonly Failure GaveUp = new(ErrorClass.Retry, "gave_up", new("多次重试仍未送达", "It was tried several times and did not go through"));
}
