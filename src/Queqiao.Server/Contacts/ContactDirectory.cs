using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Recognising;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts;

internal sealed class ContactDirectory(IStorageEngine storage, IConsents consents, IVault vault, IContactVault people, ContactEdits edits, JobQueue jobs, ContactLinks links) : IContacts
{
    private const int MostInOneStatement = 500;

    public async Task Seen(WriteUnit unit, int ws, IReadOnlyDictionary<Guid, long> people, CancellationToken ct)
    {
        // One statement for all, not one for each person: this runs ten times a second under load.
        var sqlite = unit.Db.Database.IsSqlite();
        foreach (var some in people.Chunk(MostInOneStatement))
        {
            var values = some.SelectMany(person => new object[] { sqlite ? person.Key.ToByteArray(bigEndian: true) : person.Key, person.Value }).Append(ws);
            var rows = string.Join(',', some.Select((_, i) => $"({{{2 * i}}},{{{(2 * i) + 1}}})"));
            var sql = $"UPDATE contact SET last_seen_at = v.column2 FROM (VALUES {rows}) AS v WHERE contact.ws = {{{2 * some.Length}}} AND contact.id = v.column1 AND contact.last_seen_at < v.column2";
            await unit.Db.Database.ExecuteSqlRawAsync(sql, values, ct);
            // Who is part of somebody was seen as them. Most workspaces have never merged anybody.
            if (!await unit.Db.Visible(Scope<ContactMerge>.Workspace(ws)).AnyAsync(ct))
                continue;
            var roots = $"UPDATE contact SET last_seen_at = v.column2 FROM (VALUES {rows}) AS v, contact AS part WHERE contact.ws = {{{2 * some.Length}}} AND part.ws = contact.ws AND part.id = v.column1 AND contact.id = part.merged_into AND contact.last_seen_at < v.column2";
            await unit.Db.Database.ExecuteSqlRawAsync(roots, values, ct);
        }
    }

    public void Introduce(WriteUnit unit, int ws, Guid channelId, string identity, string name, long at) =>
        Add(unit, channelId, identity, name, at);

    public async Task<Guid> Arrive(WriteUnit unit, Arrival arrival, CancellationToken ct)
    {
        var tag = vault.Tag(unit.Ws, ContactPlaces.IdentityPurpose, arrival.Identity);
        var id = await unit.Db.Visible(Scope<ContactIdentity>.Workspace(unit.Ws))
            .Where(row => row.ChannelId == arrival.ChannelId && row.Tag == tag)
            .Select(row => (Guid?)row.ContactId).SingleOrDefaultAsync(ct);
        var isNew = id is null;
        if (isNew && arrival.Whose is { } known && await Attach(unit, arrival, known, ct))
            (id, isNew) = (known, false);
        id ??= Add(unit, arrival.ChannelId, arrival.Identity, arrival.Name, unit.Ids.Now());
        await unit.Db.SaveChangesAsync(ct);
        if (!isNew && arrival.Name is { } name && !(arrival.OnlyIfNameless && await IsNamed(unit, id.Value, ct)))
            await edits.Rename(unit, id.Value, name, ct);
        var isProved = false;
        foreach (var claimed in arrival.Identities)
            isProved |= await edits.Prove(unit, id.Value, new NewIdentifier(claimed.Kind, claimed.Value, claimed.Verified, arrival.Source, arrival.ChannelId), ct);
        if (isProved)
            await jobs.Add(unit, RecogniseContact.For(unit.Ws, id.Value), ct);
        if (arrival.Attributes is { Count: > 0 } attributes)
            await edits.SetAttributes(unit, id.Value, attributes, ct);
        if (arrival.Notice is { } answer)
            await consents.Record(unit, id.Value, await Lines(unit.Ws, arrival.ChannelId, answer, ct), ct);
        await unit.Db.SaveChangesAsync(ct);
        return id.Value;
    }

    /// <summary>One more identity of somebody who is known. False: they were erased.</summary>
    private async Task<bool> Attach(WriteUnit unit, Arrival arrival, Guid known, CancellationToken ct)
    {
        if ((await people.Load(unit, unit.Ws, [known], ct)).Of(known) is not { } key)
            return false;
        Add(unit, arrival.ChannelId, arrival.Identity, known, key, unit.Ids.Now());
        return true;
    }

    public async Task<IReadOnlyList<Guid>> Joined(WriteUnit unit, int ws, IReadOnlyCollection<Guid> some, CancellationToken ct)
    {
        var ids = some.ToArray();
        return await unit.Db.Visible(Scope<ContactMerge>.Workspace(ws)).Where(row => row.UndoneAt == null && (ids.Contains(row.IntoId) || ids.Contains(row.FromId)))
            .Select(row => ids.Contains(row.IntoId) ? row.IntoId : row.FromId).Distinct().ToListAsync(ct);
    }

    public Task<(string Code, long ExpiresAt)> MakeLink(WriteUnit unit, Guid contact, CancellationToken ct) => links.Make(unit, contact, null, ct);

    public Task<Refusal?> UseLink(WriteUnit unit, Guid contact, string code, CancellationToken ct) => links.Use(unit, contact, links.TagOf(unit.Ws, code), ct);

    public Task BringLink(WriteUnit unit, int ws, Guid contact, string code, CancellationToken ct) => jobs.Add(unit, UseContactLink.For(ws, contact, links.TagOf(ws, code)), ct);

    public async Task<IReadOnlyDictionary<Guid, Guid>> Behind(WriteUnit unit, int ws, Guid channelId, IReadOnlyCollection<Guid> tags, CancellationToken ct) =>
        await unit.Db.Visible(Scope<ContactIdentity>.Workspace(ws)).Where(row => row.ChannelId == channelId && tags.Contains(row.Tag)).ToDictionaryAsync(row => row.Tag, row => row.ContactId, ct);

    private static Task<bool> IsNamed(WriteUnit unit, Guid id, CancellationToken ct) =>
        unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws)).AnyAsync(contact => contact.Id == id && contact.SealedName != null, ct);

    public async Task<string?> IdentityOn(int ws, Guid contact, Guid channelId, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var row = await db.Visible(Scope<ContactIdentity>.Workspace(ws)).Where(one => one.ContactId == contact && one.ChannelId == channelId).OrderByDescending(one => one.CreatedAt).FirstOrDefaultAsync(ct);
        return row is null ? null : (await people.Load(ws, [contact], ct)).Text(ContactPlaces.Identity(channelId), row.Sealed, out _);
    }

    public async Task<KnownAs?> PersonOf(int ws, Guid contact, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var all = db.Visible(Scope<Contact>.Workspace(ws));
        var root = await all.Where(one => one.Id == contact).Select(one => one.MergedInto).SingleOrDefaultAsync(ct) ?? contact;
        var parts = await all.Where(one => (one.Id == root || one.MergedInto == root) && one.ErasedAt == null).OrderBy(one => one.CreatedAt).ThenBy(one => one.Id).ToListAsync(ct);
        if (parts.Count == 0)
            return null;
        var ring = await people.Load(ws, parts.Select(one => one.Id), ct);
        var name = parts.OrderByDescending(one => one.Id == root).Select(one => ContactReader.NameOf(ring, one)).FirstOrDefault(known => known is not null);
        return new KnownAs(name, [.. parts.Select(one => one.Id)]);
    }

    public async Task<string?> UserOf(int ws, Guid contact, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var all = db.Visible(Scope<Contact>.Workspace(ws));
        var root = await all.Where(one => one.Id == contact).Select(one => one.MergedInto).SingleOrDefaultAsync(ct) ?? contact;
        var parts = all.Where(one => (one.Id == root || one.MergedInto == root) && one.ErasedAt == null).Select(one => one.Id);
        var row = await db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(one => one.Kind == IdentityKinds.User && one.Verified && parts.Contains(one.ContactId))
            .OrderByDescending(one => one.ContactId == contact).ThenBy(one => one.CreatedAt).ThenBy(one => one.Id).FirstOrDefaultAsync(ct);
        return row is null ? null : (await people.LoadFor(ws, [row.Sealed], ct)).Text(ProfilePlaces.Identifier(row.Id), row.Sealed, out _);
    }

    private async Task<List<ConsentLine>> Lines(int ws, Guid channelId, NoticeAnswer answer, CancellationToken ct)
    {
        var notice = (await consents.History(ws, channelId, ct)).FirstOrDefault(notice => notice.Hash == answer.Hash);
        if (notice is null)
            return [];
        var lines = answer.Purposes.Where(notice.Purposes.ContainsKey).Select(purpose => new ConsentLine(purpose, ConsentActs.Given, answer.At, "widget", channelId, notice)).ToList();
        lines.Insert(0, new ConsentLine(Purposes.Service, answer.Accepted ? ConsentActs.Given : ConsentActs.Shown, answer.At, "widget", channelId, notice));
        return lines;
    }

    private Guid Add(WriteUnit unit, Guid channelId, string identity, string? name, long at)
    {
        var (id, key) = edits.Add(unit, name, at);
        Add(unit, channelId, identity, id, key, at);
        return id;
    }

    private void Add(WriteUnit unit, Guid channelId, string identity, Guid id, ContactKey key, long at) =>
        unit.Db.Add(new ContactIdentity
        {
            Ws = unit.Ws,
            ChannelId = channelId,
            Tag = vault.Tag(unit.Ws, ContactPlaces.IdentityPurpose, identity),
            ContactId = id,
            Sealed = key.Seal(ContactPlaces.Identity(channelId), identity),
            CreatedAt = at,
        });
}
