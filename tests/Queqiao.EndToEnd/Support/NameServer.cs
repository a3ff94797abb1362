using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Queqiao.EndToEnd.Support;

/// <summary>A small name server (RFC 1035) on port 53 of an address of this machine, whose answers for one name a test changes. Nobody may keep them (TTL 0).</summary>
internal sealed class NameServer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Thread _thread;
    private readonly Queue<IPAddress> _answers;
    private int _asked;

    /// <param name="at">Where it listens.</param>
    /// <param name="answers">For IPv4, one after the other; the last stays.</param>
    public NameServer(IPAddress at, params IPAddress[] answers)
    {
        _answers = new Queue<IPAddress>(answers);
        _socket.Bind(new IPEndPoint(at, 53));
        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Questions for an IPv4 address so far.</summary>
    public int Asked => Volatile.Read(ref _asked);

    private void Serve()
    {
        var question = new byte[512];
        while (true)
        {
            try
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                var length = _socket.ReceiveFrom(question, ref from);
                _socket.SendTo(Answer(question.AsSpan(0, length)), from);
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> question)
    {
        var end = 12;
        while (question[end] != 0)
            end += question[end] + 1;
        var asksForIPv4 = BinaryPrimitives.ReadUInt16BigEndian(question[(end + 1)..]) == 1;
        end += 5; // the root's label, type and class
        var answer = new byte[end + (asksForIPv4 ? 16 : 0)];
        question[..end].CopyTo(answer);
        (answer[2], answer[3], answer[7], answer[9], answer[11]) = (0x84, 0x00, (byte)(asksForIPv4 ? 1 : 0), 0, 0);
        if (!asksForIPv4)
            return answer;
        Interlocked.Increment(ref _asked);
        byte[] record = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, .. (_answers.Count > 1 ? _answers.Dequeue() : _answers.Peek()).GetAddressBytes()];
        record.CopyTo(answer, end);
        return answer;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join();
    }
}
