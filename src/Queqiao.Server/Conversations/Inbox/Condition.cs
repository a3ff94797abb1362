using System.Linq.Expressions;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Inbox;

/// <summary>One condition of a list or a saved view.</summary>
/// <param name="Field"><c>status</c>, <c>assignee</c>, <c>team</c>, <c>channel</c>, <c>contact</c>, <c>tag</c>, <c>priority</c>, <c>unread</c>, <c>rating</c>, <c>mentioned</c>, <c>waiting</c>, <c>created</c>, <c>active</c>, or <c>field.KEY</c> of a custom field.</param>
/// <param name="Op"><c>in</c> (one of the values) or <c>not_in</c> (none of them).</param>
/// <param name="Values">Names or ids; <c>me</c> and <c>none</c> where they make sense. Of <c>waiting</c> (at least so long), <c>created</c> and <c>active</c> (within): one length of time, <c>10m</c>, <c>4h</c>, <c>7d</c>.</param>
internal sealed record Condition(string Field, string Op, IReadOnlyList<string> Values)
{
    public const string In = "in";
    public const string NotIn = "not_in";
    public const int MostConditions = 20;
    public const int MostValues = 50;
    public const string CustomField = "field.";

    public static readonly IReadOnlyList<string> Fields = ["status", "assignee", "team", "channel", "contact", "tag", "priority", "unread", "rating", "mentioned", "waiting", "created", "active"];
}

/// <summary>Conditions to one expression, for SQL and for memory alike: a list asks for it, a pushed row is held against it.</summary>
internal static class ConditionRules
{
    /// <summary>Null when they can be meant.</summary>
    /// <param name="field">What they are called on the wire.</param>
    public static Refusal? Check(IReadOnlyList<Condition> conditions, FieldSet custom, string field = "conditions")
    {
        if (conditions.Count > Condition.MostConditions)
            return Refusal.Invalid(field, "too_many", Condition.MostConditions);
        foreach (var condition in conditions)
        {
            if (condition.Op is not (Condition.In or Condition.NotIn))
                return Refusal.Invalid(field, "not_one_of", "in, not_in");
            if (condition.Values.Count is 0 or > Condition.MostValues)
                return Refusal.Invalid(field, "out_of_range", 1, Condition.MostValues);
            if (CheckValues(condition, custom, field) is { } refusal)
                return refusal;
        }
        return null;
    }

    private static Refusal? CheckValues(Condition condition, FieldSet custom, string field)
    {
        Refusal? OneOf(IReadOnlyList<string> allowed) =>
            condition.Values.All(allowed.Contains) ? null : Refusal.Invalid(field, "not_one_of", string.Join(", ", allowed));
        Refusal? Ids(params string[] words) =>
            condition.Values.All(value => words.Contains(value) || Guid.TryParse(value, out _)) ? null : Refusal.Invalid(field, "invalid_id");
        return condition.Field switch
        {
            "status" => OneOf(ConversationStatus.All),
            "priority" => OneOf(ConversationPriority.All),
            "unread" => OneOf(["true", "false"]),
            "rating" => OneOf(["1", "2", "3", "4", "5", "none"]),
            "mentioned" => OneOf(["me"]),
            "waiting" or "created" or "active" => condition.Values is [var length] && TimeAgo.Length(length) is not null ? null : Refusal.Invalid(field, "invalid_length_of_time"),
            "assignee" => Ids("me", "none"),
            "team" or "tag" => Ids("none"),
            "channel" or "contact" => Ids(),
            _ when condition.Field.StartsWith(Condition.CustomField, StringComparison.Ordinal) =>
                custom.Find(condition.Field[Condition.CustomField.Length..]) is { IsPersonal: false } ? null : Refusal.Invalid(field, "field_not_filterable", condition.Field),
            _ => Refusal.Invalid(field, "not_one_of", string.Join(", ", Condition.Fields.Append("field.KEY"))),
        };
    }

    /// <param name="conditions">Checked; all of them must hold.</param>
    /// <param name="me">Whom <c>me</c> means.</param>
    /// <param name="clock">From when lengths of time count; it is read whenever the rule is asked.</param>
    public static Expression<Func<ConversationHead, bool>> Rule(IEnumerable<Condition> conditions, Guid me, TimeProvider clock)
    {
        Expression<Func<ConversationHead, bool>> all = head => true;
        foreach (var condition in conditions)
        {
            var any = condition.Values.Select(value => One(condition.Field, value, me, clock)).Aggregate((one, other) => Join(one, other, Expression.OrElse));
            var holds = condition.Op == Condition.In ? any : Expression.Lambda<Func<ConversationHead, bool>>(Expression.Not(any.Body), any.Parameters);
            all = Join(all, holds, Expression.AndAlso);
        }
        return all;
    }

    public static Expression<Func<ConversationHead, bool>> Both(Expression<Func<ConversationHead, bool>> one, Expression<Func<ConversationHead, bool>> other) =>
        Join(one, other, Expression.AndAlso);

    public static Expression<Func<ConversationHead, bool>> Either(Expression<Func<ConversationHead, bool>> one, Expression<Func<ConversationHead, bool>> other) =>
        Join(one, other, Expression.OrElse);

    private static Expression<Func<ConversationHead, bool>> One(string field, string value, Guid me, TimeProvider clock)
    {
        switch (field, value)
        {
            case ("status", _):
                return head => head.Status == value;
            case ("priority", _):
                return head => head.Priority == value;
            case ("unread", "true"):
                return head => head.Unread > 0;
            case ("unread", _):
                return head => head.Unread == 0;
            case ("rating", "none"):
                return head => head.Rating == null;
            case ("rating", _):
                var score = int.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
                return head => head.Rating == score;
            case ("assignee", "none"):
                return head => head.AssigneeId == null;
            case ("team", "none"):
                return head => head.TeamId == null;
            case ("tag", "none"):
                return head => head.Tags == null;
            case ("mentioned", _):
                var named = IdSet.Mark(me);
                return head => head.Mentioned != null && head.Mentioned.Contains(named);
            case ("tag", _):
                var mark = IdSet.Mark(Guid.Parse(value));
                return head => head.Tags != null && head.Tags.Contains(mark);
            case ("waiting" or "created" or "active", _):
                return OfTime(field, new TimeAgo(clock, TimeAgo.Length(value)!.Value));
            case ("assignee" or "team" or "channel" or "contact", _):
                return OfId(field, value == "me" ? me : Guid.Parse(value));
            default:
                var line = FieldValues.Facet(field[Condition.CustomField.Length..], value);
                return head => head.Facets != null && head.Facets.Contains(line);
        }
    }

    private static Expression<Func<ConversationHead, bool>> OfTime(string field, TimeAgo ago) => field switch
    {
        "waiting" => head => head.WaitingSince != null && head.WaitingSince <= ago.At,
        "created" => head => head.CreatedAt >= ago.At,
        _ => head => head.LastActivityAt >= ago.At,
    };

    private static Expression<Func<ConversationHead, bool>> OfId(string field, Guid id) => field switch
    {
        "assignee" => head => head.AssigneeId == id,
        "team" => head => head.TeamId == id,
        "contact" => head => head.ContactId == id,
        _ => head => head.ChannelId == id,
    };

    private static Expression<Func<ConversationHead, bool>> Join(
        Expression<Func<ConversationHead, bool>> one, Expression<Func<ConversationHead, bool>> other, Func<Expression, Expression, BinaryExpression> join)
    {
        var head = one.Parameters[0];
        return Expression.Lambda<Func<ConversationHead, bool>>(join(one.Body, new Renamed(other.Parameters[0], head).Visit(other.Body)), head);
    }

    private sealed class Renamed(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
