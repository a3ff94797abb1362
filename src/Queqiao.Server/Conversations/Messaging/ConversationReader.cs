using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Messaging;

/// <summary>Reads heads and pages of the log. A conversation outside the scope is not there.</summary>
internal sealed class ConversationReader(IStorageEngine storage, ConversationSeals seals, IDeliveryStates? deliveries = null)
{
    public async Task<ConversationHead?> Head(Scope<ConversationHead> scope, Guid id, CancellationToken ct)
    {
        await using var db = storage.Read(scope.Ws);
        return await seals.Head(db.Visible(scope).Where(head => head.Id == id), ct);
    }

    /// <summary>Those of these conversations that are in the scope.</summary>
    public async Task<IReadOnlySet<Guid>> Seen(Scope<ConversationHead> scope, Guid[] ids, CancellationToken ct)
    {
        if (ids.Length == 0)
            return new HashSet<Guid>();
        await using var db = storage.Read(scope.Ws);
        return await db.Visible(scope).Where(head => ids.Contains(head.Id)).Select(head => head.Id).ToHashSetAsync(ct);
    }

    /// <summary>Those of these conversations that somebody else looks after, or nobody.</summary>
    public async Task<IReadOnlyList<Guid>> HeldByOthers(Actor actor, Guid[] ids, CancellationToken ct)
    {
        if (ids.Length == 0)
            return [];
        await using var db = storage.Read(actor.Ws);
        return await db.Visible(actor.Conversations()).Where(head => ids.Contains(head.Id) && head.AssigneeId != actor.AgentId).Select(head => head.Id).ToListAsync(ct);
    }

    /// <summary>A page of the log in the order of seq.</summary>
    /// <param name="head">A head that the reader may see; what came after it is not in the page: the reader may no longer see that.</param>
    /// <param name="page">Which part.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<LogPage> Page(ConversationHead head, PageOf page, CancellationToken ct)
    {
        await using var db = storage.Read(head.Ws);
        var rows = db.Visible(Scope<EntryRow>.Workspace(head.Ws)).Where(entry => entry.ConversationId == head.Id && entry.Seq <= head.Seq);
        if (page.OnlyPublic)
            rows = rows.Where(entry => entry.PublicPrev != null);
        if (page.After is { } after)
            rows = rows.Where(entry => entry.Seq > after).OrderBy(entry => entry.Seq);
        else if (page.Before is { } before)
            rows = rows.Where(entry => entry.Seq < before).OrderByDescending(entry => entry.Seq);
        else
            rows = rows.OrderByDescending(entry => entry.Seq);
        var found = await rows.Take(page.Limit + 1).ToListAsync(ct);
        var more = found.Count > page.Limit;
        if (more)
            found.RemoveAt(page.Limit);
        if (page.After is null)
            found.Reverse();
        return new LogPage(await WithStates(head, await Revisions.Fold(db, seals, head, await seals.Entries(found, ct), ct), ct), more);
    }

    /// <summary>Seq of the last entry before an instant; 0: there is none.</summary>
    public async Task<long> SeqBefore(ConversationHead head, long at, CancellationToken ct)
    {
        await using var db = storage.Read(head.Ws);
        return await db.Visible(Scope<EntryRow>.Workspace(head.Ws)).Where(entry => entry.ConversationId == head.Id && entry.Seq <= head.Seq && entry.At < at)
            .MaxAsync(entry => (long?)entry.Seq, ct) ?? 0;
    }

    /// <summary>Messages that a provider brings, with how far they came.</summary>
    private async Task<IReadOnlyList<LogEntry>> WithStates(ConversationHead head, IReadOnlyList<LogEntry> entries, CancellationToken ct)
    {
        if (deliveries is null || !entries.Any(entry => entry.Body is MessagePosted { Parts: not null }))
            return entries;
        var states = await deliveries.Of(head.Ws, head.Id, entries[0].Seq, entries[^1].Seq, ct);
        return states.Count == 0 ? entries : [.. entries.Select(entry => entry.Body is MessagePosted message && states.TryGetValue(entry.Seq, out var news) ? entry with { Body = message with { Delivery = news } } : entry)];
    }

    /// <summary>One entry as it is now; null when there is none.</summary>
    public async Task<LogEntry?> Entry(ConversationHead head, long seq, CancellationToken ct)
    {
        await using var db = storage.Read(head.Ws);
        var row = await db.Visible(Scope<EntryRow>.Workspace(head.Ws)).SingleOrDefaultAsync(entry => entry.ConversationId == head.Id && entry.Seq == seq && entry.Seq <= head.Seq, ct);
        return row is null ? null : (await Revisions.Fold(db, seals, head, await seals.Entries([row], ct), ct))[0];
    }

    /// <summary>A customer's conversation on their channel: the unresolved one, else the newest.</summary>
    public async Task<ConversationHead?> HeadOf(int ws, CustomerKey customer, CancellationToken ct)
    {
        var tag = seals.TagOf(ws, customer.Identity);
        await using var db = storage.Read(ws);
        return await seals.Head(db.Visible(Scope<ConversationHead>.Workspace(ws))
            .Where(head => head.ChannelId == customer.ChannelId && head.IdentityTag == tag)
            .OrderBy(head => head.Status == ConversationStatus.Resolved).ThenByDescending(head => head.CreatedAt).ThenByDescending(head => head.Id), ct);
    }
}

/// <summary>Which part of a log: after a seq, before a seq, or the newest.</summary>
internal sealed record PageOf(int Limit, long? After = null, long? Before = null, bool OnlyPublic = false);

/// <param name="Entries">In the order of seq.</param>
/// <param name="More">Whether there are more in the direction that was asked for.</param>
internal sealed record LogPage(IReadOnlyList<LogEntry> Entries, bool More);
