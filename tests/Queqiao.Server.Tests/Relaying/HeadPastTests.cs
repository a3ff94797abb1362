using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Relaying;

namespace Queqiao.Server.Tests.Relaying;

/// <summary>Taking entries back from a head gives the place it had.</summary>
public sealed class HeadPastTests
{
    private static readonly Guid Lin = Guid.CreateVersion7(), Wang = Guid.CreateVersion7(), Tag = Guid.CreateVersion7();

    private static readonly ConversationHead Before = new()
    {
        Ws = 1, Id = Guid.CreateVersion7(), ChannelId = Guid.CreateVersion7(), Identity = "v", ContactId = Guid.CreateVersion7(), CreatedAt = 1,
        Seq = 7, Status = "queued", Priority = "none", Personal = Server.Conversations.Sealing.HeadPersonal.Nobody,
    };

    public static TheoryData<string> Entries => ["assigned", "status", "team", "priority", "tagged", "message", "read", "mentioned", "all"];

    [Theory]
    [MemberData(nameof(Entries))]
    public void The_place_before_is_among_the_possibilities(string what)
    {
        var bodies = what switch
        {
            "assigned" => [new AssigneeChanged(null, new(Lin, "林"))],
            "status" => [new StatusChanged("queued", "resolved", null)],
            "team" => [new TeamChanged(null, new(Wang, "team"))],
            "priority" => [new PriorityChanged("none", "urgent")],
            "tagged" => [new Tagged(Tag, "VIP")],
            "message" => [new MessagePosted(Direction.In, "hi", "c")],
            "read" => [new ReadMarked(SenderKind.Agent, 7)],
            "mentioned" => [new NotePosted("see", "c"), new Mentioned(Wang, "Wang")],
            _ => (EntryBody[])[new AssigneeChanged(null, new(Lin, "林")), new StatusChanged("queued", "open", null), new MessagePosted(Direction.In, "hi", "c"), new Tagged(Tag, "VIP"), new AssigneeChanged(new(Lin, "林"), new(Wang, "王"))],
        };
        var (head, entries) = Walk(bodies);

        var past = HeadPast.Of(head, entries);

        Assert.True(past.IsExact);
        Assert.Contains(past.Heads, one => one.Place == Before.Place);
        Assert.DoesNotContain(past.Heads, one => one.AssigneeId == Wang);
    }

    [Fact]
    public void A_conversation_that_began_was_in_no_list()
    {
        var past = HeadPast.Of(Before with { Seq = 1 }, [Entry(1, new ConversationStarted())]);
        Assert.Empty(past.Heads);
        Assert.True(past.IsExact);
    }

    [Fact]
    public void What_was_overwritten_is_admitted_to_be_unknown()
    {
        var (head, entries) = Walk([new Rated(5, null)]);
        Assert.False(HeadPast.Of(head, entries).IsExact);
    }

    private static (ConversationHead Head, List<LogEntry> Entries) Walk(EntryBody[] bodies)
    {
        var (head, entries) = (Before, new List<LogEntry>());
        foreach (var body in bodies)
        {
            head = head.After(body, Sender.System, 5);
            entries.Add(Entry(head.Seq, body));
        }
        return (head, entries);
    }

    private static LogEntry Entry(long seq, EntryBody body) => new(1, Before.Id, seq, null, 5, Sender.System, body, 0, seq);
}
