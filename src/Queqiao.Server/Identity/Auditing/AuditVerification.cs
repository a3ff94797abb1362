using System.Data;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Auditing;

/// <summary>The first row of a chain that is not as it was written.</summary>
/// <param name="Code">
/// <c>changed</c>, <c>deleted</c>, <c>inserted</c>, <c>reordered</c>, <c>truncated</c> (the end is missing), <c>replaced</c> (an anchor says
/// otherwise: the chain was written anew by somebody with the keys) or <c>cut</c> (the beginning was cut off by somebody without them).
/// </param>
/// <param name="No">Its number in the chain; null: it is in none.</param>
/// <param name="Id">Of the row; null when nothing but its number is left.</param>
internal sealed record BadRow(string Code, long? No, Guid? Id);

/// <summary>How a chain is.</summary>
/// <param name="Rows">Linked rows that were looked at.</param>
/// <param name="First">The number of the first row that is still kept.</param>
/// <param name="Head">The number of the last.</param>
/// <param name="Hash">Of the last link.</param>
/// <param name="Waiting">Rows that are not linked yet.</param>
/// <param name="Bad">Null: every row is as it was written.</param>
internal sealed record AuditVerdict(int Ws, long Rows, long First, long Head, byte[]? Hash, int Waiting, BadRow? Bad);

/// <summary>Reads a chain from its beginning and computes every digest again, in one look at the database: the server may go on meanwhile.</summary>
internal static class AuditVerification
{
    private const int AtOnce = 2000;

    public static async Task<IReadOnlyList<AuditVerdict>> All(IStorageEngine storage, IReadOnlyList<Anchor> anchors, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var there = await db.Table<AuditRow>().Select(row => row.Ws).Union(db.Table<AuditLink>().Select(link => link.Ws)).Union(db.Table<AuditTailRow>().Select(row => row.Ws)).ToListAsync(ct);
        var verdicts = new List<AuditVerdict>();
        foreach (var ws in there.Union(anchors.Select(anchor => anchor.Ws)).Order())
            verdicts.Add(await One(storage, ws, anchors, ct));
        return verdicts;
    }

    public static async Task<AuditVerdict> One(IStorageEngine storage, int ws, IReadOnlyList<Anchor> anchors, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        await using var look = await db.Database.BeginTransactionAsync(storage.IsPostgres ? IsolationLevel.RepeatableRead : IsolationLevel.Unspecified, ct);
        var waiting = await db.Table<AuditTailRow>().CountAsync(row => row.Ws == ws, ct);
        if (AuditDigest.Of(storage.Vault, ws) is not { } digest)
            return new AuditVerdict(ws, 0, 1, 0, null, waiting, null); // not set up yet: nothing is linked
        var cut = await db.Table<AuditCut>().AsNoTracking().SingleOrDefaultAsync(cut => cut.Ws == ws, ct);
        if (cut is not null && !AuditDigest.Same(cut.Mac, digest.Cut(cut)))
            return new AuditVerdict(ws, 0, cut.No + 1, 0, null, waiting, new BadRow("cut", cut.No, null));
        var chain = new Chain(ws, digest, cut, [.. anchors.Where(anchor => anchor.Ws == ws)]);
        var bad = await Walk(db, chain, ct) ?? await Loose(db, chain, ct) ?? chain.Missing();
        return new AuditVerdict(ws, chain.Rows, (cut?.No ?? 0) + 1, chain.No, chain.Hash, waiting, bad);
    }

    /// <summary>Along the links.</summary>
    private static async Task<BadRow?> Walk(QueqiaoDb db, Chain chain, CancellationToken ct)
    {
        while (true)
        {
            var (ws, after) = (chain.Ws, chain.No);
            var page = await (
                from link in db.Table<AuditLink>().AsNoTracking()
                where link.Ws == ws && link.No > after
                join row in db.Table<AuditRow>().AsNoTracking() on new { link.Ws, Id = link.AuditId } equals new { row.Ws, row.Id } into rows
                from row in rows.DefaultIfEmpty()
                orderby link.No
                select new { Link = link, Row = row }).Take(AtOnce).ToListAsync(ct);
            foreach (var found in page)
            {
                if (chain.Add(found.Link, found.Row) is { } bad)
                    return bad;
            }
            if (page.Count < AtOnce)
                return null;
        }
    }

    /// <summary>Rows that no link names, and waiting ones that are gone.</summary>
    private static async Task<BadRow?> Loose(QueqiaoDb db, Chain chain, CancellationToken ct)
    {
        var ws = chain.Ws;
        var links = db.Table<AuditLink>();
        var tail = db.Table<AuditTailRow>();
        var rows = db.Table<AuditRow>();
        var loose = await rows.AsNoTracking().Where(row => row.Ws == ws && !links.Any(link => link.Ws == ws && link.AuditId == row.Id))
            .Select(row => new { Row = row, Waits = tail.Any(waiting => waiting.Ws == ws && waiting.Id == row.Id) })
            .OrderBy(found => found.Row.Id).Take(AtOnce).ToListAsync(ct);
        foreach (var found in loose)
        {
            var genuine = found.Row.Mac is not null && AuditDigest.Same(found.Row.Mac, chain.Digest.Row(found.Row));
            if (genuine && !found.Waits)
                return new BadRow("truncated", null, found.Row.Id); // a server wrote it, and its link is gone
            if (!genuine && !(found.Waits && found.Row.Mac is null && chain.IsAdopting(found.Row.At)))
                return new BadRow("inserted", null, found.Row.Id);
        }
        var gone = await tail.Where(waiting => waiting.Ws == ws && !rows.Any(row => row.Ws == ws && row.Id == waiting.Id)).OrderBy(waiting => waiting.Id).Select(waiting => (Guid?)waiting.Id).FirstOrDefaultAsync(ct);
        return gone is null ? null : new BadRow("deleted", null, gone);
    }

    /// <summary>How far the walk came. Pure.</summary>
    internal sealed class Chain(int ws, AuditDigest digest, AuditCut? cut, IReadOnlyList<Anchor> anchors)
    {
        private readonly Dictionary<long, Anchor> _anchors = anchors.GroupBy(anchor => anchor.No).ToDictionary(group => group.Key, group => group.First());
        private long? _began;

        public int Ws => ws;

        public AuditDigest Digest => digest;

        public long No { get; private set; } = cut?.No ?? 0;

        public byte[] Hash { get; private set; } = cut?.Hash ?? AuditDigest.Beginning;

        public long Rows { get; private set; }

        public BadRow? Add(AuditLink link, AuditRow? row)
        {
            if (link.No != No + 1)
                return new BadRow("deleted", No + 1, null);
            if (row is null)
                return new BadRow("deleted", link.No, link.AuditId);
            var mac = digest.Row(row);
            var genuine = row.Mac is null ? link.Adopted : AuditDigest.Same(row.Mac, mac);
            if (!genuine || !AuditDigest.Same(digest.Link(Hash, link, mac), link.Hash))
                return new BadRow(genuine && row.Mac is not null ? "reordered" : "changed", link.No, row.Id);
            if (_anchors.TryGetValue(link.No, out var anchor) && !AuditDigest.Same(anchor.Hash, link.Hash))
                return new BadRow("replaced", link.No, row.Id);
            if (link is { No: 1, Adopted: true })
                _began = link.At;
            (No, Hash) = (link.No, link.Hash);
            Rows++;
            return null;
        }

        /// <summary>An anchor knows a later end.</summary>
        public BadRow? Missing() => _anchors.Keys.Any(no => no > No) ? new BadRow("truncated", No + 1, null) : null;

        /// <summary>Whether a row without a digest may be one of a server of the version before.</summary>
        public bool IsAdopting(long at) => No == 0 || (_began is { } began && at - began < AuditSealer.Adopting.TotalMilliseconds);
    }
}
