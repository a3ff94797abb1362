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
    /// <param name="replyTo">Seq of the message it answers.</param>
    /// <param name="toBot">Whether a bot receives who comes by this channel. What a person held stays with people.</param>
    public static Decision CustomerSays(
        this ConversationHead head, string text, string clientId, IReadOnlyList<SentFile>? files = null, long? replyTo = null, bool toBot = false) =>
        replyTo > head.PublicSeq ? Refusal.Invalid("replyTo", "invalid_id") : Decision.Of(
            head.Seq == 0 ? new ConversationStarted() : null,
            head.Seq == 0 && toBot ? new StatusChanged(head.Status, ConversationStatus.Bot, "bot_on") : null,
            head.IsResolved && head.AssigneeId is { } id ? new AssigneeChanged(new(id, head.AssigneeName ?? ""), null) : null,
            head.IsResolved ? new StatusChanged(head.Status, toBot && head.AssigneeId is null ? ConversationStatus.Bot : ConversationStatus.Queued, "customer_wrote") : null,
            head.Status == ConversationStatus.Pending || head.Status == ConversationStatus.Snoozed
                ? new StatusChanged(head.Status, head.AssigneeId is null ? ConversationStatus.Queued : ConversationStatus.Open, "customer_wrote") : null,
            new MessagePosted(Direction.In, text, clientId, replyTo) { Attachments = files });

    /// <summary>An agent replies. Whoever replies to a conversation that nobody holds takes it.</summary>
    /// <param name="replyTo">Seq of the message it answers.</param>
    public static Decision AgentSays(this ConversationHead head, string text, string clientId, Person agent, IReadOnlyList<SentFile>? files = null, long? replyTo = null, MessageCard? card = null)
    {
        if (head.Closed() is { } closed)
            return closed;
        if (head.IsBots())
            return Refusal.Conflict("bot_holds_conversation"); // one speaker: take it over first
        if (replyTo > head.Seq)
            return Refusal.Invalid("replyTo", "invalid_id");
        return Decision.Of(
            head.Unread > 0 ? new ReadMarked(SenderKind.Agent, head.Seq) : null, // who answers has read
            head.AssigneeId is null ? new AssigneeChanged(null, agent) : null,
            head.Status != ConversationStatus.Open ? new StatusChanged(head.Status, ConversationStatus.Open, "agent_replied") : null,
            new MessagePosted(Direction.Out, text, clientId, replyTo) { Attachments = files, Card = card });
    }

    /// <summary>What an agent wrote earlier is said now: a conversation that was resolved meanwhile is theirs to open again.</summary>
    public static Decision AgentSaysLater(this ConversationHead head, string text, string clientId, Person agent, IReadOnlyList<SentFile>? files = null, long? replyTo = null) =>
        !head.IsResolved || head.MergedInto is not null ? head.AgentSays(text, clientId, agent, files, replyTo) : Decision.Of(
            head.AssigneeId is null ? new AssigneeChanged(null, agent) : null,
            new StatusChanged(head.Status, ConversationStatus.Open, "agent_replied"),
            new MessagePosted(Direction.Out, text, clientId, replyTo) { Attachments = files });

    /// <summary>What was said to or by the customer after a seq, by somebody else than the writer; null: nothing.</summary>
    public static Refusal? Unseen(this ConversationHead head, long? seen, Guid writer)
    {
        if (seen is not { } known || Math.Max(head.LastInSeq, head.LastOutSeq) <= known)
            return null;
        var own = head.LastInSeq <= known && head.LastMessageSeq == head.LastOutSeq && head.LastSenderKind == SenderKind.Agent && head.LastSenderId == writer;
        return own ? null : Refusal.Conflict("newer_message");
    }

    /// <summary>An agent writes first: the conversation begins in their hands.</summary>
    public static Decision AgentStarts(this ConversationHead head, string text, string clientId, Person agent, string? subject = null) => head.Seq > 0
        ? head.AgentSays(text, clientId, agent)
        : Decision.Of(
            new ConversationStarted(),
            new AssigneeChanged(null, agent),
            new StatusChanged(head.Status, ConversationStatus.Open, "agent_started"),
            new MessagePosted(Direction.Out, text, clientId),
            string.IsNullOrWhiteSpace(subject) ? null : new SubjectChanged(null, subject));

    /// <param name="mentions">Colleagues who are named in it: they may see the conversation from now on.</param>
    public static Decision AddNote(this ConversationHead head, string text, string clientId, IReadOnlyList<SentFile>? files = null, IReadOnlyList<Person>? mentions = null) =>
        Decision.Of([new NotePosted(text, clientId) { Attachments = files }, .. (mentions ?? []).Select(person => new Mentioned(person.Id, person.Name))]);

    /// <summary>Why nothing more can be said here; null: it can.</summary>
    private static Refusal? Closed(this ConversationHead head) =>
        head.MergedInto is not null ? Refusal.Conflict("conversation_merged")
        : head.IsResolved ? Refusal.Conflict("conversation_resolved")
        : null;

    /// <param name="agent">Null puts the conversation back into the queue.</param>
    public static Decision AssignTo(this ConversationHead head, Person? agent)
    {
        if (head.Closed() is { } closed)
            return closed;
        if (head.AssigneeId == agent?.Id && !head.IsBots())
            return Decision.Nothing;
        var from = head.AssigneeId is { } id ? new Person(id, head.AssigneeName ?? "") : null;
        var status = agent is null ? ConversationStatus.Queued : ConversationStatus.Open;
        return Decision.Of(
            from?.Id != agent?.Id ? new AssigneeChanged(from, agent) : null,
            head.Status != status && head.Status is ConversationStatus.Queued or ConversationStatus.Open or ConversationStatus.Bot
                ? new StatusChanged(head.Status, status, null) : null);
    }

    /// <summary>Routing offers a waiting conversation to an agent: only what nobody has taken meanwhile.</summary>
    public static Decision GiveTo(this ConversationHead head, Person agent) =>
        head.Status != ConversationStatus.Queued || head.AssigneeId is not null
            ? Refusal.Conflict("conversation_taken")
            : Decision.Of(new AssigneeChanged(null, agent), new StatusChanged(head.Status, ConversationStatus.Open, "routed"));

    /// <summary>Its agent is gone and the customer waits: back into the queue.</summary>
    public static Decision TakeBackFrom(this ConversationHead head, Guid agentId) =>
        head.Status != ConversationStatus.Open || head.AssigneeId != agentId || head.WaitingSince is null
            ? Refusal.Conflict("conversation_taken")
            : Decision.Of(new AssigneeChanged(new(agentId, head.AssigneeName ?? ""), null), new StatusChanged(head.Status, ConversationStatus.Queued, "agent_offline"));

    /// <summary>Opens, parks or resolves. Snoozing is <see cref="HandlingRules.Snooze"/>, asking for a rating <see cref="HandlingRules.Resolve"/>.</summary>
    public static Decision SetStatus(this ConversationHead head, string status, string? reason)
    {
        if (head.Status == status)
            return Decision.Nothing;
        if (head.MergedInto is not null)
            return Refusal.Conflict("conversation_merged");
        if (status == ConversationStatus.Open && head.AssigneeId is null)
            status = ConversationStatus.Queued; // open means: somebody holds it
        return head.Status == status ? Decision.Nothing : new StatusChanged(head.Status, status, reason);
    }

    /// <param name="by"><c>contact</c> or <c>agent</c>.</param>
    /// <param name="reader">The agent, who has seen by that where they were named.</param>
    public static Decision MarkRead(this ConversationHead head, string by, long upTo, Guid? reader = null)
    {
        var seen = reader is { } id && IdSet.Contains(head.UnseenMentions, id) ? new MentionsSeen() : null;
        upTo = Math.Min(upTo, head.Seq);
        var known = by == SenderKind.Contact ? head.ContactReadSeq : head.AgentReadSeq;
        var unread = by == SenderKind.Contact ? head.ContactUnread : head.Unread;
        // Only what was unread is worth an entry: scrolling through old messages is no news.
        return Decision.Of(upTo <= known || unread == 0 ? null : new ReadMarked(by, upTo), seen);
    }
}
