using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.People;

/// <summary>Reads people, always inside what the actor may see. Merged contacts are read as the one that they are part of.</summary>
internal sealed class ContactReader(IStorageEngine storage, IContactVault people, IVault vault, IContactReach reach)
{
    private const int MostHits = 200;

    /// <summary>Contacts that are no part of another. Who sees part of the conversations sees their people, and whom they added themselves.</summary>
    public IQueryable<Contact> Visible(QueqiaoDb db, Actor actor)
    {
        var all = db.Visible(Scope<Contact>.Workspace(actor.Ws));
        var roots = all.Where(contact => contact.MergedInto == null);
        if (reach.SeenBy(db, actor) is not { } seen)
            return roots;
        var me = actor.AgentId;
        return roots.Where(contact => contact.CreatedBy == me || seen.Contains(contact.Id) || all.Any(part => part.MergedInto == contact.Id && seen.Contains(part.Id)));
    }

    /// <summary>The contact that this one is, or is part of; null when it is not there or not visible.</summary>
    public async Task<Contact?> Root(QueqiaoDb db, Actor actor, Guid id, CancellationToken ct)
    {
        var into = await db.Visible(Scope<Contact>.Workspace(actor.Ws)).Where(contact => contact.Id == id).Select(contact => contact.MergedInto).SingleOrDefaultAsync(ct);
        var root = into ?? id;
        return await Visible(db, actor).SingleOrDefaultAsync(contact => contact.Id == root, ct);
    }

    /// <summary>The contact and all that are part of it.</summary>
    public static async Task<List<Guid>> Tree(QueqiaoDb db, int ws, Guid root, CancellationToken ct) =>
        [root, .. await db.Visible(Scope<Contact>.Workspace(ws)).Where(contact => contact.MergedInto == root).Select(contact => contact.Id).ToListAsync(ct)];

    public async Task<ContactRows> Page(Actor actor, ContactFilter filter, ContactCursor? from, int limit, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = Visible(db, actor).Where(contact => contact.ErasedAt == null);
        var hits = new List<Guid>();
        if (filter.Search is { } search)
            (rows, hits) = await Found(db, actor, rows, search, ct);
        rows = Filtered(db, actor.Ws, rows, filter);
        if (from is { } at)
            rows = rows.Where(contact => contact.LastSeenAt < at.At || (contact.LastSeenAt == at.At && contact.Id.CompareTo(at.Id) < 0));
        var page = await rows.OrderByDescending(contact => contact.LastSeenAt).ThenByDescending(contact => contact.Id).Take(limit + 1).ToListAsync(ct);
        var next = page.Count > limit ? new ContactCursor(page[limit - 1].LastSeenAt, page[limit - 1].Id).ToString() : null;
        var views = await Rows(db, actor.Ws, [.. page.Take(limit)], ct);
        if (filter.Search is { } words)
        {
            hits.AddRange(await ByParts(db, actor, views.ConvertAll(row => row.Id), words, ct));
            views.RemoveAll(row => !hits.Contains(row.Id) && (row.Name is null || !NameMatches(actor.Rights.Fields.Name, row.Name, words)));
        }
        return new ContactRows(views.ConvertAll(row => row.For(actor.Rights.Fields)), next);
    }

    /// <summary>The same with custom fields, for what leaves the house.</summary>
    public async Task<(ContactRows Rows, IReadOnlyDictionary<Guid, IReadOnlyDictionary<string, JsonElement>> Fields)> PageWithFields(Actor actor, ContactFilter filter, ContactCursor? from, int limit, CancellationToken ct)
    {
        var rows = await Page(actor, filter, from, limit, ct);
        var ids = rows.Items.Select(row => row.Id).ToList();
        await using var db = storage.Read(actor.Ws);
        var details = await db.Visible(Scope<ContactDetail>.Workspace(actor.Ws)).Where(row => ids.Contains(row.ContactId)).ToListAsync(ct);
        var ring = await people.Load(actor.Ws, ids, ct);
        return (rows, details.ToDictionary(row => row.ContactId, row =>
        {
            var known = Known(ring, [row.ContactId], [row]);
            return ContactMasks.Values(actor.Rights.Fields.Fields, known.Fields, known.Personal);
        }));
    }

    /// <summary>Whoever sees names starred out finds whole names only: else they could be spelled out letter by letter.</summary>
    private static bool NameMatches(FieldLevel level, string name, string search) => level switch
    {
        FieldLevel.Clear => NameSearch.Matches(name, search),
        FieldLevel.Hidden => false,
        _ => string.Equals(name.Trim(), search.Trim(), StringComparison.OrdinalIgnoreCase),
    };

    private static IQueryable<Contact> Filtered(QueqiaoDb db, int ws, IQueryable<Contact> rows, ContactFilter filter)
    {
        var all = db.Visible(Scope<Contact>.Workspace(ws));
        if (filter.Tag is { } tag)
        {
            var tagged = db.Visible(Scope<ContactTag>.Workspace(ws)).Where(row => row.Tag == tag).Select(row => row.ContactId);
            rows = rows.Where(contact => tagged.Contains(contact.Id));
        }
        if (filter.Verified is { } verified)
        {
            var signed = db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => row.Verified).Select(row => row.ContactId);
            rows = rows.Where(contact => (signed.Contains(contact.Id) || all.Any(part => part.MergedInto == contact.Id && signed.Contains(part.Id))) == verified);
        }
        if (filter.Narrow is { } narrow)
            rows = narrow(db, rows);
        return filter.Blocked is { } blocked ? rows.Where(contact => (contact.BlockedAt != null) == blocked) : rows;
    }

    private async Task<(IQueryable<Contact> Rows, List<Guid> Hits)> Found(QueqiaoDb db, Actor actor, IQueryable<Contact> rows, string search, CancellationToken ct)
    {
        var ws = actor.Ws;
        var all = db.Visible(Scope<Contact>.Workspace(ws));
        var tags = NameSearch.Identifiers(search).Where(one => ContactMasks.LevelOf(actor.Rights.Fields, one.Kind) != FieldLevel.Hidden).Select(one => vault.TagOf(ws, one.Kind, one.Value)).ToList();
        var hits = await db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => tags.Contains(row.Tag)).Select(row => row.ContactId)
            .Join(all, id => id, contact => contact.Id, (_, contact) => contact.MergedInto ?? contact.Id).Distinct().Take(MostHits).ToListAsync(ct);
        var words = db.Visible(Scope<ContactWord>.Workspace(ws));
        var some = PartsOf(actor, search);
        var byPart = words.Where(row => some.Contains(row.Word)).Join(all, row => row.ContactId, contact => contact.Id, (_, contact) => contact.MergedInto ?? contact.Id);
        // One set of ids, and not "or": of that PostgreSQL would ask every contact of the workspace.
        var found = all.Where(contact => hits.Contains(contact.Id)).Select(contact => contact.Id).Union(byPart);
        if (NameWords.OfSearch(search) is not { Count: > 0 } parts)
            return (rows.Where(contact => found.Contains(contact.Id)), hits);
        var asked = parts.Select(part => vault.WordOf(ws, part)).ToList();
        var first = asked[0];
        var named = words.Where(row => row.Word == first); // from the words: from the people it would be asked of each
        foreach (var word in asked.Skip(1))
            named = named.Where(row => words.Any(other => other.Word == word && other.ContactId == row.ContactId));
        var roots = named.Join(all, row => row.ContactId, contact => contact.Id, (_, contact) => contact.MergedInto ?? contact.Id);
        found = found.Union(roots);
        return (rows.Where(contact => found.Contains(contact.Id)), hits);
    }

    /// <summary>Whoever sees identifiers starred out must not find them digit by digit: they need the whole of one.</summary>
    private Guid[] PartsOf(Actor actor, string search) => actor.Rights.Fields is { Phone: FieldLevel.Clear, Email: FieldLevel.Clear, Identities: FieldLevel.Clear }
        ? [.. IdentifierWords.OfSearch(search).Select(part => vault.WordOf(actor.Ws, part))] : [];

    /// <summary>Those of some people whom a part of an identifier has found; names are compared in clear, these parts are exact.</summary>
    private async Task<List<Guid>> ByParts(QueqiaoDb db, Actor actor, List<Guid> roots, string search, CancellationToken ct)
    {
        var (ws, some) = (actor.Ws, PartsOf(actor, search));
        if (some.Length == 0 || roots.Count == 0)
            return [];
        return await db.Visible(Scope<ContactWord>.Workspace(ws)).Where(row => some.Contains(row.Word))
            .Join(db.Visible(Scope<Contact>.Workspace(ws)), row => row.ContactId, contact => contact.Id, (_, contact) => contact.MergedInto ?? contact.Id)
            .Where(root => roots.Contains(root)).Distinct().ToListAsync(ct);
    }

    private async Task<List<ContactRow>> Rows(QueqiaoDb db, int ws, IReadOnlyList<Contact> contacts, CancellationToken ct)
    {
        var ids = contacts.Select(contact => contact.Id).ToList();
        var parts = await db.Visible(Scope<Contact>.Workspace(ws)).Where(contact => contact.MergedInto != null && ids.Contains(contact.MergedInto.Value)).ToListAsync(ct);
        var rootOf = parts.ToDictionary(part => part.Id, part => part.MergedInto!.Value);
        var everybody = ids.Concat(rootOf.Keys).ToList();
        var identifiers = (await db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => everybody.Contains(row.ContactId)).OrderBy(row => row.CreatedAt).ToListAsync(ct))
            .ToLookup(row => rootOf.GetValueOrDefault(row.ContactId, row.ContactId));
        var tags = (await db.Visible(Scope<ContactTag>.Workspace(ws)).Where(row => ids.Contains(row.ContactId)).OrderBy(row => row.Tag).ToListAsync(ct)).ToLookup(row => row.ContactId, row => row.Tag);
        var ring = await people.Load(ws, everybody, ct);
        var named = parts.ToLookup(part => part.MergedInto!.Value);
        return [.. contacts.Select(contact => new ContactRow(
            contact.Id, NameOf(ring, contact) ?? named[contact.Id].Select(part => NameOf(ring, part)).FirstOrDefault(name => name is not null),
            identifiers[contact.Id].Any(row => row.Verified), First(ring, identifiers[contact.Id], IdentityKinds.Email), First(ring, identifiers[contact.Id], IdentityKinds.Phone),
            [.. tags[contact.Id]], contact.BlockedAt is not null, Moment.At(contact.CreatedAt), Moment.At(contact.LastSeenAt)))];
    }

    public async Task<ContactView> View(QueqiaoDb db, Contact contact, CancellationToken ct)
    {
        var ws = contact.Ws;
        var tree = await Tree(db, ws, contact.Id, ct);
        var ring = await people.Load(ws, tree, ct);
        var parts = await db.Visible(Scope<Contact>.Workspace(ws)).Where(part => tree.Contains(part.Id)).ToDictionaryAsync(part => part.Id, ct);
        var identifiers = await db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => tree.Contains(row.ContactId)).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(ct);
        var tags = await db.Visible(Scope<ContactTag>.Workspace(ws)).Where(row => row.ContactId == contact.Id).OrderBy(row => row.Tag).Select(row => row.Tag).ToListAsync(ct);
        var merges = await db.Visible(Scope<ContactMerge>.Workspace(ws)).Where(row => tree.Contains(row.FromId) && row.UndoneAt == null).OrderByDescending(row => row.At).ToListAsync(ct);
        var details = await db.Visible(Scope<ContactDetail>.Workspace(ws)).Where(row => tree.Contains(row.ContactId)).ToListAsync(ct);
        var block = await db.Visible(Scope<ContactBlock>.Workspace(ws)).Where(row => tree.Contains(row.ContactId) && row.EndedAt == null).OrderByDescending(row => row.At).FirstOrDefaultAsync(ct);
        var known = Known(ring, tree, details);
        return new ContactView(
            contact.Id, tree.Select(id => NameOf(ring, parts[id])).FirstOrDefault(name => name is not null), identifiers.Any(row => row.Verified), contact.ErasedAt is not null,
            [.. identifiers.Select(row => new IdentifierView(row.Id, row.Kind, ring.Text(ProfilePlaces.Identifier(row.Id), row.Sealed, out _), row.ChannelId, row.Verified, row.Source, row.ContactId, Moment.At(row.CreatedAt)))],
            tags, known.Fields, known.Attributes,
            block is null || contact.BlockedAt is null ? null : new BlockView(Moment.At(block.At), block.By, block.Until is { } until ? Moment.At(until) : null, ring.Text(ProfilePlaces.Block(block.Id), block.SealedReason, out _)),
            [.. merges.Select(row => new MergeView(row.Id, row.FromId, NameOf(ring, parts[row.FromId]), row.KeyKind is null ? row.By : null, Moment.At(row.At),
                row.KeyKind is { } kind ? new MergeKeyView(kind, identifiers.Any(one => one.Id == row.KeyId) ? row.KeyId : null) : null))],
            Moment.At(contact.CreatedAt), Moment.At(contact.LastSeenAt)) { PersonalFields = known.Personal };
    }

    /// <summary>Fields and attributes of a contact; of those that are part of it what it does not have itself.</summary>
    private static (Dictionary<string, JsonElement> Fields, Dictionary<string, JsonElement> Attributes, HashSet<string> Personal) Known(ContactKeyRing ring, List<Guid> tree, List<ContactDetail> details)
    {
        var (fields, attributes) = (new Dictionary<string, JsonElement>(StringComparer.Ordinal), new Dictionary<string, JsonElement>(StringComparer.Ordinal));
        var aboutPerson = new HashSet<string>(StringComparer.Ordinal);
        foreach (var detail in details.OrderBy(row => tree.IndexOf(row.ContactId)))
        {
            var personal = PersonalDetail.Read(ring, detail);
            Add(fields, detail.Fields);
            var before = fields.Keys.ToHashSet();
            Add(fields, personal.Fields);
            aboutPerson.UnionWith(fields.Keys.Except(before));
            Add(attributes, personal.Attributes);
        }
        return (fields, attributes, aboutPerson);

        static void Add(Dictionary<string, JsonElement> target, string? json)
        {
            foreach (var (key, value) in json is null ? [] : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json, TolerantJson.Options)!)
                target.TryAdd(key, value);
        }
    }

    public static string? NameOf(ContactKeyRing ring, Contact contact) => ring.Text(ContactPlaces.Name(contact.Id), contact.SealedName, out _);

    private static string? First(ContactKeyRing ring, IEnumerable<ContactIdentifier> rows, string kind) =>
        rows.Where(row => row.Kind == kind).OrderByDescending(row => row.Verified).Select(row => ring.Text(ProfilePlaces.Identifier(row.Id), row.Sealed, out _)).FirstOrDefault();
}

/// <summary>What a list of contacts is narrowed to; null: not.</summary>
internal sealed record ContactFilter(string? Search, string? Tag, bool? Verified, bool? Blocked)
{
    /// <summary>A segment's conditions.</summary>
    public Func<QueqiaoDb, IQueryable<Contact>, IQueryable<Contact>>? Narrow { get; init; }
}

/// <summary>Where a page ended. Opaque on the wire.</summary>
internal sealed record ContactCursor(long At, Guid Id)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At}_{Id:N}");

    public static ContactCursor? Parse(string text)
    {
        var parts = text.Split('_');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var at) && Guid.TryParseExact(parts[1], "N", out var id) ? new(at, id) : null;
    }
}
