using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Inbox;
using Queqiao.Server.Conversations.Inbox.Views;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Bulk;

/// <summary>Which conversations: named ones, or all that a list would show.</summary>
/// <param name="Ids">At most 1,000.</param>
/// <param name="Filter">The list's own parameters (<c>view</c>, <c>status</c>, <c>assignee</c> …) and their values, as in its address.</param>
internal sealed record BulkSelection(IReadOnlyList<Guid>? Ids, IReadOnlyDictionary<string, string>? Filter)
{
    public const int MostIds = 1000;
    public const int MostMatching = 20_000;

    public Refusal? Check() =>
        Ids is null == Filter is null ? Refusal.Invalid("ids", "bulk_ids_or_filter")
        : Ids is { Count: 0 } ? Refusal.Invalid("ids", "required")
        : Ids is { Count: > MostIds } ? Refusal.Invalid("ids", "too_many", MostIds) : null;
}

/// <summary>Finds the conversations of a selection, in the sight of whoever wants them.</summary>
internal sealed class BulkSelecting(IStorageEngine storage, SavedViews views, ICustomFields fields, TimeProvider clock)
{
    /// <summary>How many there are now; a selection by filter that cannot be meant is refused.</summary>
    public async Task<(int Count, Refusal? Refusal)> Count(Actor actor, BulkSelection selection, CancellationToken ct)
    {
        var (rule, refusal) = await Rule(actor, selection, ct);
        if (rule is null)
            return (0, refusal);
        await using var db = storage.Read(actor.Ws);
        return (await db.Visible(actor.Conversations()).Having(db, actor.Ws, rule).CountAsync(ct), null);
    }

    /// <summary>The next ones by id. Changing a conversation moves it in every other order, but not in this.</summary>
    /// <param name="notAfter">Those that began later were not meant.</param>
    public async Task<List<ConversationHead>> Next(Actor actor, BulkSelection selection, Guid? after, long notAfter, int most, CancellationToken ct)
    {
        if (selection.Ids is { } ids)
            return await Named(actor, [.. ids.Distinct().Order().SkipWhile(id => after is { } last && id.CompareTo(last) <= 0).Take(most)], ct);
        var (rule, _) = await Rule(actor, selection, ct);
        if (rule is null)
            return []; // the saved view is gone
        await using var db = storage.Read(actor.Ws);
        var rows = db.Visible(actor.Conversations()).Having(db, actor.Ws, rule).Where(head => head.CreatedAt <= notAfter);
        if (after is { } from)
            rows = rows.Where(head => head.Id.CompareTo(from) > 0);
        return await rows.OrderBy(head => head.Id).Take(most).ToListAsync(ct);
    }

    /// <summary>Those of a selection that can be seen, opened, by id.</summary>
    public async Task<List<ConversationHead>> Look(Actor actor, BulkSelection selection, ConversationSeals seals, int most, CancellationToken ct)
    {
        var (rule, _) = await Rule(actor, selection, ct);
        if (rule is null)
            return [];
        await using var db = storage.Read(actor.Ws);
        return await seals.Heads(db.Visible(actor.Conversations()).Having(db, actor.Ws, rule).OrderBy(head => head.Id).Take(most), ct);
    }

    /// <summary>Named ones come back even when they are not there to be seen: the log says so, and the list of what failed.</summary>
    private async Task<List<ConversationHead>> Named(Actor actor, Guid[] ids, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var found = await db.Visible(actor.Conversations()).Where(head => ids.Contains(head.Id)).ToDictionaryAsync(head => head.Id, ct);
        return [.. ids.Select(id => found.GetValueOrDefault(id) ?? new ConversationHead { Ws = actor.Ws, Id = id, ChannelId = default, Identity = "", ContactId = default, CreatedAt = 0, LastActivityAt = 0, LastEntryAt = 0 })];
    }

    private async Task<(Expression<Func<ConversationHead, bool>>? Rule, Refusal? Refusal)> Rule(Actor actor, BulkSelection selection, CancellationToken ct)
    {
        if (selection.Ids is { } ids)
            return (head => ids.Contains(head.Id), null);
        Expression<Func<ConversationHead, bool>> all = head => true;
        var conditions = new List<Condition>();
        var custom = await fields.Of(actor.Ws, FieldObject.Conversation, ct);
        foreach (var (field, values) in selection.Filter!)
        {
            if (field == "view")
            {
                if ((await views.Find(actor, values, ct)).View is not { } view)
                    return (null, Refusal.Invalid("filter.view", "not_one_of", string.Join(", ", InboxView.Names)));
                all = view.Rule;
                continue;
            }
            var condition = new Condition(field, Condition.In, values.Split(',', StringSplitOptions.TrimEntries));
            if (ConditionRules.Check([condition], custom, "filter." + field) is { } refusal)
                return (null, refusal);
            conditions.Add(condition);
        }
        return (conditions.Count == 0 ? all : ConditionRules.Both(all, ConditionRules.Rule(conditions, actor.AgentId, clock)), null);
    }
}
