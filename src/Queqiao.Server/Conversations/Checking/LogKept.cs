using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Checking;

/// <summary>
/// 1. What was acknowledged is neither lost nor doubled: positions of the slots and numbers of recent conversations have no gaps, and what
/// repeats are answered with is there (a sample). Each is one statement, so that what is written meanwhile does not look like a gap.
/// </summary>
internal sealed class LogKept(IStorageEngine storage) : IInvariant
{
    private const int Back = 500;
    private const int MostConversations = 300;

    public int No => 1;

    public async Task<Seen> Look(int ws, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var entries = db.Visible(Scope<EntryRow>.Everything("slots are shared by all workspaces; only numbers are read"));
        var slots = await db.Table<SlotRow>().AsNoTracking()
            .Select(slot => new { slot.Slot, slot.Position, There = entries.Count(entry => entry.Slot == slot.Slot && entry.Position > slot.Position - Back && entry.Position <= slot.Position) }).ToListAsync(ct);
        var mine = db.Visible(Scope<EntryRow>.Workspace(ws));
        var recent = await Recent.Ids(db, ws, MostConversations, ct);
        var heads = await db.Visible(Scope<ConversationHead>.Workspace(ws)).Where(head => recent.Contains(head.Id))
            .Select(head => new { head.Id, head.Seq, There = mine.Count(entry => entry.ConversationId == head.Id && entry.Seq <= head.Seq), Beyond = mine.Any(entry => entry.ConversationId == head.Id && entry.Seq > head.Seq) }).ToListAsync(ct);
        // Keys are hashes: from any of them on is a sample of all.
        var (all, from) = (db.Visible(Scope<EntryKeyRow>.Workspace(ws)), new Guid(RandomNumberGenerator.GetBytes(16)));
        var keys = await Keys(all.Where(key => key.Key.CompareTo(from) >= 0), mine, Back, ct);
        keys.AddRange(await Keys(all.Where(key => key.Key.CompareTo(from) < 0), mine, Back - keys.Count, ct));
        return new Seen(slots.Sum(slot => (long)slot.There) + heads.Sum(head => head.Seq),
        [
            .. slots.Where(slot => slot.There != Math.Min(slot.Position, Back)).Select(slot => $"slot {slot.Slot}"),
            .. heads.Where(head => head.There != head.Seq || head.Beyond).Select(head => head.Id.ToString()),
            .. keys.Where(key => !key.There).Select(key => $"{key.Conversation}.{key.Seq}"),
        ]);
    }

    private sealed record Known(Guid Conversation, long Seq, bool There);

    private static async Task<List<Known>> Keys(IQueryable<EntryKeyRow> keys, IQueryable<EntryRow> entries, int most, CancellationToken ct) => most <= 0 ? [] :
        await keys.OrderBy(key => key.Key).Take(most).Select(key => new Known(key.ConversationId, key.Seq, entries.Any(entry => entry.ConversationId == key.ConversationId && entry.Seq == key.Seq))).ToListAsync(ct);
}

/// <summary>2. A private note is in no customer's chain of entries, which is all that widgets, channels and transcripts are made of.</summary>
internal sealed class NotesStayInside(IStorageEngine storage) : IInvariant
{
    private const int Most = 2000;
    private const int MostConversations = 500;

    public int No => 2;

    public async Task<Seen> Look(int ws, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var recent = await Recent.Ids(db, ws, MostConversations, ct);
        var notes = await db.Visible(Scope<EntryRow>.Workspace(ws)).Where(entry => recent.Contains(entry.ConversationId) && entry.Type == EntryType.Note).OrderBy(entry => entry.ConversationId).ThenBy(entry => entry.Seq).Take(Most)
            .Select(entry => new { entry.ConversationId, entry.Seq, entry.PublicPrev }).ToListAsync(ct);
        return new Seen(notes.Count, [.. notes.Where(note => note.PublicPrev is not null).Select(note => $"{note.ConversationId}.{note.Seq}")]);
    }
}
