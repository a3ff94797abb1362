namespace Queqiao.Server.Platform.Jobs;

/// <summary>
/// How many jobs of a kind one server holds at once. Quick ones are taken in ever larger portions, up to what is done in about a tenth
/// of a second: a portion costs two commits whatever its size. Slow ones stay at <see cref="JobKind.Leased"/>, so that others get their share.
/// </summary>
internal sealed class JobPace
{
    private const int MostTimes = 8;
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, (int Portion, TimeSpan TakenAt)> _kinds = [];

    public int Portion(JobKind kind) => _kinds.TryGetValue(kind.Name, out var known) ? known.Portion : kind.Leased;

    /// <summary>A portion was asked for: the one before is half done.</summary>
    /// <param name="kind">Of what.</param>
    /// <param name="full">Whether as many came as were asked for.</param>
    /// <param name="now">On a clock that only goes forward.</param>
    public void Took(JobKind kind, bool full, TimeSpan now)
    {
        var portion = Portion(kind);
        if (_kinds.TryGetValue(kind.Name, out var known))
            portion = Next(kind, portion, full, now - known.TakenAt);
        _kinds[kind.Name] = (portion, now);
    }

    /// <summary>Kinds that hold no more than they run say so for a reason: theirs stays.</summary>
    public static int Next(JobKind kind, int portion, bool full, TimeSpan since) =>
        since >= Slow || kind.Leased <= kind.Concurrency ? kind.Leased
        : full && since < Quick ? Math.Min(portion * 2, kind.Leased * MostTimes)
        : portion;
}
