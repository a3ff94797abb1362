using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Platform.Gateway;

/// <summary>Keeps count for one connection: too many frames are refused, and who does not stop is cut.</summary>
internal sealed class FrameGuard(LimitsOptions limits, Rate frames, TimeProvider clock)
{
    private static readonly Rate TypingRate = Rate.PerSecond(1, burst: 2);

    private TokenBucket _frames;
    private TokenBucket _typing;
    private int _refused;

    /// <summary>Whether this frame may be handled; when not, the sender was told, or cut.</summary>
    /// <param name="frame">Null: one that nobody can read. It counts like any other.</param>
    /// <param name="connection">Whose.</param>
    public bool Admits(ClientFrame? frame, GatewayConnection connection)
    {
        if (!limits.On || _frames.TryTake(frames, clock))
        {
            _refused = 0;
            return true;
        }
        if (++_refused > frames.Burst)
            connection.Close(CloseReason.Flooding);
        else
            connection.Send(Frames.Error(connection.Locale, "rate_limited", frame?.Op, frame?.ClientId));
        return false;
    }

    /// <summary>Typing is passed on at most once a second; a lost one hurts nobody.</summary>
    public bool AdmitsTyping() => _typing.TryTake(TypingRate, clock);
}
