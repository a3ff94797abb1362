using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Bot;

/// <summary>The bot in the whole server: over HTTP on both databases.</summary>
public sealed class BotTurnTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_customer_is_answered_and_handed_over_and_the_bot_is_silent_from_then_on(string engine)
    {
        await using var site = await Open(engine);
        var (owner, visitor) = (site.Owner, await site.Visitor());
        var id = (await visitor.Say("退款一般多久到账？")).Text("conversationId");
        var answer = await BotSaid(visitor, 1);
        Assert.Equal(("answer", "offline"), (answer.GetProperty("bot").Text("kind"), answer.GetProperty("bot").Text("brain")));
        Assert.Equal("退款多久到账？", answer.GetProperty("bot").GetProperty("citations")[0].Text("title"));
        Assert.Equal("小鹊", answer.GetProperty("sender").Text("name"));
        Assert.False(answer.GetProperty("bot").TryGetProperty("score", out _)); // for colleagues only
        Assert.DoesNotContain("state", answer.GetProperty("bot").ToString(), StringComparison.Ordinal);
        Assert.Equal("bot", (await owner.Row(id)).Text("status"));
        Assert.Equal("bot_holds_conversation", (await owner.Api.Post($"/api/v1/conversations/{id}/messages", new { clientId = "a1", text = "hi" })).Code);

        await visitor.Say("转人工");
        await BotSaid(visitor, 2);
        await Until.True(async () => (await owner.Row(id)).Text("status") == "queued", "handed over");
        var given = Assert.Single(await owner.Log(id), item => item.Text("kind") == "event" && item.GetProperty("event").Text("type") == "handed_over").GetProperty("event");
        Assert.Equal("asked", given.Text("reason"));
        Assert.Contains("退款一般多久到账", given.Text("summary"), StringComparison.Ordinal);
        Assert.Equal("退款多久到账？", given.GetProperty("details").GetProperty("tried")[0].Text("entry"));
        Assert.DoesNotContain(await visitor.Log(), item => item.ToString().Contains("handed_over", StringComparison.Ordinal));

        await visitor.Say("在吗？退款多久到账？");
        await owner.Say(id, "您好，我来处理");
        await visitor.Say("退款多久到账？");
        await site.The<Queqiao.Server.Bot.Turning.BotTurns>().RunDue(CancellationToken.None);
        Assert.Equal(2, (await visitor.Log()).Count(item => item.Text("kind") == "message" && item.GetProperty("sender").Text("kind") == "bot"));
    }

    [Fact]
    public async Task What_was_owed_when_a_server_died_is_answered_later()
    {
        await using var site = await Open(Engines.Sqlite);
        var visitor = await site.Visitor();
        (await site.Owner.Api.Patch($"/api/v1/bots/{BotId}", new { enabled = true })).Expect(HttpStatusCode.OK);
        site.The<Queqiao.Server.Bot.Turning.BotTurns>().Dispose(); // it hears nothing any more
        await visitor.Say("怎么开发票");
        Assert.DoesNotContain(await visitor.Log(), item => item.GetProperty("sender").Text("kind") == "bot" && item.Text("kind") == "message");
        await site.The<Queqiao.Server.Bot.Turning.BotTurns>().RunDue(CancellationToken.None);
        Assert.Contains("申请发票", (await BotSaid(visitor, 1)).Text("text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_takes_over_gives_back_and_a_bot_that_is_switched_off_gives_to_people()
    {
        await using var site = await Open(Engines.Sqlite);
        var (owner, visitor) = (site.Owner, await site.Visitor());
        var id = (await visitor.Say("怎么开发票")).Text("conversationId");
        await BotSaid(visitor, 1);
        (await owner.Api.Post($"/api/v1/conversations/{id}/assign", new { agentId = owner.Id })).Expect(HttpStatusCode.OK);
        await owner.Say(id, "我来");
        (await owner.Api.Post($"/api/v1/conversations/{id}/give-to-bot", new { })).Expect(HttpStatusCode.NoContent);
        Assert.Equal("bot", (await owner.Row(id)).Text("status"));
        await visitor.Say("地址写错了怎么改");
        await BotSaid(visitor, 2);
        (await owner.Api.Patch($"/api/v1/bots/{BotId}", new { enabled = false })).Expect(HttpStatusCode.OK);
        await visitor.Say("还有个问题");
        await Until.True(async () => (await owner.Row(id)).Text("status") == "queued", "given to people");
        var other = await site.Visitor();
        Assert.Equal("queued", (await owner.Row((await other.Say("hello")).Text("conversationId"))).Text("status"));
    }

    [Fact]
    public async Task Settings_are_checked_kept_and_tried_without_a_trace()
    {
        await using var site = await Open(Engines.Sqlite);
        var owner = site.Owner;
        var bad = await owner.Api.Patch($"/api/v1/bots/{BotId}", new { name = " ", profile = new { answerFrom = 0.1, clarifyFrom = 0.5, patience = 9, hours = new { mode = "never" } } });
        Assert.Equal("validation", bad.Code);
        foreach (var field in new[] { "name", "profile.clarifyFrom", "profile.patience", "profile.hours.mode" })
            Assert.True(bad.Body.GetProperty("errors").TryGetProperty(field, out _), field);
        Assert.Equal("not_found", (await owner.Api.Send(HttpMethod.Put, $"/api/v1/bots/{BotId}/channels/{Guid.NewGuid()}", new { enabled = true })).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("agent")).Api.Get("/api/v1/bots")).Status);

        var tried = (await owner.Api.Post($"/api/v1/bots/{BotId}/ask", new { text = "怎么开发票" })).Expect(HttpStatusCode.OK);
        Assert.Equal(("knowledge", "stays"), (tried.Text("path"), tried.Text("outcome")));
        Assert.Equal("q3/zh", tried.GetProperty("candidates")[0].Text("id"));
        var person = (await owner.Api.Post($"/api/v1/bots/{BotId}/ask", new { text = "转人工", state = tried.Text("state") })).Expect(HttpStatusCode.OK);
        Assert.Equal("handed_over", person.Text("outcome"));
        Assert.Contains("怎么开发票", person.GetProperty("handOver").Text("summary"), StringComparison.Ordinal);
        Assert.Empty((await owner.Api.Get("/api/v1/conversations")).Expect(HttpStatusCode.OK).Items());

        var session = (await new ApiClient(site.Address).Post("/widget/v1/sessions", new { channelId = site.ChannelId, locale = "en" })).Expect(HttpStatusCode.OK);
        Assert.Equal("小鹊", session.GetProperty("config").GetProperty("bot").Text("name"));
        Assert.Equal("bot", session.GetProperty("config").GetProperty("hello").GetProperty("files")[0].Text("kind")); // the window draws buttons, and says that a bot speaks
    }

    private Guid BotId { get; set; }

    private async Task<Site> Open(string engine)
    {
        var shop = new Shop();
        var site = await Site.Open(engine, also: services => services.AddSingleton<IBotKnowledgeSource>(shop));
        var bot = (await site.Owner.Api.Post("/api/v1/bots", new { name = "小鹊", enabled = true })).Expect(HttpStatusCode.Created);
        BotId = Guid.Parse(bot.Text("id"));
        (await site.Owner.Api.Send(HttpMethod.Put, $"/api/v1/bots/{BotId}/channels/{site.ChannelId}", new { enabled = true })).Expect(HttpStatusCode.OK);
        return site;
    }

    /// <summary>The n-th thing that the bot said, once it is there.</summary>
    private static async Task<System.Text.Json.JsonElement> BotSaid(VisitorClient visitor, int n)
    {
        System.Text.Json.JsonElement[] said = [];
        await Until.True(async () => (said = [.. (await visitor.Log()).Where(item => item.Text("kind") == "message" && item.GetProperty("sender").Text("kind") == "bot")]).Length >= n, $"the bot's message {n}");
        return said[n - 1];
    }
}
