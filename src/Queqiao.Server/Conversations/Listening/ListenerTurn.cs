using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Listening;

/// <summary>The turn of one listener by itself: while it is behind the others, and when somebody could not digest what they all read.</summary>
internal sealed class ListenerTurn(IStorageEngine storage, ConversationSeals seals, ILogListener listener, IReadOnlyList<string> all, ILogger log)
{
    public const int MostPages = 50;
    private const int MostOfSlot = 128;
    public const int MostAtOnce = 2000;

    private readonly ListenerHolds _holds = new(storage, seals, listener, log);
    private readonly UnitSize _size = new();

    public string Name => listener.Name;

    /// <summary>Up to where the foremost of all listeners is, or as far as one turn goes.</summary>
    public async Task CatchUp(CancellationToken ct)
    {
        for (var page = 0; page < MostPages; page++)
        {
            var entries = await Read(storage, seals, Name, all, ct);
            if (entries.Count == 0)
                return;
            for (var at = 0; at < entries.Count;)
            {
                var unit = _size.Next(entries, at);
                at += unit.Count;
                if (!await DigestAll(unit, ct))
                    return;
            }
        }
    }

    public Task Retry(CancellationToken ct) => _holds.Retry(ct);

    public async Task Tell(WriteUnit unit, List<LogEntry> entries, HashSet<Guid> held, CancellationToken ct)
    {
        var free = held.Count == 0 ? entries : [.. entries.Where(entry => !held.Contains(entry.ConversationId))];
        if (free.Count > 0)
            await _holds.Tell(free, unit, ct);
    }

    /// <summary>
    /// What comes next in each slot, without gaps: positions follow commit order, and one statement sees one moment. No further than the
    /// foremost of <paramref name="upTo"/>, if that is given.
    /// </summary>
    public static async Task<List<LogEntry>> Read(IStorageEngine storage, ConversationSeals seals, string listener, IReadOnlyList<string>? upTo, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        return await seals.Entries(await Next(db, storage.IsPostgres, listener, upTo).ToListAsync(ct), ct);
    }

    /// <summary>The statement of <see cref="Read"/>.</summary>
    internal static IQueryable<EntryRow> Next(QueqiaoDb db, bool isPostgres, string listener, IReadOnlyList<string>? upTo)
    {
        var cursors = db.Table<ListenerCursor>();
        var mine = cursors.Where(cursor => cursor.Listener == listener);
        var all = db.Visible(Scope<EntryRow>.Everything("listeners follow every workspace"));
        // By slot on PostgreSQL (LATERAL): left to join the two, it merges them and reads half of all entries there are, each turn.
        // SQLite has no LATERAL and nothing but loops.
        var next = isPostgres
            ? mine.SelectMany(cursor => all.Where(entry => entry.Slot == cursor.Slot && entry.Position > cursor.Position).OrderBy(entry => entry.Position).Take(MostOfSlot))
            : mine.Join(all, cursor => cursor.Slot, entry => entry.Slot, (cursor, entry) => new { cursor, entry })
                .Where(both => both.entry.Position > both.cursor.Position && both.entry.Position <= both.cursor.Position + MostOfSlot).Select(both => both.entry);
        if (upTo is not null)
            next = next.Where(entry => entry.Position <= cursors.Where(cursor => upTo.Contains(cursor.Listener) && cursor.Slot == entry.Slot).Max(cursor => cursor.Position));
        return next.OrderBy(entry => entry.Slot).ThenBy(entry => entry.Position).Take(MostAtOnce);
    }

    /// <summary>False: another node was faster.</summary>
    public async Task<bool> DigestAll(List<LogEntry> entries, CancellationToken ct)
    {
        var slots = entries.GroupBy(entry => entry.Slot).Select(slot => slot.ToList()).ToList();
        try
        {
            return await Digest(entries, [.. slots.Select(CursorSpan.Of)], ct);
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
            return await Digest(entries, [CursorSpan.Of(entries)], ct);
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

    public static bool IsListeners(Exception trouble) => trouble is not (OperationCanceledException or StorageUnavailableException);

    private async Task<bool> Digest(List<LogEntry> entries, IReadOnlyList<CursorSpan> spans, CancellationToken ct)
    {
        var began = 0L;
        var first = await storage.RunSystem(async (unit, stop) =>
        {
            began = Stopwatch.GetTimestamp();
            if (!await CursorSpan.Move(unit, Name, spans, stop))
                return false;
            await Tell(unit, entries, await _holds.Conversations(unit, stop), stop);
            return true;
        }, ct);
        _size.Learn(entries.Count, Stopwatch.GetElapsedTime(began));
        return first;
    }

    private async Task<bool> Hold(LogEntry entry, Exception trouble, CancellationToken ct)
    {
        log.Fault(LogLevel.Warning, trouble, $"Listener {Name} could not digest entry {entry.Id}; it waits");
        return await storage.RunSystem(async (unit, stop) =>
        {
            if (!await CursorSpan.Move(unit, Name, [CursorSpan.Of([entry])], stop))
                return false;
            await _holds.Add(unit, entry, trouble, stop);
            return true;
        }, ct);
    }
}
