using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Gateway.Support;

/// <summary>Everything that a connection has heard, and conditions on it.</summary>
internal abstract class LiveReader
{
    private readonly List<JsonElement> _frames = [];
    private readonly List<string> _raw = [];

    /// <summary>Told of every frame, in order, on the reading thread.</summary>
    public Action<JsonElement>? Heard { get; set; }

    public IReadOnlyList<JsonElement> Frames
    {
        get
        {
            lock (_frames)
                return [.. _frames];
        }
    }

    /// <summary>What came, as text.</summary>
    public string Raw
    {
        get
        {
            lock (_frames)
                return string.Join('\n', _raw);
        }
    }

    public IEnumerable<JsonElement> Entries(string? conversation = null) =>
        Frames.Where(frame => frame.TryGetProperty("event", out _) && frame.TryGetProperty("seq", out _) && (conversation is null || frame.Maybe("conversation") == conversation));

    public Task<JsonElement> Op(string op) => Next(frame => frame.IsOp(op), $"a frame '{op}' came");

    public Task<JsonElement> Error(string code) => Next(frame => frame.IsOp("error") && frame.Text("code") == code, $"an error '{code}' came");

    /// <summary>The first frame, of all that came, that fits.</summary>
    public async Task<JsonElement> Next(Func<JsonElement, bool> fits, string what)
    {
        JsonElement? found = null;
        try
        {
            await Until.True(() => (found = Frames.Where(fits).Select(frame => (JsonElement?)frame).FirstOrDefault()) is not null, what, 20);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited in vain until {what}. Heard:\n{Raw[..Math.Min(Raw.Length, 4000)]}");
        }
        return found!.Value;
    }

    protected void Add(ReadOnlySpan<byte> utf8)
    {
        var frame = JsonDocument.Parse(utf8.ToArray()).RootElement;
        lock (_frames)
        {
            _raw.Add(Encoding.UTF8.GetString(utf8));
            _frames.Add(frame);
        }
        Heard?.Invoke(frame);
    }
}

/// <summary>A WebSocket of a visitor or an agent, read in the background.</summary>
internal sealed class LiveSocket : LiveReader, IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private Task _reading = Task.CompletedTask;

    private LiveSocket()
    {
    }

    public ClientWebSocket Socket => _socket;

    public static async Task<LiveSocket> Open(Uri address, params (string Name, string Value)[] headers)
    {
        var live = new LiveSocket();
        live._socket.Options.AddSubProtocol("queqiao.v1");
        live._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        live._socket.Options.RemoteCertificateValidationCallback = ApiClient.IsOurs;
        foreach (var (name, value) in headers)
            live._socket.Options.SetRequestHeader(name, value);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await live._socket.ConnectAsync(new UriBuilder(address) { Scheme = address.Scheme == "https" ? "wss" : "ws", Path = "/gateway" }.Uri, patience.Token);
        live._reading = Task.Run(live.Read);
        return live;
    }

    public Task Send(object frame) => SendText(JsonSerializer.Serialize(frame, Wire));

    public Task SendText(string text) => SendBytes(Encoding.UTF8.GetBytes(text));

    public async Task SendBytes(ReadOnlyMemory<byte> bytes, WebSocketMessageType type = WebSocketMessageType.Text, bool end = true)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(bytes, type, end, CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Waits for the server to end it.</summary>
    public async Task<Ending> Ended()
    {
        await _reading.WaitAsync(TimeSpan.FromSeconds(30));
        return Ending.Of(_socket);
    }

    public bool HasEnded => _reading.IsCompleted;

    /// <summary>As when the network is gone: no farewell.</summary>
    public async Task Drop()
    {
        _socket.Abort();
        await _reading;
    }

    private static readonly JsonSerializerOptions Wire = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private async Task Read()
    {
        var buffer = new byte[1024];
        var length = 0;
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                    break;
                length += part.Count;
                if (part.EndOfMessage)
                {
                    Add(buffer.AsSpan(0, length));
                    length = 0;
                }
                else if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, length * 2);
                }
            }
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // dropped by either side: what the close status says
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _sending.Dispose();
    }
}

/// <summary>A server-sent event stream, read in the background.</summary>
internal sealed class LiveStream : LiveReader, IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
    private readonly CancellationTokenSource _stop = new();
    private Task _reading = Task.CompletedTask;

    public System.Net.HttpStatusCode Status { get; private set; }

    public bool HasEnded => _reading.IsCompleted;

    /// <summary>A stream that was greeted, or a refusal.</summary>
    public static Task<LiveStream> Open(Uri address, params (string Name, string Value)[] headers) => Open(address, heard: null, headers);

    public static async Task<LiveStream> Open(Uri address, Action<JsonElement>? heard, params (string Name, string Value)[] headers)
    {
        var live = new LiveStream { Heard = heard };
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await live._http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(20));
        live.Status = response.StatusCode;
        if (!response.IsSuccessStatusCode)
            return live;
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var body = await response.Content.ReadAsStreamAsync();
        live._reading = Task.Run(() => live.Read(body));
        await live.Op("ready");
        return live;
    }

    private async Task Read(Stream body)
    {
        using var lines = new StreamReader(body, Encoding.UTF8);
        try
        {
            while (await lines.ReadLineAsync(_stop.Token) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                    Add(Encoding.UTF8.GetBytes(line["data: ".Length..]));
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or HttpRequestException)
        {
            // ended by either side
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _http.Dispose();
        _stop.Dispose();
    }
}
