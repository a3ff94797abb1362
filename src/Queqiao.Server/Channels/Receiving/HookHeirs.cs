using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>
/// What a server took in and had not digested when it died does not wait for its grace: the others take it over as soon as they know,
/// and a server that is alone takes it up when it starts. Who holds a delivery is not written down: a server that lives has digested
/// what is some seconds old, and what is digested twice is the same once.
/// </summary>
internal sealed class HookHeirs(IStorageEngine storage, HookInbox inbox, Ids ids, ILogger<HookHeirs> log, NodeRegistry? nodes = null) : IHostedService
{
    /// <summary>What is younger may be in the hands of a server that lives.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!storage.IsPostgres)
            await TakeOver(TimeSpan.Zero, cancellationToken); // one file, one server: whoever had it is gone
        else if (nodes is not null)
            nodes.Lost += OnLost;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (nodes is not null)
            nodes.Lost -= OnLost;
        return Task.CompletedTask;
    }

    /// <summary>How many deliveries are due now that were kept for another.</summary>
    public Task<int> TakeOver(CancellationToken ct) => TakeOver(Settled, ct);

    private async Task<int> TakeOver(TimeSpan age, CancellationToken ct)
    {
        var now = ids.Now();
        var settled = now - (long)age.TotalMilliseconds;
        // Of those that failed before the time is a back-off, and stays.
        var left = await storage.RunSystem((unit, stop) => unit.Db.Visible(Everywhere)
            .Where(row => row.NextAt > now && row.ReceivedAt <= settled && row.Tries == 0 && row.State == HookStates.Waiting).ExecuteUpdateAsync(set => set.SetProperty(row => row.NextAt, now), stop), ct);
        if (left > 0)
            inbox.Look();
        return left;
    }

    private void OnLost(Guid node) => _ = Inherit(node);

    private async Task Inherit(Guid node)
    {
        try
        {
            var left = await TakeOver(CancellationToken.None);
            if (left > 0 && log.IsEnabled(LogLevel.Information))
                log.LogInformation("{Count} deliveries of channels were taken over after the server {Node} was lost", left, node);
        }
        catch (Exception trouble)
        {
            log.Fault(LogLevel.Warning, trouble, "Deliveries of a lost server wait for a minute");
        }
    }

    private static readonly Scope<HookDelivery> Everywhere = Scope<HookDelivery>.Everything("deliveries of all workspaces are digested alike");
}
