using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>
/// Servers on one database tell each other that work came. Told after the commit and never inside it: PostgreSQL makes commits that
/// notify wait for each other. What is not heard is found by the look every few seconds.
/// </summary>
internal sealed class JobCalls(IStorageEngine storage, JobBell bell, ILogger<JobCalls> log)
{
    private const string Name = "queqiao_jobs";

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    public Task Run(CancellationToken ct) => Task.WhenAll(Tell(ct), storage.Hear(Name, bell.Wake, ct));

    private async Task Tell(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await bell.MustTell(ct);
                await storage.Call(Name, ct);
                await Task.Delay(Between, ct); // many at once are told once
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                log.Fault(LogLevel.Debug, trouble, "Other servers could not be told of new jobs; they find them themselves");
            }
        }
    }
}
