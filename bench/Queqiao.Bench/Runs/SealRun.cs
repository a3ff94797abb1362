using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Bench.Measures;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Bench.Runs;

/// <summary>Nanoseconds to seal and open a message with the server's own code, on one thread; and to set up a person's key, which a cache saves.</summary>
internal sealed class SealRun : IRun
{
    private const int Rounds = 200_000;

    public Task<JsonObject> Once(CancellationToken ct)
    {
        var idleStall = IdleStall.Measure(TimeSpan.FromSeconds(1), ct);
        var key = new ContactKey(1, Guid.CreateVersion7(), DataKey.New());
        var place = new SealedPlace("entry.message", Guid.CreateVersion7(), 15);
        var clear = Encoding.UTF8.GetBytes("""{"b":{"direction":"in","text":"请问订单 00000015 还能改收货地址吗？我写错了门牌号。","clientId":"m-0000000f"}}""");
        var sealedBytes = key.Seal(place, clear);
        var packed = PackedTexts.Write("0123456789abcdef0123456789abcdef", "王小明", null, "请问订单 00000015 还能改收货地址吗？我写错了门牌号。");
        return Task.FromResult(new JsonObject
        {
            ["bench"] = "seal",
            ["bytes"] = clear.Length,
            ["sealedBytes"] = sealedBytes.Length,
            ["sealNs"] = Time(Rounds, () => key.Seal(place, clear), ct),
            ["openNs"] = Time(Rounds, () => key.TryOpen(place, sealedBytes, out _), ct),
            ["sealHeadNs"] = Time(Rounds, () => key.Seal(place, packed), ct),
            ["newKeyNs"] = Time(Rounds / 10, static () => DataKey.New(), ct),
            ["idleStallMs"] = idleStall,
            ["cores"] = Environment.ProcessorCount,
        });
    }

    public double Rank(JsonObject result) => (double)result["sealNs"]!;

    /// <summary>The best of five: what it costs when nobody interrupts.</summary>
    private static double Time(int rounds, Action act, CancellationToken ct)
    {
        for (var i = 0; i < rounds / 10; i++)
            act();
        var best = double.MaxValue;
        for (var turn = 0; turn < 5; turn++)
        {
            ct.ThrowIfCancellationRequested();
            var began = Clock.Now;
            for (var i = 0; i < rounds; i++)
                act();
            best = Math.Min(best, (Clock.Now - began) * (1e9 / Clock.Second) / rounds);
        }
        return Math.Round(best);
    }
}
