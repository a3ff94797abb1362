using Queqiao.Server.Conversations.Inbox.Views;
using Queqiao.Server.Conversations.Search;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Inbox;

/// <summary><c>GET /api/v1/conversations</c> and <c>/counts</c></summary>
internal static class ListConversations
{
    private const int MostFound = 500;

    public static readonly string[] Parameters =
        ["q", "view", "status", "assignee", "team", "channel", "contact", "tag", "priority", "unread", "rating", "waiting", "created", "active", "field.*", "sort", "group", "limit", "cursor"];

    /// <param name="Q">Words of what was said in them. At most 500 are found, those with the newest hits; <c>cut</c> says whether there may be more.</param>
    /// <param name="View">mine, unassigned, team, mentions, snoozed, all, resolved, or the id of a saved view.</param>
    /// <param name="Status">One or more, between commas; the other filters too.</param>
    /// <param name="Assignee">me, none or agents' ids.</param>
    /// <param name="Team">none or teams' ids.</param>
    /// <param name="Channel">Channels' ids.</param>
    /// <param name="Contact">Contacts' ids.</param>
    /// <param name="Tag">none or tags' ids.</param>
    /// <param name="Priority">none, low, medium, high or urgent.</param>
    /// <param name="Unread">true or false.</param>
    /// <param name="Rating">1 to 5 or none.</param>
    /// <param name="Waiting">Waiting for at least so long: 10m, 4h, 7d.</param>
    /// <param name="Created">Began within so long.</param>
    /// <param name="Active">Something happened within so long.</param>
    /// <param name="Sort">recent (default), waiting or created.</param>
    /// <param name="Group">priority, status, assignee, team or channel: rows of one kind stand together, each kind in the order of sort.</param>
    /// <param name="Limit">1–100, default 50.</param>
    /// <param name="Cursor">From the page before.</param>
    internal sealed record Query(
        string? Q, string? View, string? Status, string? Assignee, string? Team, string? Channel, string? Contact, string? Tag, string? Priority, string? Unread, string? Rating, string? Waiting, string? Created, string? Active,
        string? Sort, string? Group, int? Limit, string? Cursor);

    public static async Task<IResult> Handle(
        [AsParameters] Query query, HttpRequest request, Actor actor, InboxQueries inbox, SavedViews views, ICustomFields fields, RowFactsSource source, TextSearch search, TimeProvider clock, CancellationToken ct)
    {
        var limit = query.Limit ?? 50;
        if (limit is < 1 or > 100)
            return Refusal.Invalid("limit", "out_of_range", 1, 100).ToProblem();
        var from = query.Cursor is null ? null : InboxCursor.Parse(query.Cursor);
        if (query.Cursor is not null && from is null)
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        var (filter, refusal) = await Read(query, request, actor, views, fields, clock, ct);
        if (filter is null)
            return refusal!.ToProblem();
        if (from is not null && !from.IsOf(filter.Group))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();

        if (query.Q is { Length: > SearchEndpoints.LongestQuery })
            return Refusal.Invalid("q", "too_long", SearchEndpoints.LongestQuery).ToProblem();
        var (among, cut) = string.IsNullOrWhiteSpace(query.Q) ? (null, false) : await search.Among(actor, query.Q, MostFound, ct);

        var found = await inbox.Page(actor, filter with { Among = among }, from, limit, ct);
        var rows = new List<(ConversationHead Head, RowFacts Facts)>(found.Count);
        foreach (var head in found.Take(limit))
            rows.Add((head.For(actor.Rights.Fields), await source.Of(head, ct)));
        var next = found.Count > limit ? InboxCursor.After(rows[^1].Head, filter.Sort, filter.Group).ToString() : null;
        return JsonAnswer.Object((rows, next, cut), static (json, it) =>
        {
            json.WriteStartArray("items");
            foreach (var (head, facts) in it.rows)
                RowWriter.Write(json, head, facts);
            json.WriteEndArray();
            if (it.next is not null)
                json.WriteString("nextCursor", it.next);
            if (it.cut)
                json.WriteBoolean("cut", true);
        });
    }

    private static async Task<(InboxFilter?, Refusal?)> Read(Query query, HttpRequest request, Actor actor, SavedViews views, ICustomFields fields, TimeProvider clock, CancellationToken ct)
    {
        if (query.Sort is { } sort && !InboxSort.All.Contains(sort))
            return (null, Refusal.Invalid("sort", "not_one_of", string.Join(", ", InboxSort.All)));
        if (query.Group is { } group && !InboxGroup.All.Contains(group))
            return (null, Refusal.Invalid("group", "not_one_of", string.Join(", ", InboxGroup.All)));
        InboxView? view = null;
        var order = query.Sort;
        if (query.View is { } name)
        {
            (view, var saved) = await views.Find(actor, name, ct);
            if (view is null)
                return (null, Refusal.Invalid("view", "not_one_of", string.Join(", ", InboxView.Names)));
            order ??= saved?.Sort;
        }
        var conditions = new List<Condition>();
        var custom = await fields.Of(actor.Ws, FieldObject.Conversation, ct);
        foreach (var (field, values) in Given(query, request))
        {
            var condition = new Condition(field, Condition.In, values.Split(',', StringSplitOptions.TrimEntries));
            if (ConditionRules.Check([condition], custom, field) is { } refusal)
                return (null, refusal);
            conditions.Add(condition);
        }
        return (new InboxFilter(view, conditions.Count == 0 ? null : ConditionRules.Rule(conditions, actor.AgentId, clock), order ?? InboxSort.Recent) { Group = query.Group }, null);
    }

    private static IEnumerable<(string Field, string Values)> Given(Query query, HttpRequest request)
    {
        (string, string?)[] known =
        [
            ("status", query.Status), ("assignee", query.Assignee), ("team", query.Team), ("channel", query.Channel), ("contact", query.Contact), ("tag", query.Tag),
            ("priority", query.Priority), ("unread", query.Unread), ("rating", query.Rating), ("waiting", query.Waiting), ("created", query.Created), ("active", query.Active),
        ];
        foreach (var (field, values) in known)
        {
            if (values is not null)
                yield return (field, values);
        }
        foreach (var (name, values) in request.Query)
        {
            if (name.StartsWith(Condition.CustomField, StringComparison.Ordinal))
                yield return (name, values.ToString());
        }
    }

    /// <param name="Views">Of the saved views that the reader has, by id.</param>
    internal sealed record CountsAnswer(int Mine, int Unassigned, int Team, int Mentions, int Snoozed, int All, int Resolved, IReadOnlyDictionary<Guid, int> Views);

    public static async Task<CountsAnswer> Counts(Actor actor, InboxQueries inbox, SavedViews views, CancellationToken ct)
    {
        var counts = await inbox.Counts(actor, ct);
        var ofViews = await inbox.Counts(actor, await views.Of(actor, ct), ct);
        return new CountsAnswer(counts.Mine, counts.Unassigned, counts.Team, counts.Mentions, counts.Snoozed, counts.All, counts.Resolved, ofViews);
    }
}
