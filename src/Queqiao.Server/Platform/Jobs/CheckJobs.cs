namespace Queqiao.Server.Platform.Jobs;

/// <summary>Does nothing: that it is done tells that jobs are (benchmarks, checks of an installation).</summary>
[NoPurposeGate("does nothing but run")]
internal sealed class CheckJobs : IJobHandler
{
    public const string Name = "jobs.check";

    public JobKind Kind { get; } = new(Name) { Keep = TimeSpan.FromHours(1) };

    public Task<JobOutcome> Run(JobRun run, CancellationToken ct) => Task.FromResult<JobOutcome>(new JobOutcome.Done());
}
