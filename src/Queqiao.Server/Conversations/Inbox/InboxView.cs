using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Conversations.Inbox;

/// <summary>A named list of conversations. As with scopes, one expression serves SQL and memory.</summary>
internal sealed class InboxView
{
    private readonly Lazy<Func<ConversationHead, bool>> _inMemory;

    /// <param name="name">One of <see cref="Names"/>, or the id of a saved view.</param>
    /// <param name="rule">What it holds.</param>
    public InboxView(string name, Expression<Func<ConversationHead, bool>> rule)
    {
        Name = name;
        Rule = rule;
        _inMemory = new(rule.Compile); // lists over HTTP are only ever translated to SQL
    }

    public string Name { get; }

    public Expression<Func<ConversationHead, bool>> Rule { get; }

    public bool Holds(ConversationHead head) => _inMemory.Value(head);

    public static readonly IReadOnlyList<string> Names = ["mine", "unassigned", "team", "mentions", "snoozed", "all", "resolved"];

    private static readonly InboxView Unassigned = new("unassigned",
        head => head.AssigneeId == null && head.Status != ConversationStatus.Resolved && head.Status != ConversationStatus.Snoozed);

    private static readonly InboxView Snoozed = new("snoozed", head => head.Status == ConversationStatus.Snoozed);
    private static readonly InboxView All = new("all", head => head.Status != ConversationStatus.Resolved);
    private static readonly InboxView Resolved = new("resolved", head => head.Status == ConversationStatus.Resolved);

    // Compiling a rule takes longer than asking it a thousand times.
    private static readonly ConcurrentDictionary<Guid, InboxView> Mine = new();
    private static readonly ConcurrentDictionary<Guid, InboxView> Mentions = new();
    private static readonly ConditionalWeakTable<TeamReach, InboxView> Team = [];

    /// <summary>Null when there is no view of that name; a saved view is found by <c>SavedViews</c>.</summary>
    public static InboxView? Of(string name, Actor actor) => name switch
    {
        "mine" => Mine.GetOrAdd(actor.AgentId, static id => new("mine",
            head => head.AssigneeId == id && head.Status != ConversationStatus.Resolved && head.Status != ConversationStatus.Snoozed)),
        "team" => Team.GetValue(actor.Rights.Reach, static reach => OfTeams(reach.Teams)),
        "mentions" => Mentions.GetOrAdd(actor.AgentId, static id => new("mentions", OfMentions(id))),
        "unassigned" => Unassigned,
        "snoozed" => Snoozed,
        "all" => All,
        "resolved" => Resolved,
        _ => null,
    };

    private static Expression<Func<ConversationHead, bool>> OfMentions(Guid agent)
    {
        var named = IdSet.Mark(agent);
        return head => head.Mentioned != null && head.Mentioned.Contains(named);
    }

    /// <summary>What the teams of somebody are to look after.</summary>
    private static InboxView OfTeams(IReadOnlySet<Guid> mine)
    {
        var teams = mine.Select(id => (Guid?)id).ToHashSet();
        return new("team", head => teams.Contains(head.TeamId) && head.Status != ConversationStatus.Resolved && head.Status != ConversationStatus.Snoozed);
    }
}
