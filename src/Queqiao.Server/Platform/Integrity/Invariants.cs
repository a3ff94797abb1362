using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Integrity.Storage;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Keys.Storage;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Integrity;

/// <summary>Looks at every invariant of a workspace and remembers how it ended: every hour, and when an administrator asks.</summary>
internal sealed partial class Invariants(IEnumerable<IInvariant> all, IStorageEngine storage, ILogger<Invariants> log)
{
    private const int MostNamed = 20;

    public async Task<IReadOnlyList<InvariantRow>> Known(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Table<InvariantRow>().AsNoTracking().Where(row => row.Ws == ws).OrderBy(row => row.No).ToListAsync(ct);
    }

    public async Task<IReadOnlyList<InvariantRow>> Look(int ws, CancellationToken ct)
    {
        foreach (var group in all.GroupBy(one => one.No).OrderBy(group => group.Key))
        {
            var began = Stopwatch.GetTimestamp();
            var seen = new Seen(0, []);
            foreach (var one in group)
            {
                var found = await one.Look(ws, ct);
                seen = new Seen(seen.Count + found.Count, [.. seen.Broken, .. found.Broken]);
            }
            if (seen.Broken.Count > 0)
            {
                IsBroken(group.Key, ws, seen.Broken.Count, string.Join(", ", seen.Broken.Take(3)));
                Measures.Broken.Add(seen.Broken.Count, new KeyValuePair<string, object?>("invariant", group.Key));
            }
            await Keep(ws, group.Key, seen, (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds, ct);
        }
        return await Known(ws, ct);
    }

    private Task<bool> Keep(int ws, int no, Seen seen, long took, CancellationToken ct) => storage.Run(ws, async (unit, stop) =>
    {
        var now = unit.Ids.Now();
        var row = await unit.Db.Table<InvariantRow>().SingleOrDefaultAsync(row => row.Ws == ws && row.No == no, stop);
        if (row is null)
            unit.Db.Table<InvariantRow>().Add(row = new InvariantRow { Ws = ws, No = no, CheckedAt = now, Looked = 0, Broken = 0, TookMs = 0 });
        (row.CheckedAt, row.Looked, row.Broken, row.TookMs) = (now, seen.Count, seen.Broken.Count, took);
        row.Sample = seen.Broken.Count == 0 ? null : JsonSerializer.Serialize(seen.Broken.Take(MostNamed));
        await unit.Db.SaveChangesAsync(stop);
        return true;
    }, ct);

    [LoggerMessage(Level = LogLevel.Error, Message = "Invariant {No} does not hold in workspace {Ws}: {Count} things break it, among them {Sample}")]
    private partial void IsBroken(int no, int ws, int count, string sample);
}

/// <summary>The same for every workspace, by the clock.</summary>
[NoPurposeGate("compares ids, numbers and states; nothing about people leaves it")]
internal sealed class CheckInvariants(Invariants invariants, IStorageEngine storage) : IJobHandler
{
    public const string Name = "invariants.check";

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromHours(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        List<int> workspaces;
        await using (var db = storage.ReadSystem())
            workspaces = await db.Table<WorkspaceKeyRow>().Select(key => key.Ws).Distinct().ToListAsync(ct);
        foreach (var ws in workspaces)
            await invariants.Look(ws, ct);
        return new JobOutcome.Done();
    }
}
