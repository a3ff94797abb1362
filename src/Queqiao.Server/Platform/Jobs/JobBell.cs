namespace Queqiao.Server.Platform.Jobs;

/// <summary>Wakes this server's worker: work came, or a hand is free. Work that comes here is told to the other servers too.</summary>
internal sealed class JobBell : IDisposable
{
    private readonly SemaphoreSlim _here = new(0, 1);
    private readonly SemaphoreSlim _others = new(0, 1);
    private bool _news;

    /// <summary>A commit of this server brought work.</summary>
    public void Ring()
    {
        Wake();
        Signal(_others);
    }

    /// <summary>There may be work that the worker does not know of.</summary>
    public void Wake()
    {
        Volatile.Write(ref _news, true);
        Signal(_here);
    }

    /// <summary>Something ended: what waits for hands may begin.</summary>
    public void HandsFree() => Signal(_here);

    /// <returns>Whether the database may hold work that the worker does not know of; false: only hands are free.</returns>
    public async Task<bool> Heard(TimeSpan atMost, CancellationToken ct)
    {
        var rung = await _here.WaitAsync(atMost, ct);
        return Interlocked.Exchange(ref _news, false) || !rung;
    }

    /// <summary>Returns when other servers must be told.</summary>
    public Task MustTell(CancellationToken ct) => _others.WaitAsync(ct);

    public void Dispose()
    {
        _here.Dispose();
        _others.Dispose();
    }

    private static void Signal(SemaphoreSlim signal)
    {
        lock (signal)
        {
            if (signal.CurrentCount == 0)
                signal.Release();
        }
    }
}
