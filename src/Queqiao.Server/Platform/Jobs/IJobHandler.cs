using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>
/// What a kind of job does. It may be begun more than once (a process can die at any moment): what it writes through the outcome's
/// <c>Write</c> or <see cref="JobRun.SaveIn"/> happens exactly once, anything else must bear repeats; <see cref="JobRun.Id"/> stays
/// the same and serves as an idempotency key.
/// </summary>
internal interface IJobHandler
{
    JobKind Kind { get; }

    /// <param name="run">The job, and how to say how far it came.</param>
    /// <param name="ct">Ends when the server stops, the job is cancelled or the lease was lost: stop then, what was saved is kept.</param>
    Task<JobOutcome> Run(JobRun run, CancellationToken ct);

    /// <summary>The job is given up: what follows from it, in the same transaction.</summary>
    Task WhenDead(JobRun run, WriteUnit unit, CancellationToken ct) => Task.CompletedTask;
}

/// <summary>A kind of job and how it is treated.</summary>
/// <param name="Name">Stored with every job: never rename.</param>
internal sealed record JobKind(string Name)
{
    public JobClass Class { get; init; } = JobClass.Normal;

    /// <summary>How many run at once on one server.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>How many one server holds at once, the running ones included. More make bigger batches; work of minutes wants no more than run.</summary>
    public int Leased { get; init; } = 64;

    /// <summary>After so many tries without progress the job is dead.</summary>
    public int MostTries { get; init; } = 10;

    /// <summary>The wait after the first failure; each later one is three times as long, up to <see cref="LongestWait"/>.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan LongestWait { get; init; } = TimeSpan.FromHours(6);

    /// <summary>How long a done job stays to be looked at; zero: not at all.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(3);
}

/// <summary>What goes first when a server has its hands full: chats before reports, reports before imports.</summary>
internal enum JobClass
{
    Live,
    Normal,
    Bulk,
}
