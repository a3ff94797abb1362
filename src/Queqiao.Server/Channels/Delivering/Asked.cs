using Queqiao.Channels;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>How a change at a platform ended.</summary>
/// <param name="Later">It may go well yet: the job comes again.</param>
/// <param name="Failed">It never will. Both null: it went well.</param>
internal readonly record struct Asked(JobOutcome? Later, Failure? Failed)
{
    /// <summary>Also tells the channel's health.</summary>
    public static Asked By(JobRun run, Guid channel, SendOutcome outcome, int mostTries, ChannelHealth health, long now)
    {
        if (outcome is not SendOutcome.NotSent { Failure: var failure, After: var after })
        {
            health.WentOut(run.Ws, channel, now);
            return default;
        }
        health.Failed(run.Ws, channel, failure, now);
        return failure.Class is ErrorClass.Retry or ErrorClass.Reauthorise && run.Tries < mostTries
            ? new Asked(new JobOutcome.TryLater("delivery_failed", after, failure.Code), null)
            : new Asked(null, failure);
    }
}
