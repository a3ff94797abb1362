using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Segments;

/// <summary>One condition on people; all of a segment's must hold.</summary>
/// <param name="Field"><c>tag</c>, <c>verified</c>, <c>blocked</c>, <c>seen</c>, <c>created</c> (days ago) or <c>field:KEY</c>.</param>
/// <param name="Op"><c>in</c>, <c>not_in</c>, <c>is</c>, <c>within</c> or <c>before</c>.</param>
internal sealed record SegmentCondition(string Field, string Op, IReadOnlyList<string> Values);

/// <summary>What may be a segment, and whom it holds. Only what is stored in clear can be asked for: nothing about a person is.</summary>
internal static class SegmentRules
{
    public const int MostConditions = 10;
    private const int MostValues = 20;
    private const int MostDays = 3650;
    public const string CustomField = "field:";

    /// <param name="fields">Those of contacts.</param>
    public static Refusal? Check(IReadOnlyList<SegmentCondition> conditions, FieldSet fields)
    {
        if (conditions.Count == 0)
            return Refusal.Invalid("conditions", "required");
        if (conditions.Count > MostConditions)
            return Refusal.Invalid("conditions", "too_many", MostConditions);
        return Refusal.Of(conditions.SelectMany((condition, i) => Fault(condition, fields) is { } fault ? [($"conditions.{i}", fault)] : Array.Empty<(string, FieldFault)>()));
    }

    private static FieldFault? Fault(SegmentCondition condition, FieldSet fields)
    {
        var (field, op, values) = condition;
        if (values.Count is 0 or > MostValues || values.Any(value => string.IsNullOrWhiteSpace(value) || value.Length > 200))
            return new FieldFault("required");
        return field switch
        {
            "tag" => op is "in" or "not_in" ? null : new FieldFault("not_one_of", "in, not_in"),
            "verified" or "blocked" => op == "is" && values is ["true" or "false"] ? null : new FieldFault("not_one_of", "true, false"),
            "seen" or "created" => op is not ("within" or "before") ? new FieldFault("not_one_of", "within, before") : Days(values[0]) is null || values.Count > 1 ? new FieldFault("out_of_range", 1, MostDays) : null,
            _ => !field.StartsWith(CustomField, StringComparison.Ordinal) || fields.Find(field[CustomField.Length..]) is not { } known ? new FieldFault("field_unknown")
                : known.IsPersonal ? new FieldFault("segment_field_personal")
                : known.Kind is not (FieldKind.Single or FieldKind.Bool or FieldKind.Text) ? new FieldFault("segment_field_kind")
                : op is "in" or "not_in" ? null : new FieldFault("not_one_of", "in, not_in"),
        };
    }

    private static int? Days(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= MostDays ? days : null;

    /// <summary>Those of some contacts for whom all conditions hold.</summary>
    /// <param name="now">In Unix milliseconds.</param>
    public static IQueryable<Contact> Narrow(QueqiaoDb db, int ws, IQueryable<Contact> rows, IReadOnlyList<SegmentCondition> conditions, FieldSet fields, long now) =>
        conditions.Aggregate(rows, (some, condition) => Narrow(db, ws, some, condition, fields, now));

    private static IQueryable<Contact> Narrow(QueqiaoDb db, int ws, IQueryable<Contact> rows, SegmentCondition condition, FieldSet fields, long now)
    {
        var values = condition.Values.ToArray();
        var wanted = condition.Op != "not_in";
        switch (condition.Field)
        {
            case "tag":
                var tagged = db.Visible(Scope<ContactTag>.Workspace(ws)).Where(row => values.Contains(row.Tag)).Select(row => row.ContactId);
                return rows.Where(contact => tagged.Contains(contact.Id) == wanted);
            case "verified":
                var (signed, verified) = (db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => row.Verified).Select(row => row.ContactId), values[0] == "true");
                return rows.Where(contact => signed.Contains(contact.Id) == verified);
            case "blocked":
                var blocked = values[0] == "true";
                return rows.Where(contact => (contact.BlockedAt != null) == blocked);
            case "seen" or "created":
                var since = now - (Days(values[0])!.Value * 86_400_000L);
                return rows.Where(Since(condition.Field == "seen", condition.Op == "within", since));
            default:
                var holding = db.Visible(Scope<ContactDetail>.Workspace(ws)).Where(Holds(fields.Find(condition.Field[CustomField.Length..])!, values)).Select(row => row.ContactId);
                return rows.Where(contact => holding.Contains(contact.Id) == wanted);
        }
    }

    private static Expression<Func<Contact, bool>> Since(bool seen, bool within, long since) => (seen, within) switch
    {
        (true, true) => contact => contact.LastSeenAt >= since,
        (true, false) => contact => contact.LastSeenAt < since,
        (false, true) => contact => contact.CreatedAt >= since,
        _ => contact => contact.CreatedAt < since,
    };

    /// <summary>Values have one stored form, so a value is found by its text: <c>"level":"gold"</c>, which ends with a comma or a brace.</summary>
    private static Expression<Func<ContactDetail, bool>> Holds(CustomField field, string[] values)
    {
        var forms = values.SelectMany(value =>
        {
            var form = $"{JsonSerializer.Serialize(field.Key)}:{(field.Kind == FieldKind.Bool ? value : JsonSerializer.Serialize(value, Platform.Json.StrictJson.Options))}";
            return (string[])[form + ",", form + "}"];
        });
        Expression<Func<ContactDetail, bool>> none = row => false;
        return forms.Aggregate(none, (either, form) =>
        {
            Expression<Func<ContactDetail, bool>> one = row => row.Fields != null && row.Fields.Contains(form);
            return Either(either, one);
        });
    }

    private static Expression<Func<ContactDetail, bool>> Either(Expression<Func<ContactDetail, bool>> one, Expression<Func<ContactDetail, bool>> other)
    {
        var row = one.Parameters[0];
        return Expression.Lambda<Func<ContactDetail, bool>>(Expression.OrElse(one.Body, new Swap(other.Parameters[0], row).Visit(other.Body)), row);
    }

    private sealed class Swap(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : base.VisitParameter(node);
    }
}
