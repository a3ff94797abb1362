using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>A job in this server's hands.</summary>
internal sealed class HeldJob(ClaimedJob job) : IDisposable
{
    public ClaimedJob Job => job;

    public CancellationTokenSource Stop { get; } = new();

    /// <summary>Somebody asked to cancel it.</summary>
    public bool Cancelled { get; set; } = job.CancelAsked;

    /// <summary>Another server has it.</summary>
    public bool Lost { get; set; }

    public void Dispose() => Stop.Dispose();
}

/// <summary>One try: asks the handler and turns every way it can end into a change of the job.</summary>
internal sealed class JobWork(IStorageEngine storage, JobKinds kinds, Ids ids, ILogger<JobWork> log)
{
    /// <summary>Null: nothing is left to be stored (it is already, or the job is another's).</summary>
    public async Task<EndedTry?> Run(HeldJob held)
    {
        var job = held.Job;
        using var span = Measures.Source.StartActivity("job")?.SetTag("queqiao.job.kind", job.Kind.Name).SetTag("queqiao.job.tries", job.Tries);
        if (held.Cancelled)
            return new EndedTry(job, JobRules.Cancelled(job.Tries - 1, ids.Now()));
        var handler = kinds.Of(job.Kind.Name);
        var run = new JobRun(job, storage);
        try
        {
            var outcome = job.Tries > job.Kind.MostTries
                ? new JobOutcome.GiveUp("job_lease_expired") // whoever began it fell silent each time
                : await Ask(handler, run, held.Stop.Token);
            var change = JobRules.After(outcome, job.Kind, run.Tries, ids.Now(), Random.Shared.NextDouble());
            if (change.State != JobState.Dead && outcome is not JobOutcome.Done { Write: not null })
                return new EndedTry(job, change);
            await EndWith(new EndedTry(job, change), change.State == JobState.Dead ? (unit, ct) => handler.WhenDead(run, unit, ct) : ((JobOutcome.Done)outcome).Write!);
            return null;
        }
        catch (OperationCanceledException) when (held.Stop.IsCancellationRequested)
        {
            return held.Lost ? null : new EndedTry(job, held.Cancelled ? JobRules.Cancelled(run.Tries, ids.Now()) : JobRules.HandBack(run.Tries, ids.Now()));
        }
        catch (JobLostException)
        {
            return null;
        }
        catch (StorageUnavailableException)
        {
            return new EndedTry(job, JobRules.After(new JobOutcome.TryLater("storage_unavailable", TimeSpan.FromSeconds(5)) { Counts = false }, job.Kind, run.Tries, ids.Now(), 0));
        }
        catch (Exception trouble)
        {
            return await Failed(job, run, trouble); // of what had to be written with the end
        }
    }

    private async Task<JobOutcome> Ask(IJobHandler handler, JobRun run, CancellationToken ct)
    {
        try
        {
            return await handler.Run(run, ct);
        }
        catch (Exception trouble) when (trouble is not (OperationCanceledException or JobLostException or StorageUnavailableException) || (trouble is OperationCanceledException && !ct.IsCancellationRequested))
        {
            log.Fault(LogLevel.Warning, trouble, $"Job {run.Id} of the kind {handler.Kind.Name} failed");
            return Broken(trouble);
        }
    }

    /// <summary>What had to be written with the end could not be: that counts as a failed try like any other.</summary>
    private async Task<EndedTry?> Failed(ClaimedJob job, JobRun run, Exception trouble)
    {
        log.Fault(LogLevel.Error, trouble, $"Job {job.Id} of the kind {job.Kind.Name} could not be ended");
        var change = JobRules.After(Broken(trouble), job.Kind, run.Tries, ids.Now(), Random.Shared.NextDouble());
        if (change.State != JobState.Dead)
            return new EndedTry(job, change);
        try
        {
            await EndWith(new EndedTry(job, change), (unit, ct) => kinds.Of(job.Kind.Name).WhenDead(run, unit, ct));
            return null;
        }
        catch (Exception again) when (again is not StorageUnavailableException)
        {
            // Its own farewell fails: it must not die without, so it is tried until that is mended.
            return new EndedTry(job, JobRules.After(Broken(again), job.Kind, job.Kind.MostTries - 1, ids.Now(), Random.Shared.NextDouble()));
        }
    }

    // The kind of trouble, never its text: that may quote what somebody wrote.
    private static JobOutcome.TryLater Broken(Exception trouble) => new("job_failed", Arg: trouble.GetType().Name);

    private Task<bool> EndWith(EndedTry ended, Func<WriteUnit, CancellationToken, Task> also) => storage.In(ended.Job.Ws, async (unit, ct) =>
    {
        if ((await JobStore.End(unit, [ended], ct)).Mine.Count == 0)
        {
            unit.Abandon();
            return false;
        }
        await also(unit, ct);
        await unit.Db.SaveChangesAsync(ct);
        return true;
    }, CancellationToken.None);
}
