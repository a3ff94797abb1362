using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace Queqiao.Server.Platform.Gateway;

/// <summary>A reader on a WebSocket.</summary>
internal sealed class SocketConnection(WebSocket socket, Gateway gateway, HttpContext context) : GatewayConnection
{
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(5);

    /// <summary>Reads until the socket ends.</summary>
    public async Task Run()
    {
        try
        {
            while (await Read())
            {
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException)
        {
            // reset by the other side, or cut by us
        }
    }

    /// <summary>One whole message. Its buffer is rented only once bytes are there: an idle socket holds none.</summary>
    private async ValueTask<bool> Read()
    {
        await socket.ReceiveAsync(Memory<byte>.Empty, context.RequestAborted);
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            var length = 0;
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), context.RequestAborted);
                HeardAt = Environment.TickCount64;
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    Close(CloseReason.Normal);
                    return false;
                }
                length += part.Count;
                if (part.MessageType == WebSocketMessageType.Binary)
                    return Refuse(CloseReason.Unsupported);
                if (part.EndOfMessage)
                    return await On(buffer.AsMemory(0, length));
                if (length == buffer.Length)
                {
                    if (length >= Gateway.MostMessage)
                        return Refuse(CloseReason.TooBig);
                    buffer = Grow(buffer);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var bigger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(bigger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return bigger;
    }

    private async ValueTask<bool> On(ReadOnlyMemory<byte> message)
    {
        if (message.Length > Gateway.MostMessage)
            return Refuse(CloseReason.TooBig);
        ClientFrame frame;
        try
        {
            frame = ClientFrame.Parse(message.Span);
        }
        catch (JsonException)
        {
            if (Party is null)
                return Refuse(CloseReason.Malformed);
            Gateway.Malformed(this);
            return !IsClosing;
        }
        if (Party is { } party)
        {
            party.On(frame);
            return !IsClosing;
        }
        return await gateway.Hello(context, frame, this) || Refuse(CloseReason.NotSignedIn);
    }

    private bool Refuse(CloseReason reason)
    {
        Close(reason);
        return false;
    }

    protected override ValueTask Write(ReadOnlyMemory<byte> frame) =>
        socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    protected override async ValueTask WriteClose(CloseReason reason)
    {
        using var patience = new CancellationTokenSource(CloseWithin);
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await socket.CloseOutputAsync((WebSocketCloseStatus)reason.Code, reason.Text, patience.Token);
        if (socket.State == WebSocketState.CloseSent && reason != CloseReason.Normal)
            Abort(); // no waiting for the other side's farewell
    }

    protected override void Abort() => context.Abort();
}
