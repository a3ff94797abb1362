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
        Task<int> Of(string view) => visible.CountAsync(InboxView.Of(view, actor.AgentId)!.Rule, ct);
        return new InboxCounts(await Of("mine"), await Of("unassigned"), await Of("all"), await Of("resolved"));
    }

    /// <summary>One page, newest activity first or longest wait first. Pages continue by key, so rows that move are neither lost nor repeated within a page.</summary>
    public async Task<IReadOnlyList<ConversationHead>> Page(Actor actor, InboxFilter filter, InboxCursor? from, int limit, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = db.Visible(actor.Conversations());
        if (filter.View is { } view)
            rows = rows.Where(view.Rule);
        if (filter.Status is { } status)
            rows = rows.Where(head => head.Status == status);
        if (filter.Unassigned)
            rows = rows.Where(head => head.AssigneeId == null);
        if (filter.Assignee is { } assignee)
            rows = rows.Where(head => head.AssigneeId == assignee);
        if (filter.Channel is { } channel)
            rows = rows.Where(head => head.ChannelId == channel);
        rows = filter.ByWaiting ? ByWaiting(rows, from) : ByActivity(rows, from);
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

    /// <summary>Who waits comes first, longest wait on top; then the answered ones, newest activity first.</summary>
    private static IQueryable<ConversationHead> ByWaiting(IQueryable<ConversationHead> rows, InboxCursor? from)
    {
        const long nobody = long.MaxValue;
        if (from is { Waiting: true })
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

internal sealed record InboxCounts(int Mine, int Unassigned, int All, int Resolved);

internal sealed record InboxFilter
{
    public InboxView? View { get; init; }
    public string? Status { get; init; }
    public bool Unassigned { get; init; }
    public Guid? Assignee { get; init; }
    public Guid? Channel { get; init; }

    /// <summary>Longest wait first, instead of newest activity first.</summary>
    public bool ByWaiting { get; init; }
}

/// <summary>Where a page ended. Opaque on the wire.</summary>
internal sealed record InboxCursor(bool Waiting, long At, Guid Id)
{
    public static InboxCursor After(ConversationHead last, bool byWaiting) => byWaiting && last.WaitingSince is { } since
        ? new(true, since, last.Id)
        : new(false, last.LastActivityAt, last.Id);

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(Waiting ? 'w' : 'a')}{At}_{Id:N}");

    public static InboxCursor? Parse(string text)
    {
        var parts = text.Length > 1 && text[0] is 'w' or 'a' ? text[1..].Split('_') : [];
        return parts.Length == 2 && long.TryParse(parts[0], System.Globalization.NumberStyles.None, null, out var at) && Guid.TryParseExact(parts[1], "N", out var id)
            ? new InboxCursor(text[0] == 'w', at, id)
            : null;
    }
}
