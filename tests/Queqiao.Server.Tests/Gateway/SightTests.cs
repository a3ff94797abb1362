using System.Net;
using Queqiao.Server.Tests.Gateway.Support;

namespace Queqiao.Server.Tests.Gateway;

/// <summary>Who hears what: notes stay in the house, and an agent hears nothing of what colleagues hold.</summary>
public sealed class SightTests
{
    [Fact]
    public async Task A_conversation_that_was_taken_away_falls_silent()
    {
        await using var site = await Site.Open();
        var (ming, wang) = (await site.Agent("agent", name: "Ming"), await site.Agent("agent", name: "Wang"));
        var visitor = await site.Visitor();
        await using var tab = await visitor.Socket();
        await tab.Send(new { op = "send", clientId = "a", text = "hello" });
        var conversation = (await tab.Op("ack")).Text("conversation");
        await using var console = await ming.Socket();
        await console.Send(new { op = "watch", list = "all" });
        await console.Send(new { op = "watch", conversation, after = 0 });
        await console.Next(frame => frame.IsEvent("message.created"), "Ming follows");

        var taken = await site.Owner.Assign(conversation, wang.Id);
        await console.Next(frame => frame.IsEvent("list.changed") && frame.GetProperty("data").GetProperty("gone").GetArrayLength() == 1, "it leaves the list");
        var before = console.Frames.Count;

        await tab.Send(new { op = "typing", on = true });
        await tab.Send(new { op = "send", clientId = "b", text = "for Wang" });
        await wang.Say(conversation, "a note", isPrivate: true);
        await wang.Say(conversation, "an answer");
        await site.Owner.Assign(conversation, site.Owner.Id);
        await tab.DisposeAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await ming.Api.Get($"/api/v1/conversations/{conversation}/messages")).Status);
        await console.Send(new { op = "typing", conversation, on = true });
        await console.Send(new { op = "read", conversation, seq = 99 });
        await console.Send(new { op = "send", conversation, clientId = "c", text = "may I?" });
        await console.Send(new { op = "watch", conversation, after = 0 });
        foreach (var op in (string[])["read", "send", "watch"])
            await console.Next(frame => frame.IsOp("error") && frame.Text("refused") == op && frame.Text("code") == "not_found", op + " is refused");
        await console.Send(new { op = "ping" });
        await console.Op("pong");

        Assert.DoesNotContain(console.Frames.Skip(before), frame => frame.Maybe("event") is not (null or "list.changed"));
        Assert.DoesNotContain(console.Frames.Skip(before).Where(frame => frame.IsEvent("list.changed")), frame => frame.GetRawText().Contains(conversation, StringComparison.Ordinal));
        Assert.All(console.Entries(conversation), frame => Assert.True(frame.Long("seq") <= taken));
        Assert.Equal("assigned", console.Entries(conversation).Last(frame => frame.Long("seq") == taken || frame.IsEvent("conversation.updated")).GetProperty("data").GetProperty("event").Text("type"));

        await site.Owner.Assign(conversation, ming.Id);
        await console.Send(new { op = "watch", conversation, after = taken });
        await console.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Text("text") == "for Wang", "it is back, with its history");
    }

    [Fact]
    public async Task Typing_and_presence_reach_those_who_watch_and_may_see()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        await using var tab = await visitor.Socket();
        await tab.Send(new { op = "send", clientId = "a", text = "hello" });
        var conversation = (await tab.Op("ack")).Text("conversation");
        await using var console = await site.Owner.Socket();
        await using var idle = await site.Owner.Socket();
        await console.Send(new { op = "watch", conversation, after = 0 });
        Assert.True((await console.Next(frame => frame.IsEvent("presence.updated") && frame.Maybe("conversation") is not null, "presence is told")).GetProperty("data").GetProperty("contactOnline").GetBoolean());

        await tab.Send(new { op = "typing", on = true });
        await console.Next(frame => frame.IsEvent("typing"), "the agent sees the visitor type");
        await console.Send(new { op = "typing", conversation, on = true });
        var typing = await tab.Next(frame => frame.IsEvent("typing"), "the visitor sees the agent type");
        Assert.False(typing.GetProperty("data").TryGetProperty("id", out _));
        await tab.DisposeAsync();
        await console.Next(frame => frame.IsEvent("presence.updated") && frame.Maybe("conversation") is not null && !frame.GetProperty("data").GetProperty("contactOnline").GetBoolean(), "the visitor left");

        Assert.DoesNotContain(idle.Frames, frame => frame.IsEvent("typing"));
    }

    [Fact]
    public async Task Who_has_it_open_is_told_to_colleagues_who_have_it_open_too()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        await using var tab = await visitor.Socket();
        await tab.Send(new { op = "send", clientId = "a", text = "hello" });
        var conversation = (await tab.Op("ack")).Text("conversation");
        var li = await site.Agent("supervisor", name: "Li");
        await using var first = await site.Owner.Socket();
        await using var second = await li.Socket();
        await second.Send(new { op = "viewing", conversation, on = true }); // not followed: nobody hears of it
        await first.Send(new { op = "watch", conversation, after = 0 });
        await first.Next(frame => frame.IsEvent("presence.updated") && frame.Maybe("conversation") is not null, "it is followed"); // colleagues' presence tells nothing of it
        await second.Send(new { op = "watch", conversation, after = 0 });
        await second.Send(new { op = "viewing", conversation, on = false });
        var heard = (await first.Next(frame => frame.IsEvent("viewing"), "a colleague is there")).GetProperty("data");
        Assert.Equal((li.Id.ToString(), "Li", false), (heard.Text("id"), heard.Text("name"), heard.GetProperty("on").GetBoolean()));
        Assert.Single(first.Frames, frame => frame.IsEvent("viewing"));
        Assert.DoesNotContain(second.Frames, frame => frame.IsEvent("viewing"));
        Assert.DoesNotContain(tab.Frames, frame => frame.IsEvent("viewing"));
    }

    [Fact]
    public async Task A_visitor_who_polls_is_there_and_then_is_not()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        await using var console = await site.Owner.Socket();
        await console.Send(new { op = "watch", conversation, after = 0 });
        await console.Next(frame => IsPresence(frame, online: false), "nobody is there");

        var known = (await visitor.Log())[^1].Long("seq");
        await visitor.Get($"/widget/v1/messages?after={known}&wait=1");

        await console.Next(frame => IsPresence(frame, online: true), "the poller is there");
        await console.Next(_ => IsPresence(console.Frames[^1], online: false), "and gone again");

        static bool IsPresence(System.Text.Json.JsonElement frame, bool online) =>
            frame.IsEvent("presence.updated") && frame.Maybe("conversation") is not null && frame.GetProperty("data").GetProperty("contactOnline").GetBoolean() == online;
    }

    [Fact]
    public async Task A_viewer_listens_and_changes_nothing()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        var viewer = await site.Agent("viewer");
        await using var console = await viewer.Socket();
        await console.Send(new { op = "watch", conversation, after = 0 });
        await console.Next(frame => frame.IsEvent("message.created"), "the viewer follows");
        var seq = (await viewer.Row(conversation)).Long("seq");

        await console.Send(new { op = "read", conversation, seq });
        await console.Send(new { op = "send", conversation, clientId = "a", text = "hi" });
        await console.Send(new { op = "send", conversation, clientId = "b", text = "hi", @private = true });

        await console.Next(frame => frame.IsOp("error") && frame.Text("refused") == "read" && frame.Text("code") == "forbidden", "reading marks nothing");
        foreach (var id in (string[])["a", "b"])
            await console.Next(frame => frame.IsOp("error") && frame.Maybe("clientId") == id && frame.Text("code") == "forbidden", "sending is refused");
        Assert.Equal(seq, (await viewer.Row(conversation)).Long("seq"));
    }

    [Fact]
    public async Task The_last_word_about_what_to_follow_counts()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        await using var console = await site.Owner.Socket();
        for (var i = 0; i < 20; i++)
        {
            await console.Send(new { op = "watch", conversation, after = 0 });
            await console.Send(new { op = "unwatch", conversation });
            await console.Send(new { op = "watch", list = "resolved" });
            await console.Send(new { op = "watch", list = "all" });
        }
        await console.Next(_ => console.Frames.Count(frame => frame.IsOp("watching")) == 40, "every watch was answered");
        Assert.Equal(Enumerable.Range(0, 40).Select(n => n % 2 == 0 ? "resolved" : "all"), console.Frames.Where(frame => frame.IsOp("watching")).Select(frame => frame.Text("list")));

        var seq = (await visitor.Say("more")).Long("seq");
        await console.Next(frame => frame.IsEvent("list.changed") && frame.Text("list") == "all", "the last list is followed");
        Assert.DoesNotContain(console.Entries(conversation), frame => frame.Long("seq") >= seq);
    }

    [Fact]
    public async Task A_session_that_ends_takes_its_own_sockets_along()
    {
        await using var site = await Site.Open();
        using var elsewhere = new Queqiao.Server.Tests.Identity.ApiClient(site.Address);
        (await elsewhere.Post("/api/v1/session", new { email = "owner@example.com", password = Queqiao.Server.Tests.Identity.ApiHost.Password })).Expect(HttpStatusCode.OK);
        await using var here = await site.Owner.Socket();
        await using var there = await LiveSocket.Open(site.Address, ("Cookie", elsewhere.Cookie!));
        await there.Send(new { op = "hello" });
        await there.Op("ready");

        await elsewhere.Delete("/api/v1/session");

        Assert.Equal(4401, (await there.Ended()).Code);
        await here.Send(new { op = "ping" });
        await here.Op("pong");

        site.Time.Move(TimeSpan.FromDays(1001)); // nobody says so: the session has simply become too old
        site.The<Queqiao.Server.Platform.Gateway.Gateway>().Sweep(Environment.TickCount64);
        Assert.Equal(4401, (await here.Ended()).Code);
    }
}
