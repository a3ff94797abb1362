using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Queqiao.Server.Tests.Support;
using Queqiao.Simulators;

namespace Queqiao.Server.Tests.Channels;

/// <summary>A simulator served on this machine: its API, and its socket.</summary>
internal sealed class SocketDoor : IAsyncDisposable
{
    private readonly Simulator _platform;
    private readonly ConcurrentDictionary<WebSocket, bool> _open = new();
    private LocalServer _server = null!;

    private SocketDoor(Simulator platform) => _platform = platform;

    public Uri Address => _server.Address;

    /// <summary>Frames that were sent to the platform.</summary>
    public ConcurrentQueue<string> Heard { get; } = new();

    public int Open => _open.Count;

    public static async Task<SocketDoor> Start(Simulator platform)
    {
        var door = new SocketDoor(platform);
        door._server = await LocalServer.Start(door.Answer);
        return door;
    }

    /// <summary>Something happens: told over the socket.</summary>
    public async Task Push(SimHook hook)
    {
        var frame = ((ISocketSimulator)_platform).FrameOf(hook);
        foreach (var socket in _open.Keys)
            await Say(socket, frame);
    }

    /// <summary>A frame of the platform's own.</summary>
    public async Task Tell(string frame)
    {
        foreach (var socket in _open.Keys)
            await Say(socket, frame);
    }

    /// <summary>The connections break off.</summary>
    public void Cut()
    {
        foreach (var socket in _open.Keys)
            socket.Abort();
    }

    private async Task Answer(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            if (!((ISocketSimulator)_platform).Admits(context.Request.QueryString.Value ?? ""))
            {
                context.Response.StatusCode = 401;
                return;
            }
            await Serve(await context.WebSockets.AcceptWebSocketAsync());
            return;
        }
        var body = await LocalServer.Body(context);
        var answer = _platform.Answer(new SimRequest(context.Request.Method, context.Request.Path, context.Request.Query.ToDictionary(one => one.Key, one => one.Value.ToString()),
            context.Request.Headers.ToDictionary(one => one.Key, one => one.Value.ToString()), Encoding.UTF8.GetBytes(body)) { BaseUrl = Address.ToString().TrimEnd('/') });
        context.Response.ContentType = answer.ContentType;
        context.Response.StatusCode = answer.Status;
        await context.Response.Body.WriteAsync(answer.Body);
    }

    private async Task Serve(WebSocket socket)
    {
        var played = (ISocketSimulator)_platform;
        var buffer = new byte[64 * 1024];
        try
        {
            foreach (var frame in played.Greets())
                await Say(socket, frame);
            _open[socket] = true;
            while (await socket.ReceiveAsync(buffer, default) is { MessageType: WebSocketMessageType.Text } read)
            {
                var frame = Encoding.UTF8.GetString(buffer, 0, read.Count);
                Heard.Enqueue(frame);
                foreach (var answer in played.Hears(frame))
                    await Say(socket, answer);
            }
        }
        catch (Exception trouble) when (trouble is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // it broke off
        }
        finally
        {
            _open.TryRemove(socket, out _);
        }
    }

    private static Task Say(WebSocket socket, string frame) => socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, default);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
