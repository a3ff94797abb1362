using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Auditing;

/// <summary>
/// Links committed rows into their workspace's chain, a second or so after their commit (docs/decisions/0061). Nobody waits for it, and
/// of several servers one links at a time.
/// </summary>
internal sealed partial class AuditSealer(IStorageEngine storage, ILogger<AuditSealer> log)
{
    private const int AtOnce = 500;

    /// <summary>
    /// For so long after a chain began with rows of a version that knew no digests, others may follow: of a server that is just being replaced.
    /// </summary>
    public static readonly TimeSpan Adopting = TimeSpan.FromHours(24);

    private readonly Dictionary<int, (long No, byte[] Hash)> _heads = [];

    /// <summary>The ends of the chains as this server has seen them last.</summary>
    public IReadOnlyDictionary<int, (long No, byte[] Hash)> Heads => _heads;

    /// <summary>Links everything that waits. How many rows that were.</summary>
    public async Task<int> Turn(CancellationToken ct)
    {
        List<int> waiting;
        await using (var db = storage.ReadSystem())
            waiting = await db.Table<AuditTailRow>().Select(row => row.Ws).Distinct().ToListAsync(ct);
        var sealedRows = 0;
        foreach (var ws in waiting)
        {
            Batch batch;
            do
            {
                batch = await storage.RunSystem((unit, stop) => Seal(unit, ws, stop), ct);
                sealedRows += batch.Rows;
                Note(ws, batch);
            }
            while (batch.Rows == AtOnce);
        }
        return sealedRows;
    }

    /// <param name="Lost">The number whose link is not what this server saw there; 0: none.</param>
    private sealed record Batch(int Rows, (long No, byte[] Hash)? Head, long Lost, List<Guid> Forged);

    private async Task<Batch> Seal(WriteUnit unit, int ws, CancellationToken ct)
    {
        if (AuditDigest.Of(unit.Vault, ws) is not { } digest || !await Alone(unit, ws, ct))
            return new Batch(0, null, 0, []);
        var lost = await Lost(unit, ws, ct);
        var tail = unit.Db.Table<AuditTailRow>();
        var rows = await unit.Db.Table<AuditRow>().AsNoTracking()
            .Where(row => row.Ws == ws && tail.Any(waiting => waiting.Ws == ws && waiting.Id == row.Id))
            .OrderBy(row => row.Id).Take(AtOnce).ToListAsync(ct);
        // Over a cut end the chain goes on where this server had left it: the gap stays for everybody to see.
        var head = lost > 0 ? (_heads[ws].No, _heads[ws].Hash, 0) : await Head(unit, ws, ct);
        var adopting = head.No == 0 || unit.Ids.Now() - head.Began < Adopting.TotalMilliseconds;
        var forged = new List<Guid>();
        foreach (var row in rows)
        {
            var mac = digest.Row(row);
            if (row.Mac is null ? !adopting : !AuditDigest.Same(row.Mac, mac))
                forged.Add(row.Id); // stays out of the chain: the verification names it
            else
                head = Add(unit, digest, head, row, mac);
        }
        await unit.Db.SaveChangesAsync(ct);
        var done = rows.Select(row => row.Id).ToArray();
        await tail.Where(waiting => waiting.Ws == ws && done.Contains(waiting.Id)).ExecuteDeleteAsync(ct);
        return new Batch(rows.Count, head.No == 0 ? null : (head.No, head.Hash), lost, forged);
    }

    private static (long No, byte[] Hash, long Began) Add(WriteUnit unit, AuditDigest digest, (long No, byte[] Hash, long Began) head, AuditRow row, byte[] mac)
    {
        var now = unit.Ids.Now();
        var place = new AuditLink { Ws = row.Ws, No = head.No + 1, AuditId = row.Id, At = now, Adopted = row.Mac is null, Hash = [] };
        var hash = digest.Link(head.Hash, place, mac);
        unit.Db.Table<AuditLink>().Add(new AuditLink { Ws = place.Ws, No = place.No, AuditId = place.AuditId, At = place.At, Adopted = place.Adopted, Hash = hash });
        return (place.No, hash, head.No > 0 ? head.Began : row.Mac is null ? now : 0);
    }

    /// <summary>On SQLite the lane is the lock. On PostgreSQL whoever comes second does not wait: what it would link is being linked.</summary>
    private async Task<bool> Alone(WriteUnit unit, int ws, CancellationToken ct) =>
        !storage.IsPostgres || await unit.Db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock(7140040, {ws}) AS \"Value\"").SingleAsync(ct);

    private static async Task<(long No, byte[] Hash, long Began)> Head(WriteUnit unit, int ws, CancellationToken ct)
    {
        var links = unit.Db.Table<AuditLink>().AsNoTracking().Where(link => link.Ws == ws);
        var last = await links.OrderByDescending(link => link.No).FirstOrDefaultAsync(ct);
        var cut = await unit.Db.Table<AuditCut>().AsNoTracking().SingleOrDefaultAsync(cut => cut.Ws == ws, ct);
        if (last is null || (cut is not null && last.No < cut.No))
            return cut is null ? (0, AuditDigest.Beginning, 0) : (cut.No, cut.Hash, 0);
        var first = await links.OrderBy(link => link.No).FirstAsync(ct);
        return (last.No, last.Hash, first is { No: 1, Adopted: true } ? first.At : 0);
    }

    /// <summary>A chain that ends earlier than this server knows, or otherwise, was cut from outside.</summary>
    private async Task<long> Lost(WriteUnit unit, int ws, CancellationToken ct)
    {
        if (!_heads.TryGetValue(ws, out var known))
            return 0;
        var there = await unit.Db.Table<AuditLink>().Where(link => link.Ws == ws && link.No == known.No).Select(link => link.Hash).SingleOrDefaultAsync(ct);
        if (there is not null)
            return AuditDigest.Same(there, known.Hash) ? 0 : known.No;
        return await unit.Db.Table<AuditCut>().AnyAsync(cut => cut.Ws == ws && cut.No >= known.No, ct) ? 0 : known.No;
    }

    private void Note(int ws, Batch batch)
    {
        if (batch.Head is { } head)
            _heads[ws] = head;
        if (batch.Lost > 0)
            ChainWasCut(ws, batch.Lost);
        foreach (var id in batch.Forged)
            RowIsForged(ws, id);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit trail of workspace {Ws} was changed behind the server's back: link {No} is not what it was. Run `queqiao audit verify`")]
    private partial void ChainWasCut(int ws, long no);

    [LoggerMessage(Level = LogLevel.Error, Message = "Audit row {Row} of workspace {Ws} was not written by a server, or changed before it was linked. Run `queqiao audit verify`")]
    private partial void RowIsForged(int ws, Guid row);
}
