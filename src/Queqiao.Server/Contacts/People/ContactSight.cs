using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.People;

internal sealed class ContactSight(IStorageEngine storage, ContactReader reader, IContactVault people) : IContactSight
{
    public async Task<Guid?> Seen(Actor actor, Guid contact, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return await reader.Root(db, actor, contact, ct) is { ErasedAt: null } root ? root.Id : null;
    }

    public async Task<IReadOnlyList<Guid>> Tree(int ws, Guid contact, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var all = db.Visible(Scope<Contact>.Workspace(ws));
        var root = await all.Where(one => one.Id == contact).Select(one => one.MergedInto).SingleOrDefaultAsync(ct) ?? contact;
        return await all.Where(one => one.Id == root || one.MergedInto == root).Select(one => one.Id).ToListAsync(ct);
    }

    public async Task<PersonIdentities?> Person(int ws, Guid contact, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var all = db.Visible(Scope<Contact>.Workspace(ws));
        var root = await all.Where(one => one.Id == contact).Select(one => one.MergedInto).SingleOrDefaultAsync(ct) ?? contact;
        if (!await all.AnyAsync(one => one.Id == root && one.ErasedAt == null, ct))
            return null;
        var tree = await ContactReader.Tree(db, ws, root, ct);
        var ring = await people.Load(ws, tree, ct);
        var typed = await db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => tree.Contains(row.ContactId)).ToListAsync(ct);
        var named = await db.Visible(Scope<ContactIdentity>.Workspace(ws)).Where(row => tree.Contains(row.ContactId)).ToListAsync(ct);
        return new PersonIdentities(root,
        [
            .. from row in typed
               let value = ring.Text(ProfilePlaces.Identifier(row.Id), row.Sealed, out _)
               where value is not null
               select new PersonIdentity(row.Kind, value, row.Verified, row.ChannelId) { Source = row.Source },
            .. from row in named
               let value = ring.Text(ContactPlaces.Identity(row.ChannelId), row.Sealed, out _)
               where value is not null
               select new PersonIdentity("channel", value, Verified: true, row.ChannelId),
        ]);
    }
}
