using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Listening;

/// <summary>Entries of one slot that follow each other: behind <paramref name="From"/>, up to <paramref name="To"/>.</summary>
internal readonly record struct CursorSpan(int Slot, long From, long To)
{
    public static CursorSpan Of(List<LogEntry> entries) => new(entries[0].Slot, entries[0].Position - 1, entries[^1].Position);

    /// <summary>The lock is the update: of two nodes at one place, one finds a cursor moved. False: that was us.</summary>
    public static async Task<bool> Move(WriteUnit unit, string listener, IReadOnlyList<CursorSpan> spans, CancellationToken ct)
    {
        if (await Update(unit, [listener], spans, ct) == spans.Count)
            return true;
        unit.Abandon();
        return false;
    }

    /// <summary>Several listeners at one place. The first is moved first: whoever has its rows has them all, so nodes never wait for each other crosswise.</summary>
    public static async Task<bool> MoveAll(WriteUnit unit, IReadOnlyList<string> listeners, IReadOnlyList<CursorSpan> spans, CancellationToken ct)
    {
        if (!await Move(unit, listeners[0], spans, ct))
            return false;
        if (listeners.Count == 1 || await Update(unit, [.. listeners.Skip(1)], spans, ct) == spans.Count * (listeners.Count - 1))
            return true;
        unit.Abandon();
        return false;
    }

    private static Task<int> Update(WriteUnit unit, IReadOnlyList<string> listeners, IReadOnlyList<CursorSpan> spans, CancellationToken ct)
    {
        var sql = new StringBuilder("UPDATE listener_cursor SET position = v.column3 FROM (VALUES ");
        for (var i = 0; i < spans.Count; i++)
            sql.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? "," : "")}({spans[i].Slot},{spans[i].From},{spans[i].To})");
        sql.Append(") AS v WHERE listener_cursor.listener IN (").AppendJoin(',', listeners.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"{{{i}}}")))
            .Append(") AND listener_cursor.slot = v.column1 AND listener_cursor.position = v.column2");
        return unit.Db.Database.ExecuteSqlRawAsync(sql.ToString(), listeners, ct);
    }
}
