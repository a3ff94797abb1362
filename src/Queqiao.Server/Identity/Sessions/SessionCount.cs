using System.Diagnostics.Metrics;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>How many sessions stand, for the metrics.</summary>
internal static class SessionCount
{
    public static async Task<IReadOnlyList<Measurement<long>>> Look(IServiceProvider all, CancellationToken ct)
    {
        var (now, idle) = (all.GetRequiredService<Ids>().Now(), (long)all.GetRequiredService<IdentityOptions>().SessionIdle.TotalMilliseconds);
        await using var db = all.GetRequiredService<IStorageEngine>().ReadSystem();
        return [new(await db.Table<Session>().LongCountAsync(session => session.RevokedAt == null && session.ExpiresAt > now && session.LastSeenAt > now - idle, ct))];
    }
}
