using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Configuring;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Sending;

/// <summary>Consents that end are renewed in time, also of channels by which nobody writes; until when they are good stands in the channel's health.</summary>
[NoPurposeGate("renews the firm's own access to platforms")]
internal sealed class RenewConsents(IStorageEngine storage, IChannels channels, ChannelDirectory directory, KindRegistry kinds, AdapterServices services, ChannelHealth health, Ids ids, ILogger<RenewConsents> log) : IJobHandler
{
    public const string Name = "channels.renew_consents";

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromHours(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        foreach (var id in await Renewed(ct))
        {
            try
            {
                if (await channels.Find(id, ct) is { Enabled: true, Account: { } account } channel && kinds.Find(channel.Kind) is { Adapter: IRenewedChannel renews } kind && HasConsented(kind.Descriptor, account))
                    await Renew(renews, account, ct);
            }
            catch (Exception trouble) when (trouble is not OperationCanceledException)
            {
                log.Fault(LogLevel.Warning, trouble, "The consent of a channel could not be renewed"); // the others' still can
            }
        }
        return new JobOutcome.Done();
    }

    /// <summary>A channel may stand enabled before anybody has consented; there is nothing to renew then, and nothing wrong.</summary>
    private static bool HasConsented(ChannelDescriptor kind, ChannelAccount account) =>
        kind.Settings.Where(field => field is { Granted: true, Required: true }).All(field => account.Settings.Has(field.Key));

    private async Task Renew(IRenewedChannel renews, ChannelAccount account, CancellationToken ct)
    {
        var (until, failed) = await renews.Renew(services.For(account), ct);
        if (failed is not null)
            health.Failed(account.Ws, account.ChannelId, failed.Failure, ids.Now());
        else if (until is { } end)
            await Keep(account, end.ToUnixTimeMilliseconds(), ct);
    }

    /// <summary>Unless somebody has consented anew, or entered another token, while this one was renewed: the end of that is not this one's.</summary>
    private Task<int> Keep(ChannelAccount account, long until, CancellationToken ct) => storage.Run(account.Ws, async (unit, stop) =>
    {
        var states = unit.Db.Table<ChannelState>().Where(state => state.Ws == account.Ws && state.ChannelId == account.ChannelId);
        await states.ExecuteUpdateAsync(set => set.SetProperty(state => state.ConsentUntil, state => state.ConsentUntil), stop); // waits for whoever is at it
        var channel = await unit.Db.Table<Channel>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == account.Ws && row.Id == account.ChannelId, stop);
        return channel is null || directory.VersionOf(channel) != account.Version ? 0 : await states.ExecuteUpdateAsync(set => set.SetProperty(state => state.ConsentUntil, until), stop);
    }, ct);

    private async Task<List<Guid>> Renewed(CancellationToken ct)
    {
        var those = kinds.All.Where(kind => kind.Adapter is IRenewedChannel).Select(kind => kind.Descriptor.Kind).ToList();
        await using var db = storage.ReadSystem();
        return await db.Table<Channel>().AsNoTracking().Where(row => row.Enabled && row.DeletedAt == null && those.Contains(row.Kind)).Select(row => row.Id).ToListAsync(ct);
    }
}
