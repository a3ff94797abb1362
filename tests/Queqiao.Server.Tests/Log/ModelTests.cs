using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Log;

/// <summary>Random histories: the log and a much simpler model of conversations must answer alike and end alike.</summary>
public sealed class ModelTests
{
    private const int Steps = 120;

    public static TheoryData<int> Seeds => [.. Environment.GetEnvironmentVariable("QUEQIAO_LONG") is null
        ? Enumerable.Range(1, 5).Append(Environment.TickCount & 0xffffff)
        : Enumerable.Range(1, 500)];

    [Theory, MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public async Task The_log_answers_as_the_model_does(int seed)
    {
        await using var store = await Store.Open(Engines.Sqlite);
        var random = new Random(seed);
        var model = new ReferenceConversations();
        for (var step = 0; step < Steps; step++)
        {
            if (random.Next(40) == 0)
                await store.Restart();
            store.Clock.Move(random.Next(20) switch { 0 => TimeSpan.FromHours(random.Next(1, 90)), 1 => TimeSpan.FromMinutes(-random.Next(1, 300)), _ => TimeSpan.FromSeconds(random.Next(0, 90)) });
            var (what, expected, outcome) = await Step(store, model, random, step);
            var where = $"seed {seed}, step {step}: {what}";
            if (expected.Code is { } code)
                Assert.Equal((where, code), (where, outcome.Refused().Code));
            else
                Assert.Equal((where, Learn(expected.Conversation!, outcome), expected.Seq), (where, outcome.ConversationOf(), outcome.Stored().Seq));
        }
        Compare(seed, model, await store.CheckLog());
    }

    private static async Task<(string What, (ReferenceConversations.Conversation? Conversation, long Seq, string? Code) Expected, LogOutcome Outcome)> Step(
        Store store, ReferenceConversations model, Random random, int step)
    {
        var (now, text) = (store.Clock.Now, $"text {step}");
        var known = model.All.ToList();
        var id = $"c{(random.Next(6) == 0 ? random.Next(step + 1) : step)}"; // now and then one that was used before
        if (known.Count == 0 || random.Next(3) == 0)
        {
            var customer = $"v{random.Next(4)}";
            return ($"{customer} says {id}", model.CustomerSays(customer, $"{customer}/{id}", text, now), await store.Node.CustomerSays(customer, text, id));
        }
        var one = known[random.Next(known.Count)];
        var agent = random.Next(2) == 0 ? store.Lin : store.Wang;
        switch (random.Next(6))
        {
            case 0 or 1:
                return ($"{agent.Name} says {id}", model.AgentSays(one, agent.Id, $"{agent.Id}/{id}", text, now), await store.Node.AgentSays(one.Id, text, id, agent));
            case 2:
                return ("note", ReferenceConversations.Note(one, text, now), await store.Node.Do(one.Id, head => head.AddNote(text, id)));
            case 3:
                var to = random.Next(3) == 0 ? null : agent;
                return ($"assign {to?.Name}", ReferenceConversations.Assign(one, to?.Id, now), await store.Node.Do(one.Id, head => head.AssignTo(to)));
            case 4:
                var status = random.GetItems(["open", "pending", "resolved"], 1)[0];
                return (status, model.ChangeStatus(one, status, now), await store.Node.Do(one.Id, head => head.SetStatus(status, null)));
            default:
                var (by, upTo) = (random.Next(2) == 0 ? SenderKind.Contact : SenderKind.Agent, random.Next(1, (int)one.Seq + 3));
                return ($"{by} reads to {upTo}", ReferenceConversations.Read(one, by, upTo, now), await store.Node.Do(one.Id, head => head.MarkRead(by, upTo)));
        }
    }

    /// <summary>The model cannot know which id the log chose for a new conversation; from then on it must stay the same.</summary>
    private static Guid Learn(ReferenceConversations.Conversation conversation, LogOutcome outcome)
    {
        if (conversation.Id == Guid.Empty)
            conversation.Id = outcome.ConversationOf();
        return conversation.Id;
    }

    private static void Compare(int seed, ReferenceConversations model, LogSnapshot log)
    {
        Assert.Equal(model.All.Select(conversation => conversation.Id).Order(), log.Heads.Keys.Select(key => key.Id).Order());
        foreach (var conversation in model.All)
        {
            var head = log.Heads[(1, conversation.Id)];
            var where = $"seed {seed}, {conversation.Id}";
            Assert.Equal((where, conversation.Seq, conversation.PublicSeq, conversation.Status, conversation.Assignee, conversation.ResolvedAt, conversation.WaitingSince),
                (where, head.Seq, head.PublicSeq, head.Status, head.AssigneeId, head.ResolvedAt, head.WaitingSince));
            Assert.Equal((where, conversation.Unread, conversation.ContactUnread, conversation.ReadSeq("agent"), conversation.ReadSeq("contact"), conversation.Last!.Text),
                (where, head.Unread, head.ContactUnread, head.AgentReadSeq, head.ContactReadSeq, head.LastPreview));
            Assert.Equal(conversation.Items.Select(item => (item.Type, item.At)),
                log.Entries.Where(entry => entry.ConversationId == conversation.Id).Select(entry => (EntryBodies.TypeOf(entry.Body), entry.At)));
        }
    }
}
