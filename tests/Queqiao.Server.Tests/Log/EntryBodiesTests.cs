using System.Text;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;

namespace Queqiao.Server.Tests.Log;

public sealed class EntryBodiesTests
{
    private static readonly Person Lin = new(new Guid("01a20244-e800-7397-9c5e-a14d20a2eeb6"), "林晓 \"<😀>\"");

    /// <summary>One of each kind, with what is hard to store. Beside it the stored form, which must never change: it is in people's databases.</summary>
    private static readonly (EntryBody Body, string Stored)[] Examples =
    [
        (new ConversationStarted(), """{"b":{}}"""),
        (new MessagePosted(Direction.In, "a\u2028b", "c-1"), """{"b":{"direction":"in","text":"a\u2028b","clientId":"c-1"}}"""),
        (new NotePosted("line\nline", "n-1"), """{"b":{"text":"line\nline","clientId":"n-1"}}"""),
        (new AssigneeChanged(null, new(Lin.Id, "Wang")), """{"b":{"to":{"id":"01a20244-e800-7397-9c5e-a14d20a2eeb6","name":"Wang"}}}"""),
        (new StatusChanged("queued", "resolved", "spam"), """{"b":{"from":"queued","to":"resolved","reason":"spam"}}"""),
        (new ReadMarked(SenderKind.Agent, long.MaxValue), """{"b":{"by":"agent","upTo":9223372036854775807}}"""),
        (new StatusChanged("open", "snoozed", null, 1_800_000_000_000), """{"b":{"from":"open","to":"snoozed","until":1800000000000}}"""),
        (new MessagePosted(Direction.Out, "yes", "c-2", 7), """{"b":{"direction":"out","text":"yes","clientId":"c-2","replyTo":7}}"""),
        (new TeamChanged(null, new(Lin.Id, "Refunds")), """{"b":{"to":{"id":"01a20244-e800-7397-9c5e-a14d20a2eeb6","name":"Refunds"}}}"""),
        (new Tagged(Lin.Id, "vip"), """{"b":{"id":"01a20244-e800-7397-9c5e-a14d20a2eeb6","name":"vip"}}"""),
        (new Untagged(Lin.Id, "vip"), """{"b":{"id":"01a20244-e800-7397-9c5e-a14d20a2eeb6","name":"vip"}}"""),
        (new PriorityChanged("none", "urgent"), """{"b":{"from":"none","to":"urgent"}}"""),
        (new ContactRenamed("王芳"), """{"b":{"to":"\u738B\u82B3"}}"""),
        (new SubjectChanged(null, "Refund"), """{"b":{"to":"Refund"}}"""),
        (new FieldsChanged("{\"a\":1}", null), """{"b":{"internal":"{\u0022a\u0022:1}"}}"""),
        (new Mentioned(Lin.Id, "Lin"), """{"b":{"agentId":"01a20244-e800-7397-9c5e-a14d20a2eeb6","name":"Lin"}}"""),
        (new MentionsSeen(), """{"b":{}}"""),
        (new MessageEdited(7, "better"), """{"b":{"of":7,"text":"better"}}"""),
        (new MessageRecalled(7), """{"b":{"of":7}}"""),
        (new NoteEdited(7, "better"), """{"b":{"of":7,"text":"better"}}"""),
        (new NoteRecalled(7), """{"b":{"of":7}}"""),
        (new RatingRequested(), """{"b":{}}"""),
        (new Rated(5, "thanks"), """{"b":{"score":5,"comment":"thanks"}}"""),
        (new ContactErased(), """{"b":{}}"""),
        (new MergedInto(Lin.Id), """{"b":{"conversationId":"01a20244-e800-7397-9c5e-a14d20a2eeb6"}}"""),
        (new MergedFrom(Lin.Id), """{"b":{"conversationId":"01a20244-e800-7397-9c5e-a14d20a2eeb6"}}"""),
        (new WrappedUp(Guid.Parse("01900000-0000-7000-8000-000000000001"), "A / B", "solved", "Solved", null), """{"b":{"categoryId":"01900000-0000-7000-8000-000000000001","category":"A / B","resultId":"solved","result":"Solved"}}"""),
        (new DeliveryChanged([new(7, "failed", "45015") { Zh = "no", En = "no" }]), """{"b":{"items":[{"of":7,"state":"failed","code":"45015","zh":"no","en":"no","closesWindow":false}]}}"""),
        (new FileArrived(7, 0, null, "file_unknown"), """{"b":{"of":7,"index":0,"failed":"file_unknown"}}"""),
        (new Reacted(7, "+1", false), """{"b":{"of":7,"emoji":"\u002B1","removed":false}}"""),
        (new ChannelNoted("followed", null, "follow", 1_800_000_000_000), """{"b":{"what":"followed","trigger":"follow","saidAt":1800000000000}}"""),
        (new MessagePosted(Direction.In, "", "c-3") { Media = [new("image", null, "image/png", 7, null, "{}")], SentAt = 7, Unsupported = "x" },
            """{"b":{"direction":"in","text":"","clientId":"c-3","media":[{"kind":"image","contentType":"image/png","size":7,"ref":"{}"}],"sentAt":7,"unsupported":"x"}}"""),
        (new MessagePosted(Direction.Out, "hi", "c-4") { Parts = 2, Elsewhere = true, Template = new("hello", "en", ["x"]) },
            """{"b":{"direction":"out","text":"hi","clientId":"c-4","parts":2,"elsewhere":true,"template":{"name":"hello","language":"en","values":["x"]}}}"""),
    ];

    [Fact]
    public void Every_kind_of_entry_has_an_example_here()
    {
        var kinds = typeof(EntryBody).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(EntryBody)) && !type.IsAbstract && type != typeof(UnreadableEntry));
        Assert.Equal(kinds.Select(type => type.Name).Order(StringComparer.Ordinal), Examples.Select(example => example.Body.GetType().Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_kind_is_stored_and_read_back()
    {
        foreach (var (body, _) in Examples)
        {
            foreach (var name in new[] { null, "", Lin.Name })
            {
                var (read, sender) = EntryBodies.Read(EntryBodies.TypeOf(body), EntryBodies.Write(body, name));
                Assert.Equal((body.GetType(), Encoding.UTF8.GetString(EntryBodies.Write(body, name))), (read.GetType(), Encoding.UTF8.GetString(EntryBodies.Write(read, name)))); // lists are not equal by themselves
                Assert.Equal(name, sender);
            }
        }
    }

    [Theory]
    [InlineData(""), InlineData("我要退款"), InlineData("👩‍👩‍👧‍👦"), InlineData("\u0001\u001f\"\\/<script>&'"), InlineData("\ufeff\u202e\u0000")]
    public void Texts_survive(string text)
    {
        foreach (EntryBody body in new EntryBody[] { new MessagePosted(Direction.Out, text, "c"), new NotePosted(text, "c"), new StatusChanged("open", "resolved", text), new AssigneeChanged(Lin, new(Lin.Id, text)) })
            Assert.Equal(body, EntryBodies.Read(EntryBodies.TypeOf(body), EntryBodies.Write(body, text)).Body);
    }

    [Fact]
    public void The_stored_form_never_changes()
    {
        foreach (var (body, stored) in Examples)
        {
            Assert.Equal(stored, Encoding.UTF8.GetString(EntryBodies.Write(body, null)));
            Assert.Equal(stored, Encoding.UTF8.GetString(EntryBodies.Write(EntryBodies.Read(EntryBodies.TypeOf(body), Encoding.UTF8.GetBytes(stored)).Body, null)));
        }
        Assert.Equal(
            [
                "assigned", "channel_noted", "contact_renamed", "delivery", "edited", "erased", "fields", "file_arrived", "mentioned", "mentions_seen", "merged_from", "merged_into", "message", "note", "note_edited", "note_recalled", "priority",
                "rated", "rating_requested", "reacted", "read", "recalled", "started", "status", "subject", "tagged", "team", "untagged", "wrapped_up",
            ], Examples.Select(example => EntryBodies.TypeOf(example.Body)).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_head_follows_every_kind()
    {
        ConversationHead head = new() { Ws = 1, Id = Guid.Empty, ChannelId = Guid.Empty, Identity = "v", ContactId = Guid.Empty, CreatedAt = 0 };
        foreach (var (body, _) in Examples)
            Assert.Equal((1L, body.IsPublic ? 1L : 0L), (head.After(body, Sender.System, 1).Seq, head.After(body, Sender.System, 1).PublicSeq));
    }

    [Fact]
    public void What_the_customer_sees_is_on_a_written_list() =>
        Assert.Equal(
            ["assigned", "delivery", "edited", "file_arrived", "message", "rated", "rating_requested", "reacted", "read", "recalled", "started", "status"],
            Examples.Where(example => example.Body.IsPublic).Select(example => EntryBodies.TypeOf(example.Body)).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void An_unknown_type_is_refused_and_named() =>
        Assert.Contains("'hologram'", Assert.Throws<InvalidOperationException>(() => EntryBodies.Read("hologram", "{}"u8)).Message, StringComparison.Ordinal);

    /// <summary>Keys lie in databases and are asked for again after an upgrade.</summary>
    [Fact]
    public void Keys_never_change_and_differ_by_workspace_sender_and_client_id()
    {
        var key = LogCommand.KeyOf(1, "sender", "client");
        Assert.Equal(key, LogCommand.KeyOf(1, "sender", "client"));
        Assert.Equal(new Guid("b55c51de-fc96-e00b-2d72-e849bb6cabcf"), key);
        Guid[] others = [LogCommand.KeyOf(2, "sender", "client"), LogCommand.KeyOf(1, "sende", "rclient"), LogCommand.KeyOf(1, "sender", "client2"), LogCommand.KeyOf(1, new string('x', 600), "client")];
        Assert.Equal(5, others.Append(key).Distinct().Count());
    }
}
