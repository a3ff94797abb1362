using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.People;

/// <summary><c>GET /api/v1/contacts/{id}/timeline</c>: conversations, notes, consents, merges and blocks, newest first.</summary>
internal static class ContactTimeline
{
    public static void Map(RouteGroupBuilder contacts) =>
        contacts.MapGet("/{id:guid}/timeline", Handle).Needs(Permissions.ReadContacts).TakesQuery("limit", "cursor").WithSummary("What happened with a contact, newest first").Produces<Page>();

    internal sealed record Page(IReadOnlyList<Item> Items, string? NextCursor);

    /// <param name="Type"><c>conversation</c>, <c>note</c>, <c>consent</c>, <c>merged</c>, <c>unmerged</c>, <c>blocked</c>, <c>unblocked</c> or <c>created</c>. The member of that name says more.</param>
    internal sealed record Item(string Type, Guid Id, DateTimeOffset At, ConversationPart? Conversation = null, NoteView? Note = null, ConsentPart? Consent = null, MergePart? Merge = null, BlockPart? Block = null);

    internal sealed record ConversationPart(Guid ChannelId, string Status, string? Assignee, string? Preview, DateTimeOffset LastActivityAt);

    internal sealed record ConsentPart(string Purpose, string Act, string How, Guid? ChannelId, string? NoticeLocale, int? NoticeVersion, Guid? ActorId);

    /// <param name="By">The agent; null when a key proved it, whose kind <paramref name="Key"/> is.</param>
    internal sealed record MergePart(Guid ContactId, string? Name, Guid? By, string? Key = null);

    internal sealed record BlockPart(Guid By, DateTimeOffset? Until, string? Reason);

    /// <summary>Where somebody reads, with what.</summary>
    private sealed record Reading(QueqiaoDb Db, Actor Actor, List<Guid> Tree, ContactKeyRing Ring, long At, Guid Id, int Limit);

    private static async Task<IResult> Handle(Guid id, int? limit, string? cursor, Actor actor, ContactReader reader, IContactReach reach, IContactVault people, IStorageEngine storage, CancellationToken ct)
    {
        if (limit is < 1 or > 100)
            return Refusal.Invalid("limit", "out_of_range", 1, 100).ToProblem();
        ContactCursor? from = null;
        if (cursor is not null && (from = ContactCursor.Parse(cursor)) is null)
            return Refusal.BadRequest("invalid_parameter", "cursor").ToProblem();
        await using var db = storage.Read(actor.Ws);
        if (await reader.Root(db, actor, id, ct) is not { } contact)
            return Refusal.NotFound().ToProblem();
        var tree = await ContactReader.Tree(db, actor.Ws, contact.Id, ct);
        var most = limit ?? 50;
        var reading = new Reading(db, actor, tree, await people.Load(actor.Ws, tree, ct), from?.At ?? long.MaxValue, from?.Id ?? default, most + 1);
        var items = new List<Item>();
        items.AddRange((await reach.Of(actor, tree, from is null ? null : (from.At, from.Id), reading.Limit, ct)).Select(one => new Item("conversation", one.Id, Moment.At(one.At),
            Conversation: new ConversationPart(one.ChannelId, one.Status, one.Assignee, one.Preview, Moment.At(one.LastActivityAt)))));
        items.AddRange(await Notes(reading, ct));
        items.AddRange(await Consents(reading, ct));
        items.AddRange(await Merges(reading, ct));
        items.AddRange(await Blocks(reading, ct));
        items.Add(new Item("created", contact.Id, Moment.At(contact.CreatedAt)));
        var page = items.Where(item => IsBefore(item, reading)).OrderByDescending(item => item.At).ThenByDescending(item => item.Id).Take(reading.Limit).ToList();
        var next = page.Count > most ? new ContactCursor(page[most - 1].At.ToUnixTimeMilliseconds(), page[most - 1].Id).ToString() : null;
        return TypedResults.Ok(new Page([.. page.Take(most)], next));
    }

    private static bool IsBefore(Item item, Reading reading)
    {
        var at = item.At.ToUnixTimeMilliseconds();
        return at < reading.At || (at == reading.At && item.Id.CompareTo(reading.Id) < 0);
    }

    private static async Task<IEnumerable<Item>> Notes(Reading it, CancellationToken ct)
    {
        var rows = await it.Db.Visible(Scope<ContactNote>.Workspace(it.Actor.Ws)).Where(row => it.Tree.Contains(row.ContactId) && row.DeletedAt == null && row.At <= it.At)
            .OrderByDescending(row => row.At).ThenByDescending(row => row.Id).Take(it.Limit * 2).ToListAsync(ct);
        return rows.Select(row => new Item("note", row.Id, Moment.At(row.At), Note: ContactNotes.ViewOf(it.Ring, row).For(it.Actor.Rights.Fields)));
    }

    private static async Task<IEnumerable<Item>> Consents(Reading it, CancellationToken ct)
    {
        var rows = await it.Db.Visible(Scope<ConsentRow>.Workspace(it.Actor.Ws)).Where(row => it.Tree.Contains(row.ContactId) && row.At <= it.At)
            .OrderByDescending(row => row.At).ThenByDescending(row => row.Id).Take(it.Limit * 2).ToListAsync(ct);
        return rows.Select(row => new Item("consent", row.Id, Moment.At(row.At),
            Consent: new ConsentPart(row.Purpose, row.Act, row.How, row.ChannelId, row.NoticeLocale, row.NoticeVersion, row.ActorId)));
    }

    /// <summary>Few by nature: all of them.</summary>
    private static async Task<IEnumerable<Item>> Merges(Reading it, CancellationToken ct)
    {
        var rows = await it.Db.Visible(Scope<ContactMerge>.Workspace(it.Actor.Ws)).Where(row => it.Tree.Contains(row.IntoId) || it.Tree.Contains(row.FromId)).ToListAsync(ct);
        return rows.SelectMany(row =>
        {
            var other = it.Tree.Contains(row.FromId) && !it.Tree.Contains(row.IntoId) ? row.IntoId : row.FromId;
            var items = new List<Item> { new("merged", row.Id, Moment.At(row.At), Merge: new MergePart(other, null, row.KeyKind is null ? row.By : null, row.KeyKind)) };
            if (row is { UndoneAt: { } undone, UndoneBy: { } by })
                items.Add(new Item("unmerged", row.Id, Moment.At(undone), Merge: new MergePart(other, null, by)));
            return items;
        });
    }

    private static async Task<IEnumerable<Item>> Blocks(Reading it, CancellationToken ct)
    {
        var rows = await it.Db.Visible(Scope<ContactBlock>.Workspace(it.Actor.Ws)).Where(row => it.Tree.Contains(row.ContactId)).ToListAsync(ct);
        return rows.SelectMany(row =>
        {
            var part = new BlockPart(row.By, row.Until is { } until ? Moment.At(until) : null, ContactMasks.WordsAt(it.Actor.Rights.Fields, it.Ring.Text(ProfilePlaces.Block(row.Id), row.SealedReason, out _)));
            var items = new List<Item> { new("blocked", row.Id, Moment.At(row.At), Block: part) };
            if (row is { EndedAt: { } ended, EndedBy: { } by })
                items.Add(new Item("unblocked", row.Id, Moment.At(ended), Block: new BlockPart(by, null, null)));
            return items;
        });
    }
}
