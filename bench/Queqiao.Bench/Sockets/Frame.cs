using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Queqiao.Bench.Sockets;

/// <summary>One WebSocket frame (RFC 6455 §5.2).</summary>
internal readonly record struct Frame(byte Opcode, int Start, int Length)
{
    public const byte Text = 1;
    public const byte Close = 8;
    public const byte Ping = 9;
    public const byte Pong = 10;

    /// <summary>Longest header of a client's frame that is shorter than 64 KiB.</summary>
    public const int MostHeader = 8;

    public int End => Start + Length;

    /// <summary>Reads a server's frame (never masked) from the beginning of the bytes; false while it is not there in full.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Frame frame)
    {
        frame = default;
        if (bytes.Length < 2)
            return false;
        if ((bytes[0] & 0x80) == 0 || (bytes[1] & 0x80) != 0)
            throw new InvalidDataException("The server sent a fragmented or masked frame.");
        long length = bytes[1];
        var start = 2;
        if (length == 126)
        {
            if (bytes.Length < 4)
                return false;
            length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
            start = 4;
        }
        else if (length == 127)
        {
            if (bytes.Length < 10)
                return false;
            length = BinaryPrimitives.ReadInt64BigEndian(bytes[2..]);
            start = 10;
        }
        if (bytes.Length - start < length)
            return false;
        frame = new Frame((byte)(bytes[0] & 0xF), start, (int)length);
        return true;
    }

    /// <summary>Writes a client's frame and gives its length.</summary>
    public static int Write(Span<byte> to, byte opcode, ReadOnlySpan<byte> payload, uint mask)
    {
        to[0] = (byte)(0x80 | opcode);
        var start = 2;
        if (payload.Length < 126)
        {
            to[1] = (byte)(0x80 | payload.Length);
        }
        else
        {
            to[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(to[2..], checked((ushort)payload.Length));
            start = 4;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(to[start..], mask);
        start += 4;
        payload.CopyTo(to[start..]);
        Mask(to.Slice(start, payload.Length), mask);
        return start + payload.Length;
    }

    private static void Mask(Span<byte> payload, uint mask)
    {
        var words = MemoryMarshal.Cast<byte, uint>(payload);
        for (var i = 0; i < words.Length; i++)
            words[i] ^= mask;
        for (var i = words.Length * 4; i < payload.Length; i++)
            payload[i] ^= (byte)(mask >> (i % 4 * 8));
    }
}
