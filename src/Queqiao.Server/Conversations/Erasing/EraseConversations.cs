using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Scheduling;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Erasing;

/// <summary>
/// A person's conversations: their entries are unreadable already. Each conversation is told (an entry that closes it, so that open
/// screens hear of it), and loses names, previews and what its customer was looked up by.
/// </summary>
internal sealed class EraseConversations(ConversationLog log) : IEraser
{
    public async Task Look(QueqiaoDb db, Erasure erasure, CancellationToken ct)
    {
        var people = erasure.Contacts.ToArray();
        var ids = await db.Visible(Scope<ConversationHead>.Workspace(erasure.Ws)).Where(head => people.Contains(head.ContactId)).Select(head => head.Id).ToArrayAsync(ct);
        await Count(db, erasure, ids, ct);
    }

    public async Task Erase(WriteUnit unit, Erasure erasure, CancellationToken ct)
    {
        var people = erasure.Contacts.ToArray();
        var heads = unit.Db.Visible(Scope<ConversationHead>.Workspace(erasure.Ws)).Where(head => people.Contains(head.ContactId));
        var ids = await heads.Select(head => head.Id).ToArrayAsync(ct);
        await Count(unit.Db, erasure, ids, ct);
        erasure.Counts["drafts"] = await unit.Db.Visible(Scope<DraftRow>.Workspace(erasure.Ws)).Where(draft => ids.Contains(draft.ConversationId)).ExecuteDeleteAsync(ct);
        erasure.Counts["scheduled"] = await unit.Db.Visible(Scope<ScheduledRow>.Workspace(erasure.Ws)).Where(row => ids.Contains(row.ConversationId)).ExecuteDeleteAsync(ct);
        foreach (var id in ids.OrderBy(LogEntry.SlotOf)) // as the log locks slots
        {
            await log.AppendIn(unit, new LogCommand
            {
                Ws = erasure.Ws, ConversationId = id, By = Sender.System, Decide = Erased, Reply = Nobody.Waits, KeysAnew = true,
            }, ct);
        }
        // The only change of a head past the log: an index entry that must go, and that no entry could bring back.
        await heads.ExecuteUpdateAsync(set => set.SetProperty(head => head.IdentityTag, (Guid?)null), ct);
    }

    private static Decision Erased(ConversationHead head) => head.ErasedAt is not null ? Decision.Nothing : Decision.Of(
        head.IsResolved ? null : new StatusChanged(head.Status, ConversationStatus.Resolved, "contact_erased"), new ContactErased());

    private static async Task Count(QueqiaoDb db, Erasure erasure, Guid[] conversations, CancellationToken ct)
    {
        var kinds = await db.Visible(Scope<EntryRow>.Workspace(erasure.Ws)).Where(entry => conversations.Contains(entry.ConversationId))
            .GroupBy(entry => entry.Type).Select(kind => new { kind.Key, Count = kind.LongCount() }).ToListAsync(ct);
        long Of(string type) => kinds.Where(kind => kind.Key == type).Sum(kind => kind.Count);
        erasure.Counts["conversations"] = conversations.Length;
        erasure.Counts["entries"] = kinds.Sum(kind => kind.Count);
        erasure.Counts["messages"] = Of(EntryType.Message);
        erasure.Counts["notes"] = Of(EntryType.Note);
    }

    private sealed class Nobody : ILogReply
    {
        public static readonly Nobody Waits = new();

        public void Done(LogOutcome outcome)
        {
        }

        public void Failed(Exception error)
        {
        }
    }
}
