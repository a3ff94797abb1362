using System.Net;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Gateway;

/// <summary>Each message once, whatever the network did to its acknowledgement.</summary>
public sealed class OnceTests
{
    [Theory]
    [OnSqlite, OnPostgres]
    public async Task A_send_whose_ack_was_lost_is_repeated_by_any_way_and_stored_once(string engine)
    {
        await using var site = await Site.Open(engine);
        var visitor = await site.Visitor();
        var first = await visitor.Socket();
        for (var i = 0; i < 20; i++)
            await first.Send(new { op = "send", clientId = "m" + i, text = "text " + i });
        await first.Drop(); // nobody knows which of them arrived

        await using var second = await visitor.Socket();
        await using var stream = await visitor.Stream();
        for (var i = 0; i < 20; i++)
        {
            await second.Send(new { op = "send", clientId = "m" + i, text = "text " + i });
            await visitor.Say("text " + i, "m" + i);
        }

        var acks = new Dictionary<string, long>();
        for (var i = 0; i < 20; i++)
            acks["m" + i] = (await second.Next(frame => frame.IsOp("ack") && frame.Text("clientId") == "m" + i, $"m{i} is acknowledged")).Long("seq");
        var log = await visitor.Log();
        var messages = log.Where(item => item.Text("kind") == "message").ToList();
        Assert.Equal(Enumerable.Range(0, 20).Select(i => "text " + i).Order(), messages.Select(item => item.Text("text")).Order());
        Assert.All(messages, item => Assert.Equal(acks[item.Text("clientId")], item.Long("seq")));
        Assert.Equal(acks.Values.Distinct().Count(), acks.Count);
    }

    [Theory]
    [OnSqlite, OnPostgres]
    public async Task The_same_first_message_on_every_way_at_once_begins_one_conversation(string engine)
    {
        await using var site = await Site.Open(engine);
        for (var round = 0; round < 5; round++)
        {
            var visitor = await site.Visitor();
            await using var one = await visitor.Socket();
            await using var two = await visitor.Socket();
            await Task.WhenAll([
                .. Enumerable.Range(0, 6).Select(n => (n % 2 == 0 ? one : two).Send(new { op = "send", clientId = "first", text = "hello" })),
                .. Enumerable.Range(0, 4).Select(_ => visitor.Say("hello", "first"))]);

            var ack = await one.Op("ack");
            Assert.Equal(ack.Long("seq"), (await two.Op("ack")).Long("seq"));
            Assert.Single(await visitor.Log(), item => item.Text("kind") == "message");
        }
        Assert.Equal(5, (await site.Owner.Api.Get("/api/v1/conversations")).Expect(HttpStatusCode.OK).Items().Count());
    }

    [Fact]
    public async Task An_agents_send_is_the_same_on_the_socket_and_over_rest()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        await using var console = await site.Owner.Socket();
        var agent = site.Owner;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => n % 2 == 0
            ? console.Send(new { op = "send", conversation, clientId = "reply", text = "hi" })
            : agent.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = "reply", text = "hi" })));

        var ack = await console.Op("ack");
        var again = (await agent.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = "reply", text = "something else" })).Expect(HttpStatusCode.Created);
        Assert.Equal(ack.Text("id"), again.Text("id"));
        Assert.Equal(ack.Text("at"), again.Text("at"));
        Assert.Single(await visitor.Log(), item => item.Text("kind") == "message" && item.Text("direction") == "out");
    }

    [Fact]
    public async Task The_sender_gets_the_ack_and_every_other_reader_the_event()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        await using var tab = await visitor.Socket();
        await using var otherTab = await visitor.Socket();
        await tab.Send(new { op = "send", clientId = "a", text = "one" });
        var conversation = (await tab.Op("ack")).Text("conversation");
        await otherTab.Next(frame => frame.IsEvent("message.created"), "the other tab hears of it");

        await tab.Send(new { op = "send", clientId = "b", text = "two" });
        await tab.Next(frame => frame.IsOp("ack") && frame.Text("clientId") == "b", "the second is acknowledged");

        Assert.DoesNotContain(tab.Entries(conversation), frame => frame.IsEvent("message.created"));
        await otherTab.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Text("clientId") == "b", "and of the second");
    }

    [Fact]
    public async Task Who_missed_more_than_200_entries_pages_them_in_and_goes_on()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("first")).Text("conversationId");
        await Task.WhenAll(Enumerable.Range(0, 230).Select(n => visitor.Say("more " + n)));

        await using var tab = await visitor.Socket(new Dictionary<string, long> { [conversation] = 1 });
        Assert.Equal(1, (await tab.Op("resync")).Long("after"));
        Assert.Equal(232, (await visitor.Log()).Count);
        await visitor.Say("after the gap");
        var live = await tab.Next(frame => frame.IsEvent("message.created"), "what is new comes live");
        Assert.Equal("after the gap", live.GetProperty("data").Text("text"));

        await using var console = await site.Owner.Socket();
        await console.Send(new { op = "watch", conversation, after = 10 });
        await console.Op("resync");
        var known = (await site.Owner.Log(conversation))[^1].Long("seq");
        await console.Send(new { op = "watch", conversation, after = known - 5 });
        await console.Next(frame => frame.Maybe("event") is not null && frame.TryGetProperty("seq", out var seq) && seq.GetInt64() == known, "the console is where the log is");
        Assert.Equal(Enumerable.Range(0, 5).Select(n => known - 4 + n), console.Entries(conversation).Select(frame => frame.Long("seq")));
    }

    [Fact]
    public async Task Whoever_claims_to_know_more_than_there_is_still_hears_what_comes()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("first")).Text("conversationId");
        await using var tab = await visitor.Socket(new Dictionary<string, long> { [conversation] = long.MaxValue });
        await using var console = await site.Owner.Socket(new Dictionary<string, long> { [conversation] = long.MaxValue });
        await console.Next(frame => frame.IsEvent("presence.updated") && frame.Maybe("conversation") is not null, "the console follows");

        await visitor.Say("second");

        await tab.Next(frame => frame.IsEvent("message.created"), "the visitor's page hears it");
        await console.Next(frame => frame.IsEvent("message.created"), "the console hears it");
    }
}
