namespace Queqiao.Server.Platform.Clock;

/// <summary>Makes ids: UUIDv7 (RFC 9562) of the injected clock, so that ids sort by time and tests can hold the clock still.</summary>
internal sealed class Ids(TimeProvider clock)
{
    public Guid New() => Guid.CreateVersion7(clock.GetUtcNow());

    /// <summary>Now, in Unix milliseconds: the unit of every instant that is stored.</summary>
    public long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
