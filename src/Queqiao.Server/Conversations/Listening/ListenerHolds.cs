using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Listening;

/// <summary>Conversations that a listener could not digest: each waits alone, is tried again, and after the last try its entry is parked.</summary>
internal sealed class ListenerHolds(IStorageEngine storage, ConversationSeals seals, ILogListener listener, ILogger log)
{
    /// <summary>Tries before an entry is parked.</summary>
    public const int MostTries = 5;

    public async Task Tell(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        try
        {
            await listener.On(entries, unit, ct);
        }
        catch (Exception trouble) when (trouble is TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            throw new ListenerException(trouble); // what it asked was away, not our database: that would hold everybody up
        }
    }

    /// <summary>The conversations that wait.</summary>
    public Task<HashSet<Guid>> Conversations(WriteUnit unit, CancellationToken ct) =>
        unit.Db.Table<ListenerHold>().Where(hold => hold.Listener == listener.Name).Select(hold => hold.ConversationId).ToHashSetAsync(ct);

    public async Task Add(WriteUnit unit, LogEntry entry, Exception trouble, CancellationToken ct)
    {
        unit.Db.Table<ListenerHold>().Add(new ListenerHold
        {
            Listener = listener.Name,
            Ws = entry.Ws,
            ConversationId = entry.ConversationId,
            FromSeq = entry.Seq,
            Tries = 1,
            NextAt = unit.Ids.Now() + Wait(1),
            Error = Describe(trouble),
        });
        await unit.Db.SaveChangesAsync(ct);
    }

    public async Task Retry(CancellationToken ct)
    {
        List<ListenerHold> due;
        await using (var db = storage.ReadSystem())
        {
            due = await db.Table<ListenerHold>().AsNoTracking().Where(hold => hold.Listener == listener.Name).ToListAsync(ct);
        }
        foreach (var hold in due)
            await RetryOne(hold, ct);
    }

    /// <summary>One held conversation: its entries one by one, up to where the slot's cursor is. Then it is free again.</summary>
    private async Task RetryOne(ListenerHold hold, CancellationToken ct)
    {
        while (true)
        {
            var next = await storage.RunSystem((unit, stop) => Try(unit, hold, stop), ct);
            if (next is not { Error: { } trouble })
            {
                if (next.Done)
                    return;
                continue;
            }
            if (!await Postpone(hold, trouble, ct))
                return;
        }
    }

    private async Task<(bool Done, Exception? Error)> Try(WriteUnit unit, ListenerHold hold, CancellationToken ct)
    {
        var cursor = await Lock(unit, hold.ConversationId, ct);
        var mine = await Mine(unit, hold).SingleOrDefaultAsync(ct);
        if (mine is null || mine.NextAt > unit.Ids.Now())
            return (true, null);
        var entry = await unit.Db.Visible(Scope<EntryRow>.Workspace(hold.Ws))
            .SingleOrDefaultAsync(row => row.ConversationId == hold.ConversationId && row.Seq == mine.FromSeq && row.Position <= cursor, ct);
        if (entry is null)
        {
            unit.Db.Table<ListenerHold>().Remove(mine); // caught up
            await unit.Db.SaveChangesAsync(ct);
            return (true, null);
        }
        try
        {
            await Tell(await seals.Entries([entry], ct), unit, ct);
        }
        catch (Exception trouble) when (trouble is not (OperationCanceledException or StorageUnavailableException))
        {
            unit.Abandon();
            return (false, trouble);
        }
        (mine.FromSeq, mine.Tries) = (mine.FromSeq + 1, 0);
        await unit.Db.SaveChangesAsync(ct);
        return (false, null);
    }

    /// <summary>
    /// Where the cursor of a conversation's slot is; it stays there until the unit ends. Whoever changes a hold asks first: else one
    /// node could move the cursor past entries because they are held while another ends the hold because it finds none.
    /// </summary>
    private async Task<long> Lock(WriteUnit unit, Guid conversation, CancellationToken ct)
    {
        var slot = (short)LogEntry.SlotOf(conversation);
        var cursor = unit.Db.Table<ListenerCursor>().Where(row => row.Listener == listener.Name && row.Slot == slot);
        await cursor.ExecuteUpdateAsync(set => set.SetProperty(row => row.Position, row => row.Position), ct);
        return await cursor.Select(row => row.Position).SingleAsync(ct);
    }

    private static IQueryable<ListenerHold> Mine(WriteUnit unit, ListenerHold hold) => unit.Db.Table<ListenerHold>()
        .Where(row => row.Listener == hold.Listener && row.Ws == hold.Ws && row.ConversationId == hold.ConversationId);

    /// <summary>Counts a failed try; after the last one the entry is parked and the conversation goes on behind it. True: go on now.</summary>
    private Task<bool> Postpone(ListenerHold hold, Exception trouble, CancellationToken ct) => storage.RunSystem(async (unit, stop) =>
    {
        await Lock(unit, hold.ConversationId, stop);
        if (await Mine(unit, hold).SingleOrDefaultAsync(stop) is not { } mine || mine.NextAt > unit.Ids.Now())
            return false; // another node tried meanwhile
        mine.Tries++;
        mine.Error = Describe(trouble);
        mine.NextAt = unit.Ids.Now() + Wait(mine.Tries);
        var last = mine.Tries >= MostTries;
        if (last)
        {
            log.Fault(LogLevel.Error, trouble, $"Listener {listener.Name} gave up entry {hold.ConversationId}.{mine.FromSeq}; it is parked");
            unit.Db.Table<ListenerParked>().Add(new ListenerParked
            {
                Listener = hold.Listener,
                Ws = hold.Ws,
                ConversationId = hold.ConversationId,
                Seq = mine.FromSeq,
                Tries = mine.Tries,
                Error = mine.Error,
                ParkedAt = unit.Ids.Now(),
            });
            (mine.FromSeq, mine.Tries, mine.NextAt) = (mine.FromSeq + 1, 0, 0);
        }
        await unit.Db.SaveChangesAsync(stop);
        return last;
    }, ct);

    /// <summary>1, 4, 16, 64 seconds, in milliseconds.</summary>
    private static long Wait(int tries) => 1000L << (2 * Math.Min(tries - 1, 6));

    // The kind of trouble, never its text: that may quote what somebody wrote.
    private static string Describe(Exception trouble) => (trouble is ListenerException { InnerException: { } inner } ? inner : trouble).GetType().Name;

    private sealed class ListenerException(Exception inner) : Exception(inner.Message, inner);
}
