using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Inbox;

/// <summary>Lists and counts of conversations, always inside the reader's scope.</summary>
internal sealed class InboxQueries(IStorageEngine storage, ConversationSeals seals)
{
    public async Task<InboxCounts> Counts(Actor actor, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var visible = db.Visible(actor.Conversations());
        Task<int> Of(string view) => visible.Having(db, actor.Ws, InboxView.Of(view, actor.AgentId)!.Rule).CountAsync(ct);
        var named = IdSet.Mark(actor.AgentId);
        var unseen = await visible.Having(db, actor.Ws, head => head.UnseenMentions != null && head.UnseenMentions.Contains(named)).CountAsync(ct);
        return new InboxCounts(await Of("mine"), await Of("unassigned"), await Of("all"), await Of("resolved"), unseen, await Of("snoozed"));
    }

    public async Task<int> Count(Actor actor, InboxView view, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        return await db.Visible(actor.Conversations()).Having(db, actor.Ws, view.Rule).CountAsync(ct);
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
        rows = filter.Sort switch
        {
            InboxSort.Waiting => ByWaiting(rows, from),
            InboxSort.Created => ByCreation(rows, from),
            _ => ByActivity(rows, from),
        };
        return await seals.Heads(rows.Take(limit + 1), ct);
    }

    private static IQueryable<ConversationHead> ByActivity(IQueryable<ConversationHead> rows, InboxCursor? from)
    {
        if (from is not null)
        {
            var (at, id) = (from.At, from.Id);
            rows = rows.Where(head => head.LastActivityAt < at || (head.LastActivityAt == at && head.Id.CompareTo(id) < 0));
        }
        return rows.OrderByDescending(head => head.LastActivityAt).ThenByDescending(head => head.Id);
    }

    private static IQueryable<ConversationHead> ByCreation(IQueryable<ConversationHead> rows, InboxCursor? from)
    {
        if (from is not null)
        {
            var (at, id) = (from.At, from.Id);
            rows = rows.Where(head => head.CreatedAt < at || (head.CreatedAt == at && head.Id.CompareTo(id) < 0));
        }
        return rows.OrderByDescending(head => head.CreatedAt).ThenByDescending(head => head.Id);
    }

    /// <summary>Who waits comes first, longest wait on top; then the answered ones, newest activity first.</summary>
    private static IQueryable<ConversationHead> ByWaiting(IQueryable<ConversationHead> rows, InboxCursor? from)
    {
        const long nobody = long.MaxValue;
        if (from is { Kind: InboxCursor.Waiting })
        {
            var (at, id) = (from.At, from.Id);
            rows = rows.Where(head => head.WaitingSince == null || head.WaitingSince > at || (head.WaitingSince == at && head.Id.CompareTo(id) > 0));
        }
        else if (from is not null)
        {
            var (at, id) = (from.At, from.Id);
            rows = rows.Where(head => head.WaitingSince == null && (head.LastActivityAt < at || (head.LastActivityAt == at && head.Id.CompareTo(id) > 0)));
        }
        return rows.OrderBy(head => head.WaitingSince ?? nobody)
            .ThenByDescending(head => head.WaitingSince == null ? head.LastActivityAt : 0)
            .ThenBy(head => head.Id);
    }
}

/// <param name="Mentions">Conversations where the reader was named and has not looked since.</param>
internal sealed record InboxCounts(int Mine, int Unassigned, int All, int Resolved, int Mentions = 0, int Snoozed = 0);

internal static class InboxSort
{
    /// <summary>Newest activity first.</summary>
    public const string Recent = "recent";

    /// <summary>Longest wait first.</summary>
    public const string Waiting = "waiting";

    /// <summary>Newest conversation first.</summary>
    public const string Created = "created";

    public static readonly IReadOnlyList<string> All = [Recent, Waiting, Created];
}

internal sealed record InboxFilter(InboxView? View, Expression<Func<ConversationHead, bool>>? Rule, string Sort)
{
    /// <summary>Only these (a search found them); null: all.</summary>
    public Guid[]? Among { get; init; }
}

/// <summary>Where a page ended. Opaque on the wire.</summary>
internal sealed record InboxCursor(char Kind, long At, Guid Id)
{
    public const char Waiting = 'w';
    private const char Activity = 'a';
    private const char Creation = 'c';

    public static InboxCursor After(ConversationHead last, string sort) => sort switch
    {
        InboxSort.Waiting when last.WaitingSince is { } since => new(Waiting, since, last.Id),
        InboxSort.Created => new(Creation, last.CreatedAt, last.Id),
        _ => new(Activity, last.LastActivityAt, last.Id),
    };

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Kind}{At}_{Id:N}");

    public static InboxCursor? Parse(string text)
    {
        var parts = text.Length > 1 && text[0] is Waiting or Activity or Creation ? text[1..].Split('_') : [];
        return parts.Length == 2 && long.TryParse(parts[0], System.Globalization.NumberStyles.None, null, out var at) && Guid.TryParseExact(parts[1], "N", out var id)
            ? new InboxCursor(text[0], at, id)
            : null;
    }
}
