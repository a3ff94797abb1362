using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity;

/// <summary>What roles allow only so often a day: revealing people's data, exporting it. Counted in the transaction of the deed, so that no two nodes miscount.</summary>
internal static class DailyUse
{
    public const string Reveals = "reveal";
    public const string Exports = "export";

    /// <summary>Counts once more; a refusal when that would be too often. Call <see cref="WriteUnit.Abandon"/> with it.</summary>
    /// <param name="unit">The transaction of the deed.</param>
    /// <param name="kind">What is counted.</param>
    /// <param name="most">In a day; null: not limited, but counted.</param>
    public static async Task<Refusal?> Take(WriteUnit unit, Actor actor, string kind, int? most, CancellationToken ct)
    {
        var day = await Today(unit, ct);
        var own = unit.Db.Table<AccessUse>().Where(use => use.Ws == actor.Ws && use.AgentId == actor.AgentId && use.Kind == kind);
        var raised = await own.Where(use => use.Day == day && (most == null || use.Used < most))
            .ExecuteUpdateAsync(set => set.SetProperty(use => use.Used, use => use.Used + 1), ct);
        if (raised == 1)
            return null;
        if (most == 0 || await own.AnyAsync(use => use.Day == day, ct))
            return Refusal.Forbidden("too_often_today", most ?? 0);
        await own.Where(use => use.Day < day).ExecuteDeleteAsync(ct);
        unit.Db.Table<AccessUse>().Add(new AccessUse { Ws = actor.Ws, AgentId = actor.AgentId, Kind = kind, Day = day, Used = 1 });
        await unit.Db.SaveChangesAsync(ct);
        return null;
    }

    private static async Task<int> Today(WriteUnit unit, CancellationToken ct)
    {
        var name = await unit.Db.Table<Workspace>().Where(workspace => workspace.Ws == unit.Ws).Select(workspace => workspace.TimeZone).SingleAsync(ct);
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found) ? found : TimeZoneInfo.Utc;
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(unit.Ids.Now()), zone);
        return DateOnly.FromDateTime(local.DateTime).DayNumber;
    }
}
