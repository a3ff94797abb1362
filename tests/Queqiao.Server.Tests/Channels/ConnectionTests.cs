using System.Net;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Receiving.Connections;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;
using Queqiao.Simulators;
using Queqiao.Simulators.Messengers;
using Queqiao.Simulators.Workplaces;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Platforms that do not call us are connected by one server, resumed where they were, and nothing is missed or doubled.</summary>
public sealed class ConnectionTests
{
    private static async Task<string> Connect(Site site, Simulator platform, SocketDoor door, params (string, string)[] more)
    {
        var settings = new Dictionary<string, string>(platform.Settings) { ["apiBaseUrl"] = door.Address.ToString().TrimEnd('/') };
        foreach (var (key, value) in more)
            settings[key] = value;
        return (await site.Owner.Api.Post("/api/v1/channels", new { kind = platform.Kind, name = platform.Kind, settings })).Expect(HttpStatusCode.Created).Text("id");
    }

    private static async Task<List<string>> Said(Site site, string channel)
    {
        await site.The<HookInbox>().RunDue(default);
        var said = new List<string>();
        foreach (var row in (await site.Owner.Api.Get("/api/v1/conversations?limit=100")).Expect(HttpStatusCode.OK).Items().Where(row => row.GetProperty("channel").Text("id") == channel))
            said.AddRange((await site.Owner.Api.Get($"/api/v1/conversations/{row.Text("id")}/messages?limit=100")).Expect(HttpStatusCode.OK).Items().Where(item => item.Text("kind") == "message").Select(item => item.Text("text")));
        return said;
    }

    private static Task Hears(Site site, string channel, params string[] texts) => Until.True(async () => (await Said(site, channel)).SequenceEqual(texts), $"'{string.Join(' ', texts)}' was received");

    [Theory, OnSqlite]
    public async Task Discord_is_connected_kept_alive_and_resumed(string engine)
    {
        await using var site = await FakeProvider.Site(engine);
        var discord = new DiscordSimulator(site.Time) { Beat = TimeSpan.FromMilliseconds(100) };
        await using var door = await SocketDoor.Start(discord);
        var channel = await Connect(site, discord, door);
        var connections = site.The<ChannelConnections>();
        await connections.Look(default);
        await Until.True(() => door.Heard.Any(frame => frame.Contains("\"op\":2", StringComparison.Ordinal)), "the bot identifies itself");
        await Until.True(() => door.Heard.Count(frame => frame.Contains("\"op\":1,", StringComparison.Ordinal)) >= 2, "it says that it lives");
        await door.Push(discord.Says(discord.Person("Ann"), "one"));
        await Hears(site, channel, "one");

        // It breaks off; what was said meanwhile comes with the resumed session, and only that.
        door.Cut();
        await Until.True(() => door.Open == 0, "the connection is gone");
        discord.FrameOf(discord.Says(discord.Person("Ann"), "two"));
        await Until.True(() => door.Heard.Any(frame => frame.Contains("\"op\":6", StringComparison.Ordinal)), "it resumes");
        await Hears(site, channel, "one", "two");
        var health = (await site.Owner.Api.Get($"/api/v1/channels/{channel}/health")).Expect(HttpStatusCode.OK);
        Assert.Equal(("ok", true), (health.Text("state"), health.GetProperty("connected").GetBoolean()));

        // Switched off: let go.
        (await site.Owner.Api.Patch($"/api/v1/channels/{channel}", new { enabled = false })).Expect(HttpStatusCode.OK);
        await connections.Look(default);
        await Until.True(() => door.Open == 0, "the connection was closed");
        Assert.Empty(connections.Holding);
        Assert.Empty(site.Troubles);
    }

    [Theory, OnSqlite]
    public async Task DingTalks_stream_is_connected_confirmed_and_opened_anew_when_it_says_goodbye(string engine)
    {
        await using var site = await FakeProvider.Site(engine);
        var dingtalk = new DingTalkSimulator(site.Time);
        await using var door = await SocketDoor.Start(dingtalk);
        var channel = await Connect(site, dingtalk, door, ("stream", "true"));
        await site.The<ChannelConnections>().Look(default);
        await Until.True(() => door.Heard.Any(frame => frame.Contains("o-1", StringComparison.Ordinal) && frame.Contains("ping", StringComparison.Ordinal)), "a ping is answered with what it brought");
        await door.Push(dingtalk.Says(dingtalk.Person("李雷"), "一"));
        await Until.True(() => dingtalk.Waiting == 0, "it was confirmed"); // after it was stored
        await Hears(site, channel, "一");

        // The platform takes the connection down; what is said meanwhile comes with the next one, whose ticket is another.
        dingtalk.FrameOf(dingtalk.Says(dingtalk.Person("李雷"), "二"));
        await door.Tell(dingtalk.Farewell());
        await Hears(site, channel, "一", "二");
        await Until.True(() => dingtalk.Waiting == 0, "that was confirmed, too");
        Assert.Equal("ok", (await site.Owner.Api.Get($"/api/v1/channels/{channel}/health")).Expect(HttpStatusCode.OK).Text("state"));
        await site.The<ChannelConnections>().LetAll();
        Assert.Empty(site.Troubles);
    }

    [Theory, OnPostgres]
    public async Task One_server_holds_it_and_another_takes_over(string engine)
    {
        await using var site = await FakeProvider.Site(engine);
        await using var other = await site.Join();
        var slack = new SlackSimulator(site.Time);
        await using var door = await SocketDoor.Start(slack);
        var channel = await Connect(site, slack, door, ("appToken", SlackSimulator.AppToken));
        await site.The<ChannelConnections>().Look(default);
        await other.The<ChannelConnections>().Look(default);
        Assert.Empty(other.The<ChannelConnections>().Holding);
        await Until.True(() => door.Open == 1, "one server is connected");
        await door.Push(slack.Says(slack.Person("Bo"), "first"));
        await Until.True(() => slack.Waiting == 0, "it was acknowledged"); // after it was stored
        await Hears(site, channel, "first");

        await site.The<ChannelConnections>().LetAll();
        slack.FrameOf(slack.Says(slack.Person("Bo"), "second"));
        await other.The<ChannelConnections>().Look(default);
        Assert.Single(other.The<ChannelConnections>().Holding);
        await Hears(other, channel, "first", "second");

        // A server that died lets nothing go: its lease ends by itself.
        site.Time.Move(TimeSpan.FromSeconds(31));
        await site.The<ChannelConnections>().Look(default);
        Assert.Single(site.The<ChannelConnections>().Holding);
        await other.The<ChannelConnections>().Look(default);
        Assert.Empty(other.The<ChannelConnections>().Holding);
        await site.The<ChannelConnections>().LetAll();
        await other.The<ChannelConnections>().LetAll();
    }

    [Theory, OnSqlite]
    public async Task Telegram_is_asked_when_it_cannot_call(string engine)
    {
        await using var site = await FakeProvider.Site(engine);
        var telegram = new TelegramSimulator(site.Time) { HasWebhook = true };
        await using var door = await SocketDoor.Start(telegram);
        var channel = await Connect(site, telegram, door, ("polling", "true"));
        telegram.Keep(telegram.Says(telegram.Person("Max"), "one"));
        telegram.Keep(telegram.Says(telegram.Person("Max"), "two"));
        await site.The<ChannelConnections>().Look(default);
        await Hears(site, channel, "one", "two");
        Assert.False(telegram.HasWebhook); // it stood in the way
        await Until.True(() => telegram.Waiting == 0, "what was stored is forgotten there");
        await site.The<ChannelConnections>().LetAll();
        Assert.Equal(["one", "two"], await Said(site, channel));
    }

    [Fact]
    public void Waits_grow_and_differ()
    {
        Assert.InRange(ConnectionMaker.Wait(0).TotalMilliseconds, 100, 500);
        Assert.InRange(ConnectionMaker.Wait(1).TotalSeconds, 0.5, 1);
        Assert.InRange(ConnectionMaker.Wait(4).TotalSeconds, 4, 8);
        Assert.InRange(ConnectionMaker.Wait(50).TotalSeconds, 30, 60);
        Assert.True(Enumerable.Range(0, 20).Select(_ => ConnectionMaker.Wait(5)).Distinct().Count() > 10);
    }

    /// <summary>Nobody waits for the lease of a server that is gone: another one connects as soon as it is known.</summary>
    [Theory, OnPostgres]
    public async Task What_a_lost_server_held_is_free_at_once(string engine)
    {
        await using var site = await Site.Open(engine, also: services => services.AddPlayedPlatforms());
        var channel = Guid.Parse(await site.Connect("telegram"));
        await using var other = await site.Join();
        Task<int> Take(Site by) => by.Storage.Run(1, (unit, ct) => unit.Db.Table<ChannelState>().Where(state => state.ChannelId == channel && state.Holder == null)
            .ExecuteUpdateAsync(set => set.SetProperty(state => state.Holder, by.The<LeaseHeirs>().NewHolder()).SetProperty(state => state.HeldUntil, by.Time.GetUtcNow().AddSeconds(30).ToUnixTimeMilliseconds()), ct), default);
        Assert.Equal(1, await Take(site));
        var freed = other.The<LeaseHeirs>().Freed;
        Assert.Equal(0, await other.The<LeaseHeirs>().Free(other.The<Bus>().Node, default)); // nobody else's
        Assert.True(freed.IsCompleted);
        Assert.Equal(0, await Take(other));
        Assert.Equal(1, await other.The<LeaseHeirs>().Free(site.The<Bus>().Node, default));
        Assert.Equal(1, await Take(other));
    }
}
