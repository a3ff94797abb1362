using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Conversations.Live;

/// <summary>
/// One reader of one conversation. Each entry reaches it once and in order: what is committed while its past is still being
/// read from the database waits here, and what it has seen is dropped.
/// </summary>
/// <param name="connection">Where it goes.</param>
/// <param name="conversationId">Null for a visitor whose conversation has not begun.</param>
/// <param name="seen">The last seq the reader has.</param>
/// <param name="scope">What the reader may see, asked again for every entry; null for the customer, who sees their own.</param>
/// <param name="fields">How people's data shows to the reader; null for the customer, whose it is.</param>
internal sealed class Subscription(GatewayConnection connection, Guid? conversationId, long seen, Scope<ConversationHead>? scope = null, FieldPolicy? fields = null)
{
    private readonly Lock _gate = new();
    private List<(long Seq, ReadOnlyMemory<byte> Frame)>? _held;
    private long _seen = seen;
    private bool _sees = true;
    private bool _wasTold;

    public GatewayConnection Connection => connection;

    /// <summary>How people's data shows to the reader.</summary>
    public FieldPolicy Fields { get; } = fields ?? FieldPolicy.Clear;

    /// <summary>Of an agent's: whose conversation it is.</summary>
    public CustomerKey? Customer { get; init; }

    /// <summary>A conversation may leave the reader's sight while it is watched: the reader is told who took it, and nothing after, until it comes back.</summary>
    public bool MaySee(LogEntry entry, ConversationHead head)
    {
        if (scope is null)
            return true;
        _sees = scope.Allows(head);
        if (_sees)
            _wasTold = false;
        else if (entry.Body is not AssigneeChanged || _wasTold)
            return false;
        else
            _wasTold = true;
        return true;
    }

    /// <summary>Whether passing words (typing, presence) are for this reader now.</summary>
    public bool Sees => _sees;

    /// <summary>Null for a visitor whose conversation has not begun.</summary>
    public Guid? ConversationId { get; private set; } = conversationId;

    /// <summary>The last seq that the reader has.</summary>
    public long Seen
    {
        get
        {
            lock (_gate)
                return _seen;
        }
    }

    /// <summary>Whether the reader is live in this conversation and has not got this far.</summary>
    public bool Lacks(Guid conversation, long seq)
    {
        lock (_gate)
            return _held is null && ConversationId == conversation && _seen < seq;
    }

    /// <summary>Live entries wait from now on, until <see cref="CaughtUp"/>.</summary>
    public void Hold()
    {
        lock (_gate)
            _held ??= [];
    }

    /// <summary>The reader has this conversation up to a seq.</summary>
    public void Follow(Guid conversation, long seen)
    {
        lock (_gate)
        {
            // What is held already belongs to this conversation, or to a newer one that says so itself.
            if (ConversationId is not null && ConversationId != conversation)
                return;
            (ConversationId, _seen) = (conversation, seen);
        }
    }

    public void Deliver(Guid conversation, long seq, ReadOnlyMemory<byte> frame)
    {
        lock (_gate)
        {
            if (!Follows(conversation, seq))
                return;
            if (_held is not null)
            {
                _held.Add((seq, frame));
                return;
            }
            _seen = seq;
            connection.Send(frame);
        }
    }

    /// <summary>The reader knows this one by other means (it sent it).</summary>
    public void Skip(Guid conversation, long seq)
    {
        lock (_gate)
        {
            if (Follows(conversation, seq) && _held is null)
                _seen = seq;
        }
    }

    /// <summary>Sends what was read from the database, then what was held.</summary>
    public void CaughtUp(IEnumerable<(long Seq, ReadOnlyMemory<byte> Frame)> past)
    {
        lock (_gate)
        {
            foreach (var (seq, frame) in past.Concat(_held ?? []))
            {
                if (seq <= _seen)
                    continue;
                _seen = seq;
                connection.Send(frame);
            }
            _held = null;
        }
    }

    private bool Follows(Guid conversation, long seq)
    {
        if (ConversationId != conversation)
        {
            ConversationId = conversation; // the visitor's next conversation counts from 1 again
            _seen = 0;
            _held?.Clear();
        }
        return seq > _seen;
    }
}

/// <summary>The readers of one topic. Read without locks on every entry, changed rarely.</summary>
/// <param name="isCustomers">Whose numbering its readers follow.</param>
internal sealed class SubscriptionSet(bool isCustomers)
{
    private volatile Subscription[] _all = [];
    private (Guid Conversation, long Seq) _told;

    public Subscription[] All => _all;

    /// <summary>This entry has passed, whoever could see it. From the feed's thread only, like <see cref="Lacks"/>.</summary>
    public void Told(LogEntry entry) => _told = (entry.ConversationId, entry.Seq);

    /// <summary>Whether entries of this conversation have passed and the one before this has not; before any has passed, whether a reader has less.</summary>
    public bool Lacks(LogEntry entry)
    {
        if (_told.Conversation == entry.ConversationId)
            return entry.Seq > _told.Seq + 1;
        var before = isCustomers ? entry.PublicPrev : entry.Seq - 1;
        return before is { } prev && Array.Exists(_all, one => one.Lacks(entry.ConversationId, prev));
    }

    /// <summary>Only under the owner's lock.</summary>
    public void Add(Subscription one) => _all = [.. _all, one];

    /// <summary>Only under the owner's lock.</summary>
    public void Remove(Subscription one) => _all = [.. _all.Where(other => other != one)];
}
