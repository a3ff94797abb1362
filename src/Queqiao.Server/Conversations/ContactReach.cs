using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations;

/// <summary>What contacts ask of conversations. Who sees a person follows from who sees their conversations: the one rule of <see cref="ConversationScopes"/>.</summary>
internal sealed class ContactReach(IStorageEngine storage, ConversationSeals seals) : IContactReach
{
    public IQueryable<Guid>? SeenBy(QueqiaoDb db, Actor actor) =>
        actor.Rights.SeesEverything ? null : db.Visible(actor.Conversations()).Select(head => head.ContactId);

    public async Task<IReadOnlyList<ContactConversation>> Of(Actor actor, IReadOnlyList<Guid> contacts, (long At, Guid Id)? before, int limit, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = db.Visible(actor.Conversations()).Where(head => contacts.Contains(head.ContactId));
        if (before is var (at, id))
            rows = rows.Where(head => head.CreatedAt < at || (head.CreatedAt == at && head.Id.CompareTo(id) < 0));
        var heads = await seals.Heads(rows.OrderByDescending(head => head.CreatedAt).ThenByDescending(head => head.Id).Take(limit), ct);
        return [.. heads.Select(head => head.For(actor.Rights.Fields)).Select(head => new ContactConversation(head.Id, head.ContactId, head.ChannelId, head.Status, head.AssigneeName, head.LastPreview, head.CreatedAt, head.LastActivityAt))];
    }
}
