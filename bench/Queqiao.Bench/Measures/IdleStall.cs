namespace Queqiao.Bench.Measures;

/// <summary>How long the machine itself keeps a thread waiting: the worst delay of a 1 ms tick while nothing runs. No latency below it means anything.</summary>
internal static class IdleStall
{
    public static double Measure(TimeSpan length, CancellationToken ct)
    {
        var worst = 0L;
        var end = Clock.Now + Clock.Of(length);
        for (var last = Clock.Now; last < end && !ct.IsCancellationRequested;)
        {
            Thread.Sleep(1);
            var now = Clock.Now;
            worst = Math.Max(worst, now - last - Clock.Millisecond);
            last = now;
        }
        return Clock.Milliseconds(worst);
    }
}
