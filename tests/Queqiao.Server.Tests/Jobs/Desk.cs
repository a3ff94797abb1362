using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Jobs.Recurring;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Jobs;

/// <summary>A kind of job whose work the test says.</summary>
internal sealed class Scripted(JobKind kind) : IJobHandler
{
    public JobKind Kind => kind;

    public Func<JobRun, CancellationToken, Task<JobOutcome>> Act { get; set; } = (_, _) => Task.FromResult<JobOutcome>(new JobOutcome.Done());

    public Func<JobRun, WriteUnit, Task> Farewell { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>What was run, in order: the payloads' numbers.</summary>
    public ConcurrentQueue<int> Ran { get; } = [];

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        Ran.Enqueue(run.Payload<Numbered>().N);
        return await Act(run, ct);
    }

    public Task WhenDead(JobRun run, WriteUnit unit, CancellationToken ct) => Farewell(run, unit);
}

internal sealed record Numbered(int N);

/// <summary>What one server has of jobs, over a store's engine.</summary>
internal sealed class Desk : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public Desk(Store store, Node node, params IJobHandler[] handlers)
        : this(store, node, [], handlers)
    {
    }

    public Desk(Store store, Node node, RecurringJob[] recurring, params IJobHandler[] handlers)
    {
        Engine = node.Engine;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(node.Engine);
        services.AddSingleton(store.Ids);
        services.AddCalm();
        services.AddJobs(byThemselves: false);
        foreach (var handler in handlers)
            services.AddSingleton(handler);
        foreach (var one in recurring)
            services.AddSingleton(one);
        _services = services.BuildServiceProvider();
    }

    public IStorageEngine Engine { get; }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public JobWorker Worker => Get<JobWorker>();

    public Task<int> RunDueJobs() => Worker.RunDue(CancellationToken.None);

    public async Task<Guid> Add(int n, string kind = "test", string? lane = null, long? at = null) => (await Add([n], kind, lane, at))[0];

    public Task<IReadOnlyList<Guid>> Add(IEnumerable<int> numbers, string kind = "test", string? lane = null, long? at = null) => Engine.Run(1, (unit, ct) =>
        Get<JobQueue>().Add(unit, [.. numbers.Select(n => NewJob.Of(1, kind, new Numbered(n)) with { Lane = lane, RunAt = at })], ct), CancellationToken.None);

    public async Task<JobRow?> Job(Guid id)
    {
        await using var db = Engine.ReadSystem();
        return await db.Table<JobRow>().AsNoTracking().SingleOrDefaultAsync(job => job.Id == id);
    }

    public async Task<List<JobRow>> Jobs()
    {
        await using var db = Engine.ReadSystem();
        return await db.Table<JobRow>().AsNoTracking().Where(job => job.Ws == 1).OrderBy(job => job.LaneSeq).ToListAsync();
    }

    public async Task<int> Lanes()
    {
        await using var db = Engine.ReadSystem();
        return await db.Table<JobLaneRow>().CountAsync();
    }

    /// <summary>Takes what is due and does nothing with it, as a server that dies.</summary>
    public async Task<List<ClaimedJob>> Take(IJobHandler handler, int most = 100) => (await Get<JobStore>().Claim([(handler.Kind, most)], CancellationToken.None)).Jobs;

    public async Task<HashSet<Guid>> End(params EndedTry[] tries) => (await Engine.RunSystem((unit, ct) => JobStore.End(unit, tries, ct), CancellationToken.None)).Mine;

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
