using System.Net;
using System.Text.Json.Nodes;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Runs;

/// <summary>From the start of the process to the first 200 of /health/ready, on a store that exists.</summary>
internal sealed class StartRun(Options options, BuiltServer built) : IRun
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public async Task<JsonObject> Once(CancellationToken ct)
    {
        var idleStall = IdleStall.Measure(TimeSpan.FromSeconds(1), ct);
        await using var store = await Store.Create(built, options, ct);
        await Start(store, ct); // what only the first start does is not counted
        var seconds = await Start(store, ct);
        return new JsonObject
        {
            ["bench"] = "start",
            ["database"] = options.Database,
            ["seconds"] = Math.Round(seconds, 3),
            ["idleStallMs"] = idleStall,
            ["cores"] = Environment.ProcessorCount,
        };
    }

    public double Rank(JsonObject result) => (double)result["seconds"]!;

    private static async Task<double> Start(Store store, CancellationToken ct)
    {
        var port = PostgresCluster.FreePort();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var began = Clock.Now;
        await using var server = ServerProcess.Start(store, port);
        while (Clock.Now < began + Clock.Of(Longest))
        {
            try
            {
                using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"), ct);
                if (response.StatusCode == HttpStatusCode.OK)
                    return (Clock.Now - began) / (double)Clock.Second;
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }
            await Task.Delay(Between, ct);
        }
        throw new TimeoutException($"Not ready after {Longest.TotalSeconds} s.\n{server.LastWords()}");
    }
}
