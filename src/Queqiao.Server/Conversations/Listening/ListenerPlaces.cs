using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Listening;

/// <summary>Where listeners stand. <paramref name="Waiting"/>: entries that one has not digested; <paramref name="Behind"/>: those of them that another listener here has.</summary>
internal sealed record ListenerPlace(string Listener, long Waiting, long Behind);

internal sealed class ListenerPlaces(IStorageEngine storage, IReadOnlyList<string> names)
{
    private bool _begun;

    public async Task<Dictionary<string, ListenerPlace>> Look(CancellationToken ct)
    {
        if (!_begun)
            await Begin(ct);
        await using var db = storage.ReadSystem();
        var ours = db.Table<ListenerCursor>().Where(cursor => names.Contains(cursor.Listener));
        var places = await (
            from cursor in ours
            join slot in db.Table<SlotRow>() on cursor.Slot equals slot.Slot
            join foremost in ours.GroupBy(cursor => cursor.Slot).Select(of => new { Slot = of.Key, Position = of.Max(cursor => cursor.Position) }) on cursor.Slot equals foremost.Slot
            group new { Waiting = slot.Position - cursor.Position, Behind = foremost.Position - cursor.Position } by cursor.Listener into of
            select new { Name = of.Key, Waiting = of.Sum(one => one.Waiting), Behind = of.Sum(one => one.Behind) }).ToListAsync(ct);
        return places.ToDictionary(place => place.Name, place => new ListenerPlace(place.Name, place.Waiting, place.Behind));
    }

    /// <summary>A cursor of each listener for every slot, so that a turn can read and move them all at once.</summary>
    private async Task Begin(CancellationToken ct)
    {
        foreach (var name in names)
        {
            try
            {
                await storage.RunSystem(async (unit, stop) =>
                {
                    var known = await unit.Db.Table<ListenerCursor>().Where(cursor => cursor.Listener == name).Select(cursor => cursor.Slot).ToListAsync(stop);
                    var missing = await unit.Db.Table<SlotRow>().Where(slot => !known.Contains(slot.Slot)).Select(slot => slot.Slot).ToListAsync(stop);
                    foreach (var slot in missing)
                        unit.Db.Table<ListenerCursor>().Add(new ListenerCursor { Listener = name, Slot = slot, Position = 0 });
                    return await unit.Db.SaveChangesAsync(stop);
                }, ct);
            }
            catch (DbUpdateException trouble) when (trouble.IsDuplicate())
            {
                // another node began at the same moment
            }
        }
        _begun = true;
    }
}
