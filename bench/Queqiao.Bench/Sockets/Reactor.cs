using System.Net;

namespace Queqiao.Bench.Sockets;

/// <summary>One thread that reads and writes all sockets of the generator, and does in between what is due.</summary>
/// <param name="servers">Connections go to one after the other, as a balancer would send them.</param>
internal sealed class Reactor(params IReadOnlyList<IPEndPoint> servers) : IDisposable
{
    private const long LongestWait = 50 * Clock.Millisecond;

    /// <summary>Clients of the protocol ping every 25 s; three silent intervals would be cut.</summary>
    private const long PingEvery = 25 * Clock.Second;

    private readonly List<Connection> _connections = [];
    private uint _random = 0x9E3779B9;
    private int _nextPing;
    private long _pingedAt = Clock.Now;

    private int _next;

    /// <summary>Where the next connection goes.</summary>
    public IPEndPoint NextServer() => servers[_next++ % servers.Count];

    public Epoll Epoll { get; } = new(1024);

    /// <summary>Where every socket's bytes arrive: at most one is being read.</summary>
    public byte[] Inbox { get; } = new byte[1 << 18];

    /// <summary>Where frames are made before they leave.</summary>
    public byte[] Outbox { get; } = new byte[(1 << 16) + Frame.MostHeader];

    public int Register(Connection connection)
    {
        _connections.Add(connection);
        return _connections.Count - 1;
    }

    /// <summary>xorshift32: a frame's mask has to look random, not be secret.</summary>
    public uint NextMask()
    {
        _random ^= _random << 13;
        _random ^= _random >> 17;
        return _random ^= _random << 5;
    }

    /// <param name="tick">Does what is due at the time it is given, and says when to be called at the latest; below zero: the run is over.</param>
    /// <param name="ct">Ends the run with an exception.</param>
    public void Run(Func<long, long> tick, CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var next = tick(Clock.Now);
            if (next < 0)
                return;
            var ready = Epoll.Wait(Math.Clamp(next - Clock.Now, 0, LongestWait));
            for (var i = 0; i < ready; i++)
            {
                var (tag, events) = Epoll.Ready(i);
                _connections[tag].On(events);
            }
            PingSome(Clock.Now);
        }
    }

    /// <summary>Pings are spread over the interval, as those of real visitors are.</summary>
    private void PingSome(long now)
    {
        if (_connections.Count == 0)
            return;
        var each = PingEvery / _connections.Count;
        for (; now - _pingedAt >= each; _pingedAt += each)
        {
            _nextPing = (_nextPing + 1) % _connections.Count;
            _connections[_nextPing].SayPing();
        }
    }

    public void Dispose()
    {
        _connections.ForEach(connection => connection.Dispose());
        Epoll.Dispose();
    }
}
