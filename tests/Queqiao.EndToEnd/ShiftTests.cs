using Microsoft.Playwright;
using Queqiao.EndToEnd.Support;
using static Microsoft.Playwright.Assertions;

namespace Queqiao.EndToEnd;

/// <summary>An agent's work without a mouse.</summary>
public sealed class ShiftTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [BrowserFact]
    public async Task A_shift_by_keyboard_alone_takes_answers_and_resolves_and_never_talks_past_a_colleague()
    {
        await using var site = await Site.Start(Engines.Sqlite);
        using var owner = await Owner.SetUp(site);
        var channel = await owner.NewChannel();
        var first = await Talk(site, channel, "first");
        var second = await Talk(site, channel, "second");
        await using var screen = await browser.NewScreen();
        await screen.SignIn(site.Address);
        var (page, keys) = (screen.Page, screen.Page.Keyboard);
        await page.GotoAsync(new Uri(site.Address, "/console/inbox/unassigned").ToString());
        await Expect(page.GetByRole(AriaRole.Option)).ToHaveCountAsync(2);
        await page.EvaluateAsync("document.activeElement?.blur()");

        await keys.PressAsync("j"); // longest wait on top
        await Expect(page.Locator(".user-text").Filter(new() { HasText = "first" })).ToHaveCountAsync(1);
        await keys.PressAsync("Control+k");
        await Expect(page.GetByRole(AriaRole.Combobox, new() { Name = "命令栏" })).ToBeFocusedAsync();
        await keys.TypeAsync("分配给我");
        await Expect(page.GetByRole(AriaRole.Option, new() { Name = "分配给我", Selected = true })).ToBeVisibleAsync();
        await keys.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(page.GetByText("您接手了会话")).ToBeVisibleAsync();
        await keys.PressAsync("r");
        await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "回复" })).ToBeFocusedAsync();
        await keys.TypeAsync("马上处理");
        await screen.Accessible("a conversation with a reply that is being written");
        await keys.PressAsync("Control+Shift+Enter"); // sent, resolved, and on to the next
        await Expect(page.Locator(".user-text").Filter(new() { HasText = "second" })).ToHaveCountAsync(1);

        await keys.PressAsync("r");
        await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "回复" })).ToBeFocusedAsync();
        await keys.TypeAsync("我来回答");
        await owner.Send(HttpMethod.Post, "/api/v1/agents", new { name = "王悦", email = "wang@shop.example", role = "admin", password = "another four words here" });
        using var colleague = await Owner.SignIn(site, "wang@shop.example", "another four words here");
        await colleague.Reply(second, "from-a-colleague", "已经回答过了");
        await Expect(page.Locator(".user-text").Filter(new() { HasText = "已经回答过了" })).ToHaveCountAsync(1);
        await keys.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert).GetByText("王悦刚刚回复了")).ToBeVisibleAsync();
        Assert.DoesNotContain("我来回答", (await owner.Read(second)).Select(item => item.TryGetProperty("text", out var text) ? text.GetString() : null));
        await keys.PressAsync("Enter"); // seen, and meant
        await Expect(page.Locator(".user-text").Filter(new() { HasText = "我来回答" })).ToHaveCountAsync(1);
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);

        var log = await owner.Read(first);
        Assert.Equal("马上处理", log.Last(item => item.GetProperty("kind").GetString() == "message").GetProperty("text").GetString());
        Assert.Equal("resolved", (await owner.Send(HttpMethod.Get, $"/api/v1/conversations/{first}")).GetProperty("status").GetString());
        screen.NoFaults();
    }

    private static async Task<Guid> Talk(Site site, Guid channel, string text)
    {
        using var visitor = await Visitor.Arrive(site.Address, channel, bySocket: false);
        return (await visitor.TrySend("only-" + text, text))!.Value.Conversation;
    }
}
