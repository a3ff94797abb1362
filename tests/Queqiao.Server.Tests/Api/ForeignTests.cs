using System.Net;
using System.Net.WebSockets;
using System.Text;
using Queqiao.Server.Channels.Web;
using Queqiao.Server.Tests.Gateway;
using Queqiao.Server.Tests.Gateway.Support;

namespace Queqiao.Server.Tests.Api;

/// <summary>Whoever is not who they say, or is from elsewhere, gets nothing: not even that something exists.</summary>
public sealed class ForeignTests(SharedSite shared) : IClassFixture<SharedSite>
{
    private Site Site => shared.Site;

    [Fact]
    public async Task A_visitor_token_that_was_changed_anywhere_is_worthless()
    {
        var visitor = await Site.Visitor();
        await visitor.Say("hello");
        (await visitor.Get("/widget/v1/unread")).Expect(HttpStatusCode.OK);
        var tokens = Site.The<VisitorTokens>();
        for (var i = 0; i < visitor.Token.Length; i++)
        {
            foreach (var other in (char[])['A', 'b', '-', '.', '=', '+', '\u00e9'])
            {
                if (visitor.Token[i] != other)
                    Assert.Null(tokens.Read(visitor.Token[..i] + other + visitor.Token[(i + 1)..]));
            }
            Assert.Null(tokens.Read(visitor.Token[..i]));
        }
        foreach (var token in (string?[])[null, "", "v1.", visitor.Token + "A", visitor.Token + "=", " " + visitor.Token, visitor.Token.ToUpperInvariant(), new string('A', 100_000)])
            Assert.Null(tokens.Read(token));

        var changed = visitor.Token[..^1] + (visitor.Token[^1] == 'A' ? 'B' : 'A');
        foreach (var path in (string[])["/widget/v1/unread", "/widget/v1/messages", "/gateway/events"])
            Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated"), await Answer(path, "Bearer " + changed));
        await using var socket = await LiveSocket.Open(Site.Address);
        await socket.Send(new { op = "hello", token = changed });
        Assert.Equal(4401, (await socket.Ended()).Code);
        using var api = new Identity.ApiClient(Site.Address);
        var session = (await api.Post("/widget/v1/sessions", new { channelId = Site.ChannelId, visitorToken = changed })).Expect(HttpStatusCode.OK);
        Assert.False(session.TryGetProperty("conversationId", out var id) && id.ValueKind == System.Text.Json.JsonValueKind.String);
    }

    [Fact]
    public async Task A_token_belongs_to_one_channel_and_opens_nothing_of_the_agents()
    {
        var channel = Guid.Parse((await Site.Owner.Api.Post("/api/v1/channels", new { kind = "web", name = "Other" })).Expect(HttpStatusCode.Created).Text("id"));
        var visitor = await Site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        using var api = new Identity.ApiClient(Site.Address);
        var elsewhere = (await api.Post("/widget/v1/sessions", new { channelId = channel, visitorToken = visitor.Token })).Expect(HttpStatusCode.OK);
        Assert.False(elsewhere.TryGetProperty("conversationId", out var id) && id.ValueKind == System.Text.Json.JsonValueKind.String);
        var there = new VisitorClient(Site, channel, elsewhere.Text("visitorToken"));
        Assert.Empty(await there.Log());

        foreach (var path in (string[])["/api/v1/conversations", "/api/v1/conversations/" + conversation, "/api/v1/session", "/api/v1/agents"])
            Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated"), await Answer(path, "Bearer " + visitor.Token));
        await using var socket = await there.Socket(new Dictionary<string, long> { [conversation] = 0 });
        await socket.Send(new { op = "watch", conversation, after = 0 });
        await socket.Error("validation");
        await socket.Send(new { op = "watch", list = "all" });
        await socket.Send(new { op = "send", conversation, clientId = "x", text = "for my own conversation" });
        Assert.NotEqual(conversation, (await socket.Op("ack")).Text("conversation"));
        Assert.Empty(socket.Entries(conversation));
    }

    [Fact]
    public async Task A_channel_that_is_off_lets_nobody_in()
    {
        var channel = Guid.Parse((await Site.Owner.Api.Post("/api/v1/channels", new { kind = "web", name = "Off" })).Expect(HttpStatusCode.Created).Text("id"));
        var visitor = await Site.Visitor(channel);
        await visitor.Say("hello");
        (await Site.Owner.Api.Patch("/api/v1/channels/" + channel, new { enabled = false })).Expect(HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.NotFound, (await visitor.Post("/widget/v1/sessions", new { channelId = channel })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.Post("/widget/v1/messages", new { clientId = "b", text = "again" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.Get("/widget/v1/messages")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await visitor.Stream()).Status);
        await using var socket = await LiveSocket.Open(Site.Address);
        await socket.Send(new { op = "hello", token = visitor.Token });
        Assert.Equal(4401, (await socket.Ended()).Code);
    }

    [Fact]
    public async Task A_foreign_page_cannot_open_a_socket_with_somebodys_cookie()
    {
        foreach (var headers in new (string, string)[][]
        {
            [("Origin", "https://evil.example")], [("Origin", "null")], [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site"), ("Origin", Site.Address.GetLeftPart(UriPartial.Authority))],
        })
        {
            await using var socket = await LiveSocket.Open(Site.Address, [("Cookie", Site.Owner.Cookie), .. headers]);
            await socket.Send(new { op = "hello" });
            Assert.Equal(4401, (await socket.Ended()).Code);
            Assert.Empty(socket.Frames);
            Assert.Equal(HttpStatusCode.Unauthorized, (await LiveStream.Open(new Uri(Site.Address, "/gateway/events"), [("Cookie", Site.Owner.Cookie), .. headers])).Status);
        }
        await using var own = await LiveSocket.Open(Site.Address, ("Cookie", Site.Owner.Cookie), ("Origin", Site.Address.GetLeftPart(UriPartial.Authority)));
        await own.Send(new { op = "hello" });
        await own.Op("ready");
    }

    [Fact]
    public async Task Another_workspaces_conversations_are_not_there_on_any_route()
    {
        var channel = await Site.Workspace(2);
        var stranger = await Site.Agent("owner", ws: 2);
        var theirs = (await (await Site.Visitor(channel)).Say("theirs")).Text("conversationId");
        var ours = (await (await Site.Visitor()).Say("ours")).Text("conversationId");
        await using var console = await stranger.Socket(new Dictionary<string, long> { [ours] = 0 });
        await using var list = await stranger.Stream($"?conversation={ours}&after=0&list=all");
        await console.Error("not_found");
        await list.Error("not_found");
        await list.Op("watching");

        foreach (var path in (string[])["", "/messages"])
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.Api.Get($"/api/v1/conversations/{ours}{path}")).Status);
        foreach (var (what, body) in new (string, object)[]
        {
            ("messages", new { clientId = "a", text = "hi" }), ("messages", new { clientId = "b", text = "hi", @private = true }), ("assign", new { agentId = stranger.Id }),
            ("assign", new { agentId = (Guid?)null }), ("status", new { status = "resolved" }), ("read", new { seq = 1 }),
        })
        {
            var (here, nowhere) = (await stranger.Api.Post($"/api/v1/conversations/{ours}/{what}", body), await stranger.Api.Post($"/api/v1/conversations/{Guid.NewGuid()}/{what}", body));
            Assert.Equal(HttpStatusCode.NotFound, here.Status);
            Assert.Equal((nowhere.Status, nowhere.Code, nowhere.Text("detail")), (here.Status, here.Code, here.Text("detail")));
        }
        Assert.Equal([theirs], (await stranger.Api.Get("/api/v1/conversations")).Expect(HttpStatusCode.OK).Items().Select(row => row.Text("id")));
        Assert.Equal(1, (await stranger.Api.Get("/api/v1/conversations/counts")).Expect(HttpStatusCode.OK).Long("all"));
        Assert.Empty((await stranger.Api.Get("/api/v1/conversations?channel=" + Site.ChannelId)).Expect(HttpStatusCode.OK).Items());
        Assert.Empty((await stranger.Api.Get("/api/v1/conversations?assignee=" + Site.Owner.Id)).Expect(HttpStatusCode.OK).Items());
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.Api.Post($"/api/v1/conversations/{theirs}/assign", new { agentId = Site.Owner.Id })).Status);
        await console.Send(new { op = "send", conversation = ours, clientId = "x", text = "hi" });
        await console.Next(frame => frame.IsOp("error") && frame.Maybe("clientId") == "x" && frame.Text("code") == "not_found", "the send is refused");
        await Site.Owner.Say(ours, "ours alone");
        await console.Send(new { op = "ping" });
        await console.Op("pong");
        Assert.DoesNotContain(ours, string.Join('\n', console.Entries().Concat(list.Frames.Where(frame => frame.IsEvent("list.changed")))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_websocket_is_told_so()
    {
        using var api = new Identity.ApiClient(Site.Address);
        var answer = await api.Get("/gateway");
        Assert.Equal((HttpStatusCode.BadRequest, "websocket_required"), (answer.Status, answer.Code));
        using var old = new ClientWebSocket();
        await old.ConnectAsync(new UriBuilder(Site.Address) { Scheme = "ws", Path = "/gateway" }.Uri, CancellationToken.None);
        Assert.Null(old.SubProtocol);
        await old.SendAsync(Encoding.UTF8.GetBytes("""{"op":"hello"}"""), WebSocketMessageType.Text, true, CancellationToken.None);
        await old.ReceiveAsync(new byte[100], CancellationToken.None);
        Assert.Equal(4401, (int?)old.CloseStatus);
    }

    private async Task<(HttpStatusCode, string)> Answer(string path, string authorization)
    {
        using var api = new Identity.ApiClient(Site.Address);
        var answer = await api.Get(path, ("Authorization", authorization));
        return (answer.Status, answer.Code);
    }
}
