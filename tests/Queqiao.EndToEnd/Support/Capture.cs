using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Queqiao.EndToEnd.Support;

/// <summary>
/// Every TCP segment that arrives at this machine over IPv4, as the kernel sees it (a raw socket; needs root). Put together by flow and
/// sequence number, so that a word in two segments is found too.
/// </summary>
internal sealed class Capture : IDisposable
{
    private const int Room = 64 * 1024 * 1024;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp) { ReceiveBufferSize = Room };
    private readonly Dictionary<(ushort From, ushort To), SortedDictionary<uint, byte[]>> _flows = [];
    private readonly HashSet<int> _ports;
    private readonly Thread _reader;
    private volatile bool _over;

    /// <param name="ports">Of the servers that are listened to.</param>
    public Capture(params IEnumerable<int> ports)
    {
        _ports = [.. ports];
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _reader = new Thread(Read) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>Why nothing can be captured, or null.</summary>
    public static string? Missing { get; } = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? null : "Not root on Linux: the network cannot be listened to.";

    /// <summary>What went to and from a port so far.</summary>
    public long Bytes(int port) => Flows(port).Sum(flow => (long)flow.Length);

    /// <summary>Whether these bytes went to or from the port, in one direction of one connection.</summary>
    public bool Saw(int port, ReadOnlySpan<byte> what)
    {
        foreach (var flow in Flows(port))
        {
            if (flow.AsSpan().IndexOf(what) >= 0)
                return true;
        }
        return false;
    }

    /// <summary>TLS: the first byte of every connection to the port is that of a handshake (RFC 8446 5.1).</summary>
    public bool SpeaksOnlyTls(int port) => Flows(port) is var flows && flows.Count > 0 && flows.All(flow => flow[0] == 0x16);

    private List<byte[]> Flows(int port)
    {
        lock (_flows)
            return [.. _flows.Where(flow => flow.Key.From == port || flow.Key.To == port).Select(flow => Join(flow.Value)).Where(bytes => bytes.Length > 0)];
    }

    private static byte[] Join(SortedDictionary<uint, byte[]> segments)
    {
        var bytes = new List<byte>();
        foreach (var segment in segments.Values)
            bytes.AddRange(segment);
        return [.. bytes];
    }

    private void Read()
    {
        var packet = new byte[128 * 1024];
        while (!_over)
        {
            try
            {
                if (_socket.Poll(100_000, SelectMode.SelectRead))
                    Take(packet.AsSpan(0, _socket.Receive(packet)));
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>IPv4 (RFC 791) around TCP (RFC 9293).</summary>
    private void Take(ReadOnlySpan<byte> packet)
    {
        var tcp = packet[((packet[0] & 0x0F) * 4)..];
        var (from, to) = (BinaryPrimitives.ReadUInt16BigEndian(tcp), BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]));
        if (!_ports.Contains(from) && !_ports.Contains(to))
            return;
        var sequence = BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]);
        var payload = tcp[((tcp[12] >> 4) * 4)..].ToArray();
        if (payload.Length == 0)
            return;
        lock (_flows)
        {
            if (!_flows.TryGetValue((from, to), out var segments))
                _flows[(from, to)] = segments = [];
            segments[sequence] = payload;
        }
    }

    public void Dispose()
    {
        _over = true;
        _reader.Join();
        _socket.Dispose();
    }
}
