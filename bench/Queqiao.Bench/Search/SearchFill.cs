using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Search;

/// <summary>Visitors who say everything they have to say, over sockets like any other.</summary>
internal sealed class SearchFill(Site site, SearchTexts texts, int messages)
{
    public const int PerConversation = 50;
    private const int AtOnce = 24;

    /// <returns>Messages a second.</returns>
    public async Task<double> Run(CancellationToken ct)
    {
        var began = Clock.Now;
        var visitors = (messages + PerConversation - 1) / PerConversation;
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            for (int visitor; (visitor = Interlocked.Increment(ref next)) < visitors;)
                await Talk(visitor, ct);
        }));
        return messages / ((Clock.Now - began) / (double)Clock.Second);
    }

    private async Task Talk(int visitor, CancellationToken ct)
    {
        var token = (await site.Visitors(1, ct))[0];
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("queqiao.v1");
        await socket.ConnectAsync(new Uri($"ws://{site.Address}/gateway"), ct);
        await Send(socket, new { op = "hello", token, locale = "zh-CN" }, ct);
        await Until(socket, "ready", 1, ct);
        var (first, end) = (visitor * PerConversation, Math.Min(messages, (visitor + 1) * PerConversation));
        for (var n = first; n < end; n++)
            await Send(socket, new { op = "send", clientId = "f" + n, text = texts.Of(n, messages) }, ct);
        await Until(socket, "ack", end - first, ct);
        socket.Abort();
    }

    private static Task Send(ClientWebSocket socket, object frame, CancellationToken ct) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame), WebSocketMessageType.Text, endOfMessage: true, ct);

    private static async Task Until(ClientWebSocket socket, string op, int times, CancellationToken ct)
    {
        var buffer = new byte[256 * 1024];
        for (var seen = 0; seen < times;)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), ct);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            if (part.MessageType == WebSocketMessageType.Close)
                throw new InvalidOperationException($"The server closed the socket: {socket.CloseStatusDescription}");
            using var frame = JsonDocument.Parse(buffer.AsMemory(0, length));
            if (frame.RootElement.TryGetProperty("op", out var name) && name.GetString() == op)
                seen++;
            else if (name.ValueKind == JsonValueKind.String && name.GetString() == "error")
                throw new InvalidOperationException($"The server refused: {Encoding.UTF8.GetString(buffer, 0, length)}");
        }
    }
}
