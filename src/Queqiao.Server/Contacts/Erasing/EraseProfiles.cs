using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Erasing;

/// <summary>What somebody was looked up by: identifiers, words of the name, tags. Details and notes are sealed with the key that is gone.</summary>
internal sealed class EraseProfiles : IEraser
{
    public async Task Erase(WriteUnit unit, Erasure erasure, CancellationToken ct)
    {
        var (ws, people) = (erasure.Ws, erasure.Contacts.ToArray());
        erasure.Counts["identifiers"] = await unit.Db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => people.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
        erasure.Counts["nameWords"] = await unit.Db.Visible(Scope<ContactWord>.Workspace(ws)).Where(row => people.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
        erasure.Counts["tags"] = await unit.Db.Visible(Scope<ContactTag>.Workspace(ws)).Where(row => people.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
    }
}

/// <summary>Follows <see cref="Contact.MergedInto"/>, which always names a contact that stands for itself.</summary>
internal sealed class MergedContacts : IMergedContacts
{
    public async Task<IReadOnlyList<Guid>> Of(WriteUnit unit, Guid contact, CancellationToken ct)
    {
        var people = unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws));
        var root = await people.Where(person => person.Id == contact).Select(person => person.MergedInto).SingleOrDefaultAsync(ct) ?? contact;
        return await people.Where(person => person.Id == root || person.MergedInto == root).Select(person => person.Id).ToListAsync(ct);
    }
}
