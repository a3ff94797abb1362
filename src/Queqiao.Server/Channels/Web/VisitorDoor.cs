using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Channels.Web;

/// <summary>Lets visitors onto the gateway by their token.</summary>
internal sealed class VisitorDoor(VisitorAccess access, VisitorGate gate, ICustomerConversations conversations) : IGatewayDoor
{
    public bool IsFor(HttpContext context, ClientFrame hello) => hello.Token is not null;

    public async ValueTask<IGatewayParty?> Enter(HttpContext context, ClientFrame hello, GatewayConnection connection)
    {
        var (who, _) = await access.Admit(context, hello.Token);
        if (who is null)
            return null;
        var party = new VisitorParty(await conversations.Enter(who.Customer, hello, connection, context.RequestAborted), connection, who, access, gate);
        if (await party.Ask(context.RequestAborted))
            return party;
        party.Closed();
        return null;
    }
}
