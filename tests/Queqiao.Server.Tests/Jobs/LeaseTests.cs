using System.Collections.Concurrent;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Jobs.Recurring;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Jobs;

/// <summary>Who holds a job, and what happens when they fall silent.</summary>
public sealed class LeaseTests
{
    private static readonly JobKind Kind = new("test") { MostTries = 3 };

    [Theory, OnSqlite, OnPostgres]
    public async Task A_job_of_a_silent_server_is_taken_over_and_the_late_word_does_not_count(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(Kind);
        await using var desk = new Desk(store, store.Node, handler);
        var id = await desk.Add(1, lane: "a");
        await desk.Add(2, lane: "a");
        var lost = Assert.Single(await desk.Take(handler));
        store.Clock.Move(TimeSpan.FromSeconds(59));
        Assert.Equal(0, await desk.RunDueJobs());
        store.Clock.Move(TimeSpan.FromSeconds(2));
        Assert.Equal(2, await desk.RunDueJobs());
        Assert.Equal([1, 2], handler.Ran);

        Assert.Empty(await desk.End(new EndedTry(lost, JobRules.Dead("late", null, 1, store.Clock.Now))));
        Assert.Equal((JobState.Done, 2), ((await desk.Job(id))!.State, (await desk.Job(id))!.Tries));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_lease_that_is_renewed_holds_and_a_lost_one_is_noticed(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(Kind);
        await using var desk = new Desk(store, store.Node, handler);
        await desk.Add([1, 2]);
        var held = await desk.Take(handler);
        var jobs = desk.Get<JobStore>();
        store.Clock.Move(TimeSpan.FromSeconds(40));
        Assert.Equal([false, false], await jobs.Renew(held, CancellationToken.None));
        store.Clock.Move(TimeSpan.FromSeconds(40));
        Assert.Equal(0, await jobs.Expire(all: false, CancellationToken.None));
        store.Clock.Move(TimeSpan.FromSeconds(40));
        Assert.Equal(2, await jobs.Expire(all: false, CancellationToken.None));
        Assert.Equal([null, null], await jobs.Renew(held, CancellationToken.None));
        await Assert.ThrowsAsync<JobLostException>(() => new JobRun(held[0], desk.Engine).Save(new Numbered(1), new JobProgress(1, 2), CancellationToken.None));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_job_that_kills_whoever_begins_it_dies(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(Kind);
        await using var desk = new Desk(store, store.Node, handler);
        var id = await desk.Add(1);
        for (var i = 0; i < Kind.MostTries; i++)
        {
            Assert.Single(await desk.Take(handler));
            store.Clock.Move(TimeSpan.FromSeconds(61));
            await desk.Get<JobStore>().Expire(all: false, CancellationToken.None);
        }
        await desk.RunDueJobs();
        Assert.Empty(handler.Ran);
        Assert.Equal((JobState.Dead, "job_lease_expired"), ((await desk.Job(id))!.State, (await desk.Job(id))!.Reason));
    }

    /// <summary>Two servers on one PostgreSQL: everything once, lanes in order.</summary>
    [PostgresFact]
    public async Task Two_servers_share_the_work_and_do_nothing_twice()
    {
        await using var store = await Store.Open(Engines.Postgres);
        var other = await store.Start();
        var handlers = new[] { new Scripted(Kind), new Scripted(Kind) };
        var all = new ConcurrentQueue<int>();
        foreach (var handler in handlers)
        {
            handler.Act = (run, _) =>
            {
                all.Enqueue(run.Payload<Numbered>().N);
                return Task.FromResult<JobOutcome>(new JobOutcome.Done());
            };
        }
        await using var first = new Desk(store, store.Node, handlers[0]);
        await using var second = new Desk(store, other, handlers[1]);

        var adding = Task.WhenAll(Enumerable.Range(0, 8).Select(async adder =>
        {
            for (var n = 0; n < 25; n++)
            {
                // one of its own lane, one without, and one of the lane that all share
                var desk = n % 2 == 0 ? first : second;
                await desk.Add(adder * 1000 + n, lane: "lane" + adder);
                await desk.Add(10_000 + adder * 1000 + n);
                await desk.Add(100_000 + adder * 1000 + n, lane: "shared");
            }
        }));
        await Task.WhenAll(new[] { first, second }.Select(async desk =>
        {
            while (!adding.IsCompleted)
                await desk.RunDueJobs();
        }));
        await adding;
        while (await first.RunDueJobs() + await second.RunDueJobs() > 0)
        {
        }

        Assert.Equal(600, all.Count);
        Assert.Equal(600, all.Distinct().Count());
        Assert.All(Enumerable.Range(0, 8), adder =>
        {
            Assert.Equal(Enumerable.Range(0, 25), all.Where(n => n / 1000 == adder).Select(n => n % 1000));
            Assert.Equal(Enumerable.Range(0, 25), all.Where(n => n / 1000 == 100 + adder).Select(n => n % 1000));
        });
        Assert.All(handlers, handler => Assert.NotEmpty(handler.Ran));
        Assert.All(await first.Jobs(), job => Assert.Equal(JobState.Done, job.State));
        Assert.Equal(0, await first.Lanes());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_recurring_job_comes_once_a_tick_and_what_was_slept_through_once(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(Kind);
        await using var desk = new Desk(store, store.Node, handler);
        var other = engine == Engines.Postgres ? await store.Start() : store.Node;
        await using var second = new Desk(store, other, new Scripted(Kind));
        await desk.Engine.Run(1, async (unit, ct) =>
        {
            await desk.Get<JobSchedules>().Set(unit, NewJob.Of(1, "test", new Numbered(5)), "test.hourly", "0 * * * *", "Asia/Shanghai", ct);
            return 0;
        }, CancellationToken.None);
        async Task<int> Tick()
        {
            await Task.WhenAll(desk.Get<JobSchedules>().Tick(CancellationToken.None), second.Get<JobSchedules>().Tick(CancellationToken.None));
            return await desk.RunDueJobs();
        }

        Assert.Equal(0, await Tick());
        store.Clock.Move(TimeSpan.FromHours(1));
        Assert.Equal(1, await Tick());
        Assert.Equal(0, await Tick());
        store.Clock.Move(TimeSpan.FromHours(5));
        Assert.Equal(1, await Tick());

        handler.Act = (_, _) => Task.FromResult<JobOutcome>(new JobOutcome.TryLater("no", TimeSpan.FromHours(3)));
        store.Clock.Move(TimeSpan.FromHours(1));
        Assert.Equal(1, await Tick());
        store.Clock.Move(TimeSpan.FromHours(1));
        Assert.Equal(0, await Tick()); // the one before is still at it
        Assert.Single(await desk.Jobs(), job => job.State == JobState.Waiting);
    }
}
