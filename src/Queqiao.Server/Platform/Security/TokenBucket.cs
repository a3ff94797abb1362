namespace Queqiao.Server.Platform.Security;

/// <summary>So many at once, then one more every so often.</summary>
/// <param name="Burst">How many may come at once.</param>
/// <param name="Each">Time after which one more may come.</param>
internal readonly record struct Rate(int Burst, TimeSpan Each)
{
    public static Rate PerSecond(double count, int burst) => new(burst, TimeSpan.FromSeconds(1 / count));

    public static Rate PerMinute(double count, int burst) => new(burst, TimeSpan.FromMinutes(1 / count));

    public static Rate PerHour(double count, int burst) => new(burst, TimeSpan.FromHours(1 / count));
}

/// <summary>
/// A token bucket in one number: the instant at which it will be full again (GCRA, ITU-T I.371). Allocates nothing.
/// A mutable struct for one owner, as a field of a connection; not for several threads.
/// </summary>
internal struct TokenBucket
{
    private long _fullAt;

    /// <summary>Takes <paramref name="cost"/> tokens, or none and says when they will be there.</summary>
    /// <param name="rate">The same at every call.</param>
    /// <param name="now">Time in ticks of 100 ns on any clock that only goes forward, see <see cref="Ticks"/>.</param>
    /// <param name="retryAfter">Zero when taken.</param>
    /// <param name="cost">At most the burst; more is never granted.</param>
    public bool TryTake(in Rate rate, long now, out TimeSpan retryAfter, int cost = 1)
    {
        var fullAt = Math.Max(_fullAt, now) + (rate.Each.Ticks * cost);
        var wait = fullAt - now - (rate.Each.Ticks * rate.Burst);
        retryAfter = wait > 0 ? TimeSpan.FromTicks(wait) : TimeSpan.Zero;
        if (wait > 0)
            return false;
        _fullAt = fullAt;
        return true;
    }

    public bool TryTake(in Rate rate, TimeProvider clock) => TryTake(rate, Ticks(clock), out _);

    /// <summary>Takes tokens that were granted elsewhere, whether they are there or not; a debt is never more than one burst.</summary>
    public void Charge(in Rate rate, long now, int cost) =>
        _fullAt = Math.Min(Math.Max(_fullAt, now) + (rate.Each.Ticks * cost), now + (rate.Each.Ticks * rate.Burst * 2));

    /// <summary>How many tokens are there now, and when all of them will be.</summary>
    public readonly (int Left, TimeSpan FullIn) State(in Rate rate, long now)
    {
        var missing = Math.Max(0, _fullAt - now);
        return ((int)Math.Max(0, rate.Burst - ((missing + rate.Each.Ticks - 1) / rate.Each.Ticks)), TimeSpan.FromTicks(missing));
    }

    /// <summary>Gives tokens back, never above full.</summary>
    public void GiveBack(in Rate rate, int count = 1) => _fullAt -= rate.Each.Ticks * count;

    /// <summary>The later, the emptier. At or before now: full, and worth no memory.</summary>
    public readonly long FullAt => _fullAt;

    /// <summary>Monotonic time in 100 ns ticks.</summary>
    public static long Ticks(TimeProvider clock) => clock.GetElapsedTime(0, clock.GetTimestamp()).Ticks;
}
