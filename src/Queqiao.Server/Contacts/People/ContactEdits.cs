using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.People;

/// <summary>Changes of one person's rows inside a unit. What is already so is not written again.</summary>
internal sealed class ContactEdits(IContactVault people, IVault vault, JobQueue jobs)
{
    /// <summary>A new person with their key. Saved with the unit's next save.</summary>
    /// <param name="identities">What else they are found by: <see cref="Identify"/> them afterwards.</param>
    public (Guid Id, ContactKey Key) Add(WriteUnit unit, string? name, long at, Guid? by = null, IReadOnlyList<ClaimedIdentity>? identities = null)
    {
        var id = unit.Ids.New();
        var key = people.Create(unit, unit.Ws, id);
        unit.Db.Add(new Contact { Ws = unit.Ws, Id = id, SealedName = name is null ? null : key.Seal(ContactPlaces.Name(id), name), CreatedAt = at, LastSeenAt = at, CreatedBy = by });
        AddWords(unit, id, WordsOf(unit.Ws, name, identities ?? []));
        return (id, key);
    }

    /// <returns>Whether the name was another one.</returns>
    public async Task<bool> Rename(WriteUnit unit, Guid id, string? name, CancellationToken ct, Guid? by = null)
    {
        var rows = unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws)).Where(contact => contact.Id == id);
        var known = await rows.Select(contact => contact.SealedName).SingleAsync(ct);
        var ring = await people.Load(unit, unit.Ws, [id], ct);
        if (ring.Of(id) is not { } key || ring.Text(ContactPlaces.Name(id), known, out _) == name)
            return false;
        var sealedName = name is null ? null : key.Seal(ContactPlaces.Name(id), name);
        await rows.ExecuteUpdateAsync(set => set.SetProperty(contact => contact.SealedName, sealedName), ct);
        await Reword(unit, id, ct);
        await Named(unit, id, by, ct);
        return true;
    }

    /// <summary>Somebody may be called otherwise from here on: their conversations are told.</summary>
    public Task Named(WriteUnit unit, Guid id, Guid? by, CancellationToken ct) =>
        jobs.Add(unit, NewJob.Of(unit.Ws, ContactNamed.Kind, new ContactNamed(id)) with { By = by }, ct);

    /// <summary>Makes the words that somebody is found by from what they are called and have now.</summary>
    public async Task Reword(WriteUnit unit, Guid id, CancellationToken ct)
    {
        await unit.Db.SaveChangesAsync(ct);
        var contact = await unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws)).SingleAsync(one => one.Id == id, ct);
        var rows = await unit.Db.Visible(Scope<ContactIdentifier>.Workspace(unit.Ws)).Where(row => row.ContactId == id).ToListAsync(ct);
        var ring = await people.Load(unit, unit.Ws, [id], ct);
        var identities = rows.Select(row => (row.Kind, Value: ring.Text(ProfilePlaces.Identifier(row.Id), row.Sealed, out _))).Where(one => one.Value is not null).Select(one => new ClaimedIdentity(one.Kind, one.Value!)).ToList();
        var wanted = WordsOf(unit.Ws, ContactReader.NameOf(ring, contact), identities);
        var mine = unit.Db.Visible(Scope<ContactWord>.Workspace(unit.Ws)).Where(word => word.ContactId == id);
        var known = (await mine.Select(word => word.Word).ToListAsync(ct)).ToHashSet();
        var gone = known.Except(wanted).ToArray();
        if (gone.Length > 0)
            await mine.Where(word => gone.Contains(word.Word)).ExecuteDeleteAsync(ct);
        wanted.ExceptWith(known);
        AddWords(unit, id, wanted);
        await unit.Db.SaveChangesAsync(ct);
    }

    private HashSet<Guid> WordsOf(int ws, string? name, IReadOnlyList<ClaimedIdentity> identities) =>
        [.. (name is null ? [] : NameWords.OfName(name)).Concat(identities.SelectMany(identity => IdentifierWords.Of(identity.Kind, identity.Value))).Select(part => vault.WordOf(ws, part))];

    private static void AddWords(WriteUnit unit, Guid id, IEnumerable<Guid> words)
    {
        foreach (var word in words)
            unit.Db.Add(new ContactWord { Ws = unit.Ws, Word = word, ContactId = id });
    }

    /// <summary>The identifier's row; null when the person already has it (then it may have become verified).</summary>
    public async Task<ContactIdentifier?> AddIdentifier(WriteUnit unit, Guid id, NewIdentifier added, CancellationToken ct)
    {
        var tag = vault.TagOf(unit.Ws, added.Kind, added.Value);
        var rows = unit.Db.Visible(Scope<ContactIdentifier>.Workspace(unit.Ws)).Where(row => row.ContactId == id && row.Tag == tag);
        if (await rows.Select(row => (bool?)row.Verified).SingleOrDefaultAsync(ct) is { } verified)
        {
            if (added.Verified && !verified)
                await rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.Verified, true), ct);
            return null;
        }
        var ring = await people.Load(unit, unit.Ws, [id], ct);
        var identifier = Identify(unit, ring.Of(id)!, added);
        await Reword(unit, id, ct);
        return identifier;
    }

    /// <summary>Adds what a site or a platform vouches for, and notes when it last did. Once a day is often enough.</summary>
    /// <returns>Whether there is news: another contact may turn out to be the same person.</returns>
    public async Task<bool> Prove(WriteUnit unit, Guid id, NewIdentifier claimed, CancellationToken ct)
    {
        const long day = 24 * 60 * 60 * 1000L;
        var now = unit.Ids.Now();
        var tag = vault.TagOf(unit.Ws, claimed.Kind, claimed.Value);
        var rows = unit.Db.Visible(Scope<ContactIdentifier>.Workspace(unit.Ws)).Where(row => row.ContactId == id && row.Tag == tag);
        if (await rows.AnyAsync(row => row.Verified == claimed.Verified && row.ProvedAt > now - day, ct))
            return false;
        await AddIdentifier(unit, id, claimed, ct);
        if (!claimed.Verified)
            return false;
        await unit.Db.SaveChangesAsync(ct);
        await rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.ProvedAt, (long?)now), ct);
        return true;
    }

    /// <summary>The same for somebody who is known not to have it; whoever calls sees to the words.</summary>
    public ContactIdentifier Identify(WriteUnit unit, ContactKey key, NewIdentifier added)
    {
        var row = unit.Ids.New();
        var identifier = new ContactIdentifier
        {
            Ws = unit.Ws, Id = row, ContactId = key.ContactId, Kind = added.Kind, Tag = vault.TagOf(unit.Ws, added.Kind, added.Value), Sealed = key.Seal(ProfilePlaces.Identifier(row), added.Value.Trim()),
            Verified = added.Verified, Source = added.Source, ChannelId = added.ChannelId, CreatedAt = unit.Ids.Now(), CreatedBy = added.By,
        };
        unit.Db.Add(identifier);
        return identifier;
    }

    /// <summary>The first fields of somebody new.</summary>
    public static void Describe(WriteUnit unit, ContactKey key, FieldPatch patch)
    {
        if (!patch.IsEmpty)
            unit.Db.Add(new ContactDetail { Ws = unit.Ws, ContactId = key.ContactId, Fields = FieldValues.Merge(null, patch.Internal), Sealed = new PersonalDetail().With(patch).Seal(key), ChangedAt = unit.Ids.Now() });
    }

    public async Task SetFields(WriteUnit unit, Guid id, FieldPatch patch, CancellationToken ct)
    {
        if (!patch.IsEmpty)
            await Change(unit, id, detail => detail.Fields = patch.Internal is null ? detail.Fields : FieldValues.Merge(detail.Fields, patch.Internal), personal => personal.With(patch), ct);
    }

    /// <summary>What a site has signed replaces what it has signed before.</summary>
    public async Task SetAttributes(WriteUnit unit, Guid id, IReadOnlyDictionary<string, JsonElement> attributes, CancellationToken ct)
    {
        var json = JsonSerializer.Serialize(new SortedDictionary<string, JsonElement>(attributes.ToDictionary(one => one.Key, one => one.Value), StringComparer.Ordinal), StrictJson.Options);
        await Change(unit, id, null, personal => personal with { Attributes = json }, ct);
    }

    private async Task Change(WriteUnit unit, Guid id, Action<ContactDetail>? clear, Func<PersonalDetail, PersonalDetail> personal, CancellationToken ct)
    {
        var ring = await people.Load(unit, unit.Ws, [id], ct);
        var known = await unit.Db.Visible(Scope<ContactDetail>.Workspace(unit.Ws)).SingleOrDefaultAsync(row => row.ContactId == id, ct);
        var was = PersonalDetail.Read(ring, known);
        var now = personal(was);
        var fields = known?.Fields;
        var detail = known ?? new ContactDetail { Ws = unit.Ws, ContactId = id, ChangedAt = unit.Ids.Now() };
        clear?.Invoke(detail);
        if (known is not null && now == was && detail.Fields == fields)
            return;
        detail.Sealed = now == was ? known?.Sealed : now.Seal(ring.Of(id)!);
        detail.ChangedAt = unit.Ids.Now();
        if (known is null)
            unit.Db.Add(detail);
        else
            unit.Db.Update(detail);
    }

    public static async Task SetTags(WriteUnit unit, Guid id, IReadOnlyList<string> tags, CancellationToken ct)
    {
        var rows = unit.Db.Visible(Scope<ContactTag>.Workspace(unit.Ws)).Where(row => row.ContactId == id);
        var known = await rows.Select(row => row.Tag).ToListAsync(ct);
        var gone = known.Except(tags).ToList();
        if (gone.Count > 0)
            await rows.Where(row => gone.Contains(row.Tag)).ExecuteDeleteAsync(ct);
        foreach (var tag in tags.Except(known))
            unit.Db.Add(new ContactTag { Ws = unit.Ws, ContactId = id, Tag = tag, At = unit.Ids.Now() });
    }
}

/// <param name="Source"><c>site</c>, <c>agent</c>, <c>api</c> or <c>import</c>.</param>
internal sealed record NewIdentifier(string Kind, string Value, bool Verified, string Source, Guid? ChannelId = null, Guid? By = null);
