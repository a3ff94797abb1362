using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts;

internal sealed class ContactDirectory(IConsents consents, IVault vault, IContactVault people) : IContacts
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
        }
    }

    public void Introduce(WriteUnit unit, int ws, Guid channelId, string identity, string name, long at) =>
        Add(unit, ws, channelId, identity, name, at);

    public async Task<Guid> Arrive(WriteUnit unit, Arrival arrival, CancellationToken ct)
    {
        var tag = vault.Tag(unit.Ws, ContactPlaces.IdentityPurpose, arrival.Identity);
        var id = await unit.Db.Visible(Scope<ContactIdentity>.Workspace(unit.Ws))
            .Where(row => row.ChannelId == arrival.ChannelId && row.Tag == tag)
            .Select(row => (Guid?)row.ContactId).SingleOrDefaultAsync(ct);
        if (id is null)
        {
            id = Add(unit, unit.Ws, arrival.ChannelId, arrival.Identity, arrival.Name, unit.Ids.Now());
            await unit.Db.SaveChangesAsync(ct);
        }
        else if (arrival.Name is { } name)
        {
            await Rename(unit, id.Value, name, ct);
        }
        if (arrival.Notice is { } answer)
            await consents.Record(unit, id.Value, await Lines(unit.Ws, arrival.ChannelId, answer, ct), ct);
        await unit.Db.SaveChangesAsync(ct);
        return id.Value;
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

    /// <summary>A name that changed; the same one is not sealed again.</summary>
    private async Task Rename(WriteUnit unit, Guid id, string name, CancellationToken ct)
    {
        var rows = unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws)).Where(contact => contact.Id == id);
        var known = await rows.Select(contact => contact.SealedName).SingleAsync(ct);
        var ring = await people.Load(unit, unit.Ws, [id], ct);
        if (ring.Of(id) is not { } key || ring.Text(ContactPlaces.Name(id), known, out _) == name)
            return;
        var sealedName = key.Seal(ContactPlaces.Name(id), name);
        await rows.ExecuteUpdateAsync(set => set.SetProperty(contact => contact.SealedName, sealedName), ct);
    }

    private Guid Add(WriteUnit unit, int ws, Guid channelId, string identity, string? name, long at)
    {
        var id = unit.Ids.New();
        var key = people.Create(unit, ws, id);
        unit.Db.Add(new Contact { Ws = ws, Id = id, SealedName = name is null ? null : key.Seal(ContactPlaces.Name(id), name), CreatedAt = at, LastSeenAt = at });
        unit.Db.Add(new ContactIdentity
        {
            Ws = ws,
            ChannelId = channelId,
            Tag = vault.Tag(ws, ContactPlaces.IdentityPurpose, identity),
            ContactId = id,
            Sealed = key.Seal(ContactPlaces.Identity(channelId), identity),
            CreatedAt = at,
        });
        return id;
    }
}
