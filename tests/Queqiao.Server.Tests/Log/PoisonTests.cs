using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Log;

/// <summary>A command that cannot be written hurts nobody who happens to be in its group.</summary>
public sealed class PoisonTests
{
    /// <summary>Half a surrogate pair: cannot be written as UTF-8. The API refuses it; the log must survive it all the same.</summary>
    private const string HalfACharacter = "half \ud83d";

    [Theory]
    [OnSqlite("decide throws"), OnPostgres("decide throws")]
    [OnSqlite("no such channel"), OnPostgres("no such channel")]
    public async Task Poison_hurts_nobody_else(string engine, string kind)
    {
        await using var store = await Store.Open(engine);
        for (var i = 0; i < 5; i++)
            await store.Node.CustomerSays($"v{i}", "first", "c");

        var good = new List<Task<LogOutcome>>();
        var bad = new List<Task<LogOutcome>>();
        for (var n = 0; n < 200; n++)
        {
            if (n % 40 == 7)
                bad.Add(store.Node.Log.Append(reply => Poison(kind, store, n, reply)));
            good.Add(store.Node.CustomerSays($"v{n % 10}", $"m{n}", $"c{n}"));
        }

        Assert.All(await Task.WhenAll(good).WaitAsync(TimeSpan.FromSeconds(60)), answer => answer.Stored());
        foreach (var poisoned in bad)
            await Assert.ThrowsAnyAsync<Exception>(() => poisoned.WaitAsync(TimeSpan.FromSeconds(10)));
        (await store.Node.CustomerSays("v0", "afterwards", "last")).Stored();
        var log = await store.CheckLog();
        Assert.Equal(206, log.Messages.Count());
    }

    /// <summary>PostgreSQL has no text with NUL, and nobody has half a character in UTF-8. Sealed, both are bytes like any other.</summary>
    [Theory]
    [OnSqlite("a\0b", "v"), OnPostgres("a\0b", "v"), OnSqlite(HalfACharacter, "v"), OnPostgres(HalfACharacter, "v"), OnSqlite("hello", HalfACharacter), OnPostgres("hello", HalfACharacter)]
    public async Task Texts_that_a_database_could_not_hold_hurt_nobody(string engine, string text, string identity)
    {
        await using var store = await Store.Open(engine);
        (await store.Node.CustomerSays(identity, text, "c")).Stored();
        Assert.Single((await store.CheckLog()).Messages);
    }

    private static LogCommand Poison(string kind, Store store, int n, ILogReply reply) => kind switch
    {
        "decide throws" => store.Node.Customer($"v{n % 10}", "", $"p{n}", reply, _ => throw new InvalidOperationException("poison")),
        "no such channel" => Elsewhere(store.Node.Customer($"v{n % 10}", "hello", $"p{n}", reply)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The foreign key refuses it.</summary>
    private static LogCommand Elsewhere(LogCommand command) => new()
    {
        Ws = command.Ws, Customer = new(Guid.NewGuid(), "v"), Key = command.Key, By = command.By, Begins = true, Decide = command.Decide, Reply = command.Reply,
    };
}
