using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Load;

/// <summary>One connection of a provider (HTTP/1.1, kept alive) with at most one delivery on its way. Belongs to the load's thread.</summary>
internal sealed class HookSender : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _answer = new byte[4096];
    private int _length;

    public HookSender(IPEndPoint server, Epoll epoll, int tag)
    {
        _socket.Connect(server); // on loopback: at once
        _socket.Blocking = false;
        epoll.Watch((int)_socket.Handle, tag, Epoll.In);
    }

    public bool IsFree { get; private set; } = true;

    /// <summary>When the delivery on its way was meant to leave, and in which part of the run.</summary>
    public (long Moment, Stretch Stretch) Intended { get; private set; }

    public void Send(ReadOnlySpan<byte> request, long moment, Stretch stretch)
    {
        (IsFree, Intended, _length) = (false, (moment, stretch), 0);
        if (_socket.Send(request) != request.Length)
            throw new InvalidDataException("A delivery did not fit into the socket's buffer.");
    }

    /// <summary>The status of the answer; null: it is not all here.</summary>
    public int? Receive()
    {
        var got = _socket.Receive(_answer.AsSpan(_length), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return null;
        if (error != SocketError.Success || got == 0)
            throw new InvalidDataException($"The server closed a provider's connection: {error}");
        _length += got;
        var answer = _answer.AsSpan(0, _length);
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0 || _length < end + 4 + LengthOf(answer[..end]))
            return null;
        IsFree = true;
        return int.Parse(answer[9..12], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static int LengthOf(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        if (at < 0)
            throw new InvalidDataException($"An answer without a length: {Encoding.UTF8.GetString(head)}");
        var value = head[(at + "Content-Length: "u8.Length)..];
        var end = value.IndexOf((byte)'\r');
        return int.Parse(end < 0 ? value : value[..end], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    public void Dispose() => _socket.Dispose();
}
