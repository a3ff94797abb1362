using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Log;

/// <summary>AppendIn: an entry and other rows in one transaction, all or nothing.</summary>
public sealed class TogetherTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Row_and_entry_are_stored_together(string engine)
    {
        var heard = new Heard();
        await using var store = await Store.Open(engine, subscribers: heard);
        var outcome = await store.Node.Engine.Run(1, async (unit, ct) =>
        {
            await AddAudit(unit, store, ct);
            return await store.Node.Log.AppendIn(unit, store.Node.Customer("v", "hello", "c1", new NoReply()), ct);
        }, CancellationToken.None);

        outcome.Stored();
        Assert.Equal(1, await Audits(store));
        Assert.Single((await store.CheckLog()).Messages);
        await Until.True(() => heard.Entries.Count == 2, "the subscriber has heard of the conversation and its message");
    }

    [PostgresFact]
    public async Task A_conversation_that_somebody_else_changes_meanwhile_is_found_when_its_turn_comes()
    {
        await using var store = await Store.Open(Engines.Postgres);
        var conversations = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i => (await store.Node.CustomerSays($"v{i}", "first", "c")).ConversationOf()));
        var second = await store.Start();
        LogCommand Mark(Guid conversation) => new()
        {
            Ws = 1, ConversationId = conversation, By = Sender.System, Decide = static head => new PriorityChanged(head.Priority, "high"), Reply = new NoReply(),
        };
        var isHeld = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var other = second.Engine.Run(1, async (unit, ct) =>
        {
            (await second.Log.AppendIn(unit, Mark(conversations[3]), ct)).Stored();
            isHeld.SetResult();
            await goOn.Task;
            return 0;
        }, CancellationToken.None);
        await isHeld.Task;
        // One batch of all six: it has read which rows it wants, and waits for the one that is locked.
        var all = store.Node.Engine.Run(1, (unit, ct) => store.Node.Log.AppendIn(unit, [.. conversations.Select(Mark)], ct), CancellationToken.None);
        await Until.True(async () =>
        {
            await using var db = store.Node.Engine.ReadSystem();
            return await db.Database.SqlQuery<int>($"SELECT count(*)::integer AS \"Value\" FROM pg_locks WHERE NOT granted").SingleAsync() > 0;
        }, "the batch waits");
        goOn.SetResult();

        await other;
        Assert.All(await all, outcome => outcome.Stored());
        await store.CheckLog();
    }

    [Theory]
    [OnSqlite("abandons"), OnPostgres("abandons"), OnSqlite("throws"), OnPostgres("throws"), OnSqlite("is cancelled"), OnPostgres("is cancelled")]
    public async Task When_the_unit_gives_up_nothing_is_stored_and_nobody_hears(string engine, string how)
    {
        var heard = new Heard();
        await using var store = await Store.Open(engine, subscribers: heard);
        (await store.Node.CustomerSays("other", "before", "c0")).Stored();
        var before = await store.CheckLog();

        var trouble = await Record.ExceptionAsync(() => store.Node.Engine.Run(1, async (unit, ct) =>
        {
            await AddAudit(unit, store, ct);
            await store.Node.Log.AppendIn(unit, store.Node.Customer("v", "hello", "c1", new NoReply()), ct);
            await store.Node.Log.AppendIn(unit, store.Node.Customer("other", "again", "c2", new NoReply()), ct);
            if (how == "abandons")
                unit.Abandon();
            else
                throw how == "throws" ? new InvalidOperationException("gave up") : new OperationCanceledException();
            return 0;
        }, CancellationToken.None));

        Assert.Equal(how == "abandons", trouble is null);
        Assert.Equal(0, await Audits(store));
        var after = await store.CheckLog();
        Assert.Equal(before.Entries, after.Entries);
        Assert.Equal(before.Heads.Values, after.Heads.Values);
        (await store.Node.CustomerSays("v", "hello", "c1")).Stored(); // the key was given up too
        Assert.Equal(2, (await store.CheckLog()).Messages.Count());
        await Until.True(() => heard.Entries.Count == 4, "the subscriber has heard of both conversations");
        Assert.DoesNotContain(heard.Entries, entry => entry.Body is MessagePosted { Text: "again" });
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Units_and_the_hot_path_meet_in_one_conversation(string engine)
    {
        await using var store = await Store.Open(engine);
        var conversation = (await store.Node.CustomerSays("v", "first", "c")).ConversationOf();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async n =>
        {
            if (n % 4 != 0)
            {
                (await store.Node.CustomerSays("v", $"m{n}", $"c{n}")).Stored();
                return;
            }
            await store.Node.Engine.Run(1, async (unit, ct) =>
            {
                await AddAudit(unit, store, ct);
                return await store.Node.Log.AppendIn(unit, new LogCommand
                {
                    Ws = 1, ConversationId = conversation, By = Sender.System, Decide = head => head.AddNote($"n{n}", $"n{n}"), Reply = new NoReply(),
                }, ct);
            }, CancellationToken.None);
        }));

        var log = await store.CheckLog();
        Assert.Equal(76, log.Messages.Count());
        Assert.Equal(25, log.Entries.Count(entry => entry.Body is NotePosted));
        Assert.Equal(25, await Audits(store));
    }

    /// <summary>PostgreSQL ends one of them; it is run again and its sender hears nothing of it.</summary>
    [Theory, OnPostgres]
    public async Task Units_that_wait_for_each_other_in_a_circle_both_end(string engine)
    {
        await using var store = await Store.Open(engine);
        using var met = new Barrier(2);
        Task<int> Rename(Guid first, Guid second)
        {
            var isFirstTry = true;
            return store.Node.Engine.Run(1, async (unit, ct) =>
            {
                await Name(unit, first, ct);
                if (isFirstTry)
                {
                    isFirstTry = false;
                    met.SignalAndWait(ct);
                }
                return await Name(unit, second, ct);
            }, CancellationToken.None);
        }

        static async Task<int> Name(WriteUnit unit, Guid id, CancellationToken ct)
        {
            (await unit.Db.Table<Agent>().SingleAsync(agent => agent.Id == id, ct)).Name += "!";
            return await unit.Db.SaveChangesAsync(ct);
        }

        var changed = await Task.WhenAll(Task.Run(() => Rename(store.Lin.Id, store.Wang.Id)), Task.Run(() => Rename(store.Wang.Id, store.Lin.Id)));
        Assert.Equal(2, changed.Sum());
        await using var db = store.Node.Engine.ReadSystem();
        Assert.All(await db.Table<Agent>().Where(agent => agent.Ws == 1).Select(agent => agent.Name).ToListAsync(), name => Assert.EndsWith("!!", name, StringComparison.Ordinal));
    }

    /// <summary>On SQLite all units share one transaction with whatever queued beside them: one that fails must not take the others along.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task Failing_units_hurt_nobody_beside_them(string engine)
    {
        await using var store = await Store.Open(engine);
        var work = Enumerable.Range(0, 120).Select(n => n % 3 == 0 ? Send(n) : Unit(n)).ToArray();
        foreach (var (done, n) in work.Select((done, n) => (done, n)))
        {
            if (n % 6 == 1)
                await Assert.ThrowsAsync<InvalidOperationException>(() => done);
            else
                await done;
        }

        Assert.Equal(40, (await store.CheckLog()).Messages.Count());
        Assert.Equal(60, await Audits(store));

        async Task Send(int n) => (await store.Node.CustomerSays($"v{n % 7}", $"m{n}", $"c{n}")).Stored();

        async Task Unit(int n) => await store.Node.Engine.Run(1, async (unit, ct) =>
        {
            await AddAudit(unit, store, ct);
            return n % 6 == 1 ? throw new InvalidOperationException("gave up") : 0;
        }, CancellationToken.None);
    }

    private static async Task AddAudit(WriteUnit unit, Store store, CancellationToken ct)
    {
        unit.Db.Table<AuditRow>().Add(new() { Ws = 1, Id = unit.Ids.New(), At = store.Clock.Now, ActorKind = "system", Action = "test.done", ObjectKind = "test" });
        await unit.Db.SaveChangesAsync(ct);
    }

    private static async Task<int> Audits(Store store)
    {
        await using var db = store.Node.Engine.Read(1);
        return await db.Table<AuditRow>().CountAsync();
    }
}

/// <summary>Remembers what subscribers are told.</summary>
internal sealed class Heard : ILogSubscriber
{
    private readonly List<LogEntry> _entries = [];

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_entries)
                return [.. _entries];
        }
    }

    public void On(LogBatch batch, int command, ReadOnlySpan<LogEntry> entries)
    {
        lock (_entries)
            _entries.AddRange(entries);
    }
}
