using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Log;

public sealed class FeedTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Subscribers_hear_of_everything_once_and_of_each_conversation_in_order(string engine)
    {
        var heard = new Heard();
        await using var store = await Store.Open(engine, subscribers: heard);
        var conversations = await Task.WhenAll(Enumerable.Range(0, 3).Select(async i => (await store.Node.CustomerSays($"v{i}", "first", "c")).ConversationOf()));
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async sender =>
        {
            for (var n = 0; n < 10; n++)
            {
                if (sender % 2 == 0)
                    await store.Node.CustomerSays($"v{n % 3}", "c", $"{sender}-{n}");
                else
                    await store.Node.AgentSays(conversations[n % 3], "a", $"{sender}-{n}");
            }
        }));

        var stored = (await store.CheckLog()).Entries;
        await Until.True(() => heard.Entries.Count >= stored.Count, "the subscriber has heard of everything");
        foreach (var conversation in conversations)
        {
            Assert.Equal(stored.Where(entry => entry.ConversationId == conversation).Select(entry => entry.Seq),
                heard.Entries.Where(entry => entry.ConversationId == conversation).Select(entry => entry.Seq));
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_subscriber_that_fails_hurts_nobody(string engine)
    {
        var heard = new Heard();
        await using var store = await Store.Open(engine, subscribers: [new Failing(), heard]);
        (await store.Node.CustomerSays("v", "one", "c1")).Stored();
        (await store.Node.CustomerSays("v", "two", "c2")).Stored();
        await Until.True(() => heard.Entries.Count == 3, "the other subscriber has heard of both");
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_sender_who_fails_to_listen_hurts_nobody(string engine)
    {
        await using var store = await Store.Open(engine);
        store.Node.Log.Post(store.Node.Customer("v", "one", "c1", new Deaf()));
        (await store.Node.CustomerSays("v", "two", "c2")).Stored();
        Assert.Equal(2, (await store.CheckLog()).Messages.Count());
    }

    private sealed class Failing : ILogSubscriber
    {
        public void On(LogBatch batch, int command, ReadOnlySpan<LogEntry> entries) => throw new InvalidOperationException("I never work");
    }

    private sealed class Deaf : ILogReply
    {
        public void Done(LogOutcome outcome) => throw new InvalidOperationException("gone");

        public void Failed(Exception error) => throw new InvalidOperationException("gone");
    }
}
