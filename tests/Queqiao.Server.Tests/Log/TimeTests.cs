using Queqiao.Server.Conversations;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Log;

public sealed class TimeTests
{
    [Theory]
    [OnSqlite(0, true), OnSqlite(72 * 3600, true), OnSqlite(72 * 3600 + 1, false)]
    [OnPostgres(0, true), OnPostgres(72 * 3600, true), OnPostgres(72 * 3600 + 1, false)]
    public async Task A_resolved_conversation_is_taken_up_again_within_72_hours(string engine, int secondsLater, bool reopens)
    {
        await using var store = await Store.Open(engine);
        var conversation = (await store.Node.CustomerSays("v", "help", "c1")).ConversationOf();
        await store.Node.AgentSays(conversation, "done", "a1");
        await store.Node.Do(conversation, head => head.SetStatus(ConversationStatus.Resolved, "solved"));
        store.Clock.Move(TimeSpan.FromSeconds(secondsLater));

        var again = (await store.Node.CustomerSays("v", "not quite", "c2")).Stored();
        var more = (await store.Node.CustomerSays("v", "are you there?", "c3")).Stored();

        var log = await store.CheckLog();
        Assert.Equal(reopens, again.ConversationId == conversation);
        Assert.Equal(again.ConversationId, more.ConversationId);
        Assert.Single(log.Contacts);
        var head = log.Heads[(1, again.ConversationId)];
        Assert.Equal(ConversationStatus.Queued, head.Status);
        Assert.Null(head.AssigneeId);
        Assert.Null(head.ResolvedAt);
        Assert.Equal(store.Clock.Now, head.WaitingSince);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Of_several_conversations_the_newest_is_taken_up(string engine)
    {
        await using var store = await Store.Open(engine);
        var seen = new List<Guid>();
        for (var n = 0; n < 4; n++)
        {
            seen.Add((await store.Node.CustomerSays("v", "help", $"c{n}")).ConversationOf());
            await store.Node.Do(seen[^1], head => head.SetStatus(ConversationStatus.Resolved, null));
            store.Clock.Move(TimeSpan.FromDays(4));
        }
        Assert.Equal(4, seen.Distinct().Count());
        store.Clock.Move(TimeSpan.FromDays(-2));

        Assert.Equal(seen[^1], (await store.Node.CustomerSays("v", "again", "last")).ConversationOf());
        await store.CheckLog();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_clock_that_steps_back_does_not_date_entries_before_the_one_they_follow(string engine)
    {
        await using var store = await Store.Open(engine);
        var first = (await store.Node.CustomerSays("v", "one", "c1")).Stored();
        store.Clock.Move(TimeSpan.FromMinutes(-10));
        var second = (await store.Node.AgentSays(first.ConversationId, "two", "a1")).Stored();
        Assert.Equal(first.At, second.At);
        store.Clock.Move(TimeSpan.FromMinutes(20));
        await store.Node.Do(first.ConversationId, head => head.MarkRead(SenderKind.Contact, head.Seq)); // dated later than anything said
        store.Clock.Move(TimeSpan.FromMinutes(-15));
        (await store.Node.CustomerSays("v", "three", "c3")).Stored();

        await store.CheckLog(); // entries' dates never go back
    }
}
