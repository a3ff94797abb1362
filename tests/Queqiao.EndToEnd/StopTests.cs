using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Queqiao.EndToEnd.Support;

namespace Queqiao.EndToEnd;

/// <summary>SIGTERM under load, as at every upgrade: nobody loses a message or sees an error, everybody comes back.</summary>
public sealed class StopTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_stop_under_load_loses_nothing_and_nobody_sees_more_than_a_reconnect(string engine)
    {
        await using var site = await Site.Start(engine, "--limits", "off");
        using var owner = await Owner.SetUp(site);
        using var book = new Book();
        using var enough = new CancellationTokenSource();
        var channel = await owner.NewChannel();
        var senders = new List<Task>();
        for (var n = 0; n < 12; n++)
            senders.Add(Chat(await Visitor.Arrive(site.Address, channel, bySocket: n % 2 == 0), $"v{n}", book, enough.Token));
        for (var stop = 0; stop < 2; stop++)
        {
            var target = book.Count + 150;
            await Until.True(() => book.Count >= target || senders.Exists(one => one.IsFaulted), "people chat", seconds: 60);
            var began = Stopwatch.GetTimestamp();
            Assert.Equal(0, await site.Stop());
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(10), "the stop took longer than 10 s");
            Assert.DoesNotContain(site.Server.LastWords.Split('\n'), line => line.Contains(" error ", StringComparison.Ordinal) || line.Contains(" critical ", StringComparison.Ordinal));
            await site.StartServer();
        }
        var last = book.Count + 100;
        await Until.True(() => book.Count >= last || senders.Exists(one => one.IsFaulted), "people chat on", seconds: 60);
        await enough.CancelAsync();
        await Task.WhenAll(senders).WaitAsync(TimeSpan.FromSeconds(60));

        var stored = (await site.CheckLog()).Messages.Select(m => (m.Message.ClientId, m.Entry.ConversationId, m.Entry.Seq)).Order().ToList();
        Assert.Equal(book.Read().Select(promise => (promise.ClientId, promise.Conversation, promise.Seq)).Order(), stored);
    }

    [Fact]
    public async Task A_socket_hears_when_to_come_back_and_what_it_sent_is_answered_first()
    {
        await using var site = await Site.Start(Engines.Sqlite, "--drain", "1");
        using var owner = await Owner.SetUp(site);
        var channel = await owner.NewChannel();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = site.Address };
        using var opened = await http.PostAsync("/widget/v1/sessions", new StringContent($$"""{"channelId":"{{channel}}"}""", Encoding.UTF8, "application/json"));
        var token = JsonDocument.Parse(await opened.Content.ReadAsStringAsync()).RootElement.GetProperty("visitorToken").GetString();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        await socket.ConnectAsync(new Uri($"ws://{site.Address.Authority}/gateway"), patience.Token);
        await Say(socket, $$"""{"op":"hello","token":"{{token}}"}""", patience.Token);
        Assert.Equal("ready", (await Hear(socket, patience.Token))!.Value.GetProperty("op").GetString());

        var stopped = site.Stop();
        // While it drains, it says so and serves on.
        await Until.True(async () => (await http.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable, "the node is not ready any more");
        await Say(socket, """{"op":"send","clientId":"c1","text":"最后一句"}""", patience.Token);
        var ops = new List<string>();
        long comeback = 0;
        while (await Hear(socket, patience.Token) is { } frame)
        {
            if (!frame.TryGetProperty("op", out var op))
                continue; // the conversation began: an event
            ops.Add(op.GetString()!);
            if (ops[^1] == "bye")
                comeback = frame.GetProperty("reconnectMs").GetInt64();
        }
        Assert.Equal(["ack", "bye"], ops);
        Assert.InRange(comeback, 1000, 2000);
        Assert.Equal(1012, (int)socket.CloseStatus!.Value);
        Assert.Equal(0, await stopped);
    }

    private static Task Say(ClientWebSocket socket, string frame, CancellationToken ct) => socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, ct);

    private static async Task<JsonElement?> Hear(ClientWebSocket socket, CancellationToken ct)
    {
        var buffer = new byte[16 * 1024];
        var part = await socket.ReceiveAsync(buffer.AsMemory(), ct);
        return part.MessageType == WebSocketMessageType.Close ? null : JsonDocument.Parse(buffer.AsMemory(0, part.Count)).RootElement;
    }

    private static async Task Chat(Visitor visitor, string name, Book book, CancellationToken enough)
    {
        using (visitor)
        {
            for (var number = 0; !enough.IsCancellationRequested; number++)
            {
                var id = $"{name}-{number}";
                (Guid Conversation, long Seq)? where;
                while ((where = await visitor.TrySend(id, id)) is null) // throws on any answer but 503: an error somebody would see
                    await Task.Delay(50, CancellationToken.None);
                book.Write(new Promise(name, number, id, where.Value.Conversation, where.Value.Seq, Book.HashOf(id)));
            }
        }
    }
}
