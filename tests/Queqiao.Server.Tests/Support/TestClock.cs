namespace Queqiao.Server.Tests.Support;

/// <summary>A clock that stands until it is moved, backwards too.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _now = new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public long Now => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Now);

    public void Move(TimeSpan by) => Interlocked.Add(ref _now, (long)by.TotalMilliseconds);
}
