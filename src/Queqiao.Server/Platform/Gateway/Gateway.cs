using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Queqiao.Server.Platform.Overload;

namespace Queqiao.Server.Platform.Gateway;

/// <summary>
/// Every live connection of this node: lets parties in, hears heartbeats, cuts the silent, says goodbye at a stop.
/// What the frames mean is the parties' business.
/// </summary>
internal sealed class Gateway : IHostedLifecycleService, IDisposable
{
    /// <summary>Longest message of a client, in bytes. ASP.NET Core has no limit of its own.</summary>
    public const int MostMessage = 64 * 1024;

    public const int HeartbeatSeconds = 25;

    private const long SilentAfter = 3 * HeartbeatSeconds * 1000;
    private const long HelloWithin = 10_000;
    private const long CommentEvery = 15_000;

    /// <summary>Who comes while there is too much to do comes again over so many seconds as this many would take.</summary>
    private const int ArrivalsApart = 5_000;

    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(3);

    /// <summary>After the goodbye: acks of what was just sent still go out.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);

    private readonly IEnumerable<IGatewayDoor> _doors;
    private readonly ILogger<Gateway> _log;
    private readonly GatewayOptions _options;
    private readonly ConcurrentDictionary<GatewayConnection, byte> _connections = new();
    private readonly Timer _sweep;
    private long _commentedAt;
    private readonly Pressure _pressure;
    private volatile bool _stopping;

    public Gateway(IEnumerable<IGatewayDoor> doors, GatewayOptions options, Pressure pressure, ILogger<Gateway> log)
    {
        (_doors, _options, _pressure, _log) = (doors, options, pressure, log);
        _sweep = new Timer(_ => Sweep(Environment.TickCount64), null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
    }

    public int Connections => _connections.Count;

    /// <summary>How many of which kind of party, on which transport.</summary>
    public IEnumerable<Measurement<long>> Count() => _connections.Keys
        .GroupBy(connection => (Kind: connection.Party?.Kind ?? "unknown", Transport: connection is StreamConnection ? "sse" : "websocket"))
        .Select(group => new Measurement<long>(group.Count(), new("kind", group.Key.Kind), new("transport", group.Key.Transport)));

    /// <summary>Runs a WebSocket until it ends.</summary>
    public async Task Socket(HttpContext context)
    {
        var protocol = context.WebSockets.WebSocketRequestedProtocols.Contains("queqiao.v1") ? "queqiao.v1" : null;
        // No compression: it leaks secrets beside chosen text (CRIME) and costs 300 KB a socket. No timer a socket either: Sweep does that.
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { SubProtocol = protocol, KeepAliveInterval = Timeout.InfiniteTimeSpan });
        var connection = new SocketConnection(socket, this, context);
        await Live(connection, connection.Run);
    }

    /// <summary>Runs an event stream until it ends; null hello: refused before anything was sent.</summary>
    public async Task<bool> Stream(HttpContext context, ClientFrame hello)
    {
        var connection = new StreamConnection(context) { Locale = I18n.Locale.Of(context) };
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx holds streams back otherwise
        if (!await Hello(context, hello, connection))
            return false;
        await Live(connection, connection.Run);
        return true;
    }

    /// <summary>Answers the first frame. False: nobody may enter with it.</summary>
    public async ValueTask<bool> Hello(HttpContext context, ClientFrame hello, GatewayConnection connection)
    {
        if (hello.Op != "hello" || _doors.FirstOrDefault(door => door.IsFor(context, hello)) is not { } door)
            return false;
        if (_pressure.Of(Worth.Arrival) is not null)
        {
            connection.Send(Frames.Bye(Comeback.For(ArrivalsApart, Random.Shared.NextDouble())));
            connection.Close(CloseReason.Restarting);
            return true;
        }
        connection.Locale = hello.Locale is { } asked ? I18n.Locale.FromTag(asked) : I18n.Locale.Of(context);
        connection.Party = await door.Enter(context, hello, connection);
        return connection.Party is not null;
    }

    private async Task Live(GatewayConnection connection, Func<Task> run)
    {
        connection.HeardAt = Environment.TickCount64;
        _connections.TryAdd(connection, 0);
        if (_stopping)
            connection.Close(CloseReason.Restarting);
        try
        {
            await run();
        }
        finally
        {
            connection.Over();
            _connections.TryRemove(connection, out _);
            connection.Party?.Closed();
        }
    }

    /// <param name="now">On the clock of <see cref="GatewayConnection.HeardAt"/>.</param>
    internal void Sweep(long now)
    {
        var comment = now - _commentedAt >= CommentEvery;
        if (comment)
            _commentedAt = now;
        foreach (var connection in _connections.Keys)
        {
            if (connection.Party is { } party)
                _ = CutWhoMayNotStay(connection, party);
            if (connection is StreamConnection stream)
            {
                if (comment)
                    stream.KeepAlive();
            }
            else if (connection.Party is null && now - connection.HeardAt > HelloWithin)
            {
                connection.Close(CloseReason.NotSignedIn);
            }
            else if (now - connection.HeardAt > SilentAfter)
            {
                connection.Close(CloseReason.Silent);
            }
        }
    }

    private async Task CutWhoMayNotStay(GatewayConnection connection, IGatewayParty party)
    {
        try
        {
            if (!await party.MayStay())
                connection.Close(CloseReason.NotSignedIn);
        }
        catch (Exception trouble)
        {
            // The store is away: nobody is signed out for that.
            _log.LogWarning("Whether connections may stay could not be asked ({Trouble})", trouble.GetType().Name);
        }
    }

    /// <summary>
    /// Before the web server stops: it would wait for every socket to end by itself. First balancers get time to see that this node is
    /// not ready any more; then everybody is told when to come back, each at another moment; what is under way is still answered.
    /// </summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(Task.Delay(_options.Drain, cancellationToken));
        _stopping = true;
        var all = _connections.Keys;
        foreach (var connection in all)
            connection.Send(Frames.Bye(Comeback.For(all.Count, Random.Shared.NextDouble())));
        if (all.Count > 0)
            await Task.WhenAny(Task.Delay(Settle, cancellationToken));
        foreach (var connection in _connections.Keys)
            connection.Close(CloseReason.Restarting);
        var until = Environment.TickCount64 + LeaveWithin.TotalMilliseconds;
        while (!_connections.IsEmpty && Environment.TickCount64 < until && !cancellationToken.IsCancellationRequested)
            await Task.Delay(20, CancellationToken.None);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _sweep.Dispose();
}
