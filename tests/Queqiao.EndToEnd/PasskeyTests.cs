using Microsoft.Playwright;
using Queqiao.EndToEnd.Support;
using static Microsoft.Playwright.Assertions;

namespace Queqiao.EndToEnd;

/// <summary>Passkeys in a real browser, with an authenticator that Chromium pretends to have.</summary>
public sealed class PasskeyTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [BrowserFact]
    public async Task An_agent_adds_a_passkey_signs_in_by_it_and_confirms_by_it()
    {
        await using var site = await Site.Start(Engines.Sqlite);
        using var owner = await Owner.SetUp(site);
        var home = new UriBuilder(site.Address) { Host = "localhost" }.Uri; // an address in digits is no place for passkeys
        await using var screen = await browser.NewScreen();
        var devices = await screen.Page.Context.NewCDPSessionAsync(screen.Page);
        await devices.SendAsync("WebAuthn.enable");
        await devices.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
            },
        });
        await screen.SignIn(home);
        await screen.Page.GotoAsync(new Uri(home, "/console/settings/security").ToString());
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "添加通行密钥" }).ClickAsync();
        await screen.Page.GetByLabel("名称").FillAsync("测试机");
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "继续" }).ClickAsync();
        await Expect(screen.Page.GetByRole(AriaRole.Heading, new() { Name = "恢复码" })).ToBeVisibleAsync();
        await screen.Page.GetByLabel("我已经保存好了").CheckAsync();
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "完成" }).ClickAsync();
        await Expect(screen.Page.GetByText("测试机")).ToBeVisibleAsync();
        await screen.Accessible("security with a passkey");

        await screen.Page.Context.ClearCookiesAsync();
        await screen.Page.GotoAsync(new Uri(home, "/console/sign-in").ToString());
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "用通行密钥登录" }).ClickAsync();
        await screen.Page.WaitForURLAsync("**/console/inbox/**");
        screen.NoFaults();
    }
}
