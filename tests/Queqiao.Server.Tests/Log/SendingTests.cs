using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Log;

public sealed class SendingTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Many_senders_in_few_conversations_are_numbered_without_gaps(string engine)
    {
        await using var store = await Store.Open(engine);
        var conversations = new Guid[4];
        for (var i = 0; i < conversations.Length; i++)
            conversations[i] = (await store.Node.CustomerSays($"v{i}", "first", "c0")).ConversationOf();

        await Task.WhenAll(Enumerable.Range(0, 64).Select(async sender =>
        {
            for (var n = 0; n < 10; n++)
            {
                var at = (sender + n) % conversations.Length;
                _ = sender % 2 == 0
                    ? (await store.Node.CustomerSays($"v{at}", $"c{sender}.{n}", $"c{sender}-{n}")).Stored()
                    : (await store.Node.AgentSays(conversations[at], $"a{sender}.{n}", $"a{sender}-{n}", sender % 4 == 1 ? store.Lin : store.Wang)).Stored();
            }
        }));

        var log = await store.CheckLog();
        Assert.Equal(conversations.Order(), log.Heads.Keys.Select(key => key.Id).Order());
        Assert.Equal(64 * 10 + 4, log.Messages.Count());
        Assert.Equal(64 * 10 + 4, log.Messages.Select(m => m.Message.Text + m.Entry.ConversationId).Distinct().Count());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task One_sender_who_does_not_wait_is_stored_in_the_order_of_sending(string engine)
    {
        await using var store = await Store.Open(engine);
        var sent = Enumerable.Range(0, 300).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        var answers = await Task.WhenAll(sent.Select(text => store.Node.CustomerSays("v", text, "c" + text)));

        var log = await store.CheckLog();
        Assert.Equal(sent, log.Texts(answers[0].ConversationOf()));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task First_messages_at_once_begin_one_conversation_of_one_contact(string engine)
    {
        await using var store = await Store.Open(engine);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => store.Node.CustomerSays("new", $"m{n % 20}", $"c{n % 20}")));

        var log = await store.CheckLog();
        Assert.Single(log.Heads);
        Assert.Single(log.Contacts);
        Assert.Equal(20, log.Messages.Count());
        for (var n = 0; n < 20; n++)
            Assert.True(answers[n].SameAnswer(answers[n + 20]));
    }

    [PostgresFact]
    public async Task First_messages_at_once_on_two_nodes_begin_one_conversation_of_one_contact()
    {
        await using var store = await Store.Open(Engines.Postgres);
        var other = await store.Start();
        for (var round = 0; round < 10; round++)
        {
            var visitor = $"new{round}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(n =>
                (n % 2 == 0 ? store.Node : other).CustomerSays(visitor, $"m{n / 4}", $"c{n / 4}"))); // each message twice on each node
            for (var n = 0; n < 40; n++)
                Assert.True(answers[n].SameAnswer(answers[n / 4 * 4]), $"{answers[n]} is not {answers[n / 4 * 4]}");
        }

        var log = await store.CheckLog();
        Assert.Equal(10, log.Heads.Count);
        Assert.Equal(10, log.Contacts.Count);
        Assert.Equal(100, log.Messages.Count());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task First_messages_at_once_in_units_begin_one_conversation_of_one_contact(string engine)
    {
        await using var store = await Store.Open(engine);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => Task.Run(() => store.Node.Engine.Run(1, (unit, ct) =>
            store.Node.Log.AppendIn(unit, store.Node.Customer("new", $"m{n % 6}", $"c{n % 6}", new NoReply()), ct), CancellationToken.None))));

        var log = await store.CheckLog();
        Assert.Single(log.Heads);
        Assert.Equal(6, log.Messages.Count());
        for (var n = 0; n < 6; n++)
            Assert.True(answers[n].SameAnswer(answers[n + 6]));
    }

    [PostgresFact]
    public async Task Two_nodes_in_the_same_conversations_neither_lose_nor_block_each_other()
    {
        await using var store = await Store.Open(Engines.Postgres);
        Node[] nodes = [store.Node, await store.Start()];
        var conversations = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i => (await store.Node.CustomerSays($"v{i}", "first", "c")).ConversationOf()));

        var answers = await Task.WhenAll(Enumerable.Range(0, 600).Select(n => n % 3 == 0
            ? nodes[n % 2].AgentSays(conversations[n % 6], $"a{n}", $"a{n}")
            : nodes[n % 2].CustomerSays($"v{n % 6}", $"c{n}", $"c{n}")));

        Assert.All(answers, answer => answer.Stored());
        var log = await store.CheckLog();
        Assert.Equal(606, log.Messages.Count());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_repeated_send_is_answered_as_the_first_and_stores_nothing(string engine)
    {
        await using var store = await Store.Open(engine);
        var first = await store.Node.CustomerSays("v", "hello", "c1");
        var reply = await store.Node.AgentSays(first.ConversationOf(), "hi", "a1");
        var note = await store.Node.Do(first.ConversationOf(), head => head.AddNote("careful", "n1"));
        store.Clock.Move(TimeSpan.FromHours(5));
        var before = await store.CheckLog();

        await store.Restart();
        Assert.True(first.SameAnswer(await store.Node.CustomerSays("v", "another text with the same id", "c1")));
        Assert.True(reply.SameAnswer(await store.Node.AgentSays(first.ConversationOf(), "hi", "a1")));
        Assert.Null(note.Stored().PublicPrev);

        var after = await store.CheckLog();
        Assert.Equal(before.Entries, after.Entries);
        Assert.Equal(before.Heads.Values, after.Heads.Values);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_same_client_id_of_two_senders_is_two_messages(string engine)
    {
        await using var store = await Store.Open(engine);
        await store.Node.CustomerSays("v1", "one", "same");
        await store.Node.CustomerSays("v2", "two", "same");
        Assert.Equal(2, (await store.CheckLog()).Messages.Count());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_refused_command_changes_nothing(string engine)
    {
        await using var store = await Store.Open(engine);
        var conversation = (await store.Node.CustomerSays("v", "hello", "c1")).ConversationOf();
        await store.Node.Do(conversation, head => head.SetStatus(ConversationStatus.Resolved, null));
        var before = await store.CheckLog();

        Assert.Equal("conversation_resolved", (await store.Node.AgentSays(conversation, "late", "a1")).Refused().Code);
        Assert.Equal("not_found", (await store.Node.AgentSays(Guid.NewGuid(), "nowhere", "a2")).Refused().Code);
        store.Node.Log.Post(store.Node.Customer("stranger", "", "x", new NoReply(), _ => Decision.Nothing));
        Assert.Equal("rate_limited", (await store.Node.Log.Append(reply => store.Node.Customer("stranger", "", "c9", reply, _ => Refusal.TooMany(TimeSpan.FromSeconds(1))))).Refused().Code);

        var after = await store.CheckLog();
        Assert.Equal(before.Entries, after.Entries);
        Assert.Equal(before.Heads.Values, after.Heads.Values);
        Assert.Equal(before.Contacts.Count, after.Contacts.Count);
        Assert.Equal(before.Keys.Count, after.Keys.Count);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_refused_first_message_does_not_spoil_the_next_in_its_group(string engine)
    {
        await using var store = await Store.Open(engine);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(n => store.Node.Log.Append(reply => store.Node.Customer("new", $"m{n}", $"c{n}", reply,
            n % 3 == 0 ? _ => Refusal.Conflict() : null))));

        Assert.All(answers.Where((_, n) => n % 3 != 0), answer => answer.Stored());
        var log = await store.CheckLog();
        Assert.Equal(20, log.Messages.Count());
        Assert.Single(log.Heads);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_the_scope_does_not_allow_is_not_found(string engine)
    {
        await using var store = await Store.Open(engine);
        await store.Settle(2);
        var conversation = (await store.Node.CustomerSays("v", "hello", "c1")).ConversationOf();
        var asked = 0;
        LogCommand Reads(int ws, Scope<ConversationHead> scope, ILogReply reply) => new()
        {
            Ws = ws, ConversationId = conversation, Scope = scope, By = Sender.System, Reply = reply,
            Decide = head => { asked++; return head.AddNote("seen", "n"); },
        };
        var nobodys = store.Lin.Id;

        Assert.Equal("not_found", (await store.Node.Log.Append(r => Reads(1, Scope<ConversationHead>.Where(1, head => head.AssigneeId == nobodys), r))).Refused().Code);
        Assert.Equal("not_found", (await store.Node.Log.Append(r => Reads(2, Scope<ConversationHead>.Workspace(2), r))).Refused().Code);
        Assert.Equal("not_found", (await store.Node.Log.Append(r => Reads(1, Scope<ConversationHead>.Workspace(2), r))).Refused().Code);
        Assert.Equal(0, asked);
        (await store.Node.Log.Append(r => Reads(1, Scope<ConversationHead>.Workspace(1), r))).Stored();
        Assert.Equal(1, asked);
        await store.CheckLog();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task After_the_store_is_closed_a_send_fails_at_once(string engine)
    {
        await using var store = await Store.Open(engine);
        await store.Node.CustomerSays("v", "hello", "c1");
        await store.Node.Engine.DisposeAsync();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.Node.CustomerSays("v", "too late", "c2").WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
