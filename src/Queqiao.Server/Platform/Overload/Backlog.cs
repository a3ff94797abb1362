using System.Diagnostics;

namespace Queqiao.Server.Platform.Overload;

/// <summary>How much waits to be written, and how long what comes now would wait. Counted by the storage, asked by whoever lets in.</summary>
/// <param name="lanes">How many write at the same time.</param>
internal sealed class Backlog(int lanes)
{
    /// <summary>Only full batches say what an item costs: a small one is all commit.</summary>
    private const int Telling = 64;

    /// <summary>What fits into a batch or two is never too much, whatever the disk is doing.</summary>
    private const int NeverTooMuch = 512;

    private int _waiting;
    private long _each = Stopwatch.Frequency / 10_000; // ticks an item; 0.1 ms until something was measured

    public int Waiting => Volatile.Read(ref _waiting);

    public void Came() => Interlocked.Increment(ref _waiting);

    /// <summary>A batch has left, written or failed.</summary>
    public void Left(int items, long ticks)
    {
        Interlocked.Add(ref _waiting, -items);
        if (items < Telling)
            return;
        var each = Math.Max(1, ticks / items);
        var before = Volatile.Read(ref _each);
        Volatile.Write(ref _each, before + (each - before) / 4); // two lanes at once may lose one of the two: it is an estimate
    }

    /// <summary>How long an item that comes now would wait. Zero while a batch or two take all that is there.</summary>
    public TimeSpan Wait
    {
        get
        {
            var waiting = Waiting;
            return waiting <= NeverTooMuch ? TimeSpan.Zero : Stopwatch.GetElapsedTime(0, waiting * Volatile.Read(ref _each) / lanes);
        }
    }
}
