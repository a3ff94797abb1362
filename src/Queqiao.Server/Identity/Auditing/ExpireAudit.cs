using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Auditing;

/// <summary>
/// Takes away rows that are older than their workspace keeps them, from the beginning of the chain. What stays behind is the hash of the last
/// one that went (<see cref="AuditCut"/>), so that the rest can still be verified.
/// </summary>
[NoPurposeGate("works on the audit trail, which names colleagues and ids only")]
internal sealed class ExpireAudit(IStorageEngine storage) : IJobHandler
{
    public const string Name = "audit.expire";

    private const int AtOnce = 500;

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1, Keep = TimeSpan.FromDays(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        List<int> workspaces;
        await using (var db = storage.ReadSystem())
            workspaces = await db.Table<AuditLink>().Select(link => link.Ws).Distinct().ToListAsync(ct);
        foreach (var ws in workspaces)
        {
            int gone;
            do
            {
                ct.ThrowIfCancellationRequested();
                gone = await storage.RunSystem((unit, stop) => Cut(unit, ws, stop), ct);
            }
            while (gone == AtOnce);
        }
        return new JobOutcome.Done();
    }

    private static async Task<int> Cut(WriteUnit unit, int ws, CancellationToken ct)
    {
        if (AuditDigest.Of(unit.Vault, ws) is not { } digest)
            return 0;
        var keep = await unit.Db.Table<AuditState>().Where(state => state.Ws == ws).Select(state => (int?)state.KeepDays).SingleOrDefaultAsync(ct) ?? AuditKeeping.Least;
        var before = unit.Ids.Now() - (long)TimeSpan.FromDays(keep).TotalMilliseconds;
        var oldest = await (
            from link in unit.Db.Table<AuditLink>().AsNoTracking()
            where link.Ws == ws
            join row in unit.Db.Table<AuditRow>() on new { link.Ws, Id = link.AuditId } equals new { row.Ws, row.Id }
            orderby link.No
            select new { link.No, link.Hash, row.Id, row.At }).Take(AtOnce).ToListAsync(ct);
        var gone = oldest.TakeWhile(row => row.At < before).ToList();
        var cut = await unit.Db.Table<AuditCut>().SingleOrDefaultAsync(cut => cut.Ws == ws, ct);
        // A gap is damage: it stays as it is, for the verification to name.
        if (gone.Count == 0 || gone[0].No != (cut?.No ?? 0) + 1 || gone[^1].No - gone[0].No != gone.Count - 1)
            return 0;
        await Move(unit, digest, cut, ws, gone[^1].No, gone[^1].Hash, ct);
        var ids = gone.Select(row => row.Id).ToArray();
        await unit.Db.Table<AuditRow>().Where(row => row.Ws == ws && ids.Contains(row.Id)).ExecuteDeleteAsync(ct);
        var last = gone[^1].No;
        await unit.Db.Table<AuditLink>().Where(link => link.Ws == ws && link.No <= last).ExecuteDeleteAsync(ct);
        await Audit.Record(unit, AuditBy.System(ws), "audit.expired", "workspace", null, new { rows = gone.Count, upTo = last, keepDays = keep }, ct);
        return gone.Count;
    }

    private static async Task Move(WriteUnit unit, AuditDigest digest, AuditCut? cut, int ws, long no, byte[] hash, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        if (cut is null)
            unit.Db.Table<AuditCut>().Add(cut = new AuditCut { Ws = ws, No = no, Hash = hash, At = now, Mac = [] });
        (cut.No, cut.Hash, cut.At) = (no, hash, now);
        cut.Mac = digest.Cut(cut);
        await unit.Db.SaveChangesAsync(ct);
    }
}

internal static class AuditKeeping
{
    /// <summary>Half a year and a fortnight (CSL Art. 23(3) asks for six months).</summary>
    public const int Least = 200;

    /// <summary>Twenty years.</summary>
    public const int Most = 7300;
}
