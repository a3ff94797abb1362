using System.Text.Json.Nodes;
using Queqiao.Bench.Load;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Runs;

/// <summary>
/// Signed webhooks: how fast they are acknowledged at a calm rate, at the rate that is promised, and as many as it takes. Then the server
/// is killed in the middle of its work: what was acknowledged must be in the store, and become one message each when it is back.
/// </summary>
internal sealed class HooksRun(Options options, BuiltServer built) : IRun
{
    private const string Secret = "bench-only-signing-secret";
    private const int CalmRate = 500;

    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    public async Task<JsonObject> Once(CancellationToken ct)
    {
        var idleStall = IdleStall.Measure(TimeSpan.FromSeconds(3), ct);
        await using var store = await Store.Create(built, options, ct);
        var result = new JsonObject { ["bench"] = "hooks", ["database"] = options.Database, ["connections"] = options.Connections, ["people"] = options.Visitors, ["seconds"] = options.Seconds };
        var load = await Loaded(store, result, ct); // killed: what is acknowledged is on disk, or it is lost
        await Readback(store, load, result, ct);
        result["idleStallMs"] = idleStall;
        result["limits"] = ServerProcess.Limits;
        result["cores"] = Environment.ProcessorCount;
        return result;
    }

    public double Rank(JsonObject result) => (double)result["flatOut"]!["acceptedPerSecond"]!;

    private async Task<HookLoad> Loaded(Store store, JsonObject result, CancellationToken ct)
    {
        await using var server = ServerProcess.Start(store);
        using var site = new Site(await server.Address(ct));
        await site.SetUp(ct);
        var path = await site.ApiChannel(Secret, ct);
        await Console.Error.WriteLineAsync($"load on server process {server.Id} …");

        var settled = Task.CompletedTask;
        var (before, after) = (Task.FromResult<Consumption>(default), Task.FromResult<Consumption>(default));
        Stretch Part(int rate) => new(TimeSpan.FromSeconds(options.Seconds)) { Rate = rate };
        var warmup = new Stretch(TimeSpan.FromSeconds(options.Warmup)) { Rate = CalmRate, Ends = () => settled = Task.Run(() => store.Settle(ct), ct) };
        var (calm, promised) = (Part(CalmRate), Part(options.Rate));
        var most = new Stretch(TimeSpan.FromSeconds(options.Seconds))
        {
            Begins = () => before = Task.Run(() => Consumption.Of(server, store)),
            Ends = () => after = Task.Run(() => Consumption.Of(server, store)),
        };
        using var load = new HookLoad(site.Address, new HookWords(site.Address.ToString(), path, Secret, options.Visitors), options.Connections, [warmup, calm, promised, most]);
        await LoadThread.Run(server, () => load.Run(ct));
        await settled;
        result[$"at{CalmRate}"] = Figures(calm);
        result[$"at{options.Rate}"] = Figures(promised);
        result["flatOut"] = Figures(most);
        (await after).AddTo(result, await before);
        result["peakMemoryMb"] = Math.Round(Proc.Status(server.Id, "VmHWM") / 1e6, 1);
        return load;
    }

    private static JsonObject Figures(Stretch stretch) => new() { ["acceptedPerSecond"] = stretch.AcceptedPerSecond, ["ackMs"] = stretch.Ack.ToJson() };

    private static async Task Readback(Store store, HookLoad load, JsonObject result, CancellationToken ct)
    {
        using var rows = await HookRows.Open(store, ct);
        var (stored, behind) = (await rows.Stored(ct), await rows.Waiting(ct));
        result["acked"] = load.Acked;
        result["refused"] = load.Refused;
        if (load.FirstRefusal is { } status)
            result["firstRefusal"] = status;
        result["unanswered"] = load.OnTheWay;
        result["notDigestedWhenKilled"] = behind;
        await Console.Error.WriteLineAsync($"killed with {behind} deliveries that nobody had read; starting again …");
        var began = Clock.Now;
        await using (var server = ServerProcess.Start(store))
        {
            await server.Address(ct);
            for (var until = Clock.Now + Clock.Of(LongestCatchUp); await rows.Waiting(ct) > 0 && Clock.Now < until;)
                await Task.Delay(Between, ct);
        }
        var messages = await rows.Messages(ct);
        result["caughtUpSeconds"] = Math.Round((Clock.Now - began) / (double)Clock.Second, 1);
        result["lost"] = Math.Max(0, load.Acked - stored) + Math.Max(0, stored - messages);
        result["duplicated"] = Math.Max(0, messages - stored);
        result["engineLimitPerSecond"] = await rows.Limit(TimeSpan.FromSeconds(5), ct);
    }
}
