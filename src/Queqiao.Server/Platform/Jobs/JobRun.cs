using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>A try of a job, as its handler sees it.</summary>
internal sealed class JobRun(ClaimedJob job, IStorageEngine storage)
{
    private const string SaveSql = """
        UPDATE job SET resume = @resume, progress_done = @done, progress_total = @total, progress_code = @code, tries = 1, reason = NULL, reason_arg = NULL
        WHERE ws = @ws AND id = @id AND lease = @lease AND state = 'running' RETURNING 1
        """;

    private byte[]? _resume = job.Resume;

    public int Ws => job.Ws;

    /// <summary>The same at every try: an idempotency key for what is done outside.</summary>
    public Guid Id => job.Id;

    /// <summary>1 the first time, and again after progress was saved.</summary>
    public int Tries { get; private set; } = job.Tries;

    /// <summary>The agent who wanted it.</summary>
    public Guid? ByAgent => job.ByAgent;

    public T Payload<T>() => JobJson.Read<T>(job.Payload);

    /// <summary>What was saved last; null at the beginning.</summary>
    public T? Resume<T>() where T : class => _resume is null ? null : JobJson.Read<T>(_resume);

    /// <summary>Keeps how far the work came, in a transaction of its own.</summary>
    public Task Save<T>(T resume, JobProgress progress, CancellationToken ct) =>
        storage.In(Ws, async (unit, stop) =>
        {
            await SaveIn(unit, resume, progress, stop);
            return 0;
        }, ct);

    /// <summary>Keeps how far the work came, together with the work: what is done once is never done again.</summary>
    /// <exception cref="JobLostException">Another server has the job now. Let it through: the unit must not be kept.</exception>
    public async Task SaveIn<T>(WriteUnit unit, T resume, JobProgress progress, CancellationToken ct)
    {
        var saved = JobJson.Write(resume);
        var mine = await Statement.One(unit, new Statement(SaveSql, ("@resume", saved), ("@done", progress.Done), ("@total", progress.Total), ("@code", progress.Code),
            ("@ws", job.Ws), ("@id", job.Id), ("@lease", job.Lease)), static _ => true, ct);
        if (mine.Count == 0)
            throw new JobLostException();
        unit.AfterCommit(() => (_resume, Tries) = (saved, 1));
    }
}

/// <param name="Done">Of how many.</param>
/// <param name="Code">What it is doing: a code with a text in both languages.</param>
internal sealed record JobProgress(long Done, long? Total, string? Code = null);

/// <summary>The lease ran out and somebody else goes on with the job.</summary>
internal sealed class JobLostException() : Exception("The job's lease was lost.");

internal static class JobUnits
{
    /// <summary>A unit in a job's workspace; the server's own jobs have none.</summary>
    public static Task<T> In<T>(this IStorageEngine storage, int ws, Func<WriteUnit, CancellationToken, Task<T>> work, CancellationToken ct) =>
        ws == 0 ? storage.RunSystem(work, ct) : storage.Run(ws, work, ct);
}
