using System.Text;
using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Load;

/// <summary>An agent's socket: follows its share of the conversations, and maybe the list of unassigned ones as a console does.</summary>
internal sealed class Agent(Reactor reactor, ChatLoad load, string cookie) : Connection(reactor)
{
    protected override string Cookie => cookie;

    protected override ReadOnlySpan<byte> Hello => HelloOfAgents;

    /// <summary>The cookie says who they are.</summary>
    public static byte[] HelloOfAgents { get; } = [.. """{"op":"hello"}"""u8];

    public void Watch(string conversation) => Send(WatchOf(conversation));

    public static byte[] WatchOf(string conversation) => Encoding.UTF8.GetBytes($$"""{"op":"watch","conversation":"{{conversation}}","after":0}""");

    protected override void OnReady(ReadOnlySpan<byte> frame)
    {
        if (load.Lists)
            Send("""{"op":"watch","list":"unassigned"}"""u8);
        load.OneIsReady();
    }

    protected override void OnText(ReadOnlySpan<byte> frame)
    {
        if (Wire.IsMessage(frame))
            load.Delivered(Texts.NumberOf(Wire.Text(frame, "\"clientId\":\""u8)), Wire.Seq(frame));
        else if (Wire.IsResync(frame))
            load.Resynced();
        else if (Wire.IsError(frame))
            throw new InvalidDataException($"An agent was refused: {Encoding.UTF8.GetString(frame)}");
    }

    protected override void OnClosed(string why) => load.SocketClosed(why);
}
