using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Listening;

internal sealed class ListenerDesk(IStorageEngine storage, IEnumerable<ILogListener> listeners, Listeners following, ConversationSeals seals) : IListenerDesk
{
    public async Task<IReadOnlyList<ListenerState>> States(int ws, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var held = await db.Table<ListenerHold>().Where(hold => hold.Ws == ws).GroupBy(hold => hold.Listener)
            .Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, ct);
        var parked = await db.Table<ListenerParked>().Where(entry => entry.Ws == ws).GroupBy(entry => entry.Listener)
            .Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, ct);
        var lag = following.Lag;
        return [.. listeners.Select(one => one.Name).Union(parked.Keys).Order(StringComparer.Ordinal)
            .Select(name => new ListenerState(name, lag.GetValueOrDefault(name), held.GetValueOrDefault(name), parked.GetValueOrDefault(name)))];
    }

    public async Task<IReadOnlyList<ParkedEntry>> Parked(int ws, string? listener, ParkedEntry? after, int limit, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var rows = db.Table<ListenerParked>().AsNoTracking().Where(entry => entry.Ws == ws);
        if (listener is not null)
            rows = rows.Where(entry => entry.Listener == listener);
        if (after is not null)
        {
            var (at, conversation, seq) = (after.ParkedAt, after.Key.ConversationId, after.Key.Seq);
            rows = rows.Where(entry => entry.ParkedAt < at
                || (entry.ParkedAt == at && (entry.ConversationId.CompareTo(conversation) < 0 || (entry.ConversationId == conversation && entry.Seq < seq))));
        }
        var page = await rows.OrderByDescending(entry => entry.ParkedAt).ThenByDescending(entry => entry.ConversationId).ThenByDescending(entry => entry.Seq)
            .Take(limit).ToListAsync(ct);
        return [.. page.Select(entry => new ParkedEntry(new(entry.Listener, entry.ConversationId, entry.Seq), entry.Tries, entry.Error, entry.ParkedAt))];
    }

    public async Task<Refusal?> Replay(WriteUnit unit, int ws, ParkedKey key, CancellationToken ct)
    {
        if (listeners.SingleOrDefault(one => one.Name == key.Listener) is not { } listener)
            return Refusal.Conflict("listener_unknown");
        if (!await Discard(unit, ws, key, ct)) // whoever takes the row away tells
            return Refusal.NotFound();
        var entry = await unit.Db.Visible(Scope<EntryRow>.Workspace(ws)).SingleOrDefaultAsync(row => row.ConversationId == key.ConversationId && row.Seq == key.Seq, ct);
        if (entry is null)
            return Refusal.NotFound();
        try
        {
            await listener.On(await seals.Entries([entry], ct), unit, ct);
            return null;
        }
        catch (Exception trouble) when (trouble is not (OperationCanceledException or StorageUnavailableException))
        {
            return Refusal.Conflict("listener_failed_again", trouble.GetType().Name);
        }
    }

    public async Task<bool> Discard(WriteUnit unit, int ws, ParkedKey key, CancellationToken ct) => await unit.Db.Table<ListenerParked>()
        .Where(entry => entry.Ws == ws && entry.Listener == key.Listener && entry.ConversationId == key.ConversationId && entry.Seq == key.Seq)
        .ExecuteDeleteAsync(ct) == 1;
}
