using Queqiao.Channels.Tokens;

namespace Queqiao.Channels;

/// <summary>
/// A platform whose consent ends when it is not renewed in time. It is looked after every some hours, whether anybody writes or not:
/// else a quiet channel would be lost by its quiet.
/// </summary>
public interface IRenewedChannel
{
    /// <summary>Renews the consent where it is time to. Does nothing otherwise.</summary>
    Task<Renewal> Renew(ChannelContext context, CancellationToken ct);
}

/// <param name="Until">When the consent ends; null: nobody says.</param>
public sealed record Renewal(DateTimeOffset? Until, SendOutcome.NotSent? Failed = null)
{
    internal static Renewal Of(TokenOutcome outcome) => outcome is TokenOutcome.Granted { Token: var token } ? new Renewal(token.ConsentUntil) : new Renewal(null, new SendOutcome.NotSent(((TokenOutcome.Denied)outcome).Failure, ((TokenOutcome.Denied)outcome).After));
}
