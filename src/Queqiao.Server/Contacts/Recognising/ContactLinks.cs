using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Merging;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Recognising;

/// <summary>
/// Codes that are given out on one channel and brought back on another. A code is short enough to be typed, good once, for minutes, and
/// for one who brings it: whoever tries wrong ones is not heard for a while.
/// </summary>
internal sealed class ContactLinks(IVault vault, Joining joining)
{
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(30);
    private const string Purpose = "contact link";

    /// <summary>A code for somebody; the ones before it stay good for as long as they last.</summary>
    public async Task<(string Code, long ExpiresAt)> Make(WriteUnit unit, Guid contact, Guid? by, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        await unit.Db.Visible(Scope<ContactLink>.Workspace(unit.Ws)).Where(row => row.ContactId == contact && row.ExpiresAt < now).ExecuteDeleteAsync(ct);
        var code = RandomNumberGenerator.GetInt32(0, 1_000_000_000).ToString("D9", CultureInfo.InvariantCulture);
        var expires = now + (long)Lasts.TotalMilliseconds;
        unit.Db.Add(new ContactLink { Ws = unit.Ws, Tag = TagOf(unit.Ws, code), ContactId = contact, MadeBy = by, CreatedAt = now, ExpiresAt = expires });
        await unit.Db.SaveChangesAsync(ct);
        return (code, expires);
    }

    public Guid TagOf(int ws, string code) => vault.Tag(ws, Purpose, code);

    /// <summary>Somebody brings a code. Null: they are joined now.</summary>
    public async Task<Refusal?> Use(WriteUnit unit, Guid contact, Guid tag, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        // The update is the lock: of two who bring it one is first.
        var won = await unit.Db.Visible(Scope<ContactLink>.Workspace(unit.Ws)).Where(row => row.Tag == tag && row.UsedAt == null && row.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.UsedAt, (long?)now), ct);
        if (won != 1)
            return Refusal.Conflict("contact_link_unknown");
        var target = await unit.Db.Visible(Scope<ContactLink>.Workspace(unit.Ws)).Where(row => row.Tag == tag).Select(row => row.ContactId).SingleAsync(ct);
        var (mine, theirs) = (await Root(unit, contact, ct), await Root(unit, target, ct));
        if (mine is null || theirs is null)
            return Refusal.Conflict("contact_erased");
        if (mine.Id == theirs.Id)
            return null;
        if (await MergeContacts.Differ(unit.Db, unit.Ws, mine.Id, theirs.Id, ct))
            return Refusal.Conflict("contact_user_ids_differ");
        var merge = await joining.Merge(unit, theirs, mine, null, (IdentityKinds.Link, null), ct);
        await Audit.Record(unit, AuditBy.System(unit.Ws), "contact.merged", "contact", theirs.Id.ToString(), new { other = mine.Id, merge = merge.Id, key = IdentityKinds.Link }, ct);
        return null;
    }

    private static async Task<Contact?> Root(WriteUnit unit, Guid id, CancellationToken ct)
    {
        var all = unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws));
        var root = await all.Where(one => one.Id == id).Select(one => one.MergedInto).SingleOrDefaultAsync(ct) ?? id;
        return await all.SingleOrDefaultAsync(one => one.Id == root && one.ErasedAt == null, ct);
    }
}
