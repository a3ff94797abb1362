using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Snoozing;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Platform.Overload;

/// <summary>Too much to do, from outside: who is served, who is told to come again, and that nothing of it is lost or half done.</summary>
public sealed class OverloadTests
{
    private long _now = Stopwatch.GetTimestamp();

    [Theory, OnSqlite, OnPostgres]
    public async Task Open_chats_go_on_while_new_ones_and_bulk_work_are_told_to_come_again(string engine)
    {
        await using var site = await Busy(engine);
        var known = await site.Visitor();
        var conversation = (await known.Say("我的订单在哪里")).Text("conversationId");
        var silent = await site.Visitor();
        await using var socket = await silent.Socket();
        using var stranger = new ApiClient(site.Address);

        Press(site, ms: 300);
        Again(await stranger.Post("/widget/v1/sessions", new { channelId = site.ChannelId }));
        Again(await silent.Post("/widget/v1/messages", new { clientId = "first", text = "你好" }));
        await socket.Send(new { op = "send", clientId = "first", text = "你好" });
        var refused = await socket.Next(frame => frame.IsOp("error"), "the frame is refused");
        Assert.Equal(("busy", "first"), (refused.Text("code"), refused.Text("clientId")));
        Assert.InRange(refused.Long("retryAfterMs"), 4_000, 12_000);
        Again(await site.Owner.Api.Get("/api/v1/contacts/export"));
        Again(await site.Owner.Api.Post("/api/v1/conversations/bulk", new { action = new { type = "status", status = "resolved" }, ids = new[] { conversation } }));

        await known.Say("还在吗");
        await site.Owner.Say(conversation, "在的");
        (await stranger.Post("/widget/v1/sessions", new { channelId = site.ChannelId, visitorToken = known.Token })).Expect(HttpStatusCode.OK); // who is in a chat comes back to it
        Assert.Single((await site.Owner.Api.Get("/api/v1/conversations?view=all")).Expect(HttpStatusCode.OK).Items());

        Press(site, ms: 0, looks: 200);
        await socket.Send(new { op = "send", clientId = "first", text = "你好" });
        await socket.Next(frame => frame.IsOp("ack"), "now it is taken");
        Assert.Equal(2, (await site.Owner.Api.Get("/api/v1/conversations?view=all")).Expect(HttpStatusCode.OK).Items().Count());
        Assert.Empty(site.Troubles);
    }

    [Fact]
    public async Task What_cannot_be_served_soon_is_refused_whole_and_comes_again_once()
    {
        await using var site = await Busy();
        var visitor = await site.Visitor();
        await using var socket = await visitor.Socket();
        await socket.Send(new { op = "send", clientId = "a", text = "one" });
        var conversation = (await socket.Next(frame => frame.IsOp("ack"), "taken")).Text("conversation");

        Press(site, ms: 500);
        await socket.Send(new { op = "send", clientId = "b", text = "two" });
        Assert.Equal("b", (await socket.Next(frame => frame.IsOp("error"), "too much")).Text("clientId"));
        Again(await visitor.Post("/widget/v1/messages", new { clientId = "b", text = "two" }));
        foreach (var frame in Enumerable.Range(0, 20)) // read in one go a moment later: not one goes without its answer
            await socket.Send(new { op = "send", clientId = $"again {frame}", text = "two" });
        foreach (var frame in Enumerable.Range(0, 20))
            await socket.Next(one => one.IsOp("error") && one.Text("clientId") == $"again {frame}", "refused by its name");
        await site.Owner.Say(conversation, "an agent still writes");

        Press(site, ms: 900);
        Again(await site.Owner.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = "c", text = "now not even they" }));
        await using var late = await LiveSocket.Open(site.Address);
        await late.Send(new { op = "hello", token = visitor.Token, locale = "en" });
        Assert.InRange((await late.Op("bye")).Long("reconnectMs"), 1_000, 20_000);

        Press(site, ms: 0, looks: 200);
        await socket.Send(new { op = "send", clientId = "b", text = "two" });
        await socket.Next(frame => frame.IsOp("ack") && frame.Text("clientId") == "b", "taken");
        Assert.Equal(["one", "an agent still writes", "two"], (await visitor.Log()).Where(item => item.Text("kind") == "message").Select(item => item.Text("text")));
    }

    /// <summary>Whatever is turned away: what is due is done, and work of an agent who is gone goes to others. It is what relieves the rest.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task What_the_server_does_by_itself_is_never_turned_away(string engine)
    {
        await using var site = await Busy(engine);
        var (sleeper, waiter) = (await site.Visitor(), await site.Visitor());
        var snoozed = (await sleeper.Say("明天再说")).Text("conversationId");
        var waiting = (await waiter.Say("有人吗")).Text("conversationId");
        await site.Owner.Assign(waiting, site.Owner.Id);
        await waiter.Say("？？");
        (await site.Owner.Api.Post($"/api/v1/conversations/{snoozed}/status", new { status = "snoozed", until = site.Time.GetUtcNow().AddMinutes(30) })).Expect(HttpStatusCode.OK);

        Press(site, ms: 5_000);
        Again(await site.Owner.Api.Post($"/api/v1/conversations/{waiting}/messages", new { clientId = "c", text = "not even agents" }));
        Assert.Equal(1, await site.The<IConversationQueue>().TakeBack(1, site.Owner.Id, CancellationToken.None));
        var late = new Tests.Support.TestClock();
        late.Move(site.Time.GetUtcNow().AddHours(1) - late.GetUtcNow());
        using var waker = new SnoozeWaker(site.Storage, site.The<ConversationLog>(), late, NullLogger<SnoozeWaker>.Instance);
        Assert.Equal(1, await waker.Turn(CancellationToken.None));
        foreach (var conversation in new[] { waiting, snoozed })
            Assert.Equal("queued", (await site.Owner.Row(conversation)).Text("status"));
    }

    /// <summary>A new way to ask for a lot must not forget to say so.</summary>
    [Fact]
    public async Task Every_route_that_exports_imports_or_changes_many_is_bulk_work()
    {
        await using var host = new ProgramHost(demo: false);
        var forgotten = host.Routes
            .Where(route => route.Metadata.GetMetadata<OverloadModule.BulkWork>() is null)
            .Select(route => (route.RoutePattern.RawText ?? "").TrimEnd('/'))
            .Where(path => path.EndsWith("/export", StringComparison.Ordinal) || path.EndsWith("/rebuild", StringComparison.Ordinal));
        Assert.Empty(forgotten);
    }

    private static async Task<Site> Busy(string engine = Engines.Sqlite) => await Site.Open(engine, also: services =>
    {
        services.Remove(services.Single(service => service.ServiceType == typeof(IHostedService) && service.ImplementationType == typeof(PressureWatch)));
        services.AddSingleton(new OverloadOptions { Cold = TimeSpan.Zero });
    });

    /// <summary>As if work waited so long for a thread.</summary>
    private void Press(Site site, int ms, int looks = 10)
    {
        for (var i = 0; i < looks; i++)
            site.The<Pressure>().Look(TimeSpan.FromMilliseconds(ms), _now += Stopwatch.Frequency / 20);
    }

    private static void Again(ApiAnswer answer)
    {
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "busy"), (answer.Status, answer.Code));
        Assert.True(answer.Raw.Headers.RetryAfter?.Delta > TimeSpan.Zero);
    }
}
