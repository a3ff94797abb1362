using System.Net;
using System.Net.Sockets;
using System.Text;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Gateway;

/// <summary>Many at once, some of them rude; and the server leaves politely.</summary>
[Collection("storms")]
public sealed class StormTests
{
    [Fact]
    public async Task Two_thousand_pages_drop_at_once_and_all_come_back()
    {
        const int count = 2000;
        await using var site = await Site.Open();
        var gateway = site.The<Queqiao.Server.Platform.Gateway.Gateway>();
        var talking = new List<(VisitorClient Who, string Conversation, long Seq)>();
        for (var i = 0; i < 100; i++)
        {
            var visitor = await site.Visitor();
            var answer = await visitor.Say("hello");
            talking.Add((visitor, answer.Text("conversationId"), answer.Long("seq")));
        }
        var idle = await site.Visitor();
        var sockets = await Everybody();
        await Until.True(() => gateway.Connections == count, "all are here");
        var memory = Settled();

        await Task.WhenAll(sockets.Select(socket => socket.Drop()));
        foreach (var (_, conversation, _) in talking)
            await site.Owner.Say(conversation, "while you were away");
        await Until.True(() => gateway.Connections == 0, "all are gone");
        var back = await Everybody();

        Assert.Equal(count, gateway.Connections);
        for (var i = 0; i < talking.Count; i++)
        {
            var socket = back[i];
            await socket.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Text("text") == "while you were away", "what was missed came");
            Assert.Equal(talking[i].Seq, socket.Entries().First().Long("prev"));
        }
        var grown = Settled() - memory;
        Assert.True(grown < 40L * 1024 * 1024, $"A storm leaves {grown / 1024 / 1024} MB behind");
        Assert.Empty(site.Troubles);
        await Task.WhenAll(back.Select(socket => socket.Drop()));
        await Until.True(() => gateway.Connections == 0, "all are gone");

        Task<LiveSocket[]> Everybody() => Task.WhenAll(Enumerable.Range(0, count).Select(i => Patiently(() => i < talking.Count
            ? talking[i].Who.Socket(new Dictionary<string, long> { [talking[i].Conversation] = talking[i].Seq })
            : idle.Socket())));

        // As the widget does: back-off with full jitter.
        static async Task<LiveSocket> Patiently(Func<Task<LiveSocket>> connect)
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    return await connect();
                }
                catch (Exception trouble) when (attempt < 4 && trouble is System.Net.WebSockets.WebSocketException or OperationCanceledException)
                {
                    await Task.Delay(Random.Shared.Next(500 << attempt));
                }
            }
        }

        static long Settled()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return GC.GetTotalMemory(forceFullCollection: true);
        }
    }

    [Fact]
    public async Task Who_does_not_read_is_cut_and_nobody_else_notices()
    {
        await using var site = await Site.Open();
        var gateway = site.The<Queqiao.Server.Platform.Gateway.Gateway>();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        await using var console = await site.Owner.Socket(new Dictionary<string, long> { [conversation] = 0 });
        await using var tab = await visitor.Socket(new Dictionary<string, long> { [conversation] = 0 });
        var stuck = new List<TcpClient>();
        for (var i = 0; i < 8; i++)
            stuck.Add(await Mute(site, i % 2 == 0 ? visitor : null, conversation));
        await Until.True(() => gateway.Connections == 10, "all are here");

        var text = new string('鹊', 10_000);
        var sent = 0;
        while (gateway.Connections > 2)
        {
            Assert.True(++sent <= 3000, $"{gateway.Connections - 2} of 8 are not cut after {sent * 30 / 1024} MB");
            await visitor.Say(text, "m" + sent);
        }

        var last = (await visitor.Say("the end", "end")).Long("seq");
        await console.Next(frame => frame.TryGetProperty("seq", out var seq) && seq.GetInt64() == last, "the console heard everything");
        await tab.Next(frame => frame.TryGetProperty("seq", out var seq) && frame.Maybe("event") is not null && seq.GetInt64() == last, "the page heard everything");
        foreach (var live in new[] { console, tab })
            Assert.Equal(sent + 2, live.Entries(conversation).Count(frame => frame.IsEvent("message.created")));
        stuck.ForEach(one => one.Dispose());
    }

    [Fact]
    public async Task A_server_that_stops_says_goodbye_at_once()
    {
        var site = await Site.Open();
        var visitor = await site.Visitor();
        await visitor.Say("hello");
        var known = (await visitor.Log())[^1].Long("seq");
        await using var tab = await visitor.Socket();
        await using var console = await site.Owner.Socket();
        await using var stream = await visitor.Stream();
        var poll = visitor.Get($"/widget/v1/messages?after={known}&wait=25");
        using var mute = await Mute(site, visitor, "");

        var stopping = site.DisposeAsync().AsTask();

        Assert.Equal(1012, (await tab.Ended()).Code);
        Assert.Equal(1012, (await console.Ended()).Code);
        await Until.True(() => stream.HasEnded, "the stream ends");
        Assert.Equal(HttpStatusCode.OK, (await poll).Status);
        await stopping.WaitAsync(TimeSpan.FromSeconds(25));
    }

    /// <summary>A socket of a visitor, or else of the owner, that says hello and never reads again.</summary>
    private static async Task<TcpClient> Mute(Site site, VisitorClient? visitor, string conversation)
    {
        var tcp = new TcpClient { ReceiveBufferSize = 4096 };
        await tcp.ConnectAsync(site.Address.Host, site.Address.Port);
        var cookie = visitor is null ? $"Cookie: {site.Owner.Cookie}\r\n" : "";
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /gateway HTTP/1.1\r\nHost: {site.Address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{cookie}\r\n"));
        var head = new byte[4096];
        await tcp.GetStream().ReadAtLeastAsync(head, 12);
        Assert.StartsWith("HTTP/1.1 101", Encoding.ASCII.GetString(head), StringComparison.Ordinal);
        await tcp.GetStream().WriteAsync(Masked(visitor is null
            ? $$$"""{"op":"hello","resume":{"{{{conversation}}}":1}}"""
            : $$"""{"op":"hello","token":"{{visitor.Token}}"}"""));
        return tcp;
    }

    private static byte[] Masked(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [0x81, 0x80 | 126, (byte)(bytes.Length >> 8), (byte)bytes.Length, 0, 0, 0, 0, .. bytes];
    }
}
