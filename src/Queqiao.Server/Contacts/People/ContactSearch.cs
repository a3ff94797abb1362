using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.People;

internal sealed class ContactSearch(ContactReader reader, IContactVault people, IStorageEngine storage) : IContactSearch
{
    public async Task<FoundPeople?> Find(Actor actor, string text, string? cursor, int limit, CancellationToken ct)
    {
        ContactCursor? from = null;
        if (cursor is not null && (from = ContactCursor.Parse(cursor)) is null)
            return null;
        if (text.Trim() is not { Length: > 0 } search)
            return new FoundPeople([], null);
        var page = await reader.Page(actor, new ContactFilter(search, null, null, null), from, limit, ct);
        var matched = await Matched(actor, [.. page.Items.Select(row => row.Id)], search, ct);
        return new FoundPeople(
            [.. page.Items.Select(row => new FoundPerson(row.Id, row.Name, row.Verified, row.Email, row.Phone, row.Tags, row.Blocked, row.LastSeenAt, [.. matched[row.Id]]))], page.NextCursor);
    }

    public async Task<bool> IsBehind(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Visible(Scope<Contact>.Workspace(ws)).AnyAsync(contact => contact.WordsDue, ct);
    }

    private async Task<ILookup<Guid, ClaimedIdentity>> Matched(Actor actor, Guid[] roots, string search, CancellationToken ct)
    {
        var ws = actor.Ws;
        await using var db = storage.Read(ws);
        var all = db.Visible(Scope<Contact>.Workspace(ws));
        var rootOf = await all.Where(contact => roots.Contains(contact.Id) || (contact.MergedInto != null && roots.Contains(contact.MergedInto.Value))).ToDictionaryAsync(contact => contact.Id, contact => contact.MergedInto ?? contact.Id, ct);
        var everybody = rootOf.Keys.ToArray();
        var rows = await db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => everybody.Contains(row.ContactId)).OrderBy(row => row.CreatedAt).ToListAsync(ct);
        var ring = await people.Load(ws, everybody, ct);
        var whole = NameSearch.Identifiers(search).ToList();
        return rows.Select(row => (Root: rootOf[row.ContactId], row.Kind, Value: ring.Text(ProfilePlaces.Identifier(row.Id), row.Sealed, out _)))
            .Where(one => one.Value is { } value && (IdentifierWords.Matches(one.Kind, value, search)
                || whole.Any(asked => asked.Kind == one.Kind && Identifiers.Normal(asked.Kind, asked.Value) == Identifiers.Normal(one.Kind, value))))
            .Select(one => (one.Root, one.Kind, Value: Masks.At(ContactMasks.LevelOf(actor.Rights.Fields, one.Kind), one.Value, value => Masks.Identifier(one.Kind, value))))
            .Where(one => one.Value is not null)
            .ToLookup(one => one.Root, one => new ClaimedIdentity(one.Kind, one.Value!));
    }
}
