using System.Diagnostics;

namespace Queqiao.Server.Platform.Overload;

/// <summary>
/// Looks twenty times a second, on a thread of its own: one of the pool's would wait for the very thing that is measured. The wait for a
/// thread is what a small work item takes to its turn; one that has not had its turn yet counts with its age.
/// </summary>
internal sealed class PressureWatch(Pressure pressure) : IHostedService, IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);

    private readonly ManualResetEventSlim _stop = new();
    private Thread? _thread;
    private long _asked;
    private long _waited;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Watch) { IsBackground = true, Name = "pressure" };
        _thread.Start();
        return Task.CompletedTask;
    }

    private void Watch()
    {
        while (!_stop.Wait(Every))
        {
            var now = Stopwatch.GetTimestamp();
            var asked = Interlocked.Read(ref _asked);
            pressure.Look(asked == 0 ? TimeSpan.FromTicks(Interlocked.Read(ref _waited)) : Stopwatch.GetElapsedTime(asked, now), now);
            if (asked != 0)
                continue;
            Interlocked.Exchange(ref _asked, now);
            ThreadPool.UnsafeQueueUserWorkItem(static watch => watch.Answer(), this, preferLocal: false);
        }
    }

    private void Answer()
    {
        Interlocked.Exchange(ref _waited, Stopwatch.GetElapsedTime(Interlocked.Read(ref _asked)).Ticks);
        Interlocked.Exchange(ref _asked, 0);
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.Set();
        _thread?.Join();
        return Task.CompletedTask;
    }

    /// <summary>A host that did not stop in order is disposed all the same: the thread must not wait on what is gone.</summary>
    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _stop.Dispose();
    }
}
