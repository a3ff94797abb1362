using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Erasing;

/// <summary>
/// The profile: what somebody was looked up by, their fields (those of the firm's own work stand in clear), tags, notes and reasons of
/// blocks. What is sealed could not be read any more; it goes all the same.
/// </summary>
internal sealed class EraseProfiles : IEraser
{
    public async Task Erase(WriteUnit unit, Erasure erasure, CancellationToken ct)
    {
        var (ws, people) = (erasure.Ws, erasure.Contacts.ToArray());
        erasure.Counts["identifiers"] = await unit.Db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => people.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
        erasure.Counts["nameWords"] = await unit.Db.Visible(Scope<ContactWord>.Workspace(ws)).Where(row => people.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
        erasure.Counts["profiles"] = await unit.Db.Visible(Scope<ContactDetail>.Workspace(ws)).Where(row => people.Contains(row.ContactId))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Fields, (string?)null).SetProperty(row => row.Sealed, (byte[]?)null), ct);
        await unit.Db.Visible(Scope<ContactLink>.Workspace(ws)).Where(row => people.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
        var now = unit.Ids.Now();
        erasure.Counts["contactNotes"] = await unit.Db.Visible(Scope<ContactNote>.Workspace(ws)).Where(row => people.Contains(row.ContactId))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Sealed, Array.Empty<byte>()).SetProperty(row => row.DeletedAt, row => row.DeletedAt ?? now), ct);
        await unit.Db.Visible(Scope<ContactBlock>.Workspace(ws)).Where(row => people.Contains(row.ContactId)).ExecuteUpdateAsync(set => set.SetProperty(row => row.SealedReason, (byte[]?)null), ct);
        erasure.Counts["tags"] = await unit.Db.Visible(Scope<ContactTag>.Workspace(ws)).Where(row => people.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
    }
}

/// <summary>Follows <see cref="Contact.MergedInto"/>, which always names a contact that stands for itself.</summary>
internal sealed class MergedContacts : IMergedContacts
{
    public async Task<IReadOnlyList<Guid>> Of(QueqiaoDb db, int ws, Guid contact, CancellationToken ct)
    {
        var people = db.Visible(Scope<Contact>.Workspace(ws));
        var root = await people.Where(person => person.Id == contact).Select(person => person.MergedInto).SingleOrDefaultAsync(ct) ?? contact;
        return await people.Where(person => person.Id == root || person.MergedInto == root).Select(person => person.Id).ToListAsync(ct);
    }
}
