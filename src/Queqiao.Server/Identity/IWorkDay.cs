using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity;

/// <summary>The day as the workspace counts it.</summary>
internal interface IWorkDay
{
    /// <summary>When today began in the workspace's time zone, in Unix milliseconds.</summary>
    Task<long> Begin(int ws, CancellationToken ct);

    Task<TimeZoneInfo> Zone(int ws, CancellationToken ct);
}

internal sealed class WorkDay(IStorageEngine storage, TimeProvider clock) : IWorkDay
{
    public async Task<long> Begin(int ws, CancellationToken ct) => BeginOf(clock.GetUtcNow(), await Zone(ws, ct)).ToUnixTimeMilliseconds();

    public async Task<TimeZoneInfo> Zone(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var name = await db.Table<Workspace>().AsNoTracking().Where(workspace => workspace.Ws == ws).Select(workspace => workspace.TimeZone).SingleAsync(ct);
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found) ? found : TimeZoneInfo.Utc;
    }

    /// <summary>Where midnight does not exist (clocks go forward at midnight in some zones), the first moment after it.</summary>
    public static DateTimeOffset BeginOf(DateTimeOffset now, TimeZoneInfo zone) => BeginOf(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime), zone);

    public static DateTimeOffset BeginOf(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(15);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight));
    }
}
