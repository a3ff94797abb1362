using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Queqiao.EndToEnd.Support;

/// <summary>A customer's web site on another origin: strict CSP, and style sheets that touch everything they can reach.</summary>
internal sealed class HostPage : IAsyncDisposable
{
    private const string HostileCss = """
        * { font: 40px/3 fantasy !important; color: lime !important; letter-spacing: 9px !important; text-transform: uppercase !important; box-sizing: content-box !important; }
        div, button, textarea, p, span, h2 { background: black !important; width: 3000px !important; margin: 77px !important; opacity: .3 !important; position: static !important; }
        button, textarea { pointer-events: none !important; visibility: hidden !important; }
        body { transform: rotate(2deg); filter: blur(1px); }
        """;

    private readonly WebApplication _app;

    private HostPage(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<HostPage> Start(Uri server, Guid channel)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var origin = server.GetLeftPart(UriPartial.Authority);
        var policy = $"default-src 'none'; img-src 'self' {origin}; media-src {origin}; style-src 'self'; script-src {origin}; connect-src {origin} ws://{server.Authority}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
        app.MapGet("/", context =>
        {
            context.Response.Headers.ContentSecurityPolicy = policy;
            context.Response.ContentType = "text/html; charset=utf-8";
            return context.Response.WriteAsync($"""
                <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>小店</title><link rel="stylesheet" href="/site.css"></head>
                <body><h1>小店</h1><p>今日特价</p><script src="{origin}/widget.js" data-channel="{channel}" async></script></body></html>
                """);
        });
        app.MapGet("/site.css", () => Results.Text(HostileCss, "text/css"));
        app.MapGet("/favicon.ico", () => Results.NoContent());
        await app.StartAsync();
        return new HostPage(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}
