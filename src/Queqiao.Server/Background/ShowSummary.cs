using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Background;

/// <summary><c>GET /api/v1/jobs/summary</c>: how background work stands, on one page.</summary>
internal static class ShowSummary
{
    internal sealed record Summary(IReadOnlyList<Kind> Kinds, IReadOnlyList<Listener> Listeners, IReadOnlyList<Schedule> Schedules);

    /// <param name="Counts">Jobs by state; states without jobs are left out.</param>
    internal sealed record Kind(string Name, string Title, IReadOnlyDictionary<string, int> Counts);

    /// <param name="Lag">Entries it has still to digest.</param>
    /// <param name="Held">Conversations that wait for another try.</param>
    /// <param name="Parked">Entries it gave up.</param>
    internal sealed record Listener(string Name, string Title, long Lag, int Held, int Parked);

    /// <param name="Server">The server's own, not this workspace's.</param>
    internal sealed record Schedule(string Name, string Title, string Rule, string TimeZone, string NextAt, string? LastAt, bool Server);

    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, IListenerDesk listeners, HttpContext context, CancellationToken ct)
    {
        var locale = Locale.Of(context);
        await using var db = storage.Read(actor.Ws);
        var counts = await db.Table<JobRow>().Where(job => job.Ws == actor.Ws).GroupBy(job => new { job.Kind, job.State })
            .Select(group => new { group.Key.Kind, group.Key.State, Count = group.Count() }).ToListAsync(ct);
        await using var system = storage.ReadSystem(); // the server's own schedules belong to no workspace
        var schedules = await system.Table<JobScheduleRow>().AsNoTracking().Where(schedule => schedule.Ws == actor.Ws || schedule.Ws == 0)
            .OrderBy(schedule => schedule.Ws).ThenBy(schedule => schedule.Name).ToListAsync(ct);
        return TypedResults.Ok(new Summary(
            [.. counts.GroupBy(count => count.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal)
                .Select(kind => new Kind(kind.Key, BackgroundTexts.Kind(locale, kind.Key), kind.ToDictionary(count => count.State, count => count.Count)))],
            [.. (await listeners.States(actor.Ws, ct)).Select(one => new Listener(one.Name, BackgroundTexts.Listener(locale, one.Name), one.Lag, one.Held, one.Parked))],
            [.. schedules.Select(one => new Schedule(one.Name, BackgroundTexts.Schedule(locale, one.Name), one.Rule, one.TimeZone, WireTime.Format(one.NextAt),
                one.LastAt is { } last ? WireTime.Format(last) : null, one.Ws == 0))]));
    }
}
