using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Listening;

/// <summary>One turn of one listener: everything that is new, in one unit of work for all slots, then the holds that are due.</summary>
internal sealed class ListenerTurn(IStorageEngine storage, ConversationSeals seals, ILogListener listener, ILogger log)
{
    private const int MostOfSlot = 128;
    private const int MostAtOnce = 2000;
    private const int MostPages = 50;

    private readonly ListenerHolds _holds = new(storage, seals, listener, log);
    private bool _begun;

    /// <summary>Entries that were waiting when the turn began.</summary>
    public async Task<long> Run(CancellationToken ct)
    {
        if (!_begun)
            await Begin(ct);
        var waiting = 0L;
        for (var page = 0; page < MostPages; page++)
        {
            if (page == 0 && (waiting = await Waiting(ct)) == 0)
                break;
            var entries = await Read(ct);
            if (entries.Count == 0 || !await DigestAll(entries, ct))
                break;
        }
        await _holds.Retry(ct);
        return waiting;
    }

    /// <summary>A cursor for every slot, so that a turn can read and move them all at once.</summary>
    private async Task Begin(CancellationToken ct)
    {
        try
        {
            await storage.RunSystem(async (unit, stop) =>
            {
                var known = await unit.Db.Table<ListenerCursor>().Where(cursor => cursor.Listener == listener.Name).Select(cursor => cursor.Slot).ToListAsync(stop);
                var missing = await unit.Db.Table<SlotRow>().Where(slot => !known.Contains(slot.Slot)).Select(slot => slot.Slot).ToListAsync(stop);
                foreach (var slot in missing)
                    unit.Db.Table<ListenerCursor>().Add(new ListenerCursor { Listener = listener.Name, Slot = slot, Position = 0 });
                return await unit.Db.SaveChangesAsync(stop);
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            // another node began at the same moment
        }
        _begun = true;
    }

    private async Task<long> Waiting(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        return await (
            from cursor in db.Table<ListenerCursor>()
            join slot in db.Table<SlotRow>() on cursor.Slot equals slot.Slot
            where cursor.Listener == listener.Name && slot.Position > cursor.Position
            select slot.Position - cursor.Position).SumAsync(ct);
    }

    /// <summary>What comes next in each slot, without gaps: positions follow commit order, and one statement sees one moment.</summary>
    private async Task<List<LogEntry>> Read(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var rows = await (
            from cursor in db.Table<ListenerCursor>()
            join entry in db.Visible(Scope<EntryRow>.Everything("listeners follow every workspace")) on cursor.Slot equals entry.Slot
            where cursor.Listener == listener.Name && entry.Position > cursor.Position && entry.Position <= cursor.Position + MostOfSlot
            orderby entry.Slot, entry.Position
            select entry).Take(MostAtOnce).ToListAsync(ct);
        return await seals.Entries(rows, ct);
    }

    /// <summary>False: another node was faster.</summary>
    private async Task<bool> DigestAll(List<LogEntry> entries, CancellationToken ct)
    {
        var slots = entries.GroupBy(entry => entry.Slot).Select(slot => slot.ToList()).ToList();
        try
        {
            return await Digest(entries, [.. slots.Select(SpanOf)], ct);
        }
        catch (Exception trouble) when (IsListeners(trouble) && slots.Count > 1)
        {
            foreach (var slot in slots) // somewhere among them is one that cannot be digested
            {
                if (!await DigestSlot(slot, ct))
                    return false;
            }
            return true;
        }
        catch (Exception trouble) when (IsListeners(trouble))
        {
            return await Halve(entries, trouble, ct);
        }
    }

    private async Task<bool> DigestSlot(List<LogEntry> entries, CancellationToken ct)
    {
        try
        {
            return await Digest(entries, [SpanOf(entries)], ct);
        }
        catch (Exception trouble) when (IsListeners(trouble))
        {
            return await Halve(entries, trouble, ct);
        }
    }

    private async Task<bool> Halve(List<LogEntry> entries, Exception trouble, CancellationToken ct)
    {
        if (entries.Count == 1)
            return await Hold(entries[0], trouble, ct);
        var half = entries.Count / 2;
        return await DigestSlot(entries[..half], ct) && await DigestSlot(entries[half..], ct);
    }

    private static bool IsListeners(Exception trouble) => trouble is not (OperationCanceledException or StorageUnavailableException);

    private static Span SpanOf(List<LogEntry> entries) => new(entries[0].Slot, entries[0].Position - 1, entries[^1].Position);

    private Task<bool> Digest(List<LogEntry> entries, IReadOnlyList<Span> spans, CancellationToken ct) => storage.RunSystem(async (unit, stop) =>
    {
        if (!await Move(unit, spans, stop))
            return false;
        var free = await _holds.Without(unit, entries, stop);
        if (free.Count > 0)
            await _holds.Tell(free, unit, stop);
        return true;
    }, ct);

    /// <summary>The lock is the update: of two nodes at one place, one finds a cursor moved.</summary>
    private async Task<bool> Move(WriteUnit unit, IReadOnlyList<Span> spans, CancellationToken ct)
    {
        var sql = new StringBuilder("UPDATE listener_cursor SET position = v.column3 FROM (VALUES ");
        for (var i = 0; i < spans.Count; i++)
            sql.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? "," : "")}({spans[i].Slot},{spans[i].From},{spans[i].To})");
        sql.Append(") AS v WHERE listener_cursor.listener = {0} AND listener_cursor.slot = v.column1 AND listener_cursor.position = v.column2");
        if (await unit.Db.Database.ExecuteSqlRawAsync(sql.ToString(), [listener.Name], ct) == spans.Count)
            return true;
        unit.Abandon();
        return false;
    }

    private async Task<bool> Hold(LogEntry entry, Exception trouble, CancellationToken ct)
    {
        log.Fault(LogLevel.Warning, trouble, $"Listener {listener.Name} could not digest entry {entry.Id}; it waits");
        return await storage.RunSystem(async (unit, stop) =>
        {
            if (!await Move(unit, [SpanOf([entry])], stop))
                return false;
            await _holds.Add(unit, entry, trouble, stop);
            return true;
        }, ct);
    }

    private readonly record struct Span(int Slot, long From, long To);
}
