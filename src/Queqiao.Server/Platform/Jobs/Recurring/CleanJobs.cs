using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs.Recurring;

/// <summary>Takes away jobs that ended long enough ago, a thousand at a time.</summary>
[NoPurposeGate("deletes finished jobs")]
internal sealed class CleanJobs(IStorageEngine storage) : IJobHandler
{
    public const string Name = "jobs.clean";

    private const int AtOnce = 1000;

    private const string Sql = """
        WITH old (old_ws, old_id) AS MATERIALIZED (SELECT ws, id FROM job WHERE delete_at <= @now ORDER BY delete_at LIMIT @most)
        DELETE FROM job WHERE (ws, id) IN (SELECT old_ws, old_id FROM old) AND delete_at <= @now RETURNING 1
        """;

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromHours(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        int gone;
        do
        {
            ct.ThrowIfCancellationRequested();
            gone = await storage.RunSystem(async (unit, stop) =>
                (await Statement.One(unit, new Statement(Sql, ("@now", unit.Ids.Now()), ("@most", AtOnce)), static _ => true, stop)).Count, ct);
        }
        while (gone == AtOnce);
        return new JobOutcome.Done();
    }
}
