using Queqiao.Server.Conversations;

namespace Queqiao.Server.Tests.Log;

/// <summary>
/// What conversations do, told a second time as simply as can be: lists in memory and questions asked of the whole list.
/// Shares no code with the rules it is compared with.
/// </summary>
internal sealed class ReferenceConversations
{
    public sealed record Item(string Type, string By, long At, string? Text = null, long UpTo = 0);

    public sealed class Conversation
    {
        public Guid Id { get; set; }
        public List<Item> Items { get; } = [];
        public string Status { get; set; } = "queued";
        public Guid? Assignee { get; set; }
        public long? ResolvedAt { get; set; }

        public long Seq => Items.Count;
        public long PublicSeq => Items.FindLastIndex(item => item.Type != "note") + 1;
        public int Unread => UnreadBy("agent", "contact");
        public int ContactUnread => UnreadBy("contact", "agent");
        public long ReadSeq(string by) => Items.Where(item => item.Type == "read" && item.By == by).Select(item => item.UpTo).DefaultIfEmpty().Max();

        /// <summary>When the oldest customer's message came after which no colleague answered.</summary>
        public long? WaitingSince => ResolvedAt is not null ? null : Items
            .Skip(Math.Max(Items.FindLastIndex(item => item is { Type: "message", By: "agent" }), Items.FindLastIndex(item => item is { Type: "status", Text: "resolved" })) + 1)
            .FirstOrDefault(item => item is { Type: "message", By: "contact" })?.At;

        public Item? Last => Items.FindLast(item => item.Type is "message" or "note");

        private int UnreadBy(string reader, string writer)
        {
            bool Said(Item item) => item.Type == "message" && item.By == writer;
            // a mark counts when it covered all that had been said by then
            var covered = Items.FindLastIndex(item => item.Type == "read" && item.By == reader
                && item.UpTo > Items.FindLastIndex(Items.IndexOf(item), Said));
            return Items.Skip(covered + 1).Count(Said);
        }
    }

    private readonly Dictionary<string, List<Conversation>> _ofCustomer = [];
    private readonly Dictionary<string, (Conversation Conversation, long Seq)> _answered = [];

    public IEnumerable<Conversation> All => _ofCustomer.Values.SelectMany(list => list);

    /// <summary>The answer: where the message is, or a refusal's code.</summary>
    public (Conversation? Conversation, long Seq, string? Code) CustomerSays(string customer, string key, string text, long now)
    {
        if (_answered.TryGetValue(key, out var before))
            return (before.Conversation, before.Seq, null);
        if (!_ofCustomer.TryGetValue(customer, out var mine))
            _ofCustomer[customer] = mine = [];
        var newest = mine.LastOrDefault();
        if (newest is null || newest.ResolvedAt < now - 72 * 3_600_000L)
        {
            mine.Add(newest = new Conversation());
            Add(newest, now, new("started", "contact", now));
        }
        if (newest.ResolvedAt is not null)
        {
            if (newest.Assignee is not null)
                Add(newest, now, new("assigned", "contact", now));
            newest.Assignee = null;
            SetStatus(newest, "contact", "queued", now);
        }
        else if (newest.Status == "pending")
        {
            SetStatus(newest, "contact", newest.Assignee is null ? "queued" : "open", now);
        }
        return Answer(newest, key, new("message", "contact", now, text), now);
    }

    public (Conversation? Conversation, long Seq, string? Code) AgentSays(Conversation conversation, Guid agent, string key, string text, long now)
    {
        if (_answered.TryGetValue(key, out var before))
            return (before.Conversation, before.Seq, null);
        if (conversation.ResolvedAt is not null)
            return (null, 0, "conversation_resolved");
        if (conversation.Unread > 0)
            Add(conversation, now, new("read", "agent", now, UpTo: conversation.Seq));
        if (conversation.Assignee is null)
        {
            Add(conversation, now, new("assigned", "agent", now));
            conversation.Assignee = agent;
        }
        if (conversation.Status != "open")
            SetStatus(conversation, "agent", "open", now);
        return Answer(conversation, key, new("message", "agent", now, text), now);
    }

    public static (Conversation?, long, string?) Note(Conversation conversation, string text, long now)
    {
        Add(conversation, now, new("note", "agent", now, text));
        return (conversation, conversation.Seq, null);
    }

    public static (Conversation?, long, string?) Assign(Conversation conversation, Guid? agent, long now)
    {
        if (conversation.ResolvedAt is not null)
            return (null, 0, "conversation_resolved");
        if (conversation.Assignee == agent)
            return (conversation, conversation.Seq, null);
        Add(conversation, now, new("assigned", "agent", now));
        conversation.Assignee = agent;
        var status = agent is null ? "queued" : "open";
        if (conversation.Status is "queued" or "open" && conversation.Status != status)
            SetStatus(conversation, "agent", status, now);
        return (conversation, conversation.Seq, null);
    }

    public (Conversation?, long, string?) ChangeStatus(Conversation conversation, string status, long now)
    {
        // One unresolved conversation of a person at a time.
        if (conversation.ResolvedAt is not null && status != "resolved" && _ofCustomer.Values.Single(list => list.Contains(conversation)).Exists(other => other.ResolvedAt is null))
            return (null, 0, "conversation_open_elsewhere");
        var meant = status == "open" && conversation.Assignee is null ? "queued" : status;
        if (conversation.Status != status && conversation.Status != meant)
            SetStatus(conversation, "agent", meant, now);
        return (conversation, conversation.Seq, null);
    }

    public static (Conversation?, long, string?) Read(Conversation conversation, string by, long upTo, long now)
    {
        upTo = Math.Min(upTo, conversation.Seq);
        var unread = by == "agent" ? conversation.Unread : conversation.ContactUnread;
        if (unread > 0 && upTo > conversation.ReadSeq(by))
            Add(conversation, now, new("read", by, now, UpTo: upTo));
        return (conversation, conversation.Seq, null);
    }

    private (Conversation?, long, string?) Answer(Conversation conversation, string key, Item item, long now)
    {
        Add(conversation, now, item);
        _answered[key] = (conversation, conversation.Seq);
        return (conversation, conversation.Seq, null);
    }

    private static void SetStatus(Conversation conversation, string by, string status, long now)
    {
        Add(conversation, now, new("status", by, now, status));
        conversation.Status = status;
        conversation.ResolvedAt = status == ConversationStatus.Resolved ? conversation.Items[^1].At : null;
    }

    private static void Add(Conversation conversation, long now, Item item) =>
        conversation.Items.Add(item with { At = Math.Max(now, conversation.Items.LastOrDefault()?.At ?? 0) });
}
