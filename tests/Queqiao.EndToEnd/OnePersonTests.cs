using Microsoft.Playwright;
using Queqiao.EndToEnd.Support;
using static Microsoft.Playwright.Assertions;

namespace Queqiao.EndToEnd;

/// <summary>The main story of channels: asked in the shop's app and again by WeChat, it is one person, and nobody had to say so.</summary>
public sealed class OnePersonTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string InApp = "外套什么时候发货？";
    private const string ByWeChat = "没人回我，我在微信再问一次";
    private const string Answer = "安然您好，两边的消息都看到了：外套明天发货。";

    [BrowserFact]
    public async Task Asked_in_the_app_and_again_by_WeChat_the_agent_sees_one_person_and_answers()
    {
        await using var site = await Site.Start(Engines.Sqlite, "--demo");
        await using var app = await browser.NewScreen(width: 390, height: 844);
        await app.Page.GotoAsync(new Uri(site.Address, "/demo/app?name=安然").ToString());
        await Expect(app.Page.GetByRole(AriaRole.Status).First).ToHaveTextAsync("安然");
        await app.Page.GetByRole(AriaRole.Button, new() { Name = "联系客服" }).ClickAsync();
        await app.Say(InApp);
        await Expect(app.Bubbles(".bubble").Filter(new() { HasText = InApp }).First).ToBeVisibleAsync();

        await using var phone = await browser.NewScreen(width: 390, height: 844);
        await phone.Page.GotoAsync(new Uri(site.Address, "/demo/phone").ToString());
        await phone.Page.GetByLabel("平台").SelectOptionAsync("wechat-official");
        await phone.Page.GetByLabel("你的名字").FillAsync("安然");
        await phone.Page.GetByLabel("想说的话").FillAsync(ByWeChat);
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "发送" }).ClickAsync();

        await using var agent = await browser.NewScreen();
        await agent.SignInToDemo(site);
        var byWeChat = await Conversation(agent, "wechat-official");
        await agent.Page.GotoAsync(new Uri(site.Address, "/console/inbox/all/" + byWeChat).ToString());
        await Expect(agent.Bubbles(".user-text").Filter(new() { HasText = ByWeChat }).First).ToBeVisibleAsync();

        // One person, by a key that the screen names, and nobody had to say so.
        await Expect(agent.Page.GetByRole(AriaRole.Region, new() { Name = "同一客户" })).ToContainTextAsync("凭 微信 UnionID 自动识别");
        await agent.Reply(Answer);
        await Expect(phone.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = Answer })).ToHaveCountAsync(1);

        // What was asked in the app is the same person's, and can be answered there too.
        await agent.Page.GetByRole(AriaRole.Region, new() { Name = "换个渠道继续" }).GetByRole(AriaRole.Button, new() { Name = "继续" }).First.ClickAsync();
        await agent.Page.WaitForURLAsync("**/" + await Conversation(agent, "web"));
        await Expect(agent.Bubbles(".user-text").Filter(new() { HasText = InApp }).First).ToBeVisibleAsync();
        await Expect(agent.Page.GetByRole(AriaRole.Region, new() { Name = "同一客户" })).ToContainTextAsync("凭 微信 UnionID 自动识别");
        agent.NoFaults();
        app.NoFaults();
        phone.NoFaults();
    }

    /// <summary>The conversation of the customer on a channel, once their name is known there.</summary>
    private static async Task<string> Conversation(Screen agent, string kind)
    {
        var id = "";
        await Until.True(async () => (id = await agent.Page.EvaluateAsync<string>("kind => fetch('/api/v1/conversations?view=all&limit=50').then(r => r.json()).then(list => list.items.find(one => one.channel.kind === kind && one.contact.name === '安然')?.id ?? '')", kind)).Length > 0, $"安然's conversation by {kind} is there");
        return id;
    }
}
