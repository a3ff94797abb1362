using System.Text;
using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Load;

/// <summary>A visitor's socket: sends, and hears its acknowledgements.</summary>
internal sealed class Visitor(Reactor reactor, ChatLoad load, int number, string token) : Connection(reactor)
{
    private readonly byte[] _hello = HelloOf(token);
    private readonly byte[] _frame = new byte[8192];

    public int Number => number;

    /// <summary>Known from the first acknowledgement on.</summary>
    public string? Conversation { get; private set; }

    protected override ReadOnlySpan<byte> Hello => _hello;

    public static byte[] HelloOf(string token) => Encoding.UTF8.GetBytes($$"""{"op":"hello","token":"{{token}}","locale":"zh-CN"}""");

    public void Say(int n) => Send(_frame.AsSpan(0, load.Texts.WriteSend(_frame, n)));

    protected override void OnReady(ReadOnlySpan<byte> frame) => load.OneIsReady();

    protected override void OnText(ReadOnlySpan<byte> frame)
    {
        if (Wire.IsAck(frame))
        {
            Conversation ??= Encoding.ASCII.GetString(Wire.Text(frame, "\"conversation\":\""u8));
            load.Acked(this, Texts.NumberOf(Wire.Text(frame, "\"clientId\":\""u8)), Wire.Seq(frame));
        }
        else if (Wire.IsError(frame))
        {
            load.Refused(Texts.NumberOf(Wire.Text(frame, "\"clientId\":\""u8)), frame);
        }
    }

    protected override void OnClosed(string why) => load.SocketClosed(why);
}
