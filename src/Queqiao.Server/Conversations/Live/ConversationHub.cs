using System.Collections.Concurrent;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Conversations.Live;

/// <summary>
/// Who is reading what on this node. Every committed entry is written once for each audience that somebody is in, and the
/// same bytes go to all of it.
/// </summary>
/// <param name="outside">The readers of other nodes; null: there are none.</param>
internal sealed class ConversationHub(HubLink? outside = null) : ILogSubscriber, ILogOrder
{
    private readonly ConcurrentDictionary<(int Ws, Guid Conversation), SubscriptionSet> _agents = new();
    private readonly ConcurrentDictionary<(int Ws, CustomerKey Customer), SubscriptionSet> _customers = new();
    private readonly Lock _gate = new();

    public void Add(int ws, Guid conversation, Subscription one) => Add(_agents, (ws, conversation), one);

    public void Remove(int ws, Guid conversation, Subscription one) => Remove(_agents, (ws, conversation), one);

    /// <summary>A visitor's widget; true when it is their first.</summary>
    public bool Add(int ws, CustomerKey customer, Subscription one) => Add(_customers, (ws, customer), one);

    /// <summary>True when it was the visitor's last.</summary>
    public bool Remove(int ws, CustomerKey customer, Subscription one) => Remove(_customers, (ws, customer), one);

    public bool IsOnline(int ws, CustomerKey customer) => _customers.ContainsKey((ws, customer));

    /// <summary>How long another node may take to say that they are there.</summary>
    private static readonly TimeSpan Answers = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<(int Ws, CustomerKey Customer), TaskCompletionSource> _asked = new();

    /// <summary>The same on any node. Who does not answer in time has nobody there.</summary>
    public async Task<bool> IsAnywhere(int ws, CustomerKey customer, Guid conversation, CancellationToken ct)
    {
        if (IsOnline(ws, customer))
            return true;
        if (outside is not { HasPeers: true })
            return false;
        var asked = _asked.GetOrAdd((ws, customer), static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            outside.Say(CustomerWord.Ask, ws, customer, conversation);
            await asked.Task.WaitAsync(Answers, ct);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            _asked.TryRemove(new((ws, customer), asked));
        }
    }

    /// <summary>Whether anybody reads conversations on this node.</summary>
    public bool HasReaders => !_agents.IsEmpty || !_customers.IsEmpty;

    public void On(LogBatch batch, int part, ReadOnlySpan<LogEntry> entries)
    {
        foreach (var entry in entries)
        {
            var head = batch.Heads[(entry.Ws, entry.ConversationId)];
            if (_agents.TryGetValue((entry.Ws, entry.ConversationId), out var agents))
            {
                Tell(agents, entry, head, Audience.Agents, batch.OriginOf(part));
                agents.Told(entry);
            }
            if (_customers.TryGetValue((entry.Ws, new(head.ChannelId, head.Identity)), out var customers))
            {
                if (entry.IsPublic)
                    Tell(customers, entry, head, Audience.Customer, batch.OriginOf(part));
                customers.Told(entry);
            }
        }
    }

    public bool Lacks(LogEntry entry, ConversationHead head) =>
        (_agents.TryGetValue((entry.Ws, entry.ConversationId), out var agents) && agents.Lacks(entry))
        || (_customers.TryGetValue((entry.Ws, new(head.ChannelId, head.Identity)), out var customers) && customers.Lacks(entry));

    private static void Tell(SubscriptionSet set, LogEntry entry, ConversationHead head, Audience audience, object? origin)
    {
        var frames = new FramesByPolicy(entry, head, audience);
        foreach (var one in set.All)
        {
            if (!one.MaySee(entry, head))
                continue;
            if (one.Connection == origin && entry.Body is (MessagePosted or NotePosted))
                one.Skip(entry.ConversationId, entry.Seq); // its sender gets the ack instead
            else
                one.Deliver(entry.ConversationId, entry.Seq, frames.Of(one.Fields));
        }
    }

    /// <summary>A passing word (typing) to the agents who watch a conversation, on any node.</summary>
    public void ToAgents(int ws, Guid conversation, Func<byte[]> frame, GatewayConnection? except = null)
    {
        ToAgentsHere(ws, conversation, frame, except);
        outside?.ToAgents(ws, conversation, frame);
    }

    /// <summary>A passing word to a visitor's widgets, on any node.</summary>
    public void ToCustomer(int ws, CustomerKey customer, Func<byte[]> frame)
    {
        ToCustomerHere(ws, customer, frame);
        outside?.ToCustomer(ws, customer, frame);
    }

    public void ToAgentsHere(int ws, Guid conversation, Func<byte[]> frame, GatewayConnection? except = null)
    {
        if (_agents.TryGetValue((ws, conversation), out var set))
            Pass(set, frame, except);
    }

    public void ToCustomerHere(int ws, CustomerKey customer, Func<byte[]> frame)
    {
        if (_customers.TryGetValue((ws, customer), out var set))
            Pass(set, frame, except: null);
    }

    /// <summary>A customer's first widget came on this node, or the last one went.</summary>
    public void CustomerIs(bool online, int ws, CustomerKey customer, Guid conversation)
    {
        ToAgentsHere(ws, conversation, () => LiveFrames.ContactPresence(conversation, online));
        outside?.Say(online ? CustomerWord.Here : CustomerWord.Gone, ws, customer, conversation);
    }

    /// <summary>Tells a console that begins to watch whether the customer is there: from here at once, from another node a moment later.</summary>
    public void ShowCustomer(int ws, CustomerKey customer, Guid conversation, GatewayConnection to)
    {
        var online = IsOnline(ws, customer);
        to.Send(LiveFrames.ContactPresence(conversation, online));
        if (!online)
            outside?.Say(CustomerWord.Ask, ws, customer, conversation);
    }

    /// <summary>What another node says of a customer.</summary>
    public void Hear(CustomerWord word, int ws, CustomerKey customer, Guid conversation)
    {
        if (word == CustomerWord.Here && _asked.TryGetValue((ws, customer), out var asked))
            asked.TrySetResult();
        if (word == CustomerWord.Here)
            ToAgentsHere(ws, conversation, () => LiveFrames.ContactPresence(conversation, online: true));
        else if (IsOnline(ws, customer))
            outside?.Say(CustomerWord.Here, ws, customer, conversation); // with us they still are
        else if (word == CustomerWord.Gone)
            ToAgentsHere(ws, conversation, () => LiveFrames.ContactPresence(conversation, online: false));
    }

    /// <summary>A node was lost, and with it the customers who were there: those who are elsewhere by now are asked for again.</summary>
    public void AskAgain()
    {
        foreach (var ((ws, conversation), set) in _agents)
        {
            if (Array.Find(set.All, one => one.Customer is not null)?.Customer is not { } customer || IsOnline(ws, customer))
                continue;
            ToAgentsHere(ws, conversation, () => LiveFrames.ContactPresence(conversation, online: false));
            outside?.Say(CustomerWord.Ask, ws, customer, conversation);
        }
    }

    private static void Pass(SubscriptionSet set, Func<byte[]> frame, GatewayConnection? except)
    {
        ReadOnlyMemory<byte>? written = null;
        foreach (var one in set.All)
        {
            if (one.Connection != except && one.Sees)
                one.Connection.Send(written ??= frame());
        }
    }

    private bool Add<TKey>(ConcurrentDictionary<TKey, SubscriptionSet> topics, TKey key, Subscription one) where TKey : notnull
    {
        lock (_gate)
        {
            var set = topics.GetOrAdd(key, static _ => new SubscriptionSet(isCustomers: typeof(TKey) == typeof((int, CustomerKey))));
            set.Add(one);
            return set.All.Length == 1;
        }
    }

    private bool Remove<TKey>(ConcurrentDictionary<TKey, SubscriptionSet> topics, TKey key, Subscription one) where TKey : notnull
    {
        lock (_gate)
        {
            if (!topics.TryGetValue(key, out var set))
                return false;
            set.Remove(one);
            return set.All.Length == 0 && topics.TryRemove(key, out _);
        }
    }
}
