using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Queqiao.EndToEnd.Support;

/// <summary>What people do on our pages, in their words (zh-CN).</summary>
internal static partial class Hands
{
    public static async Task SetUp(this Screen screen, Uri link)
    {
        var page = screen.Page;
        await page.GotoAsync(link.ToString());
        await page.GetByLabel("工作区名称").FillAsync("鹊桥小店");
        await page.GetByLabel("您的名字").FillAsync("林晓");
        await page.GetByLabel("邮箱").FillAsync(Owner.Email);
        await page.Locator("input[type=password]").FillAsync(Owner.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "创建工作区" }).ClickAsync();
    }

    public static async Task SignIn(this Screen screen, Uri server)
    {
        var page = screen.Page;
        await page.GotoAsync(new Uri(server, "/console/").ToString());
        await page.GetByLabel("邮箱").FillAsync(Owner.Email);
        await page.Locator("input[type=password]").FillAsync(Owner.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "登录", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/console/inbox/**");
    }

    /// <summary>As the demonstration's owner, with the password that it printed.</summary>
    public static async Task SignInToDemo(this Screen screen, Site site)
    {
        await screen.Page.GotoAsync(new Uri(site.Address, "/console/").ToString());
        await screen.FillInDemo(site);
        await screen.Page.WaitForURLAsync("**/console/inbox/**");
    }

    /// <summary>The form of sign-in that is open already.</summary>
    public static async Task FillInDemo(this Screen screen, Site site)
    {
        await screen.Page.Locator("input[type=email]").FillAsync("owner@demo.example");
        await screen.Page.Locator("input[type=password]").FillAsync(Password().Match(site.Server.LastWords).Groups[1].Value);
        await screen.Page.Keyboard.PressAsync("Enter");
    }

    [GeneratedRegex(@"Password:\s+(\S+)")]
    private static partial Regex Password();

    /// <summary>The agent's console: answers in the open conversation.</summary>
    public static async Task Reply(this Screen screen, string text)
    {
        await screen.Page.GetByRole(AriaRole.Textbox, new() { Name = "回复" }).FillAsync(text);
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "发送", Exact = true }).ClickAsync();
    }

    /// <summary>A reply written while the server was away: it went, or the customer's own words came first and the agent says that it shall go.</summary>
    public static async Task SendUnlessSent(this Screen screen, string text)
    {
        var anyway = screen.Page.GetByRole(AriaRole.Button, new() { Name = "仍然发送" });
        var sent = screen.Page.Locator(".group\\/message").Filter(new() { HasText = text }).GetByText(new Regex("^(已发送|已送达|已读)$"));
        await Expect(anyway.Or(sent)).ToHaveCountAsync(1, new() { Timeout = 60_000 });
        if (await anyway.IsVisibleAsync())
            await anyway.ClickAsync();
    }

    /// <summary>The visitor's widget.</summary>
    public static async Task Say(this Screen screen, string text)
    {
        await screen.Page.GetByRole(AriaRole.Textbox, new() { Name = "消息内容" }).FillAsync(text);
        await screen.Page.GetByRole(AriaRole.Textbox, new() { Name = "消息内容" }).PressAsync("Enter");
    }

    public static ILocator Bubbles(this Screen screen, string selector) => screen.Page.Locator(selector);
}
