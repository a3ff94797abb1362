namespace Queqiao.Server.Platform.Jobs;

/// <summary>What becomes of a job after a try. Pure.</summary>
internal static class JobRules
{
    private static readonly TimeSpan KeepDead = TimeSpan.FromDays(90);
    private static readonly TimeSpan KeepCancelled = TimeSpan.FromDays(3);

    /// <param name="outcome">How the try ended.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="tries">How often it was begun, this time included.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="chance">From 0 to 1: jobs that failed together must not come back together.</param>
    public static JobChange After(JobOutcome outcome, JobKind kind, int tries, long now, double chance) => outcome switch
    {
        JobOutcome.Done => new JobChange(JobState.Done, now) { Tries = tries, FinishedAt = now, DeleteAt = now + (long)kind.Keep.TotalMilliseconds },
        JobOutcome.GiveUp no => Dead(no.Reason, no.Arg, tries, now),
        JobOutcome.TryLater { Counts: true } later when tries >= kind.MostTries => Dead(later.Reason, later.Arg, tries, now),
        JobOutcome.TryLater later => new JobChange(JobState.Waiting, now + (long)Wait(later, kind, tries, chance).TotalMilliseconds)
        {
            Tries = later.Counts ? tries : tries - 1, Reason = later.Reason, ReasonArg = later.Arg,
        },
        _ => throw new InvalidOperationException("Unknown outcome."),
    };

    public static JobChange Dead(string reason, string? arg, int tries, long now) => new(JobState.Dead, now)
    {
        Tries = tries, Reason = reason, ReasonArg = arg, FinishedAt = now, DeleteAt = now + (long)KeepDead.TotalMilliseconds,
    };

    public static JobChange Cancelled(int tries, long now) => new(JobState.Cancelled, now)
    {
        Tries = tries, FinishedAt = now, DeleteAt = now + (long)KeepCancelled.TotalMilliseconds,
    };

    /// <summary>The server stops: somebody goes on at once, and it was not the job's fault.</summary>
    public static JobChange HandBack(int tries, long now) => new(JobState.Waiting, now) { Tries = tries - 1 };

    private static TimeSpan Wait(JobOutcome.TryLater later, JobKind kind, int tries, double chance)
    {
        var wait = later.After ?? Longer(kind, tries);
        return wait + wait * 0.25 * chance;
    }

    private static TimeSpan Longer(JobKind kind, int tries)
    {
        var wait = kind.FirstWait * Math.Pow(3, Math.Min(tries - 1, 20));
        return wait < kind.LongestWait ? wait : kind.LongestWait;
    }
}

/// <summary>What is stored about a job after a try.</summary>
internal sealed record JobChange(string State, long RunAt)
{
    public required int Tries { get; init; }
    public string? Reason { get; init; }
    public string? ReasonArg { get; init; }
    public long? FinishedAt { get; init; }
    public long? DeleteAt { get; init; }
}
