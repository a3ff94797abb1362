namespace Queqiao.Bench.Measures;

/// <summary>The most private memory a process had since it was last asked, looked at five times a second.</summary>
internal sealed class MemoryWatch
{
    private readonly int _pid;
    private long _most;

    public MemoryWatch(int pid, CancellationToken stop)
    {
        _pid = pid;
        _ = Look(stop);
    }

    /// <summary>Bytes; begins anew.</summary>
    public long Restart() => Interlocked.Exchange(ref _most, 0);

    private async Task Look(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = Proc.Status(_pid, "RssAnon");
                Interlocked.Exchange(ref _most, Math.Max(now, Interlocked.Read(ref _most)));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // asked to stop, or the process did
        }
    }
}
