using System.Text.Json.Nodes;
using Queqiao.Bench.Load;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Servers;
using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Runs;

/// <summary>
/// Some sockets stop reading in the middle of a run: agents who follow every conversation, and second tabs of visitors.
/// The others must not notice, and the server must not keep what those leave unread.
/// </summary>
internal sealed class SlowRun(Options options, BuiltServer built) : IRun
{
    /// <summary>Long messages and short buffers, so that the kernels' buffers are full soon and the server's own begin to matter.</summary>
    private const int Padding = 1000;
    private const int ReceiveBuffer = 4096;

    private readonly int _stuck = Math.Max(2, (int)Math.Ceiling((options.Visitors + options.Agents) * options.StuckPercent / 100));

    public async Task<JsonObject> Once(CancellationToken ct)
    {
        var idleStall = IdleStall.Measure(TimeSpan.FromSeconds(3), ct);
        await using var store = await Store.Create(built, options, ct);
        await using var server = ServerProcess.Start(store);
        using var site = new Site(await server.Address(ct));
        await site.SetUp(ct);
        var cookies = await site.Agents(options.Agents + 1, ct);
        var tokens = await site.Visitors(options.Visitors, ct);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var memory = new MemoryWatch(server.Id, stop.Token);
        ChatLoad? load = null;
        var settled = Task.CompletedTask;
        var warmup = new Stretch(TimeSpan.FromSeconds(options.Warmup)) { Begins = () => settled = Task.Run(() => store.Settle(ct), ct) };
        var reading = new Stretch(TimeSpan.FromSeconds(options.Seconds)) { Begins = () => _ = memory.Restart() };
        long memoryReading = 0;
        var stuck = new Stretch(TimeSpan.FromSeconds(options.Seconds))
        {
            Begins = () =>
            {
                memoryReading = memory.Restart();
                foreach (var bystander in load!.Bystanders)
                    bystander.StopReading();
            },
        };
        using var running = load = new ChatLoad(new Reactor(site.Address), options, new Texts(Padding), tokens, cookies[..options.Agents],
            [warmup, reading, stuck], its => Bystanders(its, tokens, cookies[^1]));
        await LoadThread.Run(server, () => load.Run(ct));
        await settled;
        var memoryStuck = memory.Restart();
        await stop.CancelAsync();
        return new JsonObject
        {
            ["bench"] = "slow",
            ["database"] = options.Database,
            ["visitors"] = options.Visitors,
            ["agents"] = options.Agents,
            ["rate"] = options.Rate,
            ["stuckSockets"] = _stuck,
            ["whileReading"] = Figures(reading),
            ["whileStuck"] = Figures(stuck),
            ["ackP99Ratio"] = Ratio(stuck.Ack, reading.Ack),
            ["deliveryP99Ratio"] = Ratio(stuck.Delivery, reading.Delivery),
            ["peakMbReading"] = Math.Round(memoryReading / 1e6, 1),
            ["peakMbStuck"] = Math.Round(memoryStuck / 1e6, 1),
            ["kbPerStuckSocket"] = Math.Round(Math.Max(0, memoryStuck - memoryReading) / 1e3 / _stuck, 1),
            ["lost"] = load.Ledger.Acked - load.Ledger.Delivered,
            ["duplicated"] = load.Ledger.DuplicateDeliveries,
            ["reordered"] = load.Ledger.ReorderedDeliveries,
            ["altered"] = load.Ledger.OddAcks,
            ["unanswered"] = load.Ledger.Unanswered,
            ["closedSockets"] = load.ClosedSockets,
            ["stuckCut"] = await Cut(server, load, ct),
            ["idleStallMs"] = idleStall,
            ["limits"] = ServerProcess.Limits,
            ["cores"] = Environment.ProcessorCount,
        };
    }

    public double Rank(JsonObject result) => (double)result["deliveryP99Ratio"]!;

    private IEnumerable<Bystander> Bystanders(ChatLoad load, string[] tokens, string cookie)
    {
        for (var i = 0; i < _stuck; i++)
            yield return i % 2 == 0 ? new Bystander(load.Reactor, load, Agent.HelloOfAgents, cookie, ReceiveBuffer) : new Bystander(load.Reactor, load, Visitor.HelloOf(tokens[i]), null, ReceiveBuffer);
    }

    /// <summary>How many of the stuck the server had cut: they read again now, and find out.</summary>
    private static async Task<int> Cut(ServerProcess server, ChatLoad load, CancellationToken ct)
    {
        foreach (var bystander in load.Bystanders)
            bystander.ReadAgain();
        var until = Clock.Now + 3 * Clock.Second;
        await LoadThread.Run(server, () => load.Reactor.Run(now => now < until ? until : -1, ct));
        return load.Bystanders.Count(bystander => bystander.Closed is not null);
    }

    private static JsonObject Figures(Stretch stretch)
    {
        var figures = new JsonObject();
        stretch.AddTo(figures);
        return figures;
    }

    private static double Ratio(Histogram with, Histogram without) => Math.Round(with.Percentile(99)!.Value / without.Percentile(99)!.Value, 2);
}
