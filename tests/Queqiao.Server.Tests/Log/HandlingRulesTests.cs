using Queqiao.Server.Conversations;
using Queqiao.Server.CustomFields;

namespace Queqiao.Server.Tests.Log;

/// <summary>Snoozing, resolving, handing on, marking, changing words, rating, merging: pure.</summary>
public sealed class HandlingRulesTests
{
    private static readonly Person Lin = new(new Guid("00000000-0000-0000-0000-00000000000a"), "林晓");
    private static readonly Person Wang = new(new Guid("00000000-0000-0000-0000-00000000000b"), "Wang");
    private static readonly NamedTeam Refunds = new(new Guid("00000000-0000-0000-0000-00000000000c"), "退款组");
    private static readonly NamedTeam Sales = new(new Guid("00000000-0000-0000-0000-00000000000d"), "Sales");
    private static readonly Sender Visitor = new(SenderKind.Contact, null, null);
    private static readonly FieldSet NoFields = new([]);

    private static ConversationHead Fresh => new() { Ws = 1, Id = new Guid("00000000-0000-0000-0000-000000000001"), ChannelId = Guid.Empty, Identity = "v", ContactId = Guid.Empty, CreatedAt = 0 };

    private static ConversationHead Asked => Apply(Fresh, Fresh.CustomerSays("help", "c1"), Visitor, 10);

    private static ConversationHead Answered => Apply(Asked, Asked.AgentSays("hello", "a1", Lin), By(Lin), 20);

    private static ConversationHead Done => Apply(Answered, Answered.Resolve("solved", NoFields, askRating: true), By(Lin), 30);

    [Fact]
    public void A_snoozed_conversation_wakes_once_and_goes_back_to_whoever_holds_it()
    {
        var snoozed = Apply(Answered, Answered.Snooze(1000, "waits for parts"), By(Lin), 30);
        Assert.Equal((ConversationStatus.Snoozed, 1000L), (snoozed.Status, snoozed.SnoozedUntil));
        Assert.Empty(Types(snoozed.WakeUp(999)));
        var woken = Apply(snoozed, snoozed.WakeUp(1000), Sender.System, 1000);
        Assert.Equal((ConversationStatus.Open, null), (woken.Status, woken.SnoozedUntil));
        Assert.Equal("snooze_over", Assert.IsType<StatusChanged>(Entries(snoozed.WakeUp(1000))[0]).Reason);
        Assert.Empty(Types(woken.WakeUp(2000)));
        var nobodys = Apply(Asked, Asked.Snooze(1000, null), By(Lin), 30);
        Assert.Equal(ConversationStatus.Queued, Apply(nobodys, nobodys.WakeUp(1000), Sender.System, 1000).Status);
    }

    [Fact]
    public void A_customer_who_writes_wakes_it_too_and_snoozing_again_moves_the_time()
    {
        var snoozed = Apply(Answered, Answered.Snooze(1000, null), By(Lin), 30);
        Assert.Empty(Types(snoozed.Snooze(1000, null)));
        Assert.Equal(2000, Apply(snoozed, snoozed.Snooze(2000, null), By(Lin), 40).SnoozedUntil);
        var woken = Apply(snoozed, snoozed.CustomerSays("hello?", "c2"), Visitor, 50);
        Assert.Equal((ConversationStatus.Open, null), (woken.Status, woken.SnoozedUntil));
    }

    [Fact]
    public void Resolving_asks_who_got_an_answer_how_it_was_and_once_for_each_time()
    {
        Assert.Equal(["status", "rating_requested"], Types(Answered.Resolve(null, NoFields, askRating: true)));
        Assert.Equal(["status"], Types(Answered.Resolve(null, NoFields, askRating: false)));
        Assert.Equal(["status"], Types(Asked.Resolve(null, NoFields, askRating: true))); // nobody answered
        Assert.Empty(Types(Done.Resolve(null, NoFields, askRating: true)));
        var again = Apply(Done, Done.CustomerSays("thanks", "c2"), Visitor, 40);
        Assert.Equal(["status"], Types(again.Resolve(null, NoFields, askRating: true))); // only "thanks" came since
        var served = Apply(again, again.AgentSays("bye", "a2", Lin), By(Lin), 50);
        Assert.Equal(["status", "rating_requested"], Types(served.Resolve(null, NoFields, askRating: true)));
    }

    [Fact]
    public void Required_fields_must_be_filled_in_before_resolving()
    {
        var fields = new FieldSet([new(Guid.Empty, "conversation", "order_no", "订单", FieldKind.Text, FieldClass.Internal, true, [], 0, false)]);
        var refusal = Assert.IsType<Decision.Refuse>(Answered.Resolve(null, fields, false)).Refusal;
        Assert.Equal(("fields_required", "required"), (refusal.Code, refusal.Fields!["fields.order_no"][0].Code));
        var filled = Apply(Answered, Answered.SetFields(new FieldPatch("""{"order_no":"QQ1"}""", null)), By(Lin), 30);
        Assert.Equal(["status"], Types(filled.Resolve(null, fields, false)));
    }

    [Fact]
    public void A_rating_is_given_once_and_may_be_changed_for_a_day()
    {
        Assert.Equal("rating_not_asked", Code(Answered.Rate(5, null, 40)));
        var rated = Apply(Done, Done.Rate(4, "fine", 100), Visitor, 100);
        Assert.Equal((4, 100L), (rated.Rating, rated.RatedAt));
        var changed = Apply(rated, rated.Rate(5, null, 1000), Visitor, 1000);
        Assert.Equal((5, 100L), (changed.Rating, changed.RatedAt));
        var day = (long)WordRules.RatingChangesFor.TotalMilliseconds;
        Assert.Equal(["rated"], Types(changed.Rate(1, null, 100 + day)));
        Assert.Equal("rating_closed", Code(changed.Rate(1, null, 101 + day)));
        var again = Apply(changed, Decision.Of(new RatingRequested()), By(Lin), 2000);
        Assert.Equal((null, null), (again.Rating, again.RatedAt));
    }

    [Fact]
    public void A_team_takes_it_over_and_whoever_is_in_the_team_keeps_it()
    {
        Assert.Equal(["team", "assigned", "status"], Types(Answered.HandTo(Refunds, null, null, keepsAssignee: false)));
        var given = Apply(Answered, Answered.HandTo(Refunds, null, null, keepsAssignee: false), By(Lin), 30);
        Assert.Equal((Refunds.Id, null, ConversationStatus.Queued), (given.TeamId, given.AssigneeId, given.Status));
        Assert.Equal(["team"], Types(Answered.HandTo(Refunds, null, null, keepsAssignee: true)));
        Assert.Equal(["team", "assigned"], Types(Answered.HandTo(Refunds, null, Wang, keepsAssignee: false)));
        Assert.Empty(Types(given.HandTo(Refunds, Refunds, null, keepsAssignee: false)));
        var moved = Assert.IsType<TeamChanged>(Entries(given.HandTo(Sales, Refunds, null, keepsAssignee: false))[0]);
        Assert.Equal((Refunds, Sales), (moved.From, moved.To));
        Assert.Null(Apply(given, given.LeaveTeam(Refunds), By(Lin), 40).TeamId);
        Assert.Equal("conversation_resolved", Code(Done.HandTo(Refunds, null, null, keepsAssignee: true)));
        Assert.Equal("conversation_resolved", Code(Done.HandTo(Refunds, null, null, keepsAssignee: false)));
    }

    [Fact]
    public void A_note_goes_with_the_handing_over_or_not_at_all()
    {
        Assert.Equal(["note", "team", "assigned", "status"], Types(Answered.HandTo(Refunds, null, null, false).WithNote("wants money back", "t1")));
        Assert.Equal(["assigned"], Types(Answered.HandTo(null, null, Wang, false).WithNote(null, "t1")));
        Assert.Equal("conversation_resolved", Code(Done.HandTo(Refunds, null, null, false).WithNote("late", "t1")));
    }

    [Fact]
    public void Tags_priority_subject_and_fields_are_news_once_and_no_activity()
    {
        var (vip, late) = (Guid.NewGuid(), Guid.NewGuid());
        var tagged = Apply(Asked, Asked.ChangeTags([new(vip, "vip"), new(late, "late"), new(vip, "vip")], []), By(Lin), 500);
        Assert.Equal([vip, late], IdSet.Of(tagged.Tags));
        Assert.Empty(Types(tagged.ChangeTags([new(vip, "vip")], [new(Guid.NewGuid(), "other")])));
        var fewer = Apply(tagged, tagged.ChangeTags([], [new(vip, "vip"), new(late, "late")]), By(Lin), 501);
        Assert.Null(fewer.Tags);
        Assert.Equal(["priority"], Types(Asked.SetPriority("urgent")));
        Assert.Empty(Types(Asked.SetPriority("none")));
        Assert.Equal(["subject"], Types(Asked.SetSubject("退款")));
        Assert.Empty(Types(Asked.SetSubject(null)));
        var fields = Apply(Asked, Asked.SetFields(new("""{"plan":"gold"}""", """{"id_no":"1"}""")), By(Lin), 500);
        Assert.Equal(("""{"plan":"gold"}""", """{"id_no":"1"}""", "\nplan=gold\n"), (fields.Fields, fields.PersonalFields, fields.Facets));
        Assert.Empty(Types(fields.SetFields(new("""{"plan":"gold"}""", null))));
        Assert.All(new[] { tagged, fields }, head => Assert.Equal(Asked.LastActivityAt, head.LastActivityAt));
        Assert.Equal("validation", Code(Asked.ChangeTags([.. Enumerable.Range(0, 31).Select(_ => new Tagged(Guid.NewGuid(), "t"))], [])));
    }

    [Fact]
    public void Who_is_named_in_a_note_may_see_the_conversation_and_is_told_until_they_looked()
    {
        var named = Apply(Asked, Asked.AddNote("@Wang", "n1", null, [Wang]), By(Lin), 30);
        Assert.True(IdSet.Contains(named.Mentioned, Wang.Id) && IdSet.Contains(named.UnseenMentions, Wang.Id));
        Assert.Equal((2, 2L), (named.Unread + 1, named.PublicSeq));
        Assert.Equal(["read", "mentions_seen"], Types(named.MarkRead(SenderKind.Agent, 99, Wang.Id)));
        var seen = Apply(named, named.MarkRead(SenderKind.Agent, 99, Wang.Id), By(Wang), 40);
        Assert.True(IdSet.Contains(seen.Mentioned, Wang.Id) && seen.UnseenMentions is null);
        Assert.Empty(Types(seen.MarkRead(SenderKind.Agent, 99, Wang.Id)));
    }

    [Fact]
    public void Words_are_changed_by_who_said_them_for_a_while()
    {
        var said = Said(6, 1000, new MessagePosted(Direction.Out, "helo", "a1"), Lin);
        WordLimits Limits(Person who, long now, bool channel = true) => new(who.Id, now, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(2), channel, channel);
        var edited = Entries(Answered.Edit(said, "hello", Limits(Lin, 2000)));
        Assert.Equal(new MessageEdited(6, "hello"), edited[0]);
        Assert.Empty(Types(Answered.Edit(said, "helo", Limits(Lin, 2000))));
        Assert.Equal(["recalled"], Types(Answered.Recall(said, Limits(Lin, 1000 + 120_000))));
        Assert.Equal("message_too_old", Code(Answered.Recall(said, Limits(Lin, 1001 + 120_000))));
        Assert.Equal(["edited"], Types(Answered.Edit(said, "hello", Limits(Lin, 1000 + 900_000))));
        Assert.Equal("message_not_own", Code(Answered.Edit(said, "hello", Limits(Wang, 2000))));
        Assert.Equal("channel_cannot_change", Code(Answered.Edit(said, "hello", Limits(Lin, 2000, channel: false))));
        var note = Said(6, 1000, new NotePosted("x", "n1"), Lin);
        Assert.Equal(["note_edited"], Types(Answered.Edit(note, "y", Limits(Lin, 2000, channel: false))));
        Assert.Equal(["note_recalled"], Types(Answered.Recall(note, Limits(Lin, 2000, channel: false))));
        Assert.Equal("not_found", Code(Answered.Edit(Said(5, 1000, new RatingRequested(), Lin), "x", Limits(Lin, 2000))));
        var gone = said with { Body = new MessagePosted(Direction.Out, "helo", "a1") { Revision = new(9, 1500, Recalled: true) } };
        Assert.Equal("message_recalled", Code(Answered.Edit(gone, "again", Limits(Lin, 2000))));
    }

    [Fact]
    public void A_changed_last_message_changes_the_preview_and_a_recalled_one_is_no_longer_unread()
    {
        var edited = Answered.After(new MessageEdited(Answered.LastMessageSeq, "good day"), By(Lin), 30);
        Assert.Equal(("good day", 1, Answered.Seq + 1), (edited.LastPreview, edited.ContactUnread, edited.RevisedSeq));
        var recalled = Answered.After(new MessageRecalled(Answered.LastMessageSeq), By(Lin), 30);
        Assert.Equal((null, 0), (recalled.LastPreview, recalled.ContactUnread));
        Assert.Equal("hello", Answered.After(new MessageEdited(2, "x"), By(Lin), 30).LastPreview);
    }

    [Fact]
    public void A_merged_conversation_says_where_it_goes_on_and_takes_nothing_more()
    {
        var other = Asked with { Id = new Guid("00000000-0000-0000-0000-000000000002") };
        Assert.Equal(["merged_into", "status"], Types(Answered.MergeInto(other)));
        var merged = Apply(Answered, Answered.MergeInto(other), By(Lin), 30);
        Assert.Equal((other.Id, true), (merged.MergedInto, merged.IsResolved));
        Assert.Equal(["merged_from"], Types(other.TakeIn(Answered)));
        foreach (var refused in new[] { merged.AgentSays("x", "a2", Lin), merged.SetStatus(ConversationStatus.Open, null), merged.Snooze(1000, null), merged.AssignTo(Wang), merged.MergeInto(other), merged.TakeIn(other) })
            Assert.Equal("conversation_merged", Code(refused));
    }

    [Fact]
    public void An_agent_may_write_first()
    {
        Assert.Equal(["started", "assigned", "status", "message"], Types(Fresh.AgentStarts("hello", "a1", Lin)));
        var begun = Apply(Fresh, Fresh.AgentStarts("hello", "a1", Lin), By(Lin), 10);
        Assert.Equal((ConversationStatus.Open, Lin.Id, 1, null), (begun.Status, begun.AssigneeId, begun.ContactUnread, begun.WaitingSince));
    }

    [Fact]
    public void An_answer_refers_to_something_that_was_said()
    {
        Assert.Equal(2, Assert.IsType<MessagePosted>(Entries(Answered.AgentSays("this", "a2", Lin, replyTo: 2))[^1]).ReplyTo);
        Assert.Equal("validation", Code(Answered.AgentSays("this", "a2", Lin, replyTo: 99)));
        Assert.Equal("validation", Code(Answered.CustomerSays("this", "c2", replyTo: 99)));
    }

    private static LogEntry Said(long seq, long at, EntryBody body, Person by) => new(1, Fresh.Id, seq, null, at, By(by), body, 0, 1);

    private static Sender By(Person person) => new(SenderKind.Agent, person.Id, person.Name);

    private static ConversationHead Apply(ConversationHead head, Decision decision, Sender by, long at) =>
        Entries(decision).Aggregate(head, (now, body) => now.After(body, by, at));

    private static IReadOnlyList<EntryBody> Entries(Decision decision) => Assert.IsType<Decision.Append>(decision).Entries;

    private static string[] Types(Decision decision) => [.. Entries(decision).Select(EntryBodies.TypeOf)];

    private static string Code(Decision decision) => Assert.IsType<Decision.Refuse>(decision).Refusal.Code;
}
