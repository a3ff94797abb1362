using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>
/// Mailboxes, sockets and tokens in the making are held by lease, which ends by itself after half a minute or a whole one. When a server
/// is lost the others need not wait for that: its leases end as soon as they know, and they look at once for what is free. A server that
/// is alone on its store ends all of them when it starts.
/// </summary>
internal sealed class LeaseHeirs(IStorageEngine storage, Ids ids, ILogger<LeaseHeirs> log, Bus? bus = null, NodeRegistry? nodes = null) : IHostedService
{
    private TaskCompletionSource _freed = New();

    /// <summary>Completes when leases were ended; asked for anew each time.</summary>
    public Task Freed => Volatile.Read(ref _freed).Task;

    /// <summary>The name under which somebody on this server holds things: whose server it is can be told from it.</summary>
    public string NewHolder() => $"{NameOf(bus?.Node ?? Guid.Empty)}{ids.New():N}";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!storage.IsPostgres)
            await Free("", cancellationToken); // one file, one server: whoever held them is gone
        else if (nodes is not null)
            nodes.Lost += OnLost;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (nodes is not null)
            nodes.Lost -= OnLost;
        return Task.CompletedTask;
    }

    /// <returns>How many leases ended.</returns>
    public Task<int> Free(Guid node, CancellationToken ct) => Free(NameOf(node), ct);

    private async Task<int> Free(string holder, CancellationToken ct)
    {
        var count = await storage.RunSystem(async (unit, stop) =>
            await unit.Db.Table<MailBox>().Where(row => row.Holder != null && row.Holder.StartsWith(holder) && row.HeldUntil > 0).ExecuteUpdateAsync(set => set.SetProperty(row => row.HeldUntil, 0L), stop)
            + await unit.Db.Table<ChannelState>().Where(row => row.Holder != null && row.Holder.StartsWith(holder)).ExecuteUpdateAsync(set => set.SetProperty(row => row.Holder, (string?)null).SetProperty(row => row.HeldUntil, (long?)null), stop)
            + await unit.Db.Table<ChannelToken>().Where(row => row.Holder != null && row.Holder.StartsWith(holder)).ExecuteUpdateAsync(set => set.SetProperty(row => row.Holder, (string?)null).SetProperty(row => row.HeldUntil, 0L), stop), ct);
        Interlocked.Exchange(ref _freed, New()).TrySetResult();
        return count;
    }

    private void OnLost(Guid node) => _ = Inherit(node);

    private async Task Inherit(Guid node)
    {
        try
        {
            var count = await Free(node, CancellationToken.None);
            if (count > 0 && log.IsEnabled(LogLevel.Information))
                log.LogInformation("{Count} leases of channels ended because the server {Node} was lost", count, node);
        }
        catch (Exception trouble)
        {
            log.Fault(LogLevel.Warning, trouble, "Leases of a lost server end by themselves");
        }
    }

    private static string NameOf(Guid node) => $"{node:N}/";

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
