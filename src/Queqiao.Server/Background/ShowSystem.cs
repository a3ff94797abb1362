using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Diagnosis;
using Queqiao.Server.Platform.Health;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Observing;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Background;

/// <summary><c>GET /api/v1/system</c>: how this server is, on one page.</summary>
internal static class ShowSystem
{
    private const int MostSlow = 30;

    private static readonly DateTimeOffset StartedAt = StartOfProcess();

    internal sealed record SystemState(Versions Versions, Health Health, IReadOnlyList<Queue> Queues, IReadOnlyList<Listener> Listeners, IReadOnlyList<Slow> Slow, long SlowFromMs, IReadOnlyList<Damaged> Damaged);

    /// <param name="Database">SQLite or PostgreSQL, and which.</param>
    internal sealed record Versions(string Queqiao, string Runtime, string System, string Database, string StartedAt);

    internal sealed record Health(string Status, IReadOnlyList<HealthEndpoints.CheckAnswer> Checks);

    /// <summary>Jobs of a kind that are due.</summary>
    /// <param name="OldestSeconds">How long the first of them has been due.</param>
    internal sealed record Queue(string Kind, string Title, long Due, long Running, long Dead, long OldestSeconds);

    internal sealed record Listener(string Name, string Title, long Lag);

    /// <summary>A statement without its values.</summary>
    internal sealed record Slow(string Text, long Times, double TotalMs, double LongestMs, string LastAt);

    /// <param name="What">entry, conversation, file or database.</param>
    /// <param name="Where">An id; empty when there is none, or when it is another workspace's.</param>
    internal sealed record Damaged(string What, string Where, int Times, string FirstAt, string LastAt);

    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, Readiness readiness, IListenerDesk listeners, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        var locale = Locale.Of(context);
        var report = await readiness.Look();
        return TypedResults.Ok(new SystemState(
            new Versions(VersionDiagnosis.Program, Environment.Version.ToString(), RuntimeInformation.OSDescription, await Database(storage, ct), WireTime.Format(StartedAt)),
            new Health(report.Status, [.. report.Lines.Select(HealthEndpoints.CheckAnswer.Of)]),
            await Queues(storage, clock.GetUtcNow().ToUnixTimeMilliseconds(), locale, ct),
            [.. (await listeners.States(actor.Ws, ct)).Select(one => new Listener(one.Name, BackgroundTexts.Listener(locale, one.Name), one.Lag))],
            [.. SlowStatements.Worst(MostSlow).Select(one => new Slow(one.Text, one.Times, Math.Round(one.Total), Math.Round(one.Longest), WireTime.Format(one.LastAt)))],
            (long)SlowStatements.Limit.TotalMilliseconds,
            [.. Damages.Known.Select(one => new Damaged(one.What, one.Ws is null || one.Ws == actor.Ws ? one.Where : "", one.Times, WireTime.Format(one.FirstAt), WireTime.Format(one.LastAt)))]));
    }

    private static async Task<List<Queue>> Queues(IStorageEngine storage, long now, Locale locale, CancellationToken ct)
    {
        await using var db = storage.ReadSystem(); // the server's own jobs belong to no workspace, and only counts leave here
        var found = await db.Table<JobRow>().Where(job => job.State == JobState.Waiting || job.State == JobState.Running || job.State == JobState.Dead)
            .GroupBy(job => new { job.Kind, job.State, Due = job.RunAt <= now }).Select(group => new { group.Key, Count = group.LongCount(), Oldest = group.Min(job => job.RunAt) }).ToListAsync(ct);
        return
        [
            .. found.GroupBy(row => row.Key.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind =>
            {
                var due = kind.FirstOrDefault(row => row.Key is { State: JobState.Waiting, Due: true });
                return new Queue(kind.Key, BackgroundTexts.Kind(locale, kind.Key), due?.Count ?? 0, kind.Where(row => row.Key.State == JobState.Running).Sum(row => row.Count),
                    kind.Where(row => row.Key.State == JobState.Dead).Sum(row => row.Count), due is null ? 0 : Math.Max(0, (now - due.Oldest) / 1000));
            }),
        ];
    }

    private static DateTimeOffset StartOfProcess()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return new DateTimeOffset(self.StartTime).ToUniversalTime();
    }

    private static async Task<string> Database(IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        await db.Database.OpenConnectionAsync(ct);
        return (storage.IsPostgres ? "PostgreSQL " : "SQLite ") + db.Database.GetDbConnection().ServerVersion;
    }
}
