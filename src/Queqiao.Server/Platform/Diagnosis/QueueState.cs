using System.Globalization;

namespace Queqiao.Server.Platform.Diagnosis;

/// <summary>How far behind background work is: the same questions on both databases.</summary>
internal static class QueueState
{
    private static readonly TimeSpan LateJobs = TimeSpan.FromMinutes(5);
    private const long ManyEntries = 20_000;

    /// <param name="one">Runs a statement that answers with one number.</param>
    public static async Task<IReadOnlyList<Finding>> Look(Patient patient, Func<string, Task<object?>> one)
    {
        var now = patient.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var oldest = Number(await one("SELECT min(run_at) FROM job WHERE state = 'waiting'"));
        var dead = Number(await one("SELECT count(*) FROM job WHERE state = 'dead'")) ?? 0;
        var behind = Number(await one("SELECT max(behind) FROM (SELECT sum(s.position - c.position) AS behind FROM listener_cursor c JOIN slot s ON s.slot = c.slot GROUP BY c.listener) AS b")) ?? 0;
        return Judge(oldest is { } at ? TimeSpan.FromMilliseconds(now - at) : TimeSpan.Zero, dead, behind);
    }

    internal static IReadOnlyList<Finding> Judge(TimeSpan late, long dead, long behind) =>
    [
        late > LateJobs ? new("queues", Verdict.Warn, "doctor_jobs_late", (long)late.TotalMinutes) : new("queues", Verdict.Ok, "doctor_jobs"),
        .. dead > 0 ? [new Finding("queues", Verdict.Warn, "doctor_jobs_dead", dead)] : Array.Empty<Finding>(),
        behind > ManyEntries ? new("queues", Verdict.Warn, "doctor_listeners_late", behind) : new("queues", Verdict.Ok, "doctor_listeners", behind),
    ];

    private static long? Number(object? value) => value is null or DBNull ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture);
}
