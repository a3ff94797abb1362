using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Routing.Storage;

namespace Queqiao.Server.Routing.Assigning;

internal static class RoutingMode
{
    /// <summary>Agents take what waits.</summary>
    public const string Manual = "manual";

    /// <summary>What waits is given to who is free.</summary>
    public const string Automatic = "automatic";

    public static readonly IReadOnlyList<string> All = [Manual, Automatic];
}

/// <param name="RequeueAfter">How long somebody must be gone before their waiting customers go back into the queue; null: never.</param>
internal sealed record Routing(string Mode, TimeSpan? RequeueAfter)
{
    public static readonly Routing Default = new(RoutingMode.Manual, TimeSpan.FromMinutes(3));
}

/// <summary>How each workspace wants it. A few seconds old at most; a change on this node shows at once.</summary>
internal sealed class RoutingSettings(IStorageEngine storage, TimeProvider clock, CacheNews? news = null)
{
    private readonly FreshCache<int, Routing> _cache = new(clock, TimeSpan.FromSeconds(5), news, "routing");

    public async ValueTask<Routing> Of(int ws, CancellationToken ct) => (await _cache.Get(ws, Load, ct))!;

    public void Forget(int ws) => _cache.Forget(ws);

    private async Task<Routing?> Load(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Table<RoutingSetting>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws, ct) is { } row
            ? new Routing(row.Mode, row.RequeueAfter is { } after ? TimeSpan.FromMilliseconds(after) : null)
            : Routing.Default;
    }
}
