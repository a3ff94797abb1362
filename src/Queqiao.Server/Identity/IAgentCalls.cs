using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Profile;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity;

/// <summary>Whether an agent may be called now who is not before the console.</summary>
internal interface IAgentCalls
{
    /// <summary>Null when they no longer work here.</summary>
    Task<AgentCall?> Of(int ws, Guid agent, CancellationToken ct);
}

/// <param name="Locale">Of their console.</param>
/// <param name="IsQuiet">It is one of their quiet hours.</param>
internal sealed record AgentCall(string Locale, bool IsQuiet);

internal sealed class AgentCalls(IStorageEngine storage, TimeProvider clock) : IAgentCalls
{
    public async Task<AgentCall?> Of(int ws, Guid agent, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var known = await db.Table<Agent>().AsNoTracking().Where(row => row.Ws == ws && row.Id == agent && row.DisabledAt == null)
            .Select(row => new { row.Locale, row.TimeZone, row.Notifications }).SingleOrDefaultAsync(ct);
        if (known is null)
            return null;
        var zone = known.TimeZone ?? await ShowProfile.TimeZone(db, ws, ct);
        return new(known.Locale, IsIn(Notifications.Read(known.Notifications).Quiet, clock.GetUtcNow(), TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? found : TimeZoneInfo.Utc));
    }

    /// <summary>As the console reckons (<c>quiet.ts</c>): over midnight when the second time is earlier, all day when both are one.</summary>
    public static bool IsIn(QuietHours? quiet, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (quiet is null)
            return false;
        var (from, to) = (TimeOnly.ParseExact(quiet.From, "HH:mm", CultureInfo.InvariantCulture), TimeOnly.ParseExact(quiet.To, "HH:mm", CultureInfo.InvariantCulture));
        return from == to || TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime).IsBetween(from, to);
    }
}
