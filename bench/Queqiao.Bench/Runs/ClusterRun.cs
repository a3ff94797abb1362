using System.Text.Json.Nodes;
using Queqiao.Bench.Load;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Servers;
using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Runs;

/// <summary>
/// The same chat on one server, on two, on three … of one PostgreSQL, each time in a store of its own: what they take together and what a
/// message costs. Half of what an agent hears was written at another server. On one machine they share its processors, so this shows
/// what a node more costs, not how far many machines go.
/// </summary>
internal sealed class ClusterRun(Options options, BuiltServer built) : IRun
{
    public async Task<JsonObject> Once(CancellationToken ct)
    {
        var idleStall = IdleStall.Measure(TimeSpan.FromSeconds(2), ct);
        var counts = new JsonArray();
        double limit = 0;
        for (var nodes = 1; nodes <= options.Nodes; nodes++)
        {
            await Console.Error.WriteLineAsync($"{nodes} of {options.Nodes} nodes …");
            await using var store = await Store.Create(built, options, ct);
            counts.Add(await Together(store, nodes, ct));
            if (nodes == options.Nodes)
                limit = await EngineLimit.Measure(store, options.Visitors, ct);
        }
        return new JsonObject
        {
            ["bench"] = "cluster",
            ["nodes"] = options.Nodes,
            ["visitors"] = options.Visitors,
            ["agents"] = options.Agents,
            ["seconds"] = options.Seconds,
            ["broker"] = options.Broker is null ? "none" : "rabbitmq",
            ["byNodes"] = counts,
            ["engineLimitPerSecond"] = limit,
            ["lost"] = counts.Sum(count => (int)count!["lost"]!),
            ["duplicated"] = counts.Sum(count => (int)count!["duplicated"]!),
            ["reordered"] = counts.Sum(count => (int)count!["reordered"]!),
            ["idleStallMs"] = idleStall,
            ["limits"] = ServerProcess.Limits,
            ["cores"] = Environment.ProcessorCount,
        };
    }

    public double Rank(JsonObject result) => (double)result["byNodes"]!.AsArray()[^1]!["acceptedPerSecond"]!;

    private async Task<JsonObject> Together(Store store, int nodes, CancellationToken ct)
    {
        var servers = new List<ServerProcess>();
        try
        {
            servers.Add(ServerProcess.Start(store));
            await servers[0].Address(ct); // the first one makes the store
            servers.AddRange(Enumerable.Range(1, nodes - 1).Select(_ => ServerProcess.Start(store)));
            var addresses = await Task.WhenAll(servers.Select(server => server.Address(ct)));
            using var site = new Site(addresses[0]);
            await site.SetUp(ct);
            var cookies = await site.Agents(options.Agents, ct);
            var tokens = await site.Visitors(options.Visitors, ct);
            var before = default(Consumption);
            var after = default(Consumption);
            var warmup = new Stretch(TimeSpan.FromSeconds(options.Warmup)) { Begins = () => _ = Task.Run(() => store.Settle(ct), ct) };
            var measured = new Stretch(TimeSpan.FromSeconds(options.Seconds)) { Begins = () => before = Used(servers, store), Ends = () => after = Used(servers, store) };
            using var load = new ChatLoad(new Reactor([.. addresses]), options, new Texts(), tokens, cookies, [warmup, measured]);
            await LoadThread.Run(servers[0], () => load.Run(ct));
            var result = new JsonObject { ["nodes"] = nodes };
            measured.AddTo(result);
            var messages = Math.Max(1, measured.Accepted);
            result["serversCpuUsPerMessage"] = Math.Round((after.Server - before.Server) / messages * 1e6, 1);
            result["databaseCpuUsPerMessage"] = Math.Round((after.Database - before.Database ?? 0) / messages * 1e6, 1);
            var readback = new Readback(load.Ledger, load.Texts);
            await readback.Run(site, load.Visitors, ct);
            result["lost"] = readback.NotStored + readback.NotDelivered;
            result["duplicated"] = readback.Duplicated + load.Ledger.DuplicateDeliveries;
            result["reordered"] = readback.Reordered + load.Ledger.ReorderedDeliveries;
            result["resyncs"] = load.Resyncs;
            return result;
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    private static Consumption Used(List<ServerProcess> servers, Store store) =>
        Consumption.Of(servers[0], store) with { Server = servers.Sum(server => Proc.CpuSeconds(server.Id)) };
}
