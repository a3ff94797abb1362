using System.Diagnostics.Metrics;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>How many jobs wait, run and were given up, for the metrics.</summary>
internal static class JobCounts
{
    private static readonly string[] Shown = ["waiting", "running", "dead"];

    public static async Task<IReadOnlyList<Measurement<long>>> Look(IServiceProvider all, CancellationToken ct)
    {
        await using var db = all.GetRequiredService<IStorageEngine>().ReadSystem();
        var found = await db.Table<JobRow>().Where(job => Shown.Contains(job.State)).GroupBy(job => job.State)
            .Select(group => new { group.Key, Count = group.LongCount() }).ToDictionaryAsync(row => row.Key, row => row.Count, ct);
        return [.. Shown.Select(state => found.GetValueOrDefault(state).Labelled("state", state))];
    }
}
