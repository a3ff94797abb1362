using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Relaying;

/// <summary>Two servers on one PostgreSQL: what is written at one shows at the other, in order and once.</summary>
public sealed class TwoNodesTests
{
    [PostgresFact]
    public async Task A_visitor_at_one_node_and_an_agent_at_the_other_talk_live()
    {
        await using var site = await Site.Open(Engines.Postgres);
        await using var other = await site.Join();
        var visitor = await site.Visitor();
        await using var widget = await visitor.Socket();
        await using var console = await other.Owner.Socket();
        await console.Send(new { op = "watch", list = "all" });
        await console.Op("watching");
        await widget.Send(new { op = "send", clientId = "a", text = "你好" });
        var conversation = (await widget.Op("ack")).Text("conversation");
        await console.Next(frame => frame.IsEvent("list.changed") && frame.GetProperty("data").GetProperty("rows").EnumerateArray().Any(row => row.Text("id") == conversation), "the list has it");
        await console.Send(new { op = "watch", conversation, after = 0 });
        await console.Next(frame => frame.IsEvent("message.created"), "the past came");

        for (var n = 0; n < 20; n++)
        {
            await console.Send(new { op = "send", conversation, clientId = "r" + n, text = "answer " + n });
            await widget.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Text("text") == "answer " + n, "the visitor hears");
            await widget.Send(new { op = "send", clientId = "q" + n, text = "question " + n });
            await console.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Text("text") == "question " + n, "the agent hears");
        }

        InOrder(console.Entries(conversation).Select(frame => frame.Long("seq")));
        InOrder(widget.Entries(conversation).Select(frame => frame.Long("seq")));
        Assert.DoesNotContain(console.Entries(conversation), frame => frame.GetProperty("data").Maybe("text")?.StartsWith("answer", StringComparison.Ordinal) == true);
        Assert.Empty(site.Troubles.Concat(other.Troubles));
    }

    [PostgresFact]
    public async Task Without_any_bus_nodes_find_out_by_looking()
    {
        await using var site = await Site.Open(Engines.Postgres, also: services => services.RemoveAll<IBusTransport>());
        await using var other = await site.Join();
        Assert.False(other.The<IBus>().IsQuick);
        var visitor = await site.Visitor();
        await using var widget = await visitor.Socket();
        var conversation = (await visitor.On(other.Address).Say("hello")).Text("conversationId");
        await widget.Next(frame => frame.IsEvent("message.created"), "the other tab hears");
        await site.Owner.Say(conversation, "one");
        await other.Owner.Say(conversation, "two");
        await site.Owner.Say(conversation, "three");
        await Until.True(() => widget.Entries(conversation).Count(frame => frame.IsEvent("message.created")) == 4, "all came");
        InOrder(widget.Entries(conversation).Select(frame => frame.Long("seq")));
    }

    [PostgresFact]
    public async Task Both_nodes_at_once_in_one_conversation_stay_in_order_for_everybody()
    {
        await using var site = await Site.Open(Engines.Postgres);
        await using var other = await site.Join();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        await using var here = await site.Owner.Socket();
        await using var there = await other.Owner.Socket();
        foreach (var console in new[] { here, there })
        {
            await console.Send(new { op = "watch", conversation, after = 0 });
            await console.Next(frame => frame.IsEvent("message.created"), "the past came");
        }
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var at = writer % 2 == 0 ? site : other;
            for (var n = 0; n < 15; n++)
            {
                if (writer < 4)
                    await visitor.On(at.Address).Say($"{writer}-{n}");
                else
                    await at.Owner.Say(conversation, $"{writer}-{n}");
            }
        }));

        var last = (await site.Owner.Row(conversation)).Long("seq");
        foreach (var console in new[] { here, there })
        {
            await Until.True(() => console.Entries(conversation).Last().Long("seq") == last, "everything came");
            Assert.Equal(Enumerable.Range(1, (int)last).Select(seq => (long)seq), console.Entries(conversation).Select(frame => frame.Long("seq")));
        }
    }

    [BrokerFact]
    public async Task Over_a_broker_that_freezes_and_comes_back_nothing_is_missed()
    {
        await using var broker = await Broker.Start();
        await using var site = await Site.Open(Engines.Postgres, broker: broker.Address);
        await using var other = await site.Join();
        await Until.True(() => Way(site) == "rabbitmq" && Way(other) == "rabbitmq", "both are at the broker");
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        await using var console = await other.Owner.Socket();
        await console.Send(new { op = "watch", conversation, after = 0 });
        await console.Next(frame => frame.IsEvent("message.created"), "the past came");

        await visitor.Say("by the broker");
        await console.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Text("text") == "by the broker", "the agent hears");
        broker.Freeze();
        for (var n = 0; n < 10; n++)
            await visitor.Say("frozen " + n);
        await console.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Text("text") == "frozen 9", "the agent hears without the broker");
        await Until.True(() => Way(site) == "postgres", "words go another way");
        await visitor.Say("by the database");
        await console.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Text("text") == "by the database", "the agent hears by the database");
        broker.Thaw();
        await Until.True(() => Way(site) == "rabbitmq", "words go by the broker again");
        await visitor.Say("thawed");
        await console.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Text("text") == "thawed", "the agent hears again");
        InOrder(console.Entries(conversation).Select(frame => frame.Long("seq")));
        Assert.Empty(site.Troubles.Concat(other.Troubles));

        static string? Way(Site at) => at.The<Server.Platform.Bus.Bus>().Ways.FirstOrDefault(way => way.IsUp)?.Name;
    }

    [PostgresFact]
    public async Task Typing_and_whether_a_customer_is_there_pass_between_nodes()
    {
        await using var site = await Site.Open(Engines.Postgres);
        await using var other = await site.Join();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        await using var console = await other.Owner.Socket();
        await console.Send(new { op = "watch", conversation, after = 0 });
        await console.Next(frame => frame.IsEvent("presence.updated") && !IsThere(frame), "nobody is there yet");

        var widget = await visitor.Socket();
        await console.Next(frame => frame.IsEvent("presence.updated") && IsThere(frame), "the customer came");
        await widget.Send(new { op = "typing", on = true });
        await console.Next(frame => frame.IsEvent("typing") && frame.GetProperty("data").Text("kind") == "contact", "the customer types");
        await console.Send(new { op = "typing", conversation, on = true });
        await widget.Next(frame => frame.IsEvent("typing") && frame.GetProperty("data").Text("name") == "林晓", "the agent types");

        await using var late = await other.Owner.Socket();
        await late.Send(new { op = "watch", conversation, after = 0 });
        await late.Next(frame => frame.IsEvent("presence.updated") && frame.Maybe("conversation") == conversation && IsThere(frame), "who looks later is told too");

        var second = await visitor.On(other.Address).Socket(); // a tab at the other node
        await widget.Drop();
        await Until.True(() => console.Frames.Last(frame => frame.IsEvent("presence.updated") && frame.Maybe("conversation") is not null) is var last && IsThere(last), "with one tab left they are there");
        await second.Drop();
        await Until.True(() => !IsThere(console.Frames.Last(frame => frame.IsEvent("presence.updated") && frame.Maybe("conversation") is not null)), "the customer left");

        static bool IsThere(System.Text.Json.JsonElement frame) => frame.GetProperty("data").TryGetProperty("contactOnline", out var online) && online.GetBoolean();
    }

    [PostgresFact]
    public async Task What_changes_at_one_node_is_known_at_the_other_at_once()
    {
        await using var site = await Site.Open(Engines.Postgres);
        await using var other = await site.Join();
        var agent = await site.Agent("agent", name: "阿明");
        await using var console = await agent.On(other.Address).Socket();
        await using var colleague = await other.Owner.Socket();

        // A channel that is switched off: the other node had it in memory.
        var visitor = await site.Visitor();
        await visitor.On(other.Address).Say("hello");
        await site.Owner.Api.Patch("/api/v1/channels/" + site.ChannelId, new { enabled = false });
        await Until.True(async () => (await visitor.On(other.Address).Post("/widget/v1/messages", new { clientId = "x", text = "x" })).Status == System.Net.HttpStatusCode.NotFound, "the channel is off there", seconds: 3);

        // Presence that is chosen at one node shows at the other.
        await agent.Api.Patch("/api/v1/presence", new { status = "away", reason = "lunch" });
        await colleague.Next(frame => frame.IsEvent("presence.updated") && frame.GetProperty("data").Maybe("status") == "away", "colleagues see it");

        // A session that ends at one node closes the socket at the other.
        await agent.Api.Delete("/api/v1/session");
        Assert.Equal(4401, (await console.Ended()).Code);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task After_a_random_day_at_two_nodes_every_screen_shows_what_is_there(int seed)
    {
        if (PostgresCluster.Missing is not null)
            return; // the facts above say so
        await using var site = await Site.Open(Engines.Postgres);
        await using var other = await site.Join();
        await using var story = new Story(site, seed, other);
        await story.Begin();
        await story.Live(250);
        await story.End();
    }

    private static void InOrder(IEnumerable<long> seqs)
    {
        var heard = seqs.ToList();
        Assert.Equal(heard.Distinct().Order(), heard);
    }
}
