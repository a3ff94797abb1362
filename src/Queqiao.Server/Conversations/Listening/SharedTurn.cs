using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Listening;

/// <summary>
/// One turn of the listeners that stand at one place, nearly always all of them: what is new is read and opened once, and one unit of
/// work brings it to each and moves all their cursors. If one of them cannot digest it, each digests it by itself.
/// </summary>
internal sealed class SharedTurn(IStorageEngine storage, ConversationSeals seals)
{
    private readonly UnitSize _size = new();

    public async Task Run(IReadOnlyList<ListenerTurn> together, CancellationToken ct)
    {
        for (var page = 0; page < ListenerTurn.MostPages; page++)
        {
            var entries = await ListenerTurn.Read(storage, seals, together[0].Name, null, ct);
            if (entries.Count == 0)
                return;
            for (var at = 0; at < entries.Count;)
            {
                var unit = _size.Next(entries, at);
                at += unit.Count;
                if (!await DigestOr(together, unit, ct))
                    return;
            }
        }
    }

    private async Task<bool> DigestOr(IReadOnlyList<ListenerTurn> together, List<LogEntry> entries, CancellationToken ct)
    {
        try
        {
            return await Digest(together, entries, ct);
        }
        catch (Exception trouble) when (ListenerTurn.IsListeners(trouble))
        {
            foreach (var one in together)
                await one.DigestAll(entries, ct);
            return true;
        }
    }

    /// <summary>False: another node was faster.</summary>
    private async Task<bool> Digest(IReadOnlyList<ListenerTurn> together, List<LogEntry> entries, CancellationToken ct)
    {
        var began = 0L;
        var names = together.Select(one => one.Name).ToArray();
        CursorSpan[] spans = [.. entries.GroupBy(entry => entry.Slot).Select(slot => CursorSpan.Of([.. slot]))];
        var first = await storage.RunSystem(async (unit, stop) =>
        {
            began = Stopwatch.GetTimestamp();
            if (!await CursorSpan.MoveAll(unit, names, spans, stop))
                return false;
            var held = (await unit.Db.Table<ListenerHold>().Where(hold => names.Contains(hold.Listener)).Select(hold => new { hold.Listener, hold.ConversationId }).ToListAsync(stop))
                .ToLookup(hold => hold.Listener, hold => hold.ConversationId);
            foreach (var one in together)
                await one.Tell(unit, entries, [.. held[one.Name]], stop);
            return true;
        }, ct);
        _size.Learn(entries.Count, Stopwatch.GetElapsedTime(began)); // with the commit: the search index is written there
        return first;
    }
}
