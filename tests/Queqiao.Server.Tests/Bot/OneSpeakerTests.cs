using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Bot;

/// <summary>Invariant 3: a conversation is held by the bot or by people, and the other cannot send. Rules first, then raced on both databases.</summary>
public sealed class OneSpeakerTests
{
    private static readonly Person Lin = new(new Guid("00000000-0000-0000-0000-00000000000a"), "林晓");
    private static readonly Sender Bot = new(SenderKind.Bot, null, "小鹊");
    private static readonly MessagePosted Hello = new(Direction.Out, "您好", "bot-0");

    private static ConversationHead Fresh => new() { Ws = 1, Id = Guid.Empty, ChannelId = Guid.Empty, Identity = "v", ContactId = Guid.Empty, CreatedAt = 0 };

    private static ConversationHead Received => Apply(Fresh, Fresh.CustomerSays("退款多久到账", "c1", toBot: true), new Sender(SenderKind.Contact, null, null), 10);

    private static HandedOver Summary => new(HandOverReason.Asked, "wants a refund", null);

    [Fact]
    public void Where_a_bot_receives_customers_it_holds_what_they_begin()
    {
        Assert.Equal(["started", "status", "message"], Types(Fresh.CustomerSays("hi", "c1", toBot: true)));
        Assert.Equal((ConversationStatus.Bot, true, 10L), (Received.Status, Received.IsBots(), Received.WaitingSince));
        Assert.Equal(["message"], Types(Received.CustomerSays("again", "c2", toBot: true)));
    }

    [Fact]
    public void While_the_bot_holds_it_nobody_else_can_send_and_once_somebody_does_the_bot_cannot()
    {
        Assert.Equal("bot_holds_conversation", Code(Received.AgentSays("hi", "a1", Lin)));
        var taken = Apply(Received, Received.AssignTo(Lin), Agent(Lin), 20);
        Assert.Equal((ConversationStatus.Open, Lin.Id), (taken.Status, taken.AssigneeId));
        Assert.Equal("person_holds_conversation", Code(taken.BotSpeaks(3, [Hello], null)));
        Assert.Equal(["read", "message"], Types(taken.AgentSays("hi", "a1", Lin)));
        foreach (var status in new[] { ConversationStatus.Queued, ConversationStatus.Pending, ConversationStatus.Resolved })
            Assert.Equal("person_holds_conversation", Code((Received with { Status = status }).BotSpeaks(3, [Hello], null)));
        Assert.Equal(["note"], Types(Received.AddNote("careful", "n1"))); // notes are nobody's voice
    }

    [Fact]
    public void An_answer_to_what_is_no_longer_the_last_word_is_not_said()
    {
        Assert.Equal(["message"], Types(Received.BotSpeaks(3, [Hello], null)));
        var again = Apply(Received, Received.CustomerSays("and?", "c2", toBot: true), new Sender(SenderKind.Contact, null, null), 20);
        Assert.Equal("customer_wrote_again", Code(again.BotSpeaks(3, [Hello], null)));
    }

    [Fact]
    public void Handing_over_puts_the_customer_into_the_queue_with_what_people_need_to_know()
    {
        var decision = Received.BotSpeaks(3, [Hello], new BotEnding.ToPeople(Summary, new NamedTeam(Lin.Id, "Refunds")));
        Assert.Equal(["message", "handed_over", "team", "status"], Types(decision));
        var given = Apply(Received, decision, Bot, 30);
        Assert.Equal((ConversationStatus.Queued, null, 30L, Lin.Id), (given.Status, given.AssigneeId, given.WaitingSince, given.TeamId));
        Assert.Equal(given.PublicSeq, given.Seq); // the status is public, the summary is not
        Assert.False(Summary.IsPublic);
    }

    [Fact]
    public void What_a_person_held_stays_with_people_and_what_the_bot_resolved_comes_back_to_it()
    {
        var solved = Apply(Received, Received.BotSpeaks(3, [Hello], new BotEnding.Done("bot_solved")), Bot, 30);
        Assert.Equal((ConversationStatus.Resolved, null), (solved.Status, solved.WaitingSince));
        Assert.Equal(ConversationStatus.Bot, Apply(solved, solved.CustomerSays("one more", "c3", toBot: true), Bot, 40).Status);
        Assert.Equal(ConversationStatus.Queued, Apply(solved, solved.CustomerSays("one more", "c3", toBot: false), Bot, 40).Status);
        var taken = Apply(Received, Received.AssignTo(Lin), Agent(Lin), 20);
        var closed = Apply(taken, taken.SetStatus(ConversationStatus.Resolved, null), Agent(Lin), 30);
        Assert.Equal(ConversationStatus.Queued, Apply(closed, closed.CustomerSays("one more", "c3", toBot: true), Bot, 40).Status);
    }

    [Fact]
    public void Only_what_is_quiet_and_the_bots_is_closed_and_it_can_be_given_to_the_bot()
    {
        var answered = Apply(Received, Received.BotSpeaks(3, [Hello], null), Bot, 30);
        Assert.Equal(["status"], Types(answered.CloseQuiet(30)));
        Assert.Empty(Types(answered.CloseQuiet(29)));
        Assert.Empty(Types(Received.CloseQuiet(1000))); // somebody waits
        var taken = Apply(Received, Received.AssignTo(Lin), Agent(Lin), 20);
        Assert.Empty(Types(taken.CloseQuiet(1000)));
        Assert.Equal(["assigned", "status"], Types(taken.GiveToBot()));
        Assert.Equal(ConversationStatus.Bot, Apply(taken, taken.GiveToBot(), Agent(Lin), 30).Status);
        Assert.Empty(Types(Received.GiveToBot()));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Raced_against_agents_and_customers_there_is_never_a_second_voice(string engine)
    {
        await using var store = await Store.Open(engine);
        var nodes = engine == Engines.Postgres ? [store.Node, await store.Start()] : new[] { store.Node };
        var begun = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i => (await Says(nodes[0], $"v{i}", "c0")).ConversationOf()));
        await Task.WhenAll(Enumerable.Range(0, 240).Select(n => Task.Run(() =>
        {
            var (node, id) = (nodes[n % nodes.Length], begun[n % 6]);
            return (n / 6 % 8) switch
            {
                0 => Says(node, $"v{n % 6}", $"c{n}"),
                1 => node.Do(id, head => head.AssignTo(n % 2 == 0 ? store.Lin : store.Wang)),
                2 or 3 => node.Do(id, head => head.GiveToBot()),
                4 => node.AgentSays(id, $"a{n}", $"a{n}"),
                5 => Speak(node, id, n, new BotEnding.ToPeople(Summary)),
                _ => Speak(node, id, n, null),
            };
        })));
        await store.CheckLog(); // the invariant itself is in LogInvariants
        foreach (var (id, i) in begun.Select((id, i) => (id, i)))
        {
            await nodes[0].Do(id, head => head.GiveToBot());
            Assert.Equal("bot_holds_conversation", (await nodes[^1].AgentSays(id, "no", $"no{i}")).Refused().Code);
            (await Speak(nodes[^1], id, 1000 + i, null)).Stored();
            (await nodes[^1].Do(id, head => head.AssignTo(store.Lin))).Stored();
            Assert.Equal("person_holds_conversation", (await Speak(nodes[0], id, 2000 + i, null)).Refused().Code);
            (await nodes[0].AgentSays(id, "yes", $"yes{i}")).Stored();
        }
        await store.CheckLog();

        Task<LogOutcome> Says(Node node, string who, string clientId) => node.Log.Append(reply => node.Customer(who, clientId, clientId, reply, head => head.CustomerSays(clientId, clientId, toBot: true)));

        static Task<LogOutcome> Speak(Node node, Guid id, int n, BotEnding? then) => node.Log.Append(reply => new LogCommand
        {
            Ws = 1, ConversationId = id, Key = LogCommand.KeyOf(1, $"bot:{id}", $"{n}"), By = Bot, Reply = reply,
            Decide = head => head.BotSpeaks(head.LastInSeq, [Hello with { ClientId = $"bot-{n}" }], then),
        });
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_same_turn_twice_says_its_answer_once(string engine)
    {
        await using var store = await Store.Open(engine);
        var first = (await store.Node.Log.Append(reply => store.Node.Customer("v", "hi", "c1", reply, head => head.CustomerSays("hi", "c1", toBot: true)))).Stored();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.Node.Log.Append(reply => new LogCommand
        {
            Ws = 1, ConversationId = first.ConversationId, Key = LogCommand.KeyOf(1, $"bot:{first.ConversationId}", $"{first.Seq}"), By = Bot, Reply = reply,
            Decide = head => head.BotSpeaks(first.Seq, [Hello], null),
        })));
        Assert.All(answers, answer => answer.Stored());
        Assert.Equal(["hi", "您好"], (await store.CheckLog()).Texts(first.ConversationId));
    }

    private static Sender Agent(Person person) => new(SenderKind.Agent, person.Id, person.Name);

    private static ConversationHead Apply(ConversationHead head, Decision decision, Sender by, long at) => Entries(decision).Aggregate(head, (now, body) => now.After(body, by, at));

    private static IReadOnlyList<EntryBody> Entries(Decision decision) => Assert.IsType<Decision.Append>(decision).Entries;

    private static string[] Types(Decision decision) => [.. Entries(decision).Select(EntryBodies.TypeOf)];

    private static string Code(Decision decision) => Assert.IsType<Decision.Refuse>(decision).Refusal.Code;
}
