using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Bot.Turning;
using Queqiao.Server.Channels;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Outside;
using Queqiao.Server.Demo.Platforms;
using Queqiao.Server.Tests.Channels;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;
using Queqiao.Simulators;

namespace Queqiao.Server.Tests.Bot;

/// <summary>The bot on other people's platforms, played: answers go out as deliveries, choices as buttons or numbered lines.</summary>
public sealed class BotEverywhereTests
{
    [Theory]
    [InlineData("wechat-official")]
    [InlineData("whatsapp")]
    [InlineData("telegram")]
    public async Task A_customer_of_a_platform_is_welcomed_answered_chooses_and_gets_a_person(string kind)
    {
        await using var site = await Open();
        var (platform, owner) = (site.The<PlayedPlatforms>().Find(kind)!, site.Owner);
        var channel = await Connect(site, kind, new { enabled = true, welcome = new { zh = "欢迎光临鹊桥。", en = "" } });
        var person = platform.Person("小雨");

        var answer = await Said(site, channel, platform, platform.Says(person, "退款一般多久到账？"), 1);
        Assert.StartsWith("【机器人】欢迎光临鹊桥。\n\n退货验收后", answer.Text, StringComparison.Ordinal);
        Assert.EndsWith("来源：退款多久到账？", answer.Text, StringComparison.Ordinal);

        // Two that are near: buttons, and pressing one is saying it.
        var refused = await Said(site, channel, platform, platform.Says(person, "你们公司有多少员工"), 2);
        Assert.DoesNotContain("欢迎光临", refused.Text, StringComparison.Ordinal);
        Assert.Contains("转人工", refused.Raw, StringComparison.Ordinal);
        var pressed = platform.Presses(refused, 0);
        Assert.NotNull(pressed);
        await Said(site, channel, platform, pressed, 3);
        var id = Assert.Single((await owner.Api.Get("/api/v1/conversations?view=all")).Expect(HttpStatusCode.OK).Items()).Text("id");
        Assert.Equal("queued", (await owner.Row(id)).Text("status"));
        Assert.Equal("asked", Assert.Single(await owner.Log(id), item => item.Text("kind") == "event" && item.GetProperty("event").Text("type") == "handed_over").GetProperty("event").Text("reason"));

        // A person holds it: the bot is silent.
        await owner.Say(id, "您好，我来处理");
        await site.Deliver(channel, platform.Says(person, "退款多久到账？"));
        await site.The<BotTurns>().RunDue(CancellationToken.None);
        await site.RunDueJobs();
        Assert.Equal(3, (await owner.Log(id)).Count(item => item.Text("kind") == "message" && item.GetProperty("sender").Text("kind") == "bot"));
    }

    [Fact]
    public async Task Choices_that_a_platform_cannot_draw_are_numbered_and_a_number_chooses()
    {
        await using var site = await Open();
        var platform = site.The<PlayedPlatforms>().Find("whatsapp")!;
        var channel = await Connect(site, "whatsapp", new { enabled = true, menu = new[] { "怎么开发票？", "一个问题长得没有按钮放得下，因为按钮只有二十个字" } });
        var person = platform.Person("阿明");
        var menu = await Said(site, channel, platform, platform.Says(person, "你好"), 1);
        Assert.Equal("text", menu.Type);
        Assert.Contains("\n1. 怎么开发票？\n2. 一个问题", menu.Text, StringComparison.Ordinal);
        Assert.EndsWith("回复数字即可选择。", menu.Text, StringComparison.Ordinal);
        Assert.Contains("申请发票", (await Said(site, channel, platform, platform.Says(person, "1"), 2)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_window_does_not_take_any_more_goes_to_people_and_groups_and_programs_are_left_alone()
    {
        var head = new ConversationHead { Ws = 1, Id = Guid.Empty, ChannelId = Guid.Empty, Identity = "v", ContactId = Guid.Empty, CreatedAt = 0 };
        Assert.Contains("bot", Statuses(new Incoming.Said(new(Guid.Empty, "u1"), "1", "hi")));
        Assert.Empty(Statuses(new Incoming.Said(new(Guid.Empty, "group:g1"), "1", "hi")));
        Assert.Empty(Statuses(new Incoming.Said(new(Guid.Empty, "u1"), "1", "hi") { ForPeople = true }));
        head = head with { Seq = 3, Status = ConversationStatus.Bot };
        Assert.Equal(["queued"], Statuses(new Incoming.Said(new(Guid.Empty, "u1"), "2", "auto") { ForPeople = true }));
        Assert.Equal(["queued"], Statuses(new Incoming.SaidByUs(new(Guid.Empty, "u1"), "3", "by phone")));

        await using var site = await Open();
        var platform = site.The<PlayedPlatforms>().Find("wechat-official")!;
        var channel = await Connect(site, "wechat-official", new { enabled = true });
        site.The<BotTurns>().Dispose(); // it hears nothing for now
        await site.Deliver(channel, platform.Says(platform.Person("小雨"), "怎么开发票"));
        site.Time.Move(TimeSpan.FromDays(3));
        await site.The<BotTurns>().RunDue(CancellationToken.None);
        var row = Assert.Single((await site.Owner.Api.Get("/api/v1/conversations?view=all")).Expect(HttpStatusCode.OK).Items());
        Assert.Equal("queued", row.Text("status"));
        Assert.Equal("closed", Assert.Single(await site.Owner.Log(row.Text("id")), item => item.Text("kind") == "event" && item.GetProperty("event").Text("type") == "handed_over").GetProperty("event").Text("reason"));

        string[] Statuses(Incoming one) => [.. ((Decision.Append)OutsideRules.Decide(head, one, null, null, "k", toBot: true)).Entries.OfType<StatusChanged>().Select(change => change.To)];
    }

    [Fact]
    public void Programs_that_answer_each_other_end_with_a_person()
    {
        var memory = BotMemory.Empty;
        for (var i = 0; i < 5; i++)
            memory = Loop.Count(BotMemory.Of(memory.Json()), 1_000_000 + i);
        Assert.False(Loop.Is(memory, byMail: true));
        Assert.True(Loop.Is(Loop.Count(memory, 1_000_010), byMail: true));
        Assert.False(Loop.Is(Loop.Count(memory, 1_000_010), byMail: false));
        Assert.False(Loop.Is(Loop.Count(memory, 1_000_000 + (31 * 60_000)), byMail: true)); // people write tomorrow again
    }

    internal static Task<Site> Open() => Site.Open(Engines.Sqlite, also: services =>
    {
        services.AddSingleton<IBotKnowledgeSource>(new Shop());
        services.AddPlayedPlatforms();
    });

    internal static async Task<string> Connect(Site site, string kind, object? receives)
    {
        var channel = await site.Connect(kind);
        if (receives is null)
            return channel;
        var bot = (await site.Owner.Api.Post("/api/v1/bots", new { name = "小鹊", enabled = true })).Expect(HttpStatusCode.Created).Text("id");
        (await site.Owner.Api.Send(HttpMethod.Put, $"/api/v1/bots/{bot}/channels/{channel}", receives)).Expect(HttpStatusCode.OK);
        return channel;
    }

    /// <summary>The n-th thing that the platform took, after something came in.</summary>
    internal static async Task<SimMessage> Said(Site site, string channel, Simulator platform, SimHook hook, int n)
    {
        await site.Deliver(channel, hook);
        await Until.True(async () =>
        {
            site.Time.Move(TimeSpan.FromSeconds(7)); // one message in six seconds is what WhatsApp takes for a person
            await site.RunDueJobs();
            return platform.Sent.Count >= n;
        }, $"message {n} by {platform.Kind}; refused: {string.Join("; ", platform.Refused)}");
        return platform.Sent[n - 1];
    }
}
