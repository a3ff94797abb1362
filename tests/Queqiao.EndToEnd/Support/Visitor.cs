using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;

namespace Queqiao.EndToEnd.Support;

/// <summary>A visitor without a browser, over REST or over the socket. Repeats a message with the same id until somebody promises it.</summary>
internal sealed class Visitor : IDisposable
{
    private readonly Uri _address;
    private readonly HttpClient _http;
    private readonly bool _bySocket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private string _token = "";
    private ClientWebSocket? _socket;

    private Visitor(Uri address, bool bySocket)
    {
        (_address, _bySocket) = (address, bySocket);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(15) };
    }

    public static async Task<Visitor> Arrive(Uri address, Guid channel, bool bySocket)
    {
        var visitor = new Visitor(address, bySocket);
        using var answer = await visitor._http.PostAsJsonAsync("/widget/v1/sessions", new { channelId = channel });
        answer.EnsureSuccessStatusCode();
        visitor._token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("visitorToken").GetString()!;
        visitor._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", visitor._token);
        return visitor;
    }

    /// <summary>Where the message is; null when nobody answered.</summary>
    public async Task<(Guid Conversation, long Seq)?> TrySend(string clientId, string text)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            return _bySocket ? await SendBySocket(clientId, text, patience.Token) : await SendByRest(clientId, text, patience.Token);
        }
        catch (Exception trouble) when (trouble is HttpRequestException or WebSocketException or OperationCanceledException or IOException)
        {
            HangUp();
            return null;
        }
    }

    private async Task<(Guid, long)?> SendByRest(string clientId, string text, CancellationToken ct)
    {
        using var answer = await _http.PostAsJsonAsync("/widget/v1/messages", new { clientId, text }, ct);
        if ((int)answer.StatusCode == 503)
            return null;
        answer.EnsureSuccessStatusCode();
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>(ct);
        return (said.GetProperty("conversationId").GetGuid(), said.GetProperty("seq").GetInt64());
    }

    private async Task<(Guid, long)?> SendBySocket(string clientId, string text, CancellationToken ct)
    {
        if (_socket is null)
        {
            _socket = new ClientWebSocket();
            _socket.Options.AddSubProtocol("queqiao.v1");
            _socket.Options.Proxy = null;
            await _socket.ConnectAsync(new Uri($"ws://{_address.Authority}/gateway"), ct);
            await Say(new { op = "hello", token = _token }, ct);
            await Hear(frame => Is(frame, "ready"), ct);
        }
        await Say(new { op = "send", clientId, text }, ct);
        var answer = await Hear(frame => (Is(frame, "ack") || Is(frame, "error")) && frame.TryGetProperty("clientId", out var id) && id.GetString() == clientId, ct);
        return Is(answer, "ack") ? (answer.GetProperty("conversation").GetGuid(), answer.GetProperty("seq").GetInt64()) : null;
    }

    private static bool Is(JsonElement frame, string op) => frame.TryGetProperty("op", out var said) && said.GetString() == op;

    private Task Say(object frame, CancellationToken ct) =>
        _socket!.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame), WebSocketMessageType.Text, endOfMessage: true, ct);

    private async Task<JsonElement> Hear(Func<JsonElement, bool> wanted, CancellationToken ct)
    {
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await _socket!.ReceiveAsync(_buffer.AsMemory(length), ct);
                if (part.MessageType == WebSocketMessageType.Close)
                    throw new WebSocketException($"closed with {_socket.CloseStatus}");
                length += part.Count;
            }
            while (!part.EndOfMessage);
            var frame = JsonSerializer.Deserialize<JsonElement>(_buffer.AsSpan(0, length));
            if (wanted(frame))
                return frame;
        }
    }

    private void HangUp()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public void Dispose()
    {
        HangUp();
        _http.Dispose();
    }
}
