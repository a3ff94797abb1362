using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace Queqiao.Server.Platform.Gateway;

/// <summary>A reader on a WebSocket.</summary>
internal sealed class SocketConnection(WebSocket socket, Gateway gateway, HttpContext context) : GatewayConnection
{
    /// <summary>
    /// Reads until the socket ends. After our own goodbye what still comes is thrown away until the other side has answered:
    /// a transport that ends with unread bytes is reset, and the close code is lost on the way.
    /// </summary>
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
        var beginning = socket.ReceiveAsync(Memory<byte>.Empty, context.RequestAborted);
        if (!beginning.IsCompleted && RestsUntil - Environment.TickCount64 is > 0 and var rest)
            await Task.Delay((int)rest); // what is here already was read first: nothing waits longer than one rest
        var begins = await beginning;
        if (begins.MessageType == WebSocketMessageType.Close)
        {
            Close(CloseReason.Normal);
            return false;
        }
        if (begins.EndOfMessage) // a message of nothing is whole already
        {
            await On(ReadOnlyMemory<byte>.Empty);
            return true;
        }
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
                    Close(CloseReason.Unsupported);
                else if (length > Gateway.MostMessage)
                    Close(CloseReason.TooBig);
                if (IsClosing)
                    length = 0;
                else if (part.EndOfMessage)
                    await On(buffer.AsMemory(0, length));
                else if (length == buffer.Length)
                    buffer = Grow(buffer);
                if (part.EndOfMessage)
                    return true;
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

    private async ValueTask On(ReadOnlyMemory<byte> message)
    {
        ClientFrame? frame;
        try
        {
            frame = ClientFrame.Parse(message.Span);
        }
        catch (JsonException)
        {
            frame = null;
        }
        if (Party is not { } party)
        {
            if (frame is null)
                Close(CloseReason.Malformed);
            else if (!await gateway.Hello(context, frame, this))
                Close(CloseReason.NotSignedIn);
        }
        else if (party.Guard.Admits(frame, this))
        {
            if (frame is null)
                Send(Frames.Error(Locale, "invalid_json", op: null, clientId: null, "$"));
            else
                party.On(frame);
        }
    }

    protected override ValueTask Write(ReadOnlyMemory<byte> frame) =>
        socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    protected override async ValueTask WriteClose(CloseReason reason)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await socket.CloseOutputAsync((WebSocketCloseStatus)reason.Code, reason.Text, CancellationToken.None);
    }

    protected override void Abort() => context.Abort();
}
