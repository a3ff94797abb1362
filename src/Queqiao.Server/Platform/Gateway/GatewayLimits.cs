namespace Queqiao.Server.Platform.Gateway;

/// <summary>What a connection may send. <c>QUEQIAO_LIMITS=off</c> lifts it for benchmarks, and the server says so when it starts.</summary>
internal sealed record GatewayLimits
{
    public static readonly GatewayLimits Off = new() { Lifted = true };

    public bool Lifted { get; private init; }

    public static GatewayLimits FromEnvironment() =>
        Environment.GetEnvironmentVariable("QUEQIAO_LIMITS") == "off" ? Off : new();
}

/// <summary>Keeps count for one connection: too many frames are refused, and who does not stop is cut.</summary>
internal sealed class FrameGuard(GatewayLimits limits, int perSecond, int burst)
{
    private readonly int _mostRefusals = burst;
    private FrameBudget _frames = new(perSecond, burst);
    private FrameBudget _typing = new(1, 2);
    private int _refused;

    /// <summary>Whether this frame may be handled; when not, the sender was told, or cut.</summary>
    public bool Admits(ClientFrame frame, GatewayConnection connection)
    {
        if (limits.Lifted || _frames.TryTake())
        {
            _refused = 0;
            return true;
        }
        if (++_refused > _mostRefusals)
            connection.Close(CloseReason.Flooding);
        else
            connection.Send(Frames.Error(connection.Locale, "rate_limited", frame.Op, frame.ClientId));
        return false;
    }

    /// <summary>Typing is passed on at most once a second; a lost one hurts nobody.</summary>
    public bool AdmitsTyping() => _typing.TryTake();
}
