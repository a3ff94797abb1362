using System.Text.Json.Nodes;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Runs;

/// <summary>
/// Jobs that do nothing, from the first that is done to the last: what leasing and ending them costs. They lie in the store before
/// the servers start; beside it the limit: the same rows claimed and ended by the database alone, in batches.
/// </summary>
internal sealed class JobsRun(Options options, BuiltServer built) : IRun
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    public async Task<JsonObject> Once(CancellationToken ct)
    {
        var idleStall = IdleStall.Measure(TimeSpan.FromSeconds(1), ct);
        await using var store = await Store.Create(built, options, ct);
        using var jobs = await JobRows.Open(store, ct);
        await jobs.Fill(options.Jobs, ct);
        var limit = await jobs.Limit(ct);
        await jobs.Empty(ct);
        await jobs.Fill(options.Jobs, ct);
        await store.Settle(ct);

        var servers = Enumerable.Range(0, options.Processes).Select(_ => ServerProcess.Start(store)).ToList();
        try
        {
            var rate = await Watch(jobs, ct);
            return new JsonObject
            {
                ["bench"] = "jobs",
                ["database"] = options.Database,
                ["processes"] = options.Processes,
                ["jobs"] = options.Jobs,
                ["jobsPerSecond"] = Math.Round(rate),
                ["limitPerSecond"] = Math.Round(limit),
                ["ofLimit"] = Math.Round(rate / limit, 2),
                ["idleStallMs"] = idleStall,
                ["cores"] = Environment.ProcessorCount,
            };
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    public double Rank(JsonObject result) => (double)result["jobsPerSecond"]!;

    private async Task<double> Watch(JobRows jobs, CancellationToken ct)
    {
        long began = 0, before = 0;
        for (var deadline = Clock.Now + Clock.Of(Longest); Clock.Now < deadline;)
        {
            await Task.Delay(Between, ct);
            var (done, now) = (await jobs.Done(ct), Clock.Now);
            if (began == 0 && done > 0)
                (began, before) = (now, done);
            if (done == options.Jobs)
                return (done - before) / ((now - began) / (double)Clock.Second);
        }
        throw new TimeoutException("The jobs were not done in time.");
    }
}
