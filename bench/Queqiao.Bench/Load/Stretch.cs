using System.Text.Json.Nodes;
using Queqiao.Bench.Measures;

namespace Queqiao.Bench.Load;

/// <summary>A part of a run with its own figures. A message belongs to the stretch in which it was meant to be sent.</summary>
internal sealed class Stretch(TimeSpan length)
{
    public long Length => Clock.Of(length);

    public long From { get; private set; } = long.MaxValue;

    public long Until { get; private set; } = long.MaxValue;

    /// <summary>From the intended moment of sending to the acknowledgement.</summary>
    public Histogram Ack { get; } = new();

    /// <summary>From the intended moment of sending to an agent's socket.</summary>
    public Histogram Delivery { get; } = new();

    /// <summary>How late the generator itself was.</summary>
    public Histogram Lateness { get; } = new();

    /// <summary>Acknowledgements that came during the stretch.</summary>
    public long Accepted { get; set; }

    public double AcceptedPerSecond => Math.Round(Accepted / length.TotalSeconds, 1);

    /// <summary>Called on the load's thread when the stretch begins and when it ends: must be quick.</summary>
    public Action? Begins { get; init; }

    public Action? Ends { get; init; }

    public void Place(long from) => (From, Until) = (from, from + Length);

    public bool Covers(long moment) => moment >= From && moment < Until;

    public void AddTo(JsonObject result)
    {
        result["acceptedPerSecond"] = AcceptedPerSecond;
        result["ackMs"] = Ack.ToJson();
        result["deliveryMs"] = Delivery.ToJson();
    }
}
