using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Comparing;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Flows;

/// <summary>The published flows of each workspace, from memory. Older versions stay for whoever began with them.</summary>
internal class FlowShelf
{
    private const int Kept = 5;
    private const int MostCompared = 50;
    private readonly FreshCache<int, FlowBook>? _cache;
    private readonly IStorageEngine? _storage;

    public FlowShelf(IStorageEngine? storage = null, TimeProvider? clock = null, CacheNews? news = null)
    {
        _storage = storage;
        _cache = storage is null ? null : new FreshCache<int, FlowBook>(clock!, TimeSpan.FromSeconds(10), news, "bot flows");
    }

    /// <summary>Something was published or taken back, on this node; others look every half minute.</summary>
    public event Action<int>? Changed;

    public async ValueTask<FlowBook> Of(int ws, CancellationToken ct) => _cache is null ? FlowBook.Empty : (await _cache.Get(ws, Load, ct))!;

    public void Forget(int ws)
    {
        _cache?.Forget(ws);
        Changed?.Invoke(ws);
    }

    private async Task<FlowBook?> Load(int ws, CancellationToken ct)
    {
        await using var db = _storage!.Read(ws);
        var flows = await db.Table<BotFlowRow>().AsNoTracking().Where(row => row.Ws == ws && row.PublishedVersion != null).ToListAsync(ct);
        if (flows.Count == 0)
            return FlowBook.Empty;
        var versions = await db.Table<BotFlowVersionRow>().AsNoTracking().Where(row => row.Ws == ws).ToListAsync(ct);
        var compared = await Compared(db, ws, ct);
        return new FlowBook([.. flows.SelectMany(row => versions.Where(version => version.FlowId == row.Id && (version.Version > row.PublishedVersion - Kept || compared.Contains((row.Id, version.Version))))
            .Select(version => new PublishedFlow(BotFlow.Of(version.Flow), version.Version, row.Enabled && version.Version == row.PublishedVersion) { Id = row.Id }))]);
    }

    /// <summary>Versions that somebody may begin or be in the middle of, however old they are.</summary>
    private static async Task<HashSet<(Guid Flow, int Version)>> Compared(QueqiaoDb db, int ws, CancellationToken ct)
    {
        var rows = await db.Table<BotExperimentRow>().AsNoTracking().Where(row => row.Ws == ws).OrderByDescending(row => row.StartedAt).Take(MostCompared).Select(row => new { row.ItemId, row.Variants }).ToListAsync(ct);
        return [.. rows.SelectMany(row => Variants.Of(row.Variants).Where(variant => variant.Version is not null).Select(variant => (row.ItemId, variant.Version!.Value)))];
    }
}
