using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Search;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Search;

/// <summary>
/// Fills the index anew by sending its listener back to the beginning of the log. Texts keep their places, so searching goes on
/// meanwhile and nothing doubles; a rebuild that is interrupted goes on from the cursor.
/// </summary>
internal sealed class SearchRebuild(IStorageEngine storage, ITextIndex index)
{
    private volatile bool _underWay = true; // until a look at the table says otherwise

    /// <summary>At the start: an index whose tokens were made by other rules would not find what it holds.</summary>
    public Task Prepare(CancellationToken ct) => storage.RunSystem(async (unit, stop) =>
    {
        if (await unit.Db.Table<SearchState>().SingleOrDefaultAsync(stop) is not { } state)
            unit.Db.Table<SearchState>().Add(new SearchState { Format = WordKeys.Format });
        else if (state.Format != WordKeys.Format)
            await Rewind(unit, state, empty: true, stop);
        return await unit.Db.SaveChangesAsync(stop);
    }, ct);

    /// <summary>Begins, or goes on with one that was interrupted.</summary>
    /// <param name="record">Written in the same transaction (an audit row).</param>
    /// <param name="empty">Throw away what is there, because it is damaged: until the end less is found.</param>
    /// <returns>Whether one was under way already.</returns>
    public async Task<bool> Begin(bool empty, Func<WriteUnit, CancellationToken, Task>? record, CancellationToken ct)
    {
        await Prepare(ct);
        var goesOn = await storage.RunSystem(async (unit, stop) =>
        {
            var state = await unit.Db.Table<SearchState>().SingleAsync(stop);
            if (record is not null)
                await record(unit, stop);
            if (state.RebuildAt is not null && !empty)
                return true;
            await Rewind(unit, state, empty, stop);
            await unit.Db.SaveChangesAsync(stop);
            return false;
        }, ct);
        _underWay = true;
        return goesOn;
    }

    /// <summary>Asked by the listener after each batch: notes when the end of the log has been reached.</summary>
    public async Task Ended(WriteUnit unit, CancellationToken ct)
    {
        if (!_underWay || await Waiting(unit.Db).AnyAsync(ct))
            return;
        await unit.Db.Table<SearchState>().Where(state => state.RebuildAt != null).ExecuteUpdateAsync(set => set.SetProperty(state => state.RebuildAt, (long?)null), ct);
        unit.AfterCommit(() => _underWay = false);
    }

    public async Task<SearchStatus> Status(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var slots = await Cursors(db).Where(slot => slot.End > 0).ToListAsync(ct);
        var behind = slots.Where(slot => slot.End > slot.At).ToList();
        var at = await db.Table<SearchState>().Select(state => state.RebuildAt).SingleOrDefaultAsync(ct);
        var total = slots.Sum(slot => slot.End);
        return new SearchStatus(
            behind.Count == 0 ? null : await Oldest(db, behind, ct),
            behind.Count > 0 ? at : null,
            total == 0 ? 1 : (double)slots.Sum(slot => Math.Min(slot.At, slot.End)) / total);
    }

    /// <summary>When the first entry was made that is not in the index yet.</summary>
    private static async Task<long?> Oldest(QueqiaoDb db, List<SlotAt> behind, CancellationToken ct)
    {
        long? oldest = null;
        foreach (var slot in behind)
        {
            var next = await db.Visible(Platform.Access.Scope<EntryRow>.Everything("how far the index is behind says nothing of anybody"))
                .Where(entry => entry.Slot == slot.Slot && entry.Position == slot.At + 1).Select(entry => (long?)entry.At).SingleOrDefaultAsync(ct);
            oldest = next is { } found && !(oldest < found) ? found : oldest;
        }
        return oldest;
    }

    private async Task Rewind(WriteUnit unit, SearchState state, bool empty, CancellationToken ct)
    {
        if (empty)
            await index.Empty(unit, ct);
        (state.Format, state.RebuildAt) = (WordKeys.Format, unit.Ids.Now());
        await unit.Db.Table<ListenerHold>().Where(hold => hold.Listener == IndexTexts.Cursor).ExecuteDeleteAsync(ct);
        await unit.Db.Table<ListenerParked>().Where(parked => parked.Listener == IndexTexts.Cursor).ExecuteDeleteAsync(ct);
        await unit.Db.Table<ListenerCursor>().Where(cursor => cursor.Listener == IndexTexts.Cursor)
            .ExecuteUpdateAsync(set => set.SetProperty(cursor => cursor.Position, 0), ct);
    }

    private static IQueryable<SlotAt> Waiting(QueqiaoDb db) => Cursors(db).Where(slot => slot.End > slot.At);

    private static IQueryable<SlotAt> Cursors(QueqiaoDb db) =>
        from slot in db.Table<SlotRow>().AsNoTracking()
        join cursor in db.Table<ListenerCursor>().Where(cursor => cursor.Listener == IndexTexts.Cursor) on slot.Slot equals cursor.Slot into known
        from cursor in known.DefaultIfEmpty()
        select new SlotAt { Slot = slot.Slot, End = slot.Position, At = cursor == null ? 0 : cursor.Position };

    private sealed record SlotAt
    {
        public short Slot { get; init; }
        public long End { get; init; }
        public long At { get; init; }
    }
}

/// <param name="OldestWaiting">When the first entry was made that cannot be found yet; null: everything can.</param>
/// <param name="RebuildAt">When the rebuild began that is under way.</param>
/// <param name="Progress">0 to 1.</param>
internal sealed record SearchStatus(long? OldestWaiting, long? RebuildAt, double Progress);

/// <summary>Sees to the index before its listener runs.</summary>
internal sealed class SearchStart(SearchRebuild rebuild) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => rebuild.Prepare(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
