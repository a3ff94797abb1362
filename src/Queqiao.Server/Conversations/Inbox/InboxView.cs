using System.Collections.Concurrent;
using System.Linq.Expressions;

namespace Queqiao.Server.Conversations.Inbox;

/// <summary>A named list of conversations. As with scopes, one expression serves SQL and memory.</summary>
internal sealed class InboxView
{
    private readonly Func<ConversationHead, bool> _inMemory;

    private InboxView(string name, Expression<Func<ConversationHead, bool>> rule)
    {
        Name = name;
        Rule = rule;
        _inMemory = rule.Compile();
    }

    public string Name { get; }

    public Expression<Func<ConversationHead, bool>> Rule { get; }

    public bool Holds(ConversationHead head) => _inMemory(head);

    public static readonly IReadOnlyList<string> Names = ["mine", "unassigned", "all", "resolved"];

    private static readonly InboxView Unassigned = new("unassigned", head => head.AssigneeId == null && head.Status != ConversationStatus.Resolved);
    private static readonly InboxView All = new("all", head => head.Status != ConversationStatus.Resolved);
    private static readonly InboxView Resolved = new("resolved", head => head.Status == ConversationStatus.Resolved);

    // Compiling a rule takes longer than asking it a thousand times.
    private static readonly ConcurrentDictionary<Guid, InboxView> Mine = new();

    /// <summary>Null when there is no view of that name.</summary>
    public static InboxView? Of(string name, Guid agentId) => name switch
    {
        "mine" => Mine.GetOrAdd(agentId, static id => new("mine", head => head.AssigneeId == id && head.Status != ConversationStatus.Resolved)),
        "unassigned" => Unassigned,
        "all" => All,
        "resolved" => Resolved,
        _ => null,
    };
}
