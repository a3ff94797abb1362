using Microsoft.Playwright;

namespace Queqiao.EndToEnd.Support;

/// <summary>Debian's Chromium, started once for a class of tests.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Why no browser test can run, or null.</summary>
    internal static string? Missing { get; } =
        FindChromium() is null ? "No Chromium on PATH (Debian: apt-get install chromium; or set QUEQIAO_CHROMIUM)."
        : !File.Exists(Path.Combine(ServerProcess.BuildFolder, "wwwroot", "console", "index.html")) || !File.Exists(Path.Combine(ServerProcess.BuildFolder, "wwwroot", "widget", "app.js"))
            ? "The console and the widget were not built with the server (build without -p:SkipConsole=true; needs Node.js 20.19 or newer)."
        : null;

    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(30_000); // a condition, not a measurement: the machine may be busy
        if (Missing is not null)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = FindChromium(),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-proxy-server", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A person with a browser of their own: own cookies, own storage.</summary>
    internal async Task<Screen> NewScreen(string locale = "zh-CN", int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser!.NewContextAsync(new() { Locale = locale, ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme });
        context.SetDefaultTimeout(60_000);
        await context.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', e => console.error('CSP refused ' + e.effectiveDirective + ' ' + e.blockedURI))");
        return await Screen.Open(context);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.CloseAsync();
        _playwright?.Dispose();
    }

    private static string? FindChromium() => Environment.GetEnvironmentVariable("QUEQIAO_CHROMIUM") ??
        (from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
         from name in new[] { "chromium", "chromium-browser", "google-chrome" }
         let file = Path.Combine(folder, name)
         where File.Exists(file)
         select file).FirstOrDefault();
}

/// <summary>A theory that needs a browser; skipped with the reason when there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = BrowserFixture.Missing;
}

/// <summary>A test that needs a browser; skipped with the reason when there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = BrowserFixture.Missing;
}
