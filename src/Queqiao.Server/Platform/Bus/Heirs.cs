using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Bus;

/// <summary>
/// What a server held when it died need not wait until that ends by itself: the others take it over as soon as they know, and a server
/// that is alone on its store takes all of it when it starts.
/// </summary>
/// <param name="what">What is taken over, for the log.</param>
internal abstract class Heirs(IStorageEngine storage, string what, ILogger log, NodeRegistry? nodes) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!storage.IsPostgres)
            await TakeAll(cancellationToken); // one file, one server: whoever held it is gone
        else if (nodes is not null)
            nodes.Lost += OnLost;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (nodes is not null)
            nodes.Lost -= OnLost;
        return Task.CompletedTask;
    }

    /// <summary>Takes what anybody held.</summary>
    /// <returns>How much that was.</returns>
    protected abstract Task<int> TakeAll(CancellationToken ct);

    /// <summary>Takes what a lost server held.</summary>
    /// <returns>How much that was.</returns>
    protected abstract Task<int> TakeFrom(Guid node, CancellationToken ct);

    private void OnLost(Guid node) => _ = Inherit(node);

    private async Task Inherit(Guid node)
    {
        try
        {
            var count = await TakeFrom(node, CancellationToken.None);
            if (count > 0 && log.IsEnabled(LogLevel.Information))
                log.LogInformation("{Count} {What} were taken over because the server {Node} was lost", count, what, node);
        }
        catch (Exception trouble)
        {
            log.Fault(LogLevel.Warning, trouble, "What a lost server held waits until that ends by itself");
        }
    }
}
