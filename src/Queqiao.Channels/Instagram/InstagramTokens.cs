using System.Text;
using Queqiao.Channels.Meta;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Tokens;

namespace Queqiao.Channels.Instagram;

/// <summary>
/// Tokens of Instagram's own login live for sixty days and are renewed by themselves while they are good, from their second day on.
/// One that is over cannot be renewed: so it is done once a week, and a renewal that fails takes nothing from a token that works.
/// </summary>
internal sealed class InstagramTokens : IGraphTokens
{
    private const string Host = "https://graph.instagram.com";
    private static readonly TimeSpan Life = TimeSpan.FromDays(60);
    private static readonly TimeSpan Renewed = TimeSpan.FromDays(7);
    private static readonly TimeSpan Again = TimeSpan.FromDays(1);
    private static readonly TimeSpan AgainSoon = TimeSpan.FromHours(1);

    /// <summary>Those of Facebook's (system users, pages) begin otherwise, and do not end.</summary>
    public bool IsFor(ChannelContext context) => context.Settings.Has("accessToken") && !context.Settings["accessToken"].StartsWith("EAA", StringComparison.Ordinal);

    public string Key(ChannelContext context) => $"instagram:{context.Settings.ApiBase(Host)}:{Signature.Sha256Hex(Encoding.UTF8.GetBytes(context.Settings["accessToken"]))[..16]}";

    public async Task<TokenOutcome> Fetch(ChannelContext context, AccessToken? before, CancellationToken ct)
    {
        var current = before?.Value ?? context.Settings["accessToken"];
        // Only by an address: it goes to the platform alone, and what is logged of addresses leaves queries out.
        var answer = await Call.Get(context, context.Settings.ApiBase(Host) + "/refresh_access_token?" + Form.Write([("grant_type", "ig_refresh_token"), ("access_token", current)]), ct);
        var now = context.Clock.GetUtcNow();
        if (answer.IsOk && answer.Body["access_token"].Filled is { } token)
        {
            var ends = MetaLogin.Until(answer.Body["expires_in"].Long, context) ?? now + Life;
            return new TokenOutcome.Granted(new AccessToken(token, ends) { RenewAt = now + Renewed, ConsentUntil = ends });
        }
        // Younger than a day, too many calls, or away: what there is stays good until it ends or is refused.
        if (before is null || before.ExpiresAt > now)
            return new TokenOutcome.Granted(new AccessToken(current, before?.ExpiresAt ?? AccessToken.Unknown) { RenewAt = now + (answer.Status is 0 or 429 or >= 500 ? AgainSoon : Again), ConsentUntil = before?.ConsentUntil });
        return new TokenOutcome.Denied(Over);
    }

    private static readonly Failure Over = new(ErrorClass.Reauthorise, "190", new("访问令牌已满六十天且未能续期，请重新授权", "The token's sixty days are over and it could not be renewed: authorise again"));
}
