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
    public async Task Run(IReadOnlyList<ListenerTurn> together, CancellationToken ct)
    {
        for (var page = 0; page < ListenerTurn.MostPages; page++)
        {
            var entries = await ListenerTurn.Read(storage, seals, together[0].Name, null, ct);
            if (entries.Count == 0)
                return;
            try
            {
                if (!await Digest(together, entries, ct))
                    return;
            }
            catch (Exception trouble) when (ListenerTurn.IsListeners(trouble))
            {
                foreach (var one in together)
                    await one.DigestAll(entries, ct);
            }
        }
    }

    /// <summary>False: another node was faster.</summary>
    private Task<bool> Digest(IReadOnlyList<ListenerTurn> together, List<LogEntry> entries, CancellationToken ct)
    {
        var names = together.Select(one => one.Name).ToArray();
        CursorSpan[] spans = [.. entries.GroupBy(entry => entry.Slot).Select(slot => CursorSpan.Of([.. slot]))];
        return storage.RunSystem(async (unit, stop) =>
        {
            if (!await CursorSpan.MoveAll(unit, names, spans, stop))
                return false;
            var held = (await unit.Db.Table<ListenerHold>().Where(hold => names.Contains(hold.Listener)).Select(hold => new { hold.Listener, hold.ConversationId }).ToListAsync(stop))
                .ToLookup(hold => hold.Listener, hold => hold.ConversationId);
            foreach (var one in together)
                await one.Tell(unit, entries, [.. held[one.Name]], stop);
            return true;
        }, ct);
    }
}
