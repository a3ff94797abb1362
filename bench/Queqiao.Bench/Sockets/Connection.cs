using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Queqiao.Bench.Sockets;

/// <summary>A client's WebSocket: upgrades, says hello, and hands over the text frames that come. Belongs to the reactor's thread.</summary>
internal abstract class Connection(Reactor reactor) : IDisposable
{
    private Socket? _socket;
    private int _handle;
    private int _tag = -1;
    private bool _upgraded;
    private bool _reading = true;
    private byte[] _rest = [];
    private int _restLength;
    private byte[] _unsent = [];
    private int _unsentLength;

    /// <summary>The server has answered the hello.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Why there is no connection any more: the close code, or what the socket said.</summary>
    public string? Closed { get; private set; }

    protected Reactor Reactor => reactor;

    /// <summary>The value of the Cookie header, for agents.</summary>
    protected virtual string? Cookie => null;

    /// <summary>Bytes the kernel takes for us while we do not read; null: as usual.</summary>
    protected virtual int? ReceiveBuffer => null;

    protected abstract ReadOnlySpan<byte> Hello { get; }

    protected abstract void OnReady(ReadOnlySpan<byte> frame);

    protected abstract void OnText(ReadOnlySpan<byte> frame);

    /// <summary>The server, or trouble, ended it.</summary>
    protected abstract void OnClosed(string why);

    /// <param name="source">Own address: one loopback address has 28,000 ports to call from.</param>
    public void Open(IPAddress? source = null)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (ReceiveBuffer is { } size)
            _socket.ReceiveBufferSize = size;
        if (source is not null)
            _socket.Bind(new IPEndPoint(source, 0));
        var server = reactor.NextServer();
        _socket.Connect(server); // on loopback: at once
        _socket.Blocking = false;
        _handle = (int)_socket.Handle;
        _tag = reactor.Register(this);
        reactor.Epoll.Watch(_handle, _tag, Epoll.In);
        Write(Encoding.ASCII.GetBytes(
            $"GET /gateway HTTP/1.1\r\nHost: {server}\r\nOrigin: http://{server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
            $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: queqiao.v1\r\n" +
            (Cookie is { } cookie ? $"Cookie: {cookie}\r\n" : "") + "\r\n"));
    }

    public void Send(ReadOnlySpan<byte> text) => SendFrame(Frame.Text, text);

    public void SayPing()
    {
        if (IsReady && _reading)
            Send("""{"op":"ping"}"""u8);
    }

    /// <summary>From now on nothing is read: what the server sends piles up.</summary>
    public void StopReading()
    {
        if (Closed is null)
            reactor.Epoll.Forget(_handle); // not Rewatch(0): a reset would be reported again and again
        _reading = false;
    }

    public void ReadAgain()
    {
        if (Closed is null)
            reactor.Epoll.Watch(_handle, _tag, Epoll.In);
        _reading = true;
    }

    internal void On(uint events)
    {
        if (Closed is null && (events & Epoll.Out) != 0)
            Flush();
        if (Closed is null && (events & ~Epoll.Out) != 0)
            Receive();
    }

    private void Receive()
    {
        var inbox = reactor.Inbox.AsSpan();
        var got = _socket!.Receive(inbox[_restLength..], SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return;
        if (error != SocketError.Success || got == 0)
        {
            End(got == 0 && error == SocketError.Success ? "end" : error.ToString());
            return;
        }
        _rest.AsSpan(0, _restLength).CopyTo(inbox);
        var bytes = inbox[..(_restLength + got)];
        var used = _upgraded ? 0 : Upgrade(bytes);
        while (_upgraded && Closed is null && Frame.TryRead(bytes[used..], out var frame))
        {
            Take(frame.Opcode, bytes.Slice(used + frame.Start, frame.Length));
            used += frame.End;
        }
        if (used == 0 && bytes.Length == inbox.Length)
            throw new InvalidDataException("The server sent a frame longer than the generator can take.");
        Keep(bytes[used..]);
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (_rest.Length < rest.Length)
            _rest = new byte[rest.Length * 2];
        rest.CopyTo(_rest);
        _restLength = rest.Length;
    }

    private int Upgrade(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return 0;
        if (!bytes.StartsWith("HTTP/1.1 101"u8))
            throw new InvalidDataException($"The gateway refused a socket: {Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 500)])}");
        _upgraded = true;
        Send(Hello);
        return end + 4;
    }

    private void Take(byte opcode, ReadOnlySpan<byte> payload)
    {
        switch (opcode)
        {
            case Frame.Text when IsReady:
                OnText(payload);
                break;
            case Frame.Text when Wire.IsReady(payload):
                IsReady = true;
                OnReady(payload);
                break;
            case Frame.Text:
                throw new InvalidDataException($"The gateway answered the hello with {Encoding.UTF8.GetString(payload)}");
            case Frame.Ping:
                SendFrame(Frame.Pong, payload);
                break;
            case Frame.Close:
                End(payload.Length >= 2 ? $"{BinaryPrimitives.ReadUInt16BigEndian(payload)}" : "1005");
                break;
        }
    }

    private void SendFrame(byte opcode, ReadOnlySpan<byte> payload) =>
        Write(reactor.Outbox.AsSpan(0, Frame.Write(reactor.Outbox, opcode, payload, reactor.NextMask())));

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (Closed is not null)
            return;
        if (_unsentLength == 0)
        {
            var sent = _socket!.Send(bytes, SocketFlags.None, out var error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                End(error.ToString());
                return;
            }
            bytes = bytes[Math.Max(sent, 0)..];
            if (bytes.IsEmpty)
                return;
            reactor.Epoll.Rewatch(_handle, _tag, Epoll.In | Epoll.Out);
        }
        if (_unsent.Length < _unsentLength + bytes.Length)
            Array.Resize(ref _unsent, (_unsentLength + bytes.Length) * 2);
        bytes.CopyTo(_unsent.AsSpan(_unsentLength));
        _unsentLength += bytes.Length;
    }

    private void Flush()
    {
        var sent = _socket!.Send(_unsent.AsSpan(0, _unsentLength), SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            End(error.ToString());
            return;
        }
        sent = Math.Max(sent, 0);
        _unsent.AsSpan(sent, _unsentLength - sent).CopyTo(_unsent);
        _unsentLength -= sent;
        if (_unsentLength == 0)
            reactor.Epoll.Rewatch(_handle, _tag, Epoll.In);
    }

    private void End(string why)
    {
        Closed = why;
        IsReady = false;
        _socket!.Dispose(); // leaves the epoll set with it
        OnClosed(why);
    }

    public void Dispose()
    {
        Closed ??= "disposed";
        _socket?.Dispose();
    }
}
