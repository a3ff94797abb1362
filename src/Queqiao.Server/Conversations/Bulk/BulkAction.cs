using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Bulk;

/// <summary>What is done to each of many conversations.</summary>
/// <param name="Type">assign, status, tags or priority.</param>
/// <param name="AgentId">assign: who is to hold them; null together with <paramref name="TeamId"/>: back into the queue.</param>
/// <param name="TeamId">assign: which team is to look after them.</param>
/// <param name="Status">status: open, pending, snoozed or resolved.</param>
/// <param name="Until">status snoozed: when they wake.</param>
/// <param name="Add">tags: ids of tags to put on.</param>
/// <param name="Remove">tags: ids of tags to take off.</param>
/// <param name="Priority">priority: none, low, medium, high or urgent.</param>
internal sealed record BulkAction(
    string Type, Guid? AgentId = null, Guid? TeamId = null, string? Status = null, DateTimeOffset? Until = null, string? Reason = null,
    IReadOnlyList<Guid>? Add = null, IReadOnlyList<Guid>? Remove = null, string? Priority = null)
{
    public const string Assign = "assign";
    public const string SetStatus = "status";
    public const string Tags = "tags";
    public const string SetPriority = "priority";

    public static readonly IReadOnlyList<string> Types = [Assign, SetStatus, Tags, SetPriority];

    private const int MostReason = 500;
    private static readonly string[] Settable = [ConversationStatus.Open, ConversationStatus.Pending, ConversationStatus.Snoozed, ConversationStatus.Resolved];
    private static readonly TimeSpan LongestSnooze = TimeSpan.FromDays(366);

    /// <summary>What whoever wants it must be allowed, when it is asked for and again when it is done.</summary>
    public string Permission => Type == Assign ? Permissions.Assign : Permissions.Reply;

    /// <summary>Null when it can be meant.</summary>
    public Refusal? Check(DateTimeOffset now) => Type switch
    {
        Assign => null,
        SetStatus => CheckStatus(now),
        Tags when Add is null or { Count: 0 } && Remove is null or { Count: 0 } => Refusal.Invalid("action.add", "required"),
        Tags when Add?.Count > LabelRules.MostTags || Remove?.Count > LabelRules.MostTags => Refusal.Invalid("action.add", "too_many", LabelRules.MostTags),
        Tags => null,
        SetPriority => Priority is { } one && ConversationPriority.All.Contains(one) ? null : Refusal.Invalid("action.priority", "not_one_of", string.Join(", ", ConversationPriority.All)),
        _ => Refusal.Invalid("action.type", "not_one_of", string.Join(", ", Types)),
    };

    private Refusal? CheckStatus(DateTimeOffset now)
    {
        if (Status is null || !Settable.Contains(Status))
            return Refusal.Invalid("action.status", "not_one_of", string.Join(", ", Settable));
        if (Reason is { Length: > MostReason })
            return Refusal.Invalid("action.reason", "too_long", MostReason);
        if (Status != ConversationStatus.Snoozed)
            return Until is null ? null : Refusal.Invalid("action.until", "only_when_snoozed");
        if (Until is not { } until)
            return Refusal.Invalid("action.until", "required");
        return until <= now || until > now + LongestSnooze ? Refusal.Invalid("action.until", "snooze_out_of_range", (int)LongestSnooze.TotalDays) : null;
    }
}

/// <summary>What a change replaced: enough to put it back.</summary>
internal sealed record BulkBefore(string Status, long? SnoozedUntil, Guid? AssigneeId, Guid? TeamId, string Priority, string? Tags)
{
    public static BulkBefore Of(ConversationHead head) => new(head.Status, head.SnoozedUntil, head.AssigneeId, head.TeamId, head.Priority, head.Tags);
}

/// <summary>Names of what a conversation goes back to.</summary>
internal sealed record BulkNames(Func<Guid?, Person?> Agent, Func<Guid?, NamedTeam?> Team, Func<Guid, string> Tag);

internal static class BulkRules
{
    /// <summary>Puts back what a change replaced, when nothing else has happened since.</summary>
    /// <param name="seq">The head's, as far as only the change and looking at it go.</param>
    public static Decision Restore(this ConversationHead head, long seq, BulkBefore before, BulkNames names)
    {
        if (head.Seq != seq)
            return Refusal.Conflict("bulk_changed_since");
        if (before.AssigneeId is not null && names.Agent(before.AssigneeId) is null)
            return Refusal.Conflict("bulk_agent_gone");
        var entries = new List<EntryBody?>
        {
            head.TeamId == before.TeamId ? null : new TeamChanged(names.Team(head.TeamId), names.Team(before.TeamId)),
            head.AssigneeId == before.AssigneeId ? null
                : new AssigneeChanged(head.AssigneeId is { } from ? new Person(from, head.AssigneeName ?? "") : null, names.Agent(before.AssigneeId)),
            head.Status == before.Status && head.SnoozedUntil == before.SnoozedUntil ? null : new StatusChanged(head.Status, before.Status, null, before.SnoozedUntil),
            head.Priority == before.Priority ? null : new PriorityChanged(head.Priority, before.Priority),
        };
        var (now, then) = (IdSet.Of(head.Tags).ToHashSet(), IdSet.Of(before.Tags).ToHashSet());
        entries.AddRange(now.Except(then).Select(tag => new Untagged(tag, names.Tag(tag))));
        entries.AddRange(then.Except(now).Select(tag => new Tagged(tag, names.Tag(tag))));
        return Decision.Of(entries);
    }
}
