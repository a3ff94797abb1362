using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Load;

/// <summary>A socket that only listens, until it is told to stop reading: an agent who follows everything, or a visitor's forgotten second tab.</summary>
internal sealed class Bystander(Reactor reactor, ChatLoad load, byte[] hello, string? cookie, int receiveBuffer) : Connection(reactor)
{
    protected override string? Cookie => cookie;

    protected override ReadOnlySpan<byte> Hello => hello;

    protected override int? ReceiveBuffer => receiveBuffer;

    public bool FollowsEverything => cookie is not null;

    protected override void OnReady(ReadOnlySpan<byte> frame) => load.OneIsReady();

    protected override void OnText(ReadOnlySpan<byte> frame)
    {
        // read and forgotten
    }

    protected override void OnClosed(string why)
    {
        // Closed says it
    }
}
