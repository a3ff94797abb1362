using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Queqiao.Bench.Measures;

/// <summary>
/// Makes another .NET process collect its garbage: opening an event session with the keyword GCHeapCollect does that
/// (https://github.com/dotnet/diagnostics/blob/main/documentation/design-docs/ipc-protocol.md). Without it a figure of
/// memory says more about when the collector last ran than about what is held.
/// </summary>
internal static class Collection
{
    private const byte EventPipe = 2;
    private const byte StopTracing = 1;
    private const byte CollectTracing2 = 3;
    private const byte Fault = 0xFF;
    private const int Header = 20;
    private const ulong GcAndHeapCollect = 0x800001;
    private const uint Informational = 4;

    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(3);

    public static async Task Induce(int pid, CancellationToken ct)
    {
        using var session = Connect(pid);
        await session.SendAsync(Message(CollectTracing2, Request()), ct);
        var answer = await Answer(session, ct);
        using var stop = new CancellationTokenSource();
        var reading = Drain(session, stop.Token);
        await Task.Delay(Enough, ct);
        using (var another = Connect(pid))
        {
            await another.SendAsync(Message(StopTracing, answer), ct);
            await Answer(another, ct);
        }
        stop.CancelAfter(Enough);
        await reading;
    }

    private static Socket Connect(int pid)
    {
        var file = Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{pid}-*-socket").FirstOrDefault()
            ?? throw new InvalidOperationException("The server's diagnostics are switched off (DOTNET_EnableDiagnostics=0).");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(file));
        return socket;
    }

    /// <summary>Buffer of 16 MB, format NetTrace, no rundown, one provider without filter.</summary>
    private static byte[] Request()
    {
        const string provider = "Microsoft-Windows-DotNETRuntime\0";
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(16u);
        writer.Write(1u);
        writer.Write((byte)0);
        writer.Write(1u);
        writer.Write(GcAndHeapCollect);
        writer.Write(Informational);
        writer.Write((uint)provider.Length);
        writer.Write(Encoding.Unicode.GetBytes(provider));
        writer.Write(0u);
        return bytes.ToArray();
    }

    private static byte[] Message(byte command, byte[] payload)
    {
        var message = new byte[Header + payload.Length];
        "DOTNET_IPC_V1\0"u8.CopyTo(message);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), (ushort)message.Length);
        message[16] = EventPipe;
        message[17] = command;
        payload.CopyTo(message, Header);
        return message;
    }

    /// <returns>The session's number.</returns>
    private static async Task<byte[]> Answer(Socket socket, CancellationToken ct)
    {
        var header = await Exactly(socket, Header, ct);
        var payload = await Exactly(socket, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(14)) - Header, ct);
        return header[16] == Fault && header[17] != 0
            ? throw new InvalidOperationException($"The server's runtime refused: {Convert.ToHexString(payload)}")
            : payload;
    }

    private static async Task<byte[]> Exactly(Socket socket, int count, CancellationToken ct)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            var more = await socket.ReceiveAsync(bytes.AsMemory(got), ct);
            got += more > 0 ? more : throw new InvalidOperationException("The server's runtime hung up.");
        }
        return bytes;
    }

    private static async Task Drain(Socket socket, CancellationToken ct)
    {
        var bytes = new byte[1 << 16];
        try
        {
            while (await socket.ReceiveAsync(bytes, ct) > 0)
            {
                // the events themselves are not wanted
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException)
        {
            // the session is over either way
        }
    }
}
