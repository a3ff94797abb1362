using Queqiao.Server.Conversations;

namespace Queqiao.Server.Tests.Log;

/// <summary>The rules and the head are pure: no store, no clock.</summary>
public sealed class RulesTests
{
    private static readonly Person Lin = new(new Guid("00000000-0000-0000-0000-00000000000a"), "林晓");
    private static readonly Person Wang = new(new Guid("00000000-0000-0000-0000-00000000000b"), "Wang");
    private static readonly Sender Visitor = new(SenderKind.Contact, null, null);

    private static ConversationHead Fresh => new() { Ws = 1, Id = Guid.Empty, ChannelId = Guid.Empty, Identity = "v", ContactId = Guid.Empty, CreatedAt = 0 };

    private static ConversationHead Asked => Apply(Fresh, Fresh.CustomerSays("help", "c1"), Visitor, 10);

    private static ConversationHead Answered => Apply(Asked, Asked.AgentSays("hello", "a1", Lin), Agent(Lin), 20);

    private static ConversationHead Resolved => Apply(Answered, Answered.SetStatus(ConversationStatus.Resolved, "solved"), Agent(Lin), 30);

    [Fact]
    public void A_conversation_starts_with_its_first_message_in_the_queue()
    {
        Assert.Equal(["started", "message"], Types(Fresh.CustomerSays("help", "c1")));
        Assert.Equal(["message"], Types(Asked.CustomerSays("hello?", "c2")));
        Assert.Equal((ConversationStatus.Queued, 2L, 2L, 1, 10L), (Asked.Status, Asked.Seq, Asked.PublicSeq, Asked.Unread, Asked.WaitingSince));
    }

    [Fact]
    public void Who_answers_a_waiting_customer_takes_the_conversation_and_has_read_it()
    {
        Assert.Equal(["read", "assigned", "status", "message"], Types(Asked.AgentSays("hello", "a1", Lin)));
        Assert.Equal((ConversationStatus.Open, Lin.Id, 0, 1), (Answered.Status, Answered.AssigneeId, Answered.Unread, Answered.ContactUnread));
        Assert.Null(Answered.WaitingSince);
    }

    [Fact]
    public void A_colleague_may_answer_without_taking_it_away()
    {
        var after = Apply(Answered, Answered.AgentSays("me too", "w1", Wang), Agent(Wang), 30);
        Assert.Equal(["message"], Types(Answered.AgentSays("me too", "w1", Wang)));
        Assert.Equal(Lin.Id, after.AssigneeId);
        Assert.Equal(2, after.ContactUnread);
    }

    [Fact]
    public void The_customer_waits_since_the_oldest_unanswered_message()
    {
        var once = Apply(Answered, Answered.CustomerSays("one", "c2"), Visitor, 30);
        var twice = Apply(once, once.CustomerSays("two", "c3"), Visitor, 40);
        Assert.Equal(30, twice.WaitingSince);
        Assert.Equal(2, twice.Unread);
    }

    [Fact]
    public void A_resolved_conversation_is_taken_up_by_its_customer_and_by_nobody_else()
    {
        Assert.Equal((30L, true), (Resolved.ResolvedAt, Resolved.IsResolved));
        Assert.Equal(["assigned", "status", "message"], Types(Resolved.CustomerSays("not quite", "c2")));
        var again = Apply(Resolved, Resolved.CustomerSays("not quite", "c2"), Visitor, 40);
        Assert.Equal((ConversationStatus.Queued, null, null, 40L), (again.Status, again.AssigneeId, again.ResolvedAt, again.WaitingSince));
        Assert.Equal("conversation_resolved", Code(Resolved.AgentSays("late", "a2", Lin)));
        Assert.Equal("conversation_resolved", Code(Resolved.AssignTo(Wang)));
        Assert.Equal(["note"], Types(Resolved.AddNote("was rude", "n1"))); // notes may follow
    }

    [Fact]
    public void A_pending_conversation_comes_back_to_whoever_holds_it()
    {
        var pending = Apply(Answered, Answered.SetStatus(ConversationStatus.Pending, null), Agent(Lin), 30);
        Assert.Equal(ConversationStatus.Open, Apply(pending, pending.CustomerSays("here", "c2"), Visitor, 40).Status);
        var nobodys = Apply(pending, pending.AssignTo(null), Agent(Lin), 35);
        Assert.Equal(ConversationStatus.Queued, Apply(nobodys, nobodys.CustomerSays("here", "c2"), Visitor, 40).Status);
    }

    [Fact]
    public void Assigning_opens_and_giving_back_queues()
    {
        Assert.Equal(["assigned", "status"], Types(Asked.AssignTo(Lin)));
        Assert.Equal(["assigned"], Types(Answered.AssignTo(Wang)));
        Assert.Equal(["assigned", "status"], Types(Answered.AssignTo(null)));
        Assert.Empty(Types(Answered.AssignTo(Lin)));
        Assert.Empty(Types(Asked.AssignTo(null)));
        var change = Assert.IsType<AssigneeChanged>(Entries(Answered.AssignTo(Wang))[0]);
        Assert.Equal((Lin, Wang), (change.From, change.To));
    }

    [Fact]
    public void Open_means_that_somebody_holds_it()
    {
        var given = Apply(Answered, Answered.AssignTo(null), Agent(Lin), 30);
        Assert.Empty(Types(given.SetStatus(ConversationStatus.Open, null)));
        Assert.Empty(Types(Answered.SetStatus(ConversationStatus.Open, null)));
        var change = Assert.IsType<StatusChanged>(Entries(Resolved.SetStatus(ConversationStatus.Open, "reopened"))[0]);
        Assert.Equal((ConversationStatus.Resolved, ConversationStatus.Open, "reopened"), (change.From, change.To, change.Reason));
    }

    [Fact]
    public void Reading_is_news_once()
    {
        var read = Apply(Answered, Answered.MarkRead(SenderKind.Contact, 99), Visitor, 30);
        Assert.Equal((0, Answered.Seq, Answered.Seq + 1), (read.ContactUnread, read.ContactReadSeq, read.Seq)); // never further than what there is
        Assert.Empty(Types(read.MarkRead(SenderKind.Contact, 99)));
        Assert.Empty(Types(Answered.MarkRead(SenderKind.Agent, 99))); // nothing was unread
        Assert.Equal(Answered.LastActivityAt, read.LastActivityAt);
        Assert.Equal(30, read.LastEntryAt);
    }

    [Fact]
    public void Half_read_stays_unread()
    {
        var twice = Apply(Asked, Asked.CustomerSays("hello?", "c2"), Visitor, 20);
        var half = Apply(twice, twice.MarkRead(SenderKind.Agent, 2), Agent(Lin), 30);
        Assert.Equal((2, 2L), (half.Unread, half.AgentReadSeq));
    }

    [Fact]
    public void Notes_do_not_count_for_the_customer()
    {
        var noted = Apply(Asked, Asked.AddNote("VIP", "n1"), Agent(Lin), 20);
        Assert.Equal((3L, 2L, 0, 10L), (noted.Seq, noted.PublicSeq, noted.ContactUnread, noted.WaitingSince));
        Assert.Equal(("note", "VIP"), (noted.LastMessageType, noted.LastPreview));
    }

    [Theory]
    [InlineData(159, 159), InlineData(160, 160), InlineData(161, 160), InlineData(10_000, 160)]
    public void A_preview_is_the_first_160_characters(int length, int shown) =>
        Assert.Equal(new string('x', shown), Apply(Fresh, Fresh.CustomerSays(new string('x', length), "c1"), Visitor, 1).LastPreview);

    [Fact]
    public void A_preview_never_ends_in_half_a_character()
    {
        var text = new string('x', 159) + "😀 and more";
        Assert.Equal(new string('x', 159), Apply(Fresh, Fresh.CustomerSays(text, "c1"), Visitor, 1).LastPreview);
        Assert.Equal(new string('x', 158) + "😀", Apply(Fresh, Fresh.CustomerSays(text[1..], "c1"), Visitor, 1).LastPreview);
    }

    internal static Sender Agent(Person person) => new(SenderKind.Agent, person.Id, person.Name);

    private static ConversationHead Apply(ConversationHead head, Decision decision, Sender by, long at) =>
        Entries(decision).Aggregate(head, (now, body) => now.After(body, by, at));

    private static IReadOnlyList<EntryBody> Entries(Decision decision) => Assert.IsType<Decision.Append>(decision).Entries;

    private static string[] Types(Decision decision) => [.. Entries(decision).Select(EntryBodies.TypeOf)];

    private static string Code(Decision decision) => Assert.IsType<Decision.Refuse>(decision).Refusal.Code;
}
