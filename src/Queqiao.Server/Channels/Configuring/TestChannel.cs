using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Configuring;

/// <summary><c>POST /api/v1/channels/{id}/test</c></summary>
internal static class TestChannel
{
    /// <param name="Account">What the provider calls the account; null when it does not say.</param>
    /// <param name="Class">What to do: retry, reauthorise, window, permanent, config.</param>
    public sealed record Answer(bool Ok, string? Account = null, string? Class = null, string? Code = null, string? Reason = null, string? Detail = null);

    public static async Task<IResult> Handle(Guid id, Actor actor, IChannels channels, KindRegistry kinds, HttpContext context, CancellationToken ct)
    {
        if (await channels.Find(id, ct) is not { Account: { } account } channel || channel.Ws != actor.Ws || kinds.Find(channel.Kind) is not { } kind)
            return Platform.Problems.Refusal.NotFound().ToProblem();
        return TypedResults.Ok(await kind.Probe(account, ct) switch
        {
            SendOutcome.Sent sent => new Answer(true, sent.ExternalId),
            SendOutcome.NotSent { Failure: var failure } => new Answer(false, null, Receiving.ChannelHealth.NameOf(failure.Class), failure.Code, failure.Reason.In(Locale.Of(context).Tag), failure.Detail),
            _ => throw new InvalidOperationException("An outcome is sent or not."),
        });
    }
}
