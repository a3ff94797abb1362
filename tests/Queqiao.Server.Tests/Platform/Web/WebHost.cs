using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Tests.Platform.Web;

/// <summary>The platform's pipeline over a temporary web root, with an echo or two behind it.</summary>
internal sealed class WebHost : IAsyncDisposable
{
    private readonly MiniHost _host;

    private WebHost(MiniHost host, string root) => (_host, Root) = (host, root);

    public string Root { get; }

    public HttpClient Client => _host.Client;

    public Uri Address => _host.Address;

    public static async Task<WebHost> Start(Dictionary<string, string?>? settings = null, string url = "http://127.0.0.1:0", bool built = true)
    {
        var root = Directory.CreateTempSubdirectory("queqiao-web").FullName;
        if (built)
            Build(root);
        var host = await MiniHost.Start(
            b =>
            {
                b.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings ?? []) { ["web-root"] = root });
                b.AddWebSafety();
                b.Services.AddProblems().AddStrictJson();
                b.WebHost.UseKestrelHttpsConfiguration();
                b.Services.AddAuthorization();
            },
            app =>
            {
                app.UseProblems();
                app.UseWebSafety();
                app.UseRouting();
                app.MapConsole();
                app.MapWidgetFiles();
                app.MapMethods("/api/v1/echo", ["GET", "POST", "PUT", "PATCH", "DELETE"], (HttpContext c) => $"{c.Request.Scheme} {c.Connection.RemoteIpAddress}");
                app.MapPost("/api/v1/session", () => "signed in");
                app.MapGet("/api/v1/throws", void () => throw new InvalidOperationException());
                app.MapGet("/widget/v1/echo", () => "hi");
                app.MapGet("/gateway", (HttpContext c) => OriginGuard.IsSameOrigin(c));
            },
            url: url);
        return new WebHost(host, root);
    }

    public static void Build(string root)
    {
        Directory.CreateDirectory(Path.Combine(root, "console", "assets"));
        Directory.CreateDirectory(Path.Combine(root, "widget"));
        File.WriteAllText(Path.Combine(root, "console", "index.html"), "<!doctype html><title>Queqiao</title>");
        File.WriteAllText(Path.Combine(root, "console", "manifest.json"), "{}");
        File.WriteAllText(Path.Combine(root, "console", "favicon.svg"), "<svg/>");
        File.WriteAllText(Path.Combine(root, "console", ".env"), "secret");
        File.WriteAllText(Path.Combine(root, "console", ".hidden.json"), "secret");
        File.WriteAllText(Path.Combine(root, "console", "assets", ".hidden.js"), "secret");
        File.WriteAllText(Path.Combine(root, "console", "assets", "index-abc.js"), string.Concat(Enumerable.Repeat("console.log('鹊桥');\n", 100)));
        File.WriteAllText(Path.Combine(root, "outside.js"), "outside");
        File.WriteAllText(Path.Combine(root, "widget", "loader.js"), "/*loader*/");
        File.WriteAllText(Path.Combine(root, "widget", "app.js"), "/*app*/");
    }

    public async Task<HttpResponseMessage> Send(string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8);
        request.Content?.Headers.Remove("Content-Type");
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        var response = await Client.SendAsync(request);
        if ((int)response.StatusCode == 500)
            throw new InvalidOperationException(_host.Log.Text);
        return response;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}
