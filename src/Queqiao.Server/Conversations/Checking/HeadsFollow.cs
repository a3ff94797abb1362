using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Checking;

/// <summary>Recent conversations read again from their logs, for what can only be seen by telling them anew.</summary>
internal sealed class Retold(IStorageEngine storage, ConversationSeals seals)
{
    private const int LongestLog = 2000;

    /// <summary>The newest ones, but those of erased people and very long ones: each head with its entries up to it.</summary>
    public async Task<List<(ConversationHead Head, List<LogEntry> Entries)>> Recent(int ws, int most, CancellationToken ct)
    {
        var told = new List<(ConversationHead, List<LogEntry>)>();
        await using var db = storage.Read(ws);
        var recent = await Checking.Recent.Ids(db, ws, most, ct);
        foreach (var head in await seals.Heads(db.Visible(Scope<ConversationHead>.Workspace(ws)).AsNoTracking().Where(head => recent.Contains(head.Id) && head.Seq < LongestLog).OrderByDescending(head => head.LastActivityAt), ct))
        {
            var rows = await db.Visible(Scope<EntryRow>.Workspace(ws)).AsNoTracking().Where(entry => entry.ConversationId == head.Id && entry.Seq <= head.Seq).OrderBy(entry => entry.Seq).ToListAsync(ct);
            var entries = await seals.Entries(rows, ct);
            if (!entries.Any(entry => entry.Body is UnreadableEntry)) // erased, or damage that is told elsewhere
                told.Add((head, [.. entries]));
        }
        return told;
    }

    /// <summary>As a conversation is before its first entry: what does not follow from entries is taken from the head.</summary>
    public static ConversationHead Begin(ConversationHead head) => new()
    {
        Ws = head.Ws, Id = head.Id, ChannelId = head.ChannelId, Identity = head.Identity, IdentityTag = head.IdentityTag, Sealed = head.Sealed, ContactId = head.ContactId,
        ContactName = head.ContactName, Priority = head.Priority, CreatedAt = head.CreatedAt, LastActivityAt = head.CreatedAt, LastEntryAt = head.CreatedAt,
    };
}

/// <summary>3. One speaker: nothing was said by a bot while a person held the conversation.</summary>
internal sealed class OneSpeaker(IStorageEngine storage, Retold retold) : IInvariant
{
    private const int Most = 100;

    public int No => 3;

    public async Task<Seen> Look(int ws, CancellationToken ct)
    {
        await using (var db = storage.Read(ws))
        {
            var recent = await Recent.Ids(db, ws, Most, ct);
            if (!await db.Visible(Scope<EntryRow>.Workspace(ws)).AnyAsync(entry => recent.Contains(entry.ConversationId) && entry.SenderKind == SenderKind.Bot, ct))
                return new Seen(0, []); // no bot has spoken in them
        }
        var (count, broken) = (0L, new List<string>());
        foreach (var (head, entries) in await retold.Recent(ws, Most, ct))
        {
            var at = Retold.Begin(head);
            foreach (var entry in entries)
            {
                if (entry is { Sender.Kind: SenderKind.Bot, Body: MessagePosted })
                {
                    count++;
                    if (at.AssigneeId is not null)
                        broken.Add($"{head.Id}.{entry.Seq}");
                }
                at = at.After(entry.Body, entry.Sender, entry.At);
            }
        }
        return new Seen(count, broken);
    }
}

/// <summary>6. Numbers can be opened to what they were counted from: each head's states and counters follow from its entries, one by one.</summary>
internal sealed class HeadsFollow(Retold retold) : IInvariant
{
    private const int Most = 100;

    public int No => 6;

    public async Task<Seen> Look(int ws, CancellationToken ct)
    {
        var all = await retold.Recent(ws, Most, ct);
        return new Seen(all.Count, [.. all.Where(one => one.Entries.Aggregate(Retold.Begin(one.Head), static (head, entry) => head.After(entry.Body, entry.Sender, entry.At)) != one.Head).Select(one => one.Head.Id.ToString())]);
    }
}

/// <summary>5. What colleagues see is the same in the database and in memory, for the newest conversations and those who worked on them; and none is of another workspace.</summary>
internal sealed class SightAgrees(IStorageEngine storage, IRights rights) : IInvariant
{
    private const int MostAgents = 20;
    private const int MostConversations = 200;

    public int No => 5;

    public async Task<Seen> Look(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var newest = await db.Visible(Scope<ConversationHead>.Workspace(ws)).AsNoTracking().OrderByDescending(head => head.Id).Take(MostConversations).ToListAsync(ct);
        var (ids, broken) = (newest.Select(head => head.Id).ToList(), newest.Where(head => head.Ws != ws).Select(head => head.Id.ToString()).ToList());
        var looked = 0L;
        var writers = await db.Visible(Scope<EntryRow>.Workspace(ws)).Where(entry => ids.Contains(entry.ConversationId) && entry.SenderKind == SenderKind.Agent && entry.SenderId != null).Select(entry => entry.SenderId!.Value).Distinct().Take(MostAgents).ToListAsync(ct);
        foreach (var agent in newest.Select(head => head.AssigneeId).OfType<Guid>().Concat(writers).Distinct().Take(MostAgents))
        {
            if (await rights.Of(ws, agent, ct) is not { } held)
                continue;
            var scope = new Actor(ws, Guid.Empty, agent, "", "", "", "") { Rights = held.Whole }.Conversations();
            var bySql = await db.Visible(scope).Where(head => ids.Contains(head.Id)).Select(head => new { head.Id, head.Ws }).ToListAsync(ct);
            // What changed between the two looks is looked at once more, as it is now.
            var apart = bySql.Select(head => head.Id).ToHashSet();
            apart.SymmetricExceptWith(newest.Where(scope.Allows).Select(head => head.Id));
            foreach (var head in await db.Visible(Scope<ConversationHead>.Workspace(ws)).AsNoTracking().Where(head => apart.Contains(head.Id)).ToListAsync(ct))
            {
                if (scope.Allows(head) != await db.Visible(scope).AnyAsync(one => one.Id == head.Id, ct))
                    broken.Add($"{head.Id} for {agent}");
            }
            broken.AddRange(bySql.Where(head => head.Ws != ws).Select(head => head.Id.ToString()));
            looked += newest.Count;
        }
        return new Seen(looked, broken);
    }
}
