using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Jobs;

/// <summary>Jobs on both databases, driven by the test's clock.</summary>
public sealed class JobTests
{
    private static readonly JobKind Kind = new("test") { MostTries = 3, FirstWait = TimeSpan.FromSeconds(10) };

    [Theory, OnSqlite, OnPostgres]
    public async Task A_job_is_there_exactly_when_its_deed_is(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(Kind);
        await using var desk = new Desk(store, store.Node, handler);
        await desk.Engine.Run(1, async (unit, ct) =>
        {
            await desk.Get<JobQueue>().Add(unit, NewJob.Of(1, "test", new Numbered(1)), ct);
            unit.Abandon();
            return 0;
        }, CancellationToken.None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => desk.Engine.Run<int>(1, async (unit, ct) =>
        {
            await desk.Get<JobQueue>().Add(unit, NewJob.Of(1, "test", new Numbered(2)) with { Lane = "a" }, ct);
            throw new InvalidOperationException("the deed failed");
        }, CancellationToken.None));
        await desk.Add(3);

        Assert.Equal(1, await desk.RunDueJobs());
        Assert.Equal([3], handler.Ran);
        Assert.Equal(JobState.Done, Assert.Single(await desk.Jobs()).State);
        Assert.Equal(0, await desk.RunDueJobs());
        Assert.Equal(0, await desk.Lanes());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_listener_adds_jobs_in_its_turn(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(Kind);
        await using var desk = new Desk(store, store.Node, handler);
        (await store.Node.CustomerSays("v", "hello", "c")).Stored();
        await desk.Engine.RunSystem((unit, ct) => desk.Get<JobQueue>().Add(unit, NewJob.Of(1, "test", new Numbered(7)) with { Lane = "conversation" }, ct), CancellationToken.None);
        Assert.Equal(1, await desk.RunDueJobs());
        Assert.Equal([7], handler.Ran);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_ends_with_a_job_is_written_with_its_end_or_not_at_all(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(Kind);
        await using var desk = new Desk(store, store.Node, handler, new Scripted(new("other")));
        var broken = true;
        handler.Act = (_, _) => Task.FromResult<JobOutcome>(new JobOutcome.Done(async (unit, ct) =>
        {
            await desk.Get<JobQueue>().Add(unit, NewJob.Of(1, "other", new Numbered(2)), ct);
            if (broken)
                throw new InvalidOperationException("cannot be written");
        }));
        var id = await desk.Add(1);
        Assert.Equal(1, await desk.RunDueJobs());
        var job = Assert.Single(await desk.Jobs());
        Assert.Equal((JobState.Waiting, 1, "job_failed", "InvalidOperationException"), (job.State, job.Tries, job.Reason, job.ReasonArg));

        broken = false;
        store.Clock.Move(TimeSpan.FromSeconds(13));
        Assert.Equal(2, await desk.RunDueJobs()); // and the other one
        Assert.Equal(JobState.Done, (await desk.Job(id))!.State);
        Assert.Equal(2, (await desk.Jobs()).Count);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_fails_waits_longer_each_time_and_is_dead_in_the_end(string engine)
    {
        await using var store = await Store.Open(engine);
        var farewell = 0;
        var handler = new Scripted(Kind) { Act = (_, _) => throw new FormatException("with somebody's name in it"), Farewell = (_, _) => Task.FromResult(farewell++) };
        await using var desk = new Desk(store, store.Node, handler);
        var id = await desk.Add(1);
        foreach (var (tries, least) in new[] { (1, 10), (2, 30) })
        {
            Assert.Equal(1, await desk.RunDueJobs());
            var job = (await desk.Job(id))!;
            Assert.Equal((JobState.Waiting, tries), (job.State, job.Tries));
            Assert.InRange(job.RunAt, store.Clock.Now + least * 1000, store.Clock.Now + least * 1250);
            store.Clock.Move(TimeSpan.FromSeconds(least - 1));
            Assert.Equal(0, await desk.RunDueJobs());
            store.Clock.Move(TimeSpan.FromSeconds(least / 4 + 2));
        }
        Assert.Equal(1, await desk.RunDueJobs());
        var dead = (await desk.Job(id))!;
        Assert.Equal((JobState.Dead, 3, "job_failed", "FormatException"), (dead.State, dead.Tries, dead.Reason, dead.ReasonArg));
        Assert.Equal(1, farewell);
        store.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal(0, await desk.RunDueJobs());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_handler_may_give_up_or_ask_for_a_time(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(Kind);
        await using var desk = new Desk(store, store.Node, handler);
        handler.Act = (run, _) => Task.FromResult<JobOutcome>(run.Payload<Numbered>().N == 1
            ? new JobOutcome.GiveUp("webhook_gone", "410")
            : new JobOutcome.TryLater("webhook_busy", TimeSpan.FromHours(2)) { Counts = false });
        var (gone, busy) = (await desk.Add(1), await desk.Add(2));
        await desk.RunDueJobs();
        Assert.Equal((JobState.Dead, "webhook_gone", "410"), ((await desk.Job(gone))!.State, (await desk.Job(gone))!.Reason, (await desk.Job(gone))!.ReasonArg));
        var waits = (await desk.Job(busy))!;
        Assert.Equal((JobState.Waiting, 0), (waits.State, waits.Tries)); // waiting is no failure
        Assert.True(waits.RunAt >= store.Clock.Now + 7_200_000);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_job_for_later_is_not_run_before(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(Kind);
        await using var desk = new Desk(store, store.Node, handler);
        await desk.Add(1, at: store.Clock.Now + 60_000);
        Assert.Equal(0, await desk.RunDueJobs());
        Assert.Equal(store.Clock.Now + 60_000, (await desk.Get<JobStore>().Due(CancellationToken.None)).Kinds["test"]);
        store.Clock.Move(TimeSpan.FromSeconds(60));
        Assert.Equal(1, await desk.RunDueJobs());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_lane_goes_in_order_and_waits_for_its_first(string engine)
    {
        await using var store = await Store.Open(engine);
        var failing = true;
        var handler = new Scripted(Kind) { Act = (run, _) => Task.FromResult<JobOutcome>(failing && run.Payload<Numbered>().N == 2 ? new JobOutcome.TryLater("no") : new JobOutcome.Done()) };
        await using var desk = new Desk(store, store.Node, handler);
        await desk.Add([1, 2, 3], lane: "a");
        await desk.Add(4, lane: "a");
        await desk.Add(10, lane: "b");
        Assert.Equal([JobState.Waiting, JobState.Behind, JobState.Behind, JobState.Behind], (await desk.Jobs()).Where(job => job.Lane == "a").Select(job => job.State));

        await desk.RunDueJobs();
        Assert.Equal([1, 2], handler.Ran.Where(n => n < 10)); // 2 waits, so do those behind it
        Assert.Contains(10, handler.Ran);
        failing = false;
        store.Clock.Move(TimeSpan.FromSeconds(13));
        await desk.RunDueJobs();
        Assert.Equal([1, 2, 2, 3, 4], handler.Ran.Where(n => n < 10));
        Assert.Equal(0, await desk.Lanes());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_dead_job_lets_its_lane_go_on(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(Kind) { Act = (run, _) => Task.FromResult<JobOutcome>(run.Payload<Numbered>().N == 1 ? new JobOutcome.GiveUp("no") : new JobOutcome.Done()) };
        await using var desk = new Desk(store, store.Node, handler);
        await desk.Add([1, 2], lane: "a");
        await desk.RunDueJobs();
        Assert.Equal([1, 2], handler.Ran);
        Assert.Equal([JobState.Dead, JobState.Done], (await desk.Jobs()).Select(job => job.State));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Work_goes_on_where_it_was_saved(string engine)
    {
        await using var store = await Store.Open(engine);
        var handler = new Scripted(Kind);
        await using var desk = new Desk(store, store.Node, handler, new Scripted(new("other")));
        handler.Act = async (run, ct) =>
        {
            for (var n = run.Resume<Numbered>()?.N ?? 0; n < 10; n++)
            {
                if (n is 4 or 7 && run.Tries == 1)
                    throw new TimeoutException(); // the first time each
                var at = n;
                await desk.Engine.Run(1, async (unit, stop) =>
                {
                    await desk.Get<JobQueue>().Add(unit, NewJob.Of(1, "other", new Numbered(at)), stop);
                    await run.SaveIn(unit, new Numbered(at + 1), new JobProgress(at + 1, 10), stop);
                    return 0;
                }, ct);
            }
            return new JobOutcome.Done();
        };
        var id = await desk.Add(1);
        for (var i = 0; i < 3; i++)
        {
            await desk.RunDueJobs();
            store.Clock.Move(TimeSpan.FromSeconds(40));
        }
        var job = (await desk.Job(id))!;
        Assert.Equal((JobState.Done, 10L, 10L), (job.State, job.ProgressDone, job.ProgressTotal));
        Assert.Equal(3, handler.Ran.Count);
        Assert.Equal(10, (await desk.Jobs()).Count(other => other.Kind == "other"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Finished_jobs_are_cleaned_away_after_their_time(string engine)
    {
        await using var store = await Store.Open(engine);
        var once = new Scripted(new("once") { Keep = TimeSpan.Zero });
        await using var desk = new Desk(store, store.Node, new Scripted(Kind) { Act = (run, _) => Task.FromResult<JobOutcome>(run.Payload<Numbered>().N == 1 ? new JobOutcome.Done() : new JobOutcome.GiveUp("no")) }, once);
        await desk.Add([1, 2]);
        await desk.Add(3, "once");
        await desk.RunDueJobs();
        Assert.Equal(2, (await desk.Jobs()).Count); // the third left nothing behind
        await desk.Get<Server.Platform.Jobs.Recurring.JobSchedules>().Declare(CancellationToken.None);
        store.Clock.Move(TimeSpan.FromDays(2));
        await desk.RunDueJobs();
        Assert.Equal(2, (await desk.Jobs()).Count);
        store.Clock.Move(TimeSpan.FromDays(2));
        await desk.RunDueJobs();
        Assert.Equal(JobState.Dead, Assert.Single(await desk.Jobs()).State);
        store.Clock.Move(TimeSpan.FromDays(90));
        await desk.RunDueJobs();
        Assert.Empty(await desk.Jobs());
    }
}
