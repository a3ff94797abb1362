using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Channels.Web;

/// <summary>A widget on the gateway, for as long as its channel is on.</summary>
internal sealed class VisitorParty(IGatewayParty conversation, Guid channelId, VisitorAccess access) : IGatewayParty
{
    public string Kind => "visitor";

    public FrameGuard Guard => conversation.Guard;

    public void On(ClientFrame frame) => conversation.On(frame);

    public ValueTask<bool> MayStay() => access.IsOn(channelId);

    public void Closed() => conversation.Closed();
}
