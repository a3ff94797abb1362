using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Platform.Idempotency;

/// <summary>Answers are kept for a day.</summary>
[NoPurposeGate("deletes what is no longer needed")]
internal sealed class ForgetKeys(IdempotentRequests requests) : IJobHandler
{
    public const string Name = "idempotency.forget";

    public JobKind Kind { get; } = new(Name);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        await requests.ForgetOld(ct);
        return new JobOutcome.Done();
    }
}
