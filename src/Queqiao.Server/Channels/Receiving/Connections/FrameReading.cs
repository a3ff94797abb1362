using System.Text;
using Queqiao.Channels;

namespace Queqiao.Server.Channels.Receiving.Connections;

/// <summary>A stored delivery that came as a frame of a socket: nothing about it is signed, the connection was.</summary>
internal static class FrameReading
{
    public const string Method = "FRAME";

    /// <summary>What a stored delivery tells, whichever way it came.</summary>
    public static Received Read(IChannelAdapter adapter, WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset at) => delivery.Method == Method && adapter is ISocketChannel socket
        ? Received.Of(WebhookReply.Ok, socket.OnFrame(Encoding.UTF8.GetString(delivery.Body.Span), new SocketState(), settings, at).Events)
        : adapter.Receive(delivery, settings, at);
}
