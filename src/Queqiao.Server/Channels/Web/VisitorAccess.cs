using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Channels.Web;

/// <summary>A visitor whose token is valid, on a channel that is open to the page they are on.</summary>
internal sealed record AdmittedVisitor(Visitor Visitor, ChannelView Channel)
{
    public Customer Customer { get; } = new(Channel.Ws, Visitor.Key);
}

/// <summary>Decides whether a request or socket of a visitor may enter.</summary>
internal sealed class VisitorAccess(VisitorTokens tokens, IChannels channels, RateLimits limits)
{
    /// <summary>By <c>Authorization: Bearer</c>.</summary>
    public async ValueTask<(AdmittedVisitor? Visitor, Refusal? Refusal)> Admit(HttpContext context)
    {
        var (who, refusal) = await Admit(context, BearerOf(context));
        return who is not null && limits.OfVisitor(who.Visitor.Key.Identity) is { } tooMany ? (null, tooMany) : (who, refusal);
    }

    public async ValueTask<(AdmittedVisitor? Visitor, Refusal? Refusal)> Admit(HttpContext context, string? token)
    {
        if (tokens.Read(token) is not { } visitor)
            return (null, Refusal.Unauthenticated());
        var (channel, refusal) = await Channel(context, visitor.ChannelId);
        return channel is null ? (null, refusal) : (new AdmittedVisitor(visitor, channel), null);
    }

    /// <summary>The same visitor with the channel as it is now; null when the channel is off, or their papers are too old.</summary>
    public async ValueTask<AdmittedVisitor?> Current(AdmittedVisitor who) =>
        !tokens.IsOver(who.Visitor) && await channels.Find(who.Channel.Id, CancellationToken.None) is { Enabled: true, Web: not null } now ? who with { Channel = now } : null;

    /// <summary>The channel, when it exists, is on, and welcomes the page that asks.</summary>
    public async ValueTask<(ChannelView? Channel, Refusal? Refusal)> Channel(HttpContext context, Guid channelId)
    {
        if (await channels.Find(channelId, context.RequestAborted) is not { Enabled: true, Web: { } web } channel)
            return (null, Refusal.NotFound());
        // A browser always says where a page is from on such requests; who says nothing is no browser and could say anything.
        var origin = context.Request.Headers.Origin is [{ } from] ? from : null;
        return web.Allows(origin) || Platform.Web.OriginGuard.IsSameOrigin(context)
            ? (channel, null)
            : (null, Refusal.Forbidden("origin_not_allowed"));
    }

    private static string? BearerOf(HttpContext context)
    {
        const string scheme = "Bearer ";
        return context.Request.Headers.Authorization is [{ } value] && value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? value[scheme.Length..].Trim()
            : null;
    }
}
