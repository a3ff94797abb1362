using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>
/// What a server took in and had not digested when it died does not wait for its grace: the others take it over as soon as they know,
/// and a server that is alone takes it up when it starts. Who holds a delivery is not written down: a server that lives has digested
/// what is some seconds old, and what is digested twice is the same once.
/// </summary>
internal sealed class HookHeirs(IStorageEngine storage, HookInbox inbox, Ids ids, ILogger<HookHeirs> log, NodeRegistry? nodes = null) : Heirs(storage, "deliveries of channels", log, nodes)
{
    private readonly IStorageEngine _storage = storage;

    /// <summary>What is younger may be in the hands of a server that lives.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>How many deliveries are due now that were kept for another.</summary>
    public Task<int> TakeOver(CancellationToken ct) => TakeOver(Settled, ct);

    private async Task<int> TakeOver(TimeSpan age, CancellationToken ct)
    {
        var now = ids.Now();
        var settled = now - (long)age.TotalMilliseconds;
        // Of those that failed before the time is a back-off, and stays.
        var left = await _storage.RunSystem((unit, stop) => unit.Db.Visible(Everywhere)
            .Where(row => row.NextAt > now && row.ReceivedAt <= settled && row.Tries == 0 && row.State == HookStates.Waiting).ExecuteUpdateAsync(set => set.SetProperty(row => row.NextAt, now), stop), ct);
        if (left > 0)
            inbox.Look();
        return left;
    }

    protected override Task<int> TakeAll(CancellationToken ct) => TakeOver(TimeSpan.Zero, ct);

    /// <summary>Of every server: whose it was is not written down.</summary>
    protected override Task<int> TakeFrom(Guid node, CancellationToken ct) => TakeOver(ct);

    private static readonly Scope<HookDelivery> Everywhere = Scope<HookDelivery>.Everything("deliveries of all workspaces are digested alike");
}
