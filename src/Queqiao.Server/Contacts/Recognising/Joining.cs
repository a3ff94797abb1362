using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Recognising;

/// <summary>Makes one contact part of another, because an agent says so or because a key proves it.</summary>
internal sealed class Joining(ContactEdits edits, JobQueue jobs)
{
    /// <summary>Looks whether a contact is somebody whom we know, and joins them. Again until nothing more is certain.</summary>
    /// <returns>The contact that stands for them then.</returns>
    public async Task<Guid> Recognise(WriteUnit unit, Guid contact, CancellationToken ct)
    {
        while (true)
        {
            var all = unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws));
            var root = await all.Where(one => one.Id == contact).Select(one => one.MergedInto).SingleOrDefaultAsync(ct) ?? contact;
            if (await all.SingleOrDefaultAsync(one => one.Id == root && one.ErasedAt == null, ct) is not { } me)
                return root;
            var mine = await EvidenceOf(unit.Db, unit.Ws, [root], ct);
            if (Recognition.Find(mine[root], await Candidates(unit, root, mine[root], ct)) is not { } proof)
                return root;
            var other = await all.SingleAsync(one => one.Id == proof.Root, ct);
            // The older one stays: links to it are in people's hands.
            var (into, from) = (other.CreatedAt, other.Id).CompareTo((me.CreatedAt, me.Id)) <= 0 ? (other, me) : (me, other);
            var merge = await Merge(unit, into, from, null, (proof.Key.Kind, from.Id == me.Id ? proof.Mine.Id : proof.Key.Id), ct);
            await Audit.Record(unit, AuditBy.System(unit.Ws), "contact.merged", "contact", into.Id.ToString(), new { other = from.Id, merge = merge.Id, key = proof.Key.Kind }, ct);
        }
    }

    /// <summary>Both must be there, stand for themselves and not be erased. The parts of the one become parts of the other; nothing is moved.</summary>
    /// <param name="key">What proved it; null: the agent.</param>
    public async Task<ContactMerge> Merge(WriteUnit unit, Contact into, Contact from, Guid? by, (string Kind, Guid? Id)? key, CancellationToken ct)
    {
        var parts = await ContactReader.Tree(unit.Db, unit.Ws, from.Id, ct);
        var seen = Math.Max(into.LastSeenAt, from.LastSeenAt);
        var all = unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws));
        await all.Where(contact => parts.Contains(contact.Id)).ExecuteUpdateAsync(set => set.SetProperty(contact => contact.MergedInto, (Guid?)into.Id), ct);
        await all.Where(contact => contact.Id == into.Id).ExecuteUpdateAsync(set => set.SetProperty(contact => contact.LastSeenAt, seen), ct);
        // Who is blocked stays so with every part of them.
        if ((into.BlockedAt ?? from.BlockedAt) is { } blocked)
            await all.Where(contact => contact.Id == into.Id || contact.MergedInto == into.Id).ExecuteUpdateAsync(set => set.SetProperty(contact => contact.BlockedAt, (long?)blocked), ct);
        var merge = new ContactMerge { Ws = unit.Ws, Id = unit.Ids.New(), IntoId = into.Id, FromId = from.Id, At = unit.Ids.Now(), By = by ?? Guid.Empty, KeyKind = key?.Kind, KeyId = key?.Id };
        unit.Db.Add(merge);
        await unit.Db.SaveChangesAsync(ct);
        await edits.Named(unit, into.Id, by, ct);
        await jobs.Add(unit, NewJob.Of(unit.Ws, ContactJoined.Kind, new ContactJoined(into.Id)), ct);
        return merge;
    }

    private static async Task<IReadOnlyList<Candidate>> Candidates(WriteUnit unit, Guid root, IReadOnlyList<Evidence> mine, CancellationToken ct)
    {
        var tags = mine.Where(row => row.Verified && Recognition.Rank(row.Kind) is not null).Select(row => row.Tag).Distinct().ToArray();
        if (tags.Length == 0)
            return [];
        var all = unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws));
        var roots = await unit.Db.Visible(Scope<ContactIdentifier>.Workspace(unit.Ws)).Where(row => tags.Contains(row.Tag))
            .Join(all.Where(one => one.ErasedAt == null), row => row.ContactId, one => one.Id, (_, one) => one.MergedInto ?? one.Id)
            .Where(id => id != root).Distinct().Take(50).ToListAsync(ct);
        var parted = await Parted(unit, root, roots, ct);
        var evidence = await EvidenceOf(unit.Db, unit.Ws, roots, ct);
        // Whom somebody has taken apart stays a stranger, but still counts as an owner of what they share.
        return [.. roots.Select(id => new Candidate(id, parted.Contains(id) ? [.. evidence[id].Select(row => row with { Verified = false })] : evidence[id]))];
    }

    /// <summary>Those with whom a merge was undone: nobody is joined twice against somebody's word.</summary>
    private static async Task<HashSet<Guid>> Parted(WriteUnit unit, Guid root, List<Guid> others, CancellationToken ct)
    {
        var all = unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws));
        var mine = await ContactReader.Tree(unit.Db, unit.Ws, root, ct);
        var undone = await unit.Db.Visible(Scope<ContactMerge>.Workspace(unit.Ws)).Where(row => row.UndoneAt != null && (mine.Contains(row.IntoId) || mine.Contains(row.FromId)))
            .Select(row => mine.Contains(row.IntoId) ? row.FromId : row.IntoId).ToListAsync(ct);
        var roots = await all.Where(one => undone.Contains(one.Id)).Select(one => one.MergedInto ?? one.Id).ToListAsync(ct);
        return [.. others.Intersect(roots)];
    }

    private static async Task<Dictionary<Guid, List<Evidence>>> EvidenceOf(QueqiaoDb db, int ws, IReadOnlyList<Guid> roots, CancellationToken ct)
    {
        var all = db.Visible(Scope<Contact>.Workspace(ws));
        var rootOf = await all.Where(one => roots.Contains(one.Id) || (one.MergedInto != null && roots.Contains(one.MergedInto.Value)))
            .Select(one => new { one.Id, Root = one.MergedInto ?? one.Id }).ToDictionaryAsync(one => one.Id, one => one.Root, ct);
        var rows = await db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => rootOf.Keys.Contains(row.ContactId)).ToListAsync(ct);
        var found = rows.ToLookup(row => rootOf[row.ContactId], row => new Evidence(row.Id, row.Kind, row.Tag, row.ChannelId, row.Verified, row.ProvedAt ?? row.CreatedAt));
        return roots.ToDictionary(root => root, root => found[root].ToList());
    }
}
