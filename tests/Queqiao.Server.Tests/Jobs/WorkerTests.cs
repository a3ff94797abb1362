using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Jobs;

/// <summary>The worker at its own pace.</summary>
public sealed class WorkerTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_commit_wakes_the_worker_and_no_more_run_at_once_than_allowed(string engine)
    {
        await using var store = await Store.Open(engine);
        int now = 0, most = 0;
        var open = new TaskCompletionSource();
        var handler = new Scripted(new JobKind("test") { Concurrency = 3 })
        {
            Act = async (_, _) =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref now));
                await open.Task;
                Interlocked.Decrement(ref now);
                return new JobOutcome.Done();
            },
        };
        await using var desk = new Desk(store, store.Node, handler);
        await desk.Worker.StartAsync(CancellationToken.None);
        await desk.Add(Enumerable.Range(0, 100));
        await Until.True(() => handler.Ran.Count == 3, "three run");
        open.SetResult();
        await Until.True(async () => (await desk.Jobs()).All(job => job.State == JobState.Done), "all are done");
        Assert.Equal((3, 100), (most, handler.Ran.Distinct().Count()));
        await desk.Worker.StopAsync(CancellationToken.None);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_stops_hands_back_what_was_begun_and_what_was_not(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(new JobKind("test") { Concurrency = 1 })
        {
            Act = async (_, ct) =>
            {
                await Task.Delay(Timeout.Infinite, ct);
                return new JobOutcome.Done();
            },
        };
        await using var desk = new Desk(store, store.Node, handler);
        await desk.Worker.StartAsync(CancellationToken.None);
        await desk.Add([1, 2, 3]);
        await Until.True(() => !handler.Ran.IsEmpty, "one runs");
        await desk.Worker.StopAsync(CancellationToken.None);
        Assert.All(await desk.Jobs(), job => Assert.Equal((JobState.Waiting, 0, (Guid?)null), (job.State, job.Tries, job.Lease)));
    }

    /// <summary>SQLite has one process: what the books say is running died with the last one.</summary>
    [Fact]
    public async Task After_a_crash_on_sqlite_work_goes_on_at_once()
    {
        await using var store = await Store.Open(Engines.Sqlite);
        var handler = new Scripted(new JobKind("test"));
        await using (var desk = new Desk(store, store.Node, handler))
        {
            await desk.Add(1);
            Assert.Single(await desk.Take(handler));
        }
        await store.Restart();
        await using var next = new Desk(store, store.Node, handler);
        await next.Worker.StartAsync(CancellationToken.None);
        await Until.True(() => !handler.Ran.IsEmpty, "it runs again");
        await next.Worker.StopAsync(CancellationToken.None);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
