using System.Globalization;
using System.Linq.Expressions;

namespace Queqiao.Server.Conversations.Inbox;

/// <summary>By what the rows of a list stand together. Groups come in a fixed order: the most urgent or the earliest stage first, and what has none first of all.</summary>
internal abstract class InboxGroup
{
    public static readonly IReadOnlyList<string> All = ["priority", "status", "assignee", "team", "channel"];

    private static readonly Dictionary<string, InboxGroup> Known = new Dictionary<string, InboxGroup>
    {
        ["priority"] = new ByNumber(head => head.Priority == "urgent" ? 0 : head.Priority == "high" ? 1
            : head.Priority == "medium" ? 2 : head.Priority == "low" ? 3 : 4),
        ["status"] = new ByNumber(head => head.Status == ConversationStatus.Queued ? 0 : head.Status == ConversationStatus.Open ? 1
            : head.Status == ConversationStatus.Pending ? 2 : head.Status == ConversationStatus.Bot ? 3 : head.Status == ConversationStatus.Snoozed ? 4 : 5),
        ["assignee"] = new ById(head => head.AssigneeId ?? Guid.Empty),
        ["team"] = new ById(head => head.TeamId ?? Guid.Empty),
        ["channel"] = new ById(head => head.ChannelId),
    };

    /// <param name="name">One of <see cref="All"/>.</param>
    public static InboxGroup Of(string name) => Known[name];

    /// <summary>The group of a row, as cursors carry it.</summary>
    public abstract string KeyOf(ConversationHead head);

    public abstract bool Reads(string key);

    /// <param name="rows">To be sorted.</param>
    /// <param name="order">Within a group.</param>
    /// <param name="from">Where the page before ended.</param>
    /// <param name="beyond">What lies beyond that in its group.</param>
    public abstract IOrderedQueryable<ConversationHead> Then(IQueryable<ConversationHead> rows, InboxOrder order, InboxCursor? from, Expression<Func<ConversationHead, bool>>? beyond);

    private abstract class By<T>(Expression<Func<ConversationHead, T>> key) : InboxGroup
    {
        private readonly Func<ConversationHead, T> _inMemory = key.Compile();

        protected abstract T Read(string key);

        protected abstract string Write(T key);

        protected abstract Expression After(Expression one, Expression other);

        public override string KeyOf(ConversationHead head) => Write(_inMemory(head));

        public override IOrderedQueryable<ConversationHead> Then(IQueryable<ConversationHead> rows, InboxOrder order, InboxCursor? from, Expression<Func<ConversationHead, bool>>? beyond)
        {
            if (from is not null && beyond is not null)
            {
                var last = Expression.Constant(Read(from.Group!));
                var later = Expression.Lambda<Func<ConversationHead, bool>>(After(key.Body, last), key.Parameters);
                var same = Expression.Lambda<Func<ConversationHead, bool>>(Expression.Equal(key.Body, last), key.Parameters);
                rows = rows.Where(ConditionRules.Either(later, ConditionRules.Both(same, beyond)));
            }
            return order.Then(rows.OrderBy(key));
        }
    }

    private sealed class ByNumber(Expression<Func<ConversationHead, int>> key) : By<int>(key)
    {
        public override bool Reads(string key) => key.Length == 1 && int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out _);

        protected override int Read(string key) => int.Parse(key, CultureInfo.InvariantCulture);

        protected override string Write(int key) => key.ToString(CultureInfo.InvariantCulture);

        protected override Expression After(Expression one, Expression other) => Expression.GreaterThan(one, other);
    }

    private sealed class ById(Expression<Func<ConversationHead, Guid>> key) : By<Guid>(key)
    {
        public override bool Reads(string key) => Guid.TryParseExact(key, "N", out _);

        protected override Guid Read(string key) => Guid.ParseExact(key, "N");

        protected override string Write(Guid key) => key.ToString("N");

        protected override Expression After(Expression one, Expression other) =>
            Expression.GreaterThan(Expression.Call(one, nameof(Guid.CompareTo), null, other), Expression.Constant(0));
    }
}
