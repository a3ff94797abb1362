using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Inbox.Views;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Inbox;

/// <summary>Lists and counts of conversations, always inside the reader's scope.</summary>
internal sealed class InboxQueries(IStorageEngine storage, ConversationSeals seals, SavedViews saved)
{
    public async Task<InboxCounts> Counts(Actor actor, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var visible = db.Visible(actor.Conversations());
        Task<int> Of(string view) => visible.Having(db, actor.Ws, InboxView.Of(view, actor)!.Rule).CountAsync(ct);
        var named = IdSet.Mark(actor.AgentId);
        var unseen = await visible.Having(db, actor.Ws, head => head.UnseenMentions != null && head.UnseenMentions.Contains(named)).CountAsync(ct);
        return new InboxCounts(await Of("mine"), await Of("unassigned"), await Of("all"), await Of("resolved"), unseen, await Of("snoozed"), await Of("team"));
    }

    public async Task<int> Count(Actor actor, InboxView view, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return await db.Visible(actor.Conversations()).Having(db, actor.Ws, view.Rule).CountAsync(ct);
    }

    /// <summary>How many each of these saved views holds.</summary>
    public async Task<IReadOnlyDictionary<Guid, int>> Counts(Actor actor, IReadOnlyList<SavedView> views, CancellationToken ct)
    {
        var counts = new Dictionary<Guid, int>(views.Count);
        foreach (var view in views)
            counts[view.Id] = await Count(actor, saved.ToInbox(actor, view), ct);
        return counts;
    }

    /// <summary>One page in the order that is asked for. Pages continue by key, so rows that move are neither lost nor repeated within a page.</summary>
    public async Task<IReadOnlyList<ConversationHead>> Page(Actor actor, InboxFilter filter, InboxCursor? from, int limit, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = db.Visible(actor.Conversations());
        if (filter.View is { } view)
            rows = rows.Having(db, actor.Ws, view.Rule);
        if (filter.Rule is { } rule)
            rows = rows.Having(db, actor.Ws, rule);
        if (filter.Among is { } found)
            rows = rows.Where(head => found.Contains(head.Id));
        var order = InboxOrder.Of(filter.Sort);
        var beyond = from is null ? null : order.Beyond(from);
        if (filter is { View: null, Rule: null, Among: null, Group: null, Sort: InboxSort.Recent })
            return await Newest(rows, beyond, limit + 1, ct);
        var ordered = filter.Group is { } group
            ? InboxGroup.Of(group).Then(rows, order, from, beyond)
            : order.Sort(beyond is null ? rows : rows.Where(beyond));
        return await seals.Heads(ordered.Take(limit + 1), ct);
    }

    /// <summary>
    /// Of everything there is: the index of activity is one of each status, so the newest of each are taken from its end. Asked for at
    /// once, both databases sort all conversations for a page.
    /// </summary>
    private async Task<IReadOnlyList<ConversationHead>> Newest(IQueryable<ConversationHead> rows, Expression<Func<ConversationHead, bool>>? beyond, int most, CancellationToken ct)
    {
        var order = InboxOrder.Of(InboxSort.Recent);
        var newest = new List<ConversationHead>();
        var floor = long.MinValue; // what is older than a whole page of others is not looked for
        foreach (var status in ConversationStatus.All)
        {
            var some = rows.Where(head => head.Status == status && head.LastActivityAt >= floor);
            var found = await seals.Heads(order.Sort(beyond is null ? some : some.Where(beyond)).Take(most), ct);
            // One that changed its status meanwhile may come twice.
            newest = [.. newest.Concat(found).OrderByDescending(head => head.LastActivityAt).ThenByDescending(head => head.Id).DistinctBy(head => head.Id).Take(most)];
            if (newest.Count == most)
                floor = newest[^1].LastActivityAt;
        }
        return newest;
    }
}

/// <param name="Mentions">Conversations where the reader was named and has not looked since.</param>
internal sealed record InboxCounts(int Mine, int Unassigned, int All, int Resolved, int Mentions = 0, int Snoozed = 0, int Team = 0);

internal sealed record InboxFilter(InboxView? View, Expression<Func<ConversationHead, bool>>? Rule, string Sort)
{
    /// <summary>Only these (a search found them); null: all.</summary>
    public Guid[]? Among { get; init; }

    /// <summary>One of <see cref="InboxGroup.All"/>; null: no groups.</summary>
    public string? Group { get; init; }
}
