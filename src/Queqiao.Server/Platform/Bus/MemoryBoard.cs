using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Bus;

/// <summary>
/// Rows of every workspace in memory, for rules that ask where nothing may wait. There before the server takes requests; another node's
/// change shows as soon as its word comes, or within half a minute. A read that fails leaves what was known.
/// </summary>
/// <param name="name">Of the board; the same on every node.</param>
/// <param name="failed">What the log says when the rows could not be read.</param>
internal abstract class MemoryBoard(string name, string failed, ILogger log, CacheNews? news) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _now = new(0);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Load(cancellationToken);
        news?.Add(name, _ => _now.Release());
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Reads everything anew.</summary>
    protected abstract Task Load(CancellationToken ct);

    /// <summary>Other nodes read anew.</summary>
    protected void Tell() => news?.Tell(name, null);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _now.WaitAsync(Every, stoppingToken);
                await Load(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                log.Fault(LogLevel.Warning, trouble, failed);
            }
        }
    }

    public override void Dispose()
    {
        _now.Dispose();
        base.Dispose();
    }
}
