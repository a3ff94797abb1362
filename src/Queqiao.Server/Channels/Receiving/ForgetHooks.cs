using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>After a week the key of a day is destroyed, and then its deliveries are swept away.</summary>
[NoPurposeGate("deletes what providers delivered")]
internal sealed class ForgetHooks(HookKeys keys, IStorageEngine storage, Ids ids) : IJobHandler
{
    public const string Name = "channels.forget_deliveries";

    private const int AtOnce = 1000;

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromHours(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        await keys.Destroy(ids.Now(), ct);
        var before = (HookKeys.DayOf(ids.Now()) - HookKeys.Days) * 86_400_000L;
        foreach (var (ws, channel) in await Receiving(ct))
        {
            while (await Sweep(ws, channel, before, ct) == AtOnce)
                ct.ThrowIfCancellationRequested();
        }
        return new JobOutcome.Done();
    }

    /// <summary>Which channels have deliveries, also those that are gone. Asked of a reader: it looks at all of them.</summary>
    private async Task<List<(int Ws, Guid Channel)>> Receiving(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var places = await db.Visible(All).Select(row => new { row.Ws, row.ChannelId }).Distinct().ToListAsync(ct);
        return places.ConvertAll(place => (place.Ws, place.ChannelId));
    }

    /// <summary>The oldest of one channel: by an index, for on SQLite nobody else writes meanwhile.</summary>
    private Task<int> Sweep(int ws, Guid channel, long before, CancellationToken ct) => storage.RunSystem(async (unit, stop) =>
    {
        var old = await unit.Db.Visible(All).Where(row => row.Ws == ws && row.ChannelId == channel && row.ReceivedAt < before).OrderBy(row => row.ReceivedAt).Select(row => row.Id).Take(AtOnce).ToArrayAsync(stop);
        return old.Length == 0 ? 0 : await unit.Db.Visible(All).Where(row => row.Ws == ws && old.Contains(row.Id)).ExecuteDeleteAsync(stop);
    }, ct);

    private static readonly Scope<HookDelivery> All = Scope<HookDelivery>.Everything("old deliveries of all workspaces are deleted alike");
}
