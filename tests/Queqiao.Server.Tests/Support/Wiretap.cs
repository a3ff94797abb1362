using System.Net;
using System.Net.Sockets;

namespace Queqiao.Server.Tests.Support;

/// <summary>Sits between a client and a server on this machine, passes everything on and keeps a copy, as somebody on the network could.</summary>
internal sealed class Wiretap : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly MemoryStream _seen = new();
    private readonly Task _loop;
    private readonly int _target;

    public Wiretap(int target)
    {
        _target = target;
        _listener.Start();
        _loop = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public byte[] Seen
    {
        get
        {
            lock (_seen)
                return _seen.ToArray();
        }
    }

    public bool Saw(ReadOnlySpan<byte> what) => Seen.AsSpan().IndexOf(what) >= 0;

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Join(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (Exception trouble) when (trouble is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the end
        }
    }

    private async Task Join(TcpClient client)
    {
        using var here = client;
        using var there = new TcpClient();
        try
        {
            await there.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            await Task.WhenAny(Pass(here.GetStream(), there.GetStream()), Pass(there.GetStream(), here.GetStream()));
        }
        catch (Exception trouble) when (trouble is OperationCanceledException or SocketException or IOException)
        {
            // one side hung up
        }
    }

    private async Task Pass(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var length)
        {
            lock (_seen)
                _seen.Write(buffer, 0, length);
            await to.WriteAsync(buffer.AsMemory(0, length), _end.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _loop;
        _end.Dispose();
    }
}
