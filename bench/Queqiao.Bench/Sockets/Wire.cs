using System.Buffers.Text;

namespace Queqiao.Bench.Sockets;

/// <summary>
/// Finds what the generator needs in a frame without parsing it. A member's name in quotes with its colon can only be a
/// member: inside a string the quotes would be escaped.
/// </summary>
internal static class Wire
{
    public static bool IsReady(ReadOnlySpan<byte> frame) => Begins(frame, "\"op\":\"ready\""u8);

    public static bool IsAck(ReadOnlySpan<byte> frame) => Begins(frame, "\"op\":\"ack\""u8);

    public static bool IsError(ReadOnlySpan<byte> frame) => Begins(frame, "\"op\":\"error\""u8);

    public static bool IsResync(ReadOnlySpan<byte> frame) => Begins(frame, "\"op\":\"resync\""u8);

    public static bool IsMessage(ReadOnlySpan<byte> frame) => Begins(frame, "\"event\":\"message.created\""u8);

    /// <summary>The frame's own seq: the first in it.</summary>
    public static long Seq(ReadOnlySpan<byte> frame)
    {
        var name = "\"seq\":"u8;
        var at = frame.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(frame[(at + name.Length)..], out long seq, out _) ? seq : 0;
    }

    /// <summary>The value of a string member, as it stands; empty when there is none.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="name">The name in quotes, colon and opening quote: <c>"clientId":"</c>.</param>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> name)
    {
        var at = frame.IndexOf(name);
        if (at < 0)
            return default;
        var value = frame[(at + name.Length)..];
        var end = value.IndexOf((byte)'"');
        return end < 0 ? default : value[..end];
    }

    /// <summary>The value of a whole number; 0 when there is none.</summary>
    public static long Number(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> name)
    {
        var at = frame.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(frame[(at + name.Length)..], out long number, out _) ? number : 0;
    }

    private static bool Begins(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> member) =>
        frame.Length > member.Length && frame[0] == '{' && frame[1..].StartsWith(member);
}
