using System.Text.Json.Nodes;
using Queqiao.Bench.Measures;

namespace Queqiao.Bench.Load;

/// <summary>A part of a run with its own figures. A message belongs to the stretch in which it was meant to be sent.</summary>
internal sealed class Stretch(TimeSpan length)
{
    public long Length => Clock.Of(length);

    /// <summary>Messages a second, evenly; 0: as fast as answers come. Null: as the run's options say.</summary>
    public int? Rate { get; set; }

    /// <summary>First messages of newcomers a second.</summary>
    public int NewPerSecond { get; init; }

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

    /// <summary>Messages of the stretch that were turned away.</summary>
    public long Refused { get; private set; }

    public double AcceptedPerSecond => Math.Round(Accepted / length.TotalSeconds, 1);

    /// <summary>Acknowledgements and refusals by the second in which the message was meant to be sent; empty unless asked for.</summary>
    public (Histogram Ack, long Refused)[] EachSecond { get; private set; } = [];

    public bool InDetail
    {
        init => EachSecond = value ? [.. Enumerable.Range(0, (int)length.TotalSeconds).Select(_ => (new Histogram(), 0L))] : [];
    }

    public void OneIsAcked(long intended, long now)
    {
        Ack.Record(now - intended);
        if (SecondOf(intended) is { } second)
            EachSecond[second].Ack.Record(now - intended);
    }

    public void OneIsRefused(long intended)
    {
        Refused++;
        if (SecondOf(intended) is { } second)
            EachSecond[second].Refused++;
    }

    private int? SecondOf(long moment) => (moment - From) / Clock.Second is var second && second >= 0 && second < EachSecond.Length ? (int)second : null;

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
