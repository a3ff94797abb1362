using System.Globalization;
using System.Linq.Expressions;

namespace Queqiao.Server.Conversations.Inbox;

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

/// <summary>An order of lists: how rows are sorted, and what lies beyond the row where a page ended.</summary>
internal abstract class InboxOrder
{
    public static InboxOrder Of(string sort) => sort switch
    {
        InboxSort.Waiting => Waiting,
        InboxSort.Created => Creation,
        _ => Activity,
    };

    public abstract Expression<Func<ConversationHead, bool>> Beyond(InboxCursor from);

    public abstract IOrderedQueryable<ConversationHead> Sort(IQueryable<ConversationHead> rows);

    /// <summary>Within groups.</summary>
    public abstract IOrderedQueryable<ConversationHead> Then(IOrderedQueryable<ConversationHead> rows);

    private static readonly InboxOrder Activity = new ByActivity();
    private static readonly InboxOrder Creation = new ByCreation();
    private static readonly InboxOrder Waiting = new ByWaiting();

    private sealed class ByActivity : InboxOrder
    {
        public override Expression<Func<ConversationHead, bool>> Beyond(InboxCursor from)
        {
            var (at, id) = (from.At, from.Id);
            return head => head.LastActivityAt < at || (head.LastActivityAt == at && head.Id.CompareTo(id) < 0);
        }

        public override IOrderedQueryable<ConversationHead> Sort(IQueryable<ConversationHead> rows) => rows.OrderByDescending(head => head.LastActivityAt).ThenByDescending(head => head.Id);

        public override IOrderedQueryable<ConversationHead> Then(IOrderedQueryable<ConversationHead> rows) => rows.ThenByDescending(head => head.LastActivityAt).ThenByDescending(head => head.Id);
    }

    private sealed class ByCreation : InboxOrder
    {
        public override Expression<Func<ConversationHead, bool>> Beyond(InboxCursor from)
        {
            var (at, id) = (from.At, from.Id);
            return head => head.CreatedAt < at || (head.CreatedAt == at && head.Id.CompareTo(id) < 0);
        }

        public override IOrderedQueryable<ConversationHead> Sort(IQueryable<ConversationHead> rows) => rows.OrderByDescending(head => head.CreatedAt).ThenByDescending(head => head.Id);

        public override IOrderedQueryable<ConversationHead> Then(IOrderedQueryable<ConversationHead> rows) => rows.ThenByDescending(head => head.CreatedAt).ThenByDescending(head => head.Id);
    }

    /// <summary>Who waits comes first, longest wait on top; then the answered ones, newest activity first.</summary>
    private sealed class ByWaiting : InboxOrder
    {
        private const long Nobody = long.MaxValue;

        public override Expression<Func<ConversationHead, bool>> Beyond(InboxCursor from)
        {
            var (at, id) = (from.At, from.Id);
            return from.Kind == InboxCursor.Waiting
                ? head => head.WaitingSince == null || head.WaitingSince > at || (head.WaitingSince == at && head.Id.CompareTo(id) > 0)
                : head => head.WaitingSince == null && (head.LastActivityAt < at || (head.LastActivityAt == at && head.Id.CompareTo(id) > 0));
        }

        public override IOrderedQueryable<ConversationHead> Sort(IQueryable<ConversationHead> rows) => rows.OrderBy(head => head.WaitingSince ?? Nobody)
            .ThenByDescending(head => head.WaitingSince == null ? head.LastActivityAt : 0)
            .ThenBy(head => head.Id);

        public override IOrderedQueryable<ConversationHead> Then(IOrderedQueryable<ConversationHead> rows) => rows.ThenBy(head => head.WaitingSince ?? Nobody)
            .ThenByDescending(head => head.WaitingSince == null ? head.LastActivityAt : 0)
            .ThenBy(head => head.Id);
    }
}

/// <summary>Where a page ended. Opaque on the wire.</summary>
/// <param name="Group">Of the group in which it ended.</param>
internal sealed record InboxCursor(char Kind, long At, Guid Id, string? Group = null)
{
    public const char Waiting = 'w';
    private const char Activity = 'a';
    private const char Creation = 'c';

    public static InboxCursor After(ConversationHead last, string sort, string? group = null)
    {
        var key = group is null ? null : InboxGroup.Of(group).KeyOf(last);
        return sort switch
        {
            InboxSort.Waiting when last.WaitingSince is { } since => new(Waiting, since, last.Id, key),
            InboxSort.Created => new(Creation, last.CreatedAt, last.Id, key),
            _ => new(Activity, last.LastActivityAt, last.Id, key),
        };
    }

    /// <summary>Whether it comes from a list in these groups.</summary>
    public bool IsOf(string? group) => group is null ? Group is null : Group is { } key && InboxGroup.Of(group).Reads(key);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind}{At}_{Id:N}{(Group is null ? "" : "_" + Group)}");

    public static InboxCursor? Parse(string text)
    {
        var parts = text.Length > 1 && text[0] is Waiting or Activity or Creation ? text[1..].Split('_') : [];
        return parts.Length is 2 or 3 && long.TryParse(parts[0], NumberStyles.None, null, out var at) && Guid.TryParseExact(parts[1], "N", out var id)
            ? new InboxCursor(text[0], at, id, parts.ElementAtOrDefault(2))
            : null;
    }
}
