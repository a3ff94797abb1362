using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Queqiao.EndToEnd.Support;

/// <summary>One page in front of one person. Every console error, page error and CSP violation is remembered as a fault.</summary>
internal sealed class Screen : IAsyncDisposable
{
    private static readonly string Axe = Path.Combine(Repository.Root, "tests", "Queqiao.EndToEnd", "node_modules", "axe-core", "axe.min.js");

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = new();
    private volatile bool _serverMayBeAway;

    private Screen(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.PageError += (_, error) => _faults.Enqueue("page error: " + error);
        page.Console += (_, message) => Hear(message);
    }

    public IPage Page { get; }

    /// <summary>Why pages cannot be checked for accessibility, or null.</summary>
    public static string? MissingAxe => File.Exists(Axe) ? null : "axe-core is not installed (npm ci in tests/Queqiao.EndToEnd).";

    public static async Task<Screen> Open(IBrowserContext context) => new(context, await context.NewPageAsync());

    /// <summary>
    /// While a server is killed the browser reports refused connections by itself, and that a reply was not taken because the customer's
    /// words came first (the console asks then); nothing else is forgiven.
    /// </summary>
    public async Task WhileTheServerIsAway(Func<Task> work)
    {
        _serverMayBeAway = true;
        await work();
        _serverMayBeAway = false;
    }

    public IReadOnlyCollection<string> Faults => _faults;

    public void NoFaults() => Assert.Empty(_faults);

    /// <summary>axe-core through DevTools, so that the page's own CSP does not stop it.</summary>
    public async Task Accessible(string where)
    {
        Assert.Null(MissingAxe);
        await Page.EvaluateAsync(await File.ReadAllTextAsync(Axe) + ";0");
        var broken = await Page.EvaluateAsync<string[]>("axe.run(document,{runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']}).then(r=>r.violations.map(v=>v.id+' '+v.nodes.map(n=>n.target+' '+n.html.slice(0,160)).join(' | ')))");
        Assert.True(broken.Length == 0, $"{where}:\n{string.Join('\n', broken)}");
    }

    /// <summary>What axe calls serious or worse.</summary>
    public async Task<string[]> Serious()
    {
        Assert.Null(MissingAxe);
        await Page.EvaluateAsync(await File.ReadAllTextAsync(Axe) + ";0");
        return await Page.EvaluateAsync<string[]>("axe.run(document,{resultTypes:['violations']}).then(r=>r.violations.filter(v=>['serious','critical'].includes(v.impact)).map(v=>v.id+' '+v.nodes.slice(0,3).map(n=>n.target+' '+n.html.slice(0,120)).join(' | ')))");
    }

    private void Hear(IConsoleMessage message)
    {
        if (message.Type != "error" || (_serverMayBeAway && (IsOutage(message.Text) || IsNewer(message))))
            return;
        _faults.Enqueue($"console: {message.Text} ({message.Location})");
    }

    private static bool IsOutage(string text) =>
        text.Contains("net::ERR_", StringComparison.Ordinal) || text.Contains("WebSocket connection to", StringComparison.Ordinal);

    private static bool IsNewer(IConsoleMessage message) =>
        message.Text.Contains("status of 409", StringComparison.Ordinal) && message.Location.Contains("/messages", StringComparison.Ordinal);

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
