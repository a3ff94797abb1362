namespace Queqiao.Server.Platform.Gateway;

/// <summary>A token bucket in 16 bytes: how many frames a connection may send.</summary>
internal struct FrameBudget(int perSecond, int burst)
{
    private readonly int _perSecond = perSecond;
    private readonly int _burst = burst;
    private long _thousandths = burst * 1000L;
    private long _at = Environment.TickCount64;

    /// <summary>Takes one, or says that there is none.</summary>
    public bool TryTake()
    {
        var now = Environment.TickCount64;
        _thousandths = Math.Min(_burst * 1000L, _thousandths + ((now - _at) * _perSecond));
        _at = now;
        if (_thousandths < 1000)
            return false;
        _thousandths -= 1000;
        return true;
    }
}
