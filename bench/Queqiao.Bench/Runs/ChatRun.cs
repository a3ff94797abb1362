using System.Text.Json.Nodes;
using Queqiao.Bench.Load;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Servers;
using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Runs;

/// <summary>Visitors write, agents listen: how many messages a second, how fast, and whether every one is there exactly once.</summary>
internal sealed class ChatRun(Options options, BuiltServer built) : IRun
{
    public async Task<JsonObject> Once(CancellationToken ct)
    {
        var idleStall = IdleStall.Measure(TimeSpan.FromSeconds(3), ct);
        await using var store = await Store.Create(built, options, ct);
        var result = new JsonObject
        {
            ["bench"] = "chat",
            ["database"] = options.Database,
            ["visitors"] = options.Visitors,
            ["agents"] = options.Agents,
            ["rate"] = options.Rate,
            ["seconds"] = options.Seconds,
        };
        if (options.Rate == 0)
            result["window"] = options.Window;
        if (options.Lists)
            result["lists"] = true;
        await Loaded(store, result, ct);
        result["engineLimitPerSecond"] = await EngineLimit.Measure(store, options.Visitors, ct);
        result["idleStallMs"] = idleStall;
        result["limits"] = ServerProcess.Limits;
        result["cores"] = Environment.ProcessorCount;
        return result;
    }

    public double Rank(JsonObject result) => options.Rate == 0 ? (double)result["acceptedPerSecond"]! : (double)result["ackMs"]!["p99"]!;

    private async Task Loaded(Store store, JsonObject result, CancellationToken ct)
    {
        await using var server = ServerProcess.Start(store);
        using var site = new Site(await server.Address(ct));
        await site.SetUp(ct);
        var cookies = await site.Agents(options.Agents, ct);
        var tokens = await site.Visitors(options.Visitors, ct);
        await Console.Error.WriteLineAsync($"load on server process {server.Id} …");

        var settled = Task.CompletedTask;
        var (before, after) = (Task.FromResult<Consumption>(default), Task.FromResult<Consumption>(default));
        var warmup = new Stretch(TimeSpan.FromSeconds(options.Warmup)) { Begins = () => settled = Task.Run(() => store.Settle(ct), ct) };
        var measured = new Stretch(TimeSpan.FromSeconds(options.Seconds))
        {
            Begins = () => before = Task.Run(() => Consumption.Of(server, store)),
            Ends = () => after = Task.Run(() => Consumption.Of(server, store)),
        };
        using var load = new ChatLoad(new Reactor(site.Address), options, new Texts(), tokens, cookies, [warmup, measured]);
        await LoadThread.Run(server, () => load.Run(ct));

        await settled;
        measured.AddTo(result);
        result["lateMs"] = measured.Lateness.ToJson();
        (await after).AddTo(result, await before);
        result["peakMemoryMb"] = Math.Round(Proc.Status(server.Id, "VmHWM") / 1e6, 1);
        await Console.Error.WriteLineAsync("reading back …");
        await AddFaults(result, load, site, ct);
    }

    private static async Task AddFaults(JsonObject result, ChatLoad load, Site site, CancellationToken ct)
    {
        var book = load.Ledger;
        var readback = new Readback(book, load.Texts);
        await readback.Run(site, load.Visitors, ct);
        result["sent"] = book.Sent;
        result["acked"] = book.Acked;
        result["lost"] = readback.NotStored + readback.NotDelivered;
        result["duplicated"] = readback.Duplicated + book.DuplicateDeliveries;
        result["reordered"] = readback.Reordered + book.ReorderedDeliveries;
        result["altered"] = readback.Altered + readback.Renumbered + book.OddAcks;
        result["unanswered"] = book.Unanswered;
        result["refused"] = book.Refused;
        if (book.FirstRefusal is { } refusal)
            result["firstRefusal"] = refusal;
        result["resyncs"] = load.Resyncs;
        result["closedSockets"] = load.ClosedSockets;
    }
}
