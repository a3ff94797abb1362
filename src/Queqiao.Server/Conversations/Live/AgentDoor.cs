using Microsoft.AspNetCore.Http.Features;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Conversations.Live;

/// <summary>Lets agents in: by their session cookie from our own pages, or by a bearer token.</summary>
internal sealed class AgentDoor(IActors actors, AgentServices services, TimeProvider clock) : IGatewayDoor
{
    public bool IsFor(HttpContext context, ClientFrame hello) => hello.Token is null;

    public async ValueTask<IGatewayParty?> Enter(HttpContext context, ClientFrame hello, GatewayConnection connection)
    {
        // A foreign page could open a socket with the user's cookie (cross-site WebSocket hijacking): Origin says whose page it is.
        if (context.Request.Headers.Authorization.Count == 0 && !OriginGuard.IsSameOrigin(context))
            return null;
        if (await actors.Of(context) is not { } actor || !actor.May(Permissions.ReadConversations))
            return null;
        var party = new AgentParty(actor, context.Features.GetRequiredFeature<SignedInBy>(), connection, services);
        connection.Send(LiveFrames.Ready(clock.GetUtcNow()));
        services.Presence.Entered(party);
        foreach (var (id, seq) in (hello.Resume ?? []).Take(AgentParty.MostWatched))
        {
            if (Guid.TryParse(id, out var conversation))
                party.On(new ClientFrame { Op = "watch", Conversation = conversation, After = seq });
        }
        if (hello.Conversation is { } one) // an event stream names what it follows in its address
            party.On(new ClientFrame { Op = "watch", Conversation = one, After = hello.After });
        if (hello.List is not null)
            party.On(new ClientFrame { Op = "watch", List = hello.List, Cursor = hello.Cursor });
        return party;
    }
}
