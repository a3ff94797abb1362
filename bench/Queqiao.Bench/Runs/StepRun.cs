using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Queqiao.Bench.Load;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Servers;
using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Runs;

/// <summary>
/// Double 11: what the server can do is measured first; then a usual day (0.3 of it), then so many times as much for a minute, with
/// newcomers and exports in between, then the usual again. Printed: what was served of it, how fast, what was turned away, and when all
/// was well again.
/// </summary>
internal sealed class StepRun(Options options, BuiltServer built) : IRun
{
    private const double Usual = 0.3;
    private const int NewPerSecond = 5;
    private const int MostPerSecond = 30_000;

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(40);

    private readonly ConcurrentDictionary<(string When, int Status), int> _exports = new();
    private string _when = "usual";

    public async Task<JsonObject> Once(CancellationToken ct)
    {
        var idleStall = IdleStall.Measure(TimeSpan.FromSeconds(3), ct);
        await using var store = await Store.Create(built, options, ct);
        await using var server = ServerProcess.Start(store);
        using var site = new Site(await server.Address(ct));
        await site.SetUp(ct);
        var cookies = await site.Agents(options.Agents, ct);
        var tokens = await site.Visitors(options.Visitors, ct);
        var newcomers = await site.Visitors((int)(NewPerSecond * (Before + After + TimeSpan.FromSeconds(options.Seconds * options.Times)).TotalSeconds), ct);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var memory = new MemoryWatch(server.Id, stop.Token);
        var settled = Task.CompletedTask;
        var exporting = Task.CompletedTask;
        var usual = new Stretch(Before) { Rate = MostPerSecond, NewPerSecond = NewPerSecond, Begins = () => exporting = Task.Run(() => Export(site, stop.Token), ct) };
        var step = new Stretch(TimeSpan.FromSeconds(options.Seconds)) { Rate = MostPerSecond, NewPerSecond = NewPerSecond * options.Times, Begins = () => _when = "step", Ends = () => _when = "after" };
        var after = new Stretch(After) { Rate = MostPerSecond, NewPerSecond = NewPerSecond, InDetail = true };
        var warmup = new Stretch(TimeSpan.FromSeconds(options.Warmup)) { Rate = 0, Begins = () => settled = Task.Run(() => store.Settle(ct), ct) };
        Stretch capacity = null!;
        capacity = new Stretch(Before)
        {
            Rate = 0,
            Ends = () =>
            {
                usual.Rate = after.Rate = Math.Max(1, (int)(capacity.AcceptedPerSecond * Usual));
                step.Rate = Math.Min(MostPerSecond, usual.Rate.Value * options.Times);
            },
        };
        using var load = new ChatLoad(new Reactor(site.Address), options, new Texts(), tokens, cookies, [warmup, capacity, usual, step, after], newcomers: newcomers);
        await LoadThread.Run(server, () => load.Run(ct));
        await settled;
        var peak = memory.Restart();
        await stop.CancelAsync();
        await exporting;
        var readback = new Readback(load.Ledger, load.Texts);
        await readback.Run(site, load.Visitors, ct);
        return new JsonObject
        {
            ["bench"] = "step",
            ["database"] = options.Database,
            ["visitors"] = options.Visitors,
            ["admission"] = options.Admission,
            ["capacityPerSecond"] = capacity.AcceptedPerSecond,
            ["usual"] = Figures(usual),
            ["step"] = Figures(step),
            ["after"] = Figures(after),
            ["goodputOfCapacity"] = Math.Round(step.AcceptedPerSecond / capacity.AcceptedPerSecond, 2),
            ["wellAgainAfterSeconds"] = WellAgain(after, usual),
            ["newcomers"] = Newcomers(load.Newcomers, step),
            ["exports"] = new JsonObject(_exports.OrderBy(one => one.Key).Select(one => KeyValuePair.Create<string, JsonNode?>($"{one.Key.When} {one.Key.Status}", one.Value))),
            ["peakMemoryMb"] = Math.Round(peak / 1e6, 1),
            ["lost"] = readback.NotStored,
            ["duplicated"] = readback.Duplicated + load.Ledger.DuplicateDeliveries,
            ["reordered"] = readback.Reordered + load.Ledger.ReorderedDeliveries,
            ["altered"] = readback.Altered + readback.Renumbered + load.Ledger.OddAcks,
            ["unanswered"] = load.Ledger.Unanswered,
            ["resyncs"] = load.Resyncs,
            ["closedSockets"] = load.ClosedSockets,
            ["idleStallMs"] = idleStall,
            ["limits"] = ServerProcess.Limits,
            ["cores"] = Environment.ProcessorCount,
        };
    }

    public double Rank(JsonObject result) => (double)result["goodputOfCapacity"]!;

    private async Task Export(Site site, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var status = await site.OwnerAsks("/api/v1/contacts/export", ct);
                _exports.AddOrUpdate((_when, (int)status), 1, static (_, count) => count + 1);
                await Task.Delay(_when == "step" ? 50 : 500, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // the run is over
        }
        catch (HttpRequestException gone)
        {
            await Console.Error.WriteLineAsync($"exports ended: {gone.Message}");
        }
    }

    /// <summary>The second of the quiet after the storm from which on nothing is refused and everything is as fast as on a usual day, or nearly.</summary>
    private static int WellAgain(Stretch after, Stretch usual)
    {
        var fast = Math.Max(100, 3 * usual.Ack.Percentile(99) ?? 0);
        var last = Array.FindLastIndex(after.EachSecond, second => second.Refused > 0 || second.Ack.Percentile(99) > fast);
        return last + 1;
    }

    private static JsonObject Newcomers(Newcomers all, Stretch step) => new()
    {
        ["begun"] = all.Begun,
        ["taken"] = all.Taken,
        ["turnedAway"] = all.TurnedAway,
        ["waitMs"] = all.Wait.ToJson(),
        ["lastTakenSecondsAfter"] = Math.Round((all.LastTakenAt - step.Until) / (double)Clock.Second, 1),
    };

    private static JsonObject Figures(Stretch stretch)
    {
        var figures = new JsonObject { ["offeredPerSecond"] = stretch.Rate };
        stretch.AddTo(figures);
        figures["refused"] = stretch.Refused;
        figures["lateMs"] = stretch.Lateness.ToJson();
        return figures;
    }
}
