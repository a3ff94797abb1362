using Queqiao.Server.Conversations.Relaying;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Log;

/// <summary>
/// One group of commands on its way: what the database says about them is loaded, the rules decide in order, and the rows
/// that follow are stored. The deciding in the middle is the same for both databases.
/// </summary>
internal sealed class LogBatch(IReadOnlyList<LogCommand> commands, Ids ids, IReplyGate? gate = null)
{
    public IReadOnlyList<LogCommand> Commands => commands;

    // ---- loaded by the dialect ----

    public Dictionary<(int Ws, Guid Key), KnownKey> Known { get; } = [];

    /// <summary>The contact of a customer and their newest conversation, when there are any.</summary>
    public Dictionary<(int Ws, CustomerKey Customer), KnownCustomer> Customers { get; } = [];

    /// <summary>Heads, locked until the commit.</summary>
    public Dictionary<(int Ws, Guid Id), ConversationHead> Heads { get; } = [];

    /// <summary>The changed heads as they were.</summary>
    public Dictionary<(int Ws, Guid Id), ConversationHead> Before { get; } = [];

    // ---- decided here, stored by the dialect ----

    public List<LogEntry> Entries { get; } = [];

    /// <summary>The stored forms of the entries, sealed.</summary>
    public List<byte[]> Bodies { get; } = [];

    public List<NewKey> NewKeys { get; } = [];

    public List<NewContact> NewContacts { get; } = [];

    /// <summary>Heads that exist in the database and changed.</summary>
    public HashSet<(int Ws, Guid Id)> Changed { get; } = [];

    /// <summary>Heads that begin with this batch.</summary>
    public HashSet<(int Ws, Guid Id)> Begun { get; } = [];

    /// <summary>The answers, in the commands' order.</summary>
    public LogOutcome[] Outcomes { get; } = new LogOutcome[commands.Count];

    private (int From, int Count)[] _ranges = new (int From, int Count)[commands.Count];

    /// <summary>What is told together: a command's entries, or a run of one conversation that another node wrote.</summary>
    public int Parts => _ranges.Length;

    /// <summary>The entries that one command appended.</summary>
    public ReadOnlySpan<LogEntry> EntriesOf(int part) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Entries).Slice(_ranges[part].From, _ranges[part].Count);

    /// <summary>The connection that sent it, when it was one of ours.</summary>
    public object? OriginOf(int part) => IsHeard ? null : commands[part].Origin;

    /// <summary>Whether another node wrote it and it was read from the database.</summary>
    public bool IsHeard { get; private init; }

    /// <summary>Of what was heard: how the heads may have been before.</summary>
    public Dictionary<(int Ws, Guid Id), HeadPast> Pasts { get; } = [];

    /// <summary>Entries that another node wrote, as subscribers are told of them.</summary>
    /// <param name="entries">In the order of their slots; runs of one conversation stay together.</param>
    /// <param name="heads">Of all their conversations.</param>
    public static LogBatch Heard(IReadOnlyList<LogEntry> entries, IReadOnlyDictionary<(int Ws, Guid Id), ConversationHead> heads, Ids ids)
    {
        var batch = new LogBatch([], ids) { IsHeard = true };
        var runs = new List<(int From, int Count)>();
        foreach (var conversation in entries.GroupBy(entry => (entry.Ws, Id: entry.ConversationId)))
        {
            if (!heads.TryGetValue(conversation.Key, out var head))
                continue;
            batch.Heads[conversation.Key] = head;
            batch.Pasts[conversation.Key] = HeadPast.Of(head, [.. conversation]);
            foreach (var entry in conversation)
            {
                if (runs.Count > 0 && batch.Entries is [.., var last] && last.ConversationId == entry.ConversationId && last.Seq + 1 == entry.Seq)
                    runs[^1] = (runs[^1].From, runs[^1].Count + 1);
                else
                    runs.Add((batch.Entries.Count, 1));
                batch.Entries.Add(entry);
            }
        }
        batch._ranges = [.. runs];
        return batch;
    }

    public void Decide()
    {
        for (var i = 0; i < commands.Count; i++)
            Outcomes[i] = Decide(i, commands[i]);
    }

    private LogOutcome Decide(int index, LogCommand command)
    {
        if (command.Key is { } key && Known.TryGetValue((command.Ws, key), out var known))
            return new LogOutcome.Stored(known.ConversationId, known.Seq, known.PublicPrev, known.At, known.Seq);

        if (command is { Begins: true, Customer: { } writes } && Customers.GetValueOrDefault((command.Ws, writes)).Blocked)
            return new LogOutcome.Refused(Refusal.Forbidden("contact_blocked"));
        var now = command.At ?? ids.Now();
        if (Find(command, now) is not { } head)
            return new LogOutcome.Refused(Refusal.NotFound());
        if (command.Scope is { } scope && !scope.Allows(head))
            return new LogOutcome.Refused(Refusal.NotFound());
        if (command.Handling is { } handling && head.Seq > 0 && !handling.Allows(head))
            return new LogOutcome.Refused(Refusal.Forbidden("conversation_read_only"));

        return command.Decide(head) switch
        {
            Decision.Refuse no => new LogOutcome.Refused(no.Refusal),
            Decision.Append { Entries.Count: > 0 } when head.ErasedAt is not null => new LogOutcome.Refused(Refusal.Conflict("contact_erased")),
            Decision.Append { Entries.Count: 0 } when head.Seq == 0 => new LogOutcome.Refused(Refusal.NotFound()),
            Decision.Append { Entries.Count: 0 } => new LogOutcome.Stored(head.Id, head.Seq, null, now, head.Seq + 1),
            Decision.Append append => Admit(command, head, append.Entries, now, out var admitted) is { } no ? new LogOutcome.Refused(no) : Append(index, command, head, admitted, now),
            _ => throw new InvalidOperationException("A decision appends or refuses."),
        };
    }

    /// <summary>What is said to a customer goes by the rules of the channel, whoever says it. What is written down later was said long ago.</summary>
    private Refusal? Admit(LogCommand command, ConversationHead head, IReadOnlyList<EntryBody> entries, long now, out IReadOnlyList<EntryBody> admitted)
    {
        admitted = entries;
        if (gate is null || command.At is not null || !entries.Any(entry => entry is MessagePosted { Direction: Direction.Out }))
            return null;
        var all = entries.ToArray();
        for (var i = 0; i < all.Length; i++)
        {
            if (all[i] is not MessagePosted { Direction: Direction.Out } message)
                continue;
            (all[i], var refusal) = gate.Admit(head, message, now);
            if (refusal is not null)
                return refusal;
        }
        admitted = all;
        return null;
    }

    private LogOutcome.Stored Append(int index, LogCommand command, ConversationHead head, IReadOnlyList<EntryBody> bodies, long now)
    {
        if (head.Seq == 0)
            Begin(command, head);
        var slot = LogEntry.SlotOf(head.Id);
        var at = Math.Max(now, head.LastEntryAt); // a clock that steps back must not reorder what people see
        LogEntry? said = null;
        LogEntry? last = null;
        var first = head.Seq + 1;
        _ranges[index] = (Entries.Count, bodies.Count);
        foreach (var body in bodies)
        {
            long? publicPrev = body.IsPublic ? head.PublicSeq : null;
            head = head.After(body, command.By, at);
            last = new LogEntry(head.Ws, head.Id, head.Seq, publicPrev, at, command.By, body, slot, Position: 0);
            if (body is MessagePosted or NotePosted)
                said = last;
            Entries.Add(last);
        }
        var id = (head.Ws, head.Id);
        if (!Begun.Contains(id) && Changed.Add(id))
            Before[id] = Heads[id];
        Heads[id] = head;
        var answer = said ?? last!;
        if (command.Key is { } key)
        {
            NewKeys.Add(new(command.Ws, key, head.Id, answer.Seq, at));
            Known[(command.Ws, key)] = new(head.Id, answer.Seq, answer.PublicPrev, at);
        }
        return new LogOutcome.Stored(head.Id, answer.Seq, answer.PublicPrev, at, first);
    }

    private ConversationHead? Find(LogCommand command, long now)
    {
        if (command.ConversationId is { } id)
            return Heads.GetValueOrDefault((command.Ws, id));
        var customer = (command.Ws, command.Customer!.Value);
        var known = Customers.GetValueOrDefault(customer);
        if (known.ConversationId is { } newest && Heads.GetValueOrDefault((command.Ws, newest)) is { } head
            && (!head.IsResolved || (head.MergedInto is null && now - head.ResolvedAt <= command.ReopenWithin.TotalMilliseconds)))
            return head;
        if (!command.Begins)
            return null;
        return new ConversationHead // nobody's yet: a refusal must leave nothing behind
        {
            Ws = command.Ws,
            Id = LogEntry.InSlot(ids.New(), LogEntry.SlotOf(customer.Value)),
            ChannelId = customer.Value.ChannelId,
            Identity = customer.Value.Identity,
            IdentityTag = command.CustomerTag,
            ContactId = known.ContactId ?? ids.New(),
            ContactName = known.ContactName,
            CreatedAt = now,
            LastActivityAt = now,
            LastEntryAt = now,
        };
    }

    /// <summary>Contact and conversation begin with the first message, in its transaction: before that nothing is stored (decisions.md §5).</summary>
    private void Begin(LogCommand command, ConversationHead head)
    {
        var customer = command.Customer!.Value;
        var known = Customers.GetValueOrDefault((head.Ws, customer));
        if (known.ContactId is null)
            NewContacts.Add(new(head.Ws, head.ContactId, customer, command.CustomerTag, head.CreatedAt));
        Begun.Add((head.Ws, head.Id));
        Customers[(head.Ws, customer)] = known with { ContactId = head.ContactId, ConversationId = head.Id };
    }

    /// <summary>Numbers the entries in their slots, given where each slot ends now.</summary>
    public void Place(Dictionary<int, long> slots)
    {
        for (var i = 0; i < Entries.Count; i++)
        {
            var entry = Entries[i];
            Entries[i] = entry with { Position = ++System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(slots, entry.Slot) };
        }
    }
}

/// <summary>What a key was answered with.</summary>
internal readonly record struct KnownKey(Guid ConversationId, long Seq, long? PublicPrev, long At);

internal readonly record struct KnownCustomer(Guid? ContactId, byte[]? SealedName, Guid? ConversationId, bool Blocked = false, string? ContactName = null);

internal readonly record struct NewKey(int Ws, Guid Key, Guid ConversationId, long Seq, long At);

internal readonly record struct NewContact(int Ws, Guid Id, CustomerKey Customer, Guid Tag, long At)
{
    /// <summary>Their key, wrapped.</summary>
    public byte[] Wrapped { get; init; } = [];

    public byte[] SealedIdentity { get; init; } = [];

    public int KeyId => WorkspaceKeys.KeyOf(Wrapped);
}
