using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Consenting;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>Everybody whom some rows may be about, in a handful of queries for all of them.</summary>
internal sealed class PeopleAtHand
{
    private readonly Dictionary<Guid, KnownPerson> _byRoot;
    private readonly ILookup<Guid, Guid> _rootsByTag;
    private readonly Dictionary<Guid, Guid> _rootOf;

    private PeopleAtHand(Dictionary<Guid, KnownPerson> byRoot, ILookup<Guid, Guid> rootsByTag, Dictionary<Guid, Guid> rootOf) => (_byRoot, _rootsByTag, _rootOf) = (byRoot, rootsByTag, rootOf);

    public IReadOnlyList<KnownPerson> Of(ImportedRow row, Func<ClaimedIdentity, Guid> tagOf)
    {
        var roots = row.Identities.SelectMany(identity => _rootsByTag[tagOf(identity)]).ToHashSet();
        if (row.ContactId is { } id && _rootOf.TryGetValue(id, out var root))
            roots.Add(root);
        return [.. roots.Where(_byRoot.ContainsKey).Select(one => _byRoot[one])];
    }

    /// <summary>The contact that stands for an id.</summary>
    public Guid? RootOf(Guid id) => _rootOf.TryGetValue(id, out var root) ? root : null;

    /// <param name="db">A reading context, or a unit's.</param>
    /// <param name="load">Loads keys, as the same unit sees them.</param>
    /// <param name="import">Whose rows count as earlier ones; null: none do.</param>
    public static async Task<PeopleAtHand> Load(
        QueqiaoDb db, int ws, IReadOnlyList<ImportedRow> rows, Func<ClaimedIdentity, Guid> tagOf, Func<IEnumerable<Guid>, ValueTask<ContactKeyRing>> load, Guid? import, CancellationToken ct)
    {
        var tags = rows.SelectMany(row => row.Identities).Select(tagOf).Distinct().ToArray();
        var ids = rows.Select(row => row.ContactId).OfType<Guid>().Distinct().ToArray();
        var all = db.Visible(Scope<Contact>.Workspace(ws));
        var identifiers = db.Visible(Scope<ContactIdentifier>.Workspace(ws));
        var tagged = await identifiers.Where(row => tags.Contains(row.Tag)).Select(row => row.ContactId).Distinct().ToListAsync(ct);
        var first = tagged.Concat(ids).Distinct().ToArray();
        var roots = (await all.Where(contact => first.Contains(contact.Id)).Select(contact => contact.MergedInto ?? contact.Id).ToListAsync(ct)).Distinct().ToArray();
        var contacts = await all.Where(contact => (roots.Contains(contact.Id) || (contact.MergedInto != null && roots.Contains(contact.MergedInto.Value))) && contact.ErasedAt == null).ToListAsync(ct);
        var rootOf = contacts.ToDictionary(contact => contact.Id, contact => contact.MergedInto ?? contact.Id);
        var everybody = rootOf.Keys.ToArray();

        var identities = (await identifiers.Where(row => everybody.Contains(row.ContactId)).ToListAsync(ct)).ToLookup(row => rootOf[row.ContactId]);
        var detail = (await db.Visible(Scope<ContactDetail>.Workspace(ws)).Where(row => everybody.Contains(row.ContactId)).ToListAsync(ct)).ToDictionary(row => row.ContactId);
        var labels = (await db.Visible(Scope<ContactTag>.Workspace(ws)).Where(row => everybody.Contains(row.ContactId)).ToListAsync(ct)).ToLookup(row => row.ContactId, row => row.Tag);
        var consents = (await db.Visible(Scope<ConsentRow>.Workspace(ws)).Where(row => everybody.Contains(row.ContactId)).ToListAsync(ct)).ToLookup(row => rootOf[row.ContactId]);
        var earlier = import is not { } of ? [] : await db.Visible(Scope<ContactImportRow>.Workspace(ws)).Where(row => row.ImportId == of && row.ContactId != null && everybody.Contains(row.ContactId.Value))
            .ToDictionaryAsync(row => row.ContactId!.Value, row => row.No, ct);
        var ring = await load(everybody);

        var people = contacts.Where(contact => contact.MergedInto == null).ToDictionary(contact => contact.Id, contact => new KnownPerson
        {
            Id = contact.Id,
            Name = contacts.Where(part => rootOf[part.Id] == contact.Id).OrderByDescending(part => part.Id == contact.Id).Select(part => ContactReader.NameOf(ring, part)).FirstOrDefault(name => name is not null),
            Fields = detail.GetValueOrDefault(contact.Id)?.Fields,
            Personal = PersonalDetail.Read(ring, detail.GetValueOrDefault(contact.Id)),
            Identities = [.. identities[contact.Id].Select(row => new KnownIdentity(row.Kind, row.Tag, row.ChannelId, row.Verified || row.Source is "agent" or "api" or "import", row.ContactId))],
            Tags = labels[contact.Id].ToHashSet(StringComparer.Ordinal),
            Consents = Consents.Replay(consents[contact.Id]),
            Row = earlier.TryGetValue(contact.Id, out var no) ? no : null,
        });
        var byTag = people.Values.SelectMany(person => person.Identities.Select(identity => (identity.Tag, person.Id))).Distinct().ToLookup(one => one.Tag, one => one.Id);
        return new PeopleAtHand(people, byTag, rootOf);
    }
}
