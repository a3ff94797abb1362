using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>
/// The rules of a conversation: pure, asked inside the log's transaction with the head locked. They say what happens;
/// the log stores it.
/// </summary>
internal static class ConversationRules
{
    /// <summary>Longest text of one message or note, in UTF-16 code units.</summary>
    public const int MostText = 10_000;

    /// <summary>How long a resolved conversation is taken up again by the customer's next message (decisions.md §20).</summary>
    public static readonly TimeSpan ReopenWithin = TimeSpan.FromHours(72);

    /// <summary>A customer writes. A resolved conversation goes back to the queue.</summary>
    public static Decision CustomerSays(this ConversationHead head, string text, string clientId, IReadOnlyList<SentFile>? files = null) =>
        Decision.Of(
            head.Seq == 0 ? new ConversationStarted() : null,
            head.IsResolved && head.AssigneeId is { } id ? new AssigneeChanged(new(id, head.AssigneeName ?? ""), null) : null,
            head.IsResolved ? new StatusChanged(head.Status, ConversationStatus.Queued, "customer_wrote") : null,
            head.Status == ConversationStatus.Pending || head.Status == ConversationStatus.Snoozed
                ? new StatusChanged(head.Status, head.AssigneeId is null ? ConversationStatus.Queued : ConversationStatus.Open, "customer_wrote") : null,
            new MessagePosted(Direction.In, text, clientId) { Attachments = files });

    /// <summary>An agent replies. Whoever replies to a conversation that nobody holds takes it.</summary>
    public static Decision AgentSays(this ConversationHead head, string text, string clientId, Person agent, IReadOnlyList<SentFile>? files = null)
    {
        if (head.IsResolved)
            return Refusal.Conflict("conversation_resolved");
        return Decision.Of(
            head.Unread > 0 ? new ReadMarked(SenderKind.Agent, head.Seq) : null, // who answers has read
            head.AssigneeId is null ? new AssigneeChanged(null, agent) : null,
            head.Status != ConversationStatus.Open ? new StatusChanged(head.Status, ConversationStatus.Open, "agent_replied") : null,
            new MessagePosted(Direction.Out, text, clientId) { Attachments = files });
    }

    public static Decision AddNote(this ConversationHead head, string text, string clientId, IReadOnlyList<SentFile>? files = null) =>
        new NotePosted(text, clientId) { Attachments = files };

    /// <param name="agent">Null puts the conversation back into the queue.</param>
    public static Decision AssignTo(this ConversationHead head, Person? agent)
    {
        if (head.IsResolved)
            return Refusal.Conflict("conversation_resolved");
        if (head.AssigneeId == agent?.Id)
            return Decision.Nothing;
        var from = head.AssigneeId is { } id ? new Person(id, head.AssigneeName ?? "") : null;
        var status = agent is null ? ConversationStatus.Queued : ConversationStatus.Open;
        return Decision.Of(
            new AssigneeChanged(from, agent),
            head.Status != status && head.Status is ConversationStatus.Queued or ConversationStatus.Open
                ? new StatusChanged(head.Status, status, null) : null);
    }

    public static Decision SetStatus(this ConversationHead head, string status, string? reason)
    {
        if (head.Status == status)
            return Decision.Nothing;
        if (status == ConversationStatus.Open && head.AssigneeId is null)
            status = ConversationStatus.Queued; // open means: somebody holds it
        return head.Status == status ? Decision.Nothing : new StatusChanged(head.Status, status, reason);
    }

    /// <param name="by"><c>contact</c> or <c>agent</c>.</param>
    public static Decision MarkRead(this ConversationHead head, string by, long upTo)
    {
        upTo = Math.Min(upTo, head.Seq);
        var known = by == SenderKind.Contact ? head.ContactReadSeq : head.AgentReadSeq;
        var unread = by == SenderKind.Contact ? head.ContactUnread : head.Unread;
        // Only what was unread is worth an entry: scrolling through old messages is no news.
        return upTo <= known || unread == 0 ? Decision.Nothing : new ReadMarked(by, upTo);
    }
}
