namespace Queqiao.Server.Platform.Gateway;

/// <summary>
/// One live reader, over whichever transport. Frames wait in a queue of bounded size; a reader that lets it fill is cut,
/// so nobody else ever waits for it. Nothing is allocated for a connection that is idle.
/// </summary>
internal abstract class GatewayConnection
{
    /// <summary>Bytes that may wait for a reader before it is cut.</summary>
    public const int MostWaiting = 256 * 1024;

    /// <summary>Time for a goodbye: then the transport is dropped, whoever does not read or answer.</summary>
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(5);

    /// <summary>In milliseconds; spread, so that those who rest together do not come back together, and short enough that what is taken afterwards is taken within a second.</summary>
    private const int LeastRest = 100;
    private const int MostRest = 300;

    private readonly Lock _gate = new();
    private Queue<ReadOnlyMemory<byte>>? _waiting;
    private int _waitingBytes;
    private bool _pumping;
    private CloseReason? _closing;
    private bool _over;

    /// <summary>Who speaks, once the hello was accepted.</summary>
    public IGatewayParty? Party { get; set; }

    /// <summary>Milliseconds of <see cref="Environment.TickCount64"/> when something was last heard.</summary>
    public long HeardAt { get; set; }

    /// <summary>The language of errors on this connection.</summary>
    public I18n.Locale Locale { get; set; } = I18n.Locale.ZhCn;

    public bool IsClosing => _closing is not null;

    /// <summary>Milliseconds of <see cref="Environment.TickCount64"/> until which nothing more is read from it.</summary>
    protected long RestsUntil { get; private set; }

    /// <summary>
    /// Who was just told that there is too much to do is not read for a moment: what they send meanwhile is then read, and answered, in
    /// one go. Refusing every frame for itself costs nearly as much as serving it.
    /// </summary>
    public void Rest() => RestsUntil = Environment.TickCount64 + Random.Shared.Next(LeastRest, MostRest);

    /// <summary>Queues a frame. The bytes are shared between readers: never changed after this.</summary>
    public void Send(ReadOnlyMemory<byte> frame)
    {
        lock (_gate)
        {
            if (_closing is not null || _over)
                return;
            _waitingBytes += frame.Length;
            if (_waitingBytes > MostWaiting)
            {
                _closing = CloseReason.TooSlow;
                _waiting = null;
            }
            else
            {
                (_waiting ??= new Queue<ReadOnlyMemory<byte>>(2)).Enqueue(frame);
                if (_pumping)
                    return;
                _pumping = true;
            }
        }
        if (IsClosing)
            Drop();
        else
            _ = Pump();
    }

    /// <summary>Sends what waits, then closes with the reason. The transport ends when the other side has answered, or a little later.</summary>
    public void Close(CloseReason reason)
    {
        lock (_gate)
        {
            if (_closing is not null || _over)
                return;
            _closing = reason;
            _ = DropLater();
            if (_pumping)
                return;
            _pumping = true;
        }
        _ = Pump();
    }

    /// <summary>The transport has ended; what belongs to its request must not be touched any more.</summary>
    public void Over()
    {
        lock (_gate)
            (_over, _waiting) = (true, null);
    }

    private async Task DropLater()
    {
        await Task.Delay(CloseWithin);
        Drop();
    }

    private void Drop()
    {
        lock (_gate)
        {
            if (!_over)
                Abort();
        }
    }

    private async Task Pump()
    {
        try
        {
            while (Next() is { } frame)
                await Write(frame);
            if (_closing is { } reason)
                await WriteClose(reason);
        }
        catch (Exception)
        {
            // The reader is gone (reset, aborted, timed out): the read side notices too and tells the party.
            Drop();
        }
    }

    private ReadOnlyMemory<byte>? Next()
    {
        lock (_gate)
        {
            if (_waiting is { Count: > 0 })
            {
                var frame = _waiting.Dequeue();
                _waitingBytes -= frame.Length;
                return frame;
            }
            if (_waiting is { Capacity: > 16 })
                _waiting = null; // a burst is over: give its memory back
            _pumping = _closing is not null;
            return null;
        }
    }

    /// <summary>Writes one frame to the transport; returns when the transport takes more.</summary>
    protected abstract ValueTask Write(ReadOnlyMemory<byte> frame);

    protected abstract ValueTask WriteClose(CloseReason reason);

    /// <summary>Drops the transport at once.</summary>
    protected abstract void Abort();
}

/// <summary>Why the server ends a connection: the WebSocket close code and a word for the log (docs/gateway.md).</summary>
internal sealed record CloseReason(int Code, string Text)
{
    public static readonly CloseReason Normal = new(1000, "bye");
    public static readonly CloseReason Unsupported = new(1003, "text only");
    public static readonly CloseReason Flooding = new(1008, "flooding");
    public static readonly CloseReason Malformed = new(1008, "malformed");
    public static readonly CloseReason TooBig = new(1009, "message too big");
    public static readonly CloseReason Restarting = new(1012, "restarting");
    public static readonly CloseReason NotSignedIn = new(4401, "not signed in");
    public static readonly CloseReason Silent = new(4408, "silent");
    public static readonly CloseReason TooSlow = new(4409, "too slow");
}

/// <summary>What a connection is for: a visitor's widget, an agent's console.</summary>
internal interface IGatewayParty
{
    /// <summary>One word for the metrics: <c>agent</c>, <c>visitor</c>.</summary>
    string Kind { get; }

    /// <summary>What this party may send; asked before <see cref="On"/>.</summary>
    FrameGuard Guard { get; }

    /// <summary>Frames come one after the other. Must not block; what takes time answers later through the connection.</summary>
    void On(ClientFrame frame);

    /// <summary>Asked every few seconds: whether the party may stay (its session stands).</summary>
    ValueTask<bool> MayStay() => ValueTask.FromResult(true);

    /// <summary>The connection is gone; called once.</summary>
    void Closed();
}

/// <summary>Lets in one kind of party.</summary>
internal interface IGatewayDoor
{
    /// <summary>Whether this hello is for this door.</summary>
    bool IsFor(HttpContext context, ClientFrame hello);

    /// <summary>The party, subscribed and greeted with <c>ready</c>; null when it may not enter.</summary>
    ValueTask<IGatewayParty?> Enter(HttpContext context, ClientFrame hello, GatewayConnection connection);
}
