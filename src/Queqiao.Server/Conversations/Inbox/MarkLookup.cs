using System.Linq.Expressions;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Inbox;

/// <summary>
/// Rules ask whether a column of the head contains a mark (a tag's id, a field's value). In memory that is the answer; in the database
/// it would read every conversation. Here the same question becomes one to <see cref="ConversationMark"/>, which has an index.
/// </summary>
internal static class MarkLookup
{
    public static IQueryable<ConversationHead> Having(this IQueryable<ConversationHead> rows, QueqiaoDb db, int ws, Expression<Func<ConversationHead, bool>> rule) =>
        rows.Where(In(db, ws, rule));

    public static Expression<Func<ConversationHead, bool>> In(QueqiaoDb db, int ws, Expression<Func<ConversationHead, bool>> rule) =>
        (Expression<Func<ConversationHead, bool>>)new Asked(db, ws).Visit(rule);

    private sealed class Asked(QueqiaoDb db, int ws) : ExpressionVisitor
    {
        protected override Expression VisitMethodCall(MethodCallExpression node)
        {
            if (node is not { Method: { Name: nameof(string.Contains), DeclaringType: { } type }, Object: MemberExpression { Expression: { } head, Member.Name: var column }, Arguments: [var mark] }
                || type != typeof(string) || head.Type != typeof(ConversationHead) || !ConversationMark.KindOf.TryGetValue(column, out var kind))
                return base.VisitMethodCall(node);
            // An IN over the ones that have the mark: SQLite would ask an EXISTS anew for every conversation.
            var row = Expression.Parameter(typeof(ConversationMark), "mark");
            var has = Expression.Lambda<Func<ConversationMark, bool>>(
                Expression.Equal(Expression.Property(row, nameof(ConversationMark.Mark)), mark), row);
            var having = db.Table<ConversationMark>().Where(one => one.Ws == ws && one.Kind == kind).Where(has).Select(one => one.ConversationId);
            return Expression.Call(typeof(Queryable), nameof(Queryable.Contains), [typeof(Guid)], having.Expression, Expression.Property(head, nameof(ConversationHead.Id)));
        }
    }
}
