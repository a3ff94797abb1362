using System.Net;
using System.Text.Json;
using System.Threading.Channels;

namespace Queqiao.Server.Tests.Gateway.Support;

/// <summary>One open page: applies what it hears in order, heals gaps by asking, survives any change of transport.</summary>
internal abstract class Tab : IAsyncDisposable
{
    private readonly Channel<(int Connection, JsonElement Frame)> _heard = Channel.CreateUnbounded<(int, JsonElement)>();
    private readonly Task _applying;
    private readonly Dictionary<string, (string Text, bool IsNote)> _sent = [];
    private LiveReader? _live;
    private int _connection;

    protected Tab() => _applying = Task.Run(ApplyAll);

    /// <summary>Everything any connection of this page ever heard.</summary>
    public List<LiveReader> Heard { get; } = [];

    public Exception? Failure { get; private set; }

    protected LiveSocket? Socket => _live as LiveSocket;

    public bool IsConnected => _live is not null;

    /// <summary>Whether the connection stands: nobody has ended it.</summary>
    public bool IsAlive => _live is LiveSocket { HasEnded: false } or LiveStream { HasEnded: false };

    /// <summary>The server may go away: what cannot be asked then is asked after the next connection.</summary>
    public bool MayStumble { get; init; }

    /// <summary>Comes back whenever the connection ends, as the console does, until told to stop.</summary>
    public async Task Stay(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (!IsAlive)
                    await Connect("ws");
            }
            catch (Exception trouble) when (trouble is System.Net.WebSockets.WebSocketException or HttpRequestException or OperationCanceledException or TimeoutException)
            {
                // nobody there yet
            }
            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>Something could not be asked: begin anew where it matters.</summary>
    protected virtual void Stumbled()
    {
    }

    /// <summary>Disconnects, and connects by this transport.</summary>
    public async Task Connect(string transport)
    {
        await Disconnect();
        var number = Volatile.Read(ref _connection);
        _live = await Open(transport, frame => _heard.Writer.TryWrite((number, frame)));
        if (_live is not null)
            Heard.Add(_live);
    }

    public async Task Disconnect()
    {
        Interlocked.Increment(ref _connection); // what is still on its way belongs to a page that was closed
        if (_live is LiveSocket socket)
            await socket.Drop();
        else if (_live is LiveStream stream)
            await stream.DisposeAsync();
        _live = null;
    }

    protected abstract Task<LiveReader?> Open(string transport, Action<JsonElement> heard);

    protected abstract Task Apply(JsonElement frame);

    protected string Sending(string text, bool isNote)
    {
        var id = AgentClient.NewId();
        lock (_sent)
            _sent[id] = (text, isNote);
        return id;
    }

    protected (string Text, bool IsNote)? Sent(JsonElement ack)
    {
        lock (_sent)
            return _sent.TryGetValue(ack.Text("clientId"), out var sent) ? sent : null;
    }

    private async Task ApplyAll()
    {
        try
        {
            await foreach (var (connection, frame) in _heard.Reader.ReadAllAsync())
            {
                if (connection == Volatile.Read(ref _connection))
                    await ApplyOne(frame);
            }
        }
        catch (Exception trouble)
        {
            Failure = trouble;
        }
    }

    private async Task ApplyOne(JsonElement frame)
    {
        try
        {
            await Apply(frame);
        }
        catch (Exception) when (MayStumble)
        {
            Stumbled();
            Interlocked.Increment(ref _connection);
            if (_live is LiveSocket socket)
                socket.Socket.Abort();
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Disconnect();
        _heard.Writer.TryComplete();
        await _applying;
    }
}

/// <summary>A visitor's page.</summary>
internal sealed class VisitorTab(VisitorClient who) : Tab
{
    private readonly KnownLog _log = new();
    private readonly SemaphoreSlim _one = new(1, 1);

    public VisitorClient Who => who;

    public async Task Say(string text)
    {
        var clientId = Sending(text, isNote: false);
        if (Socket is { } socket)
            await socket.Send(new { op = "send", clientId, text });
        else
            (await who.Post("/widget/v1/messages", new { clientId, text })).Expect(HttpStatusCode.Created);
    }

    public async Task Read(long seq)
    {
        if (Socket is { } socket)
            await socket.Send(new { op = "read", seq });
        else
            await who.Post("/widget/v1/events", new { type = "read", seq });
    }

    /// <summary>One turn of the long poll.</summary>
    public async Task Poll(int wait)
    {
        var after = _log.Seq;
        var page = (await who.Get($"/widget/v1/messages?after={after}&wait={wait}&limit=100")).Expect(HttpStatusCode.OK);
        await _one.WaitAsync();
        try
        {
            if (page.Maybe("conversationId") is { } conversation && conversation != _log.Conversation)
            {
                _log.StartOver(conversation);
                _log.Page(await who.Log());
            }
            else if (_log.Seq >= after)
            {
                _log.Page(page.Items());
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<string?> Differs()
    {
        if (!IsConnected)
            await Poll(0);
        var fresh = await who.Log();
        await _one.WaitAsync();
        try
        {
            return Failure?.ToString() ?? _log.Differs(fresh);
        }
        finally
        {
            _one.Release();
        }
    }

    protected override async Task<LiveReader?> Open(string transport, Action<JsonElement> heard)
    {
        switch (transport)
        {
            case "ws":
                var socket = await LiveSocket.Open(Site(), []);
                socket.Heard = heard;
                await socket.Send(new { op = "hello", token = who.Token, resume = _log.Conversation is { } known ? new Dictionary<string, long> { [known] = _log.Seq } : null });
                return socket;
            case "sse":
                return await LiveStream.Open(new Uri(Site(), $"/gateway/events?after={_log.Seq}"), heard, who.Bearer);
            default:
                return null;
        }
    }

    private Uri Site() => who.Address;

    protected override async Task Apply(JsonElement frame)
    {
        await _one.WaitAsync();
        try
        {
            if (frame.IsOp("ready"))
            {
                if (frame.Maybe("conversation") is { } now && now != _log.Conversation)
                    await Reload(now);
            }
            else if (frame.IsOp("resync") || (frame.IsOp("ack") && Sent(frame) is { } sent && !await Ack(frame, sent.Text)))
            {
                _log.Page(await who.Log());
            }
            else if (frame.TryGetProperty("event", out _) && frame.TryGetProperty("seq", out _))
            {
                await Entry(frame);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<bool> Ack(JsonElement ack, string text)
    {
        if (ack.Text("conversation") != _log.Conversation)
            await Reload(ack.Text("conversation"));
        return _log.Apply(ack, text, isNote: false, "in");
    }

    private async Task Entry(JsonElement frame)
    {
        if (frame.Text("conversation") != _log.Conversation)
            await Reload(frame.Text("conversation"));
        if (!_log.Apply(frame))
            _log.Page(await who.Log());
    }

    private async Task Reload(string conversation)
    {
        _log.StartOver(conversation);
        _log.Page((await who.Log()).Where(item => item.Text("conversationId") == conversation));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _one.Dispose();
    }
}
