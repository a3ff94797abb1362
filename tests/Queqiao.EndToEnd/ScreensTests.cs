using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Queqiao.EndToEnd.Support;

namespace Queqiao.EndToEnd;

/// <summary>
/// Pictures of every page of the console for people to look at, in both languages, light and dark, on a desk and on a phone:
/// <c>./test --screens</c> writes them to <c>artifacts/screens</c>. What a program can see it looks for by itself: faults in the console,
/// pages wider than the screen, serious findings of axe. No part of <c>./test</c>.
/// </summary>
[Trait("Category", "Screens")]
public sealed partial class ScreensTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "screens");

    [BrowserFact]
    public async Task Every_page_is_pictured_and_none_has_a_fault_that_a_program_can_see()
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder);
        await using var site = await Site.Start(Engines.Sqlite, "--demo");
        var troubles = new List<string>();
        foreach (var (language, scheme, width, height) in Kinds())
        {
            await using var screen = await browser.NewScreen(language, width, height, scheme);
            var camera = new Camera(screen, $"{language[..2]}-{(scheme == ColorScheme.Dark ? "dark" : "light")}-{width}", troubles);
            await Take(camera, site, language);
            troubles.AddRange(screen.Faults.Select(fault => $"{camera.Kind}: {fault}"));
        }
        await File.WriteAllLinesAsync(Path.Combine(Folder, "troubles.txt"), troubles);
        Assert.True(troubles.Count == 0, string.Join('\n', troubles));
    }

    private static IEnumerable<(string Language, ColorScheme Scheme, int Width, int Height)> Kinds() =>
        from language in new[] { "zh-CN", "en" }
        from size in new[] { (1440, 900), (390, 844) }
        from scheme in new[] { ColorScheme.Light, ColorScheme.Dark }
        select (language, scheme, size.Item1, size.Item2);

    private static async Task Take(Camera camera, Site site, string language)
    {
        var page = camera.Page;
        foreach (var (path, name) in new[] { ("/demo", "shop"), ("/help", "help-centre"), ("/demo/app", "shops-app"), ("/demo/phone", "customers-phone") })
        {
            await page.GotoAsync(new Uri(site.Address, path).ToString());
            await camera.Take(name);
        }
        await page.GotoAsync(new Uri(site.Address, "/demo").ToString());
        await page.EvaluateAsync("queqiao('open')");
        await camera.Take("window");
        await page.GotoAsync(new Uri(site.Address, "/console/").ToString());
        await page.Locator("input[type=email]").WaitForAsync();
        await camera.Take("sign-in");
        await camera.Screen.FillInDemo(site);
        await page.Locator("[role=listbox]").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await page.EvaluateAsync("locale => fetch('/api/v1/me', { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ locale }) })", language);

        foreach (var view in new[] { "mine", "unassigned", "team", "mentions", "all", "resolved" })
            await camera.Visit(site, "/inbox/" + view);
        await camera.Visit(site, "/inbox/all");
        await page.Locator("[role=option]").First.ClickAsync();
        await page.Locator(".rich-field").WaitForAsync();
        await camera.Take("conversation");
        await page.EvaluateAsync("document.documentElement.dir = 'rtl'");
        await camera.Take("conversation-rtl");
        await page.EvaluateAsync("document.documentElement.dir = ''");
        await page.EvaluateAsync("document.activeElement?.blur()");
        await page.Keyboard.PressAsync("Control+k");
        await page.GetByRole(AriaRole.Combobox).WaitForAsync();
        await camera.Take("command-bar");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("?");
        await page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await camera.Take("help");
        await page.Keyboard.PressAsync("Escape");
        // On a phone a conversation takes the whole screen: the account's menu stands below the list.
        await page.GotoAsync(new Uri(site.Address, "/console/inbox/all").ToString());
        await page.Locator("button[aria-haspopup=menu]:has(span.rounded-full.border-2)").First.ClickAsync();
        await page.GetByRole(AriaRole.Menuitem).Filter(new() { HasText = language == "en" ? "Away" : "离开" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await camera.Take("away");
        await page.Keyboard.PressAsync("Escape");

        await camera.Visit(site, "/contacts");
        await page.Locator("a[href*='/console/contacts/']").First.ClickAsync();
        await camera.Take("contact");
        await camera.Visit(site, "/search?q=" + Uri.EscapeDataString(language == "en" ? "order" : "退款"), "search");
        await camera.Visit(site, "/search?q=zzzzqq", "search-nothing");
        await camera.Visit(site, "/no-such-page");
        foreach (var path in Places)
            await camera.Visit(site, path);
        await Inside(camera, site, "/settings/channels", "main a[href*='/settings/channels/0']", "channel");
        await Inside(camera, site, "/settings/roles", "main a[href*='/settings/roles/']:not([href$='/new'])", "role");
        await Inside(camera, site, "/knowledge", "main a[href*='/knowledge/items/'], a[href*='/knowledge/items/']", "knowledge-item");
        await camera.Visit(site, "/settings/bot");
        var tabs = page.Locator("main [role=tab]");
        for (var tab = 1; tab < await tabs.CountAsync(); tab++)
        {
            await tabs.Nth(tab).ClickAsync();
            await camera.Take("settings-bot-" + tab);
        }
        await camera.Visit(site, "/settings");
        var pages = await page.Locator("nav a[href*='/settings/']").EvaluateAllAsync<string[]>("links => links.map(link => new URL(link.href).pathname.replace('/console', ''))");
        foreach (var path in pages.Distinct())
            await camera.Visit(site, path);
    }

    /// <summary>Pages that no list of links leads to.</summary>
    private static readonly string[] Places =
    [
        "/board", "/welcome", "/setup/channel",
        "/knowledge", "/knowledge/review", "/knowledge/new/faq", "/knowledge/new/article", "/knowledge/graph", "/knowledge/words", "/knowledge/checks", "/knowledge/reports", "/knowledge/imports", "/knowledge/help",
        "/settings/channels/new", "/settings/channels/new/web", "/settings/channels/new/wechat-official", "/settings/channels/new/email", "/settings/roles/new", "/settings/sso/new",
    ];

    /// <summary>Opens the first of a list.</summary>
    private static async Task Inside(Camera camera, Site site, string path, string link, string name)
    {
        await camera.Page.GotoAsync(new Uri(site.Address, "/console" + path).ToString());
        await camera.Page.Locator(link).First.ClickAsync();
        await camera.Take(name);
    }

    /// <summary>Takes pictures, and notes what is wrong with what it sees.</summary>
    private sealed class Camera(Screen screen, string kind, List<string> troubles)
    {
        public string Kind => kind;

        public Screen Screen => screen;

        public IPage Page => screen.Page;

        public async Task Visit(Site site, string path, string? name = null)
        {
            await Page.GotoAsync(new Uri(site.Address, "/console" + path).ToString());
            await Take(name ?? path.Trim('/').Replace('/', '-'));
        }

        public async Task Take(string name)
        {
            await Settled();
            await Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}--{kind}.png"), Animations = ScreenshotAnimations.Disabled });
            if (await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth") is > 1 and var beyond)
                troubles.Add($"{kind} {name}: {beyond} pixels wider than the screen");
            troubles.AddRange((await screen.Serious()).Select(found => $"{kind} {name}: axe {found}"));
        }

        /// <summary>Until nothing loads and no skeleton stands in for anything; a page that never settles is pictured as it is.</summary>
        private async Task Settled()
        {
            await Page.EvaluateAsync("document.fonts.ready.then(() => null)");
            try
            {
                await Page.WaitForFunctionAsync(
                    "() => { const now = document.querySelectorAll('*').length + ':' + document.body.innerText.length + ':' + document.querySelectorAll('[aria-busy=true], .animate-pulse').length;"
                    + " const calm = window.__calm ??= { was: '', n: 0 }; calm.n = now === calm.was ? calm.n + 1 : 0; calm.was = now; return calm.n >= 6 && now.endsWith(':0') }",
                    null, new() { PollingInterval = 80, Timeout = 8_000 });
            }
            catch (TimeoutException)
            {
                // as it is
            }
            await Page.EvaluateAsync("window.__calm = undefined");
        }
    }
}
