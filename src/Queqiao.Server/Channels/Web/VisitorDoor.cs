using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Channels.Web;

/// <summary>Lets visitors onto the gateway by their token.</summary>
internal sealed class VisitorDoor(VisitorAccess access, ICustomerConversations conversations) : IGatewayDoor
{
    public bool IsFor(HttpContext context, ClientFrame hello) => hello.Token is not null;

    public async ValueTask<IGatewayParty?> Enter(HttpContext context, ClientFrame hello, GatewayConnection connection)
    {
        var (who, _) = await access.Admit(context, hello.Token);
        return who is null
            ? null
            : new VisitorParty(await conversations.Enter(who.Customer, hello, connection, context.RequestAborted), who.Channel.Id, access);
    }
}
