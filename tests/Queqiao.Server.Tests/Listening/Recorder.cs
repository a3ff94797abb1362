using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Listening;

/// <summary>A listener that writes one row for each entry it digests, in the transaction of its cursor; and fails on demand.</summary>
internal sealed class Recorder(Func<LogEntry, Exception?>? fails = null, string name = "test.recorder") : ILogListener
{
    private long _order;

    public string Name => name;

    /// <summary>Every try, rolled back ones too.</summary>
    public ConcurrentQueue<string> Tries { get; } = new();

    /// <summary>Runs between reading and writing.</summary>
    public Func<Task>? Meanwhile { get; init; }

    public async Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        foreach (var entry in entries)
        {
            Tries.Enqueue(entry.Id);
            if (fails?.Invoke(entry) is { } trouble)
                throw trouble;
            unit.Db.Table<AuditRow>().Add(new()
            {
                Ws = entry.Ws, Id = Guid.CreateVersion7(), At = Interlocked.Increment(ref _order), ActorKind = "system", Via = name, Action = "test.digested", ObjectKind = "entry", ObjectId = entry.Id,
            });
        }
        if (Meanwhile is not null)
            await Meanwhile();
        await unit.Db.SaveChangesAsync(ct);
    }
}

internal static class Digested
{
    public static Listeners Listeners(this Node node, params ILogListener[] listeners) => new(node.Engine, new(node.Engine, NullLogger<Server.Conversations.Sealing.ConversationSeals>.Instance), listeners, NullLogger<Listeners>.Instance);

    /// <summary>The entries that were digested for good, in the order in which that was done.</summary>
    public static async Task<List<string>> By(Store store)
    {
        await using var db = store.Node.Engine.ReadSystem();
        return await db.Table<AuditRow>().Where(row => row.Action == "test.digested").OrderBy(row => row.At).Select(row => row.ObjectId!).ToListAsync();
    }

    public static async Task<List<ListenerParked>> Parked(Store store)
    {
        await using var db = store.Node.Engine.ReadSystem();
        return await db.Table<ListenerParked>().AsNoTracking().ToListAsync();
    }

    public static async Task<int> Held(Store store)
    {
        await using var db = store.Node.Engine.ReadSystem();
        return await db.Table<ListenerHold>().CountAsync();
    }

    /// <summary>Each entry of the log once by each of these.</summary>
    public static async Task ExactlyOnceBy(Store store, params string[] names)
    {
        var log = await store.CheckLog();
        await using var db = store.Node.Engine.ReadSystem();
        var rows = await db.Table<AuditRow>().Where(row => row.Action == "test.digested").Select(row => new { row.Via, row.ObjectId }).ToListAsync();
        foreach (var name in names)
            Assert.Equal(log.Entries.Select(entry => entry.Id).Order(StringComparer.Ordinal), rows.Where(row => row.Via == name).Select(row => row.ObjectId!).Order(StringComparer.Ordinal));
    }

    /// <summary>Each entry of the log once, and in the order of seq within each conversation.</summary>
    public static async Task ExactlyOnce(Store store)
    {
        var log = await store.CheckLog();
        var digested = await By(store);
        Assert.Equal(log.Entries.Select(entry => entry.Id).Order(StringComparer.Ordinal), digested.Order(StringComparer.Ordinal));
    }

    /// <summary>Holds when one recorder numbered them.</summary>
    public static async Task InOrder(Store store)
    {
        foreach (var conversation in (await By(store)).Select(id => id.Split('.')).GroupBy(parts => parts[0], parts => int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)))
            Assert.Equal(conversation.Order(), conversation);
    }
}
