using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

/// <summary>Needs Node.js and the packages of tests/oidc-provider (<c>./test</c> installs them).</summary>
internal sealed class OidcProviderFactAttribute : FactAttribute
{
    public OidcProviderFactAttribute()
    {
        if (!Directory.Exists(Path.Combine(OidcProvider.Folder, "node_modules", "oidc-provider")))
            Skip = "The packages of tests/oidc-provider are not installed (npm ci).";
    }
}

/// <summary>A process of the npm package oidc-provider, and a browser's walk through its pages.</summary>
public sealed class OidcProvider : IAsyncLifetime
{
    public const string Secret = "a secret that only the two know";

    private Process? _process;

    public static string Folder => Path.Combine(Repository.Root, "tests", "oidc-provider");

    public string Issuer { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "oidc-provider")))
            return;
        _process = Process.Start(new ProcessStartInfo("node", "server.mjs")
        {
            WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("listening ", StringComparison.Ordinal))
            {
                Issuer = line["listening ".Length..];
                return;
            }
        }
        throw new InvalidOperationException("The provider ended before it listened.");
    }

    public Task DisposeAsync()
    {
        _process?.Kill(entireProcessTree: true);
        _process?.Dispose();
        return Task.CompletedTask;
    }

    public Task Configure(object settings) => Control(new { settings });

    public Task Person(object person) => Control(new { person });

    public Task Rotate() => Control(new { rotate = true });

    private async Task Control(object wish)
    {
        using var browser = new Walk();
        Assert.Equal(HttpStatusCode.OK, (await browser.Http.PostAsync(Issuer + "/__control", new StringContent(JsonSerializer.Serialize(wish), Encoding.UTF8, "application/json"))).StatusCode);
    }

    /// <summary>What the browser of this person comes back with.</summary>
    internal static async Task<(string? Code, string State, string? Iss, string? Error)> Through(string address, string redirectUri, string login, Walk? browser = null)
    {
        using var own = browser is null ? new Walk() : null;
        var walk = browser ?? own!;
        var at = new Uri(address);
        HttpContent? form = null;
        for (var steps = 0; steps < 15; steps++)
        {
            using var request = new HttpRequestMessage(form is null ? HttpMethod.Get : HttpMethod.Post, at) { Content = form };
            using var response = await walk.Http.SendAsync(request);
            form = null;
            if (response.Headers.Location is { } location)
            {
                at = new Uri(at, location);
                if (!at.ToString().StartsWith(redirectUri, StringComparison.Ordinal))
                    continue;
                var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(at.Query);
                return (query.TryGetValue("code", out var code) ? code.ToString() : null, query["state"].ToString(), query.TryGetValue("iss", out var iss) ? iss.ToString() : null,
                    query.TryGetValue("error", out var error) ? error.ToString() : null);
            }
            var page = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {at}: {page[^Math.Min(600, page.Length)..]}");
            at = new Uri(at, Regex.Match(page, "action=\"([^\"]+)\"").Groups[1].Value);
            var prompt = Regex.Match(page, "name=\"prompt\" value=\"(\\w+)\"").Groups[1].Value;
            form = new FormUrlEncodedContent(prompt == "login"
                ? new Dictionary<string, string> { ["prompt"] = prompt, ["login"] = login, ["password"] = "any" }
                : new Dictionary<string, string> { ["prompt"] = prompt });
        }
        throw new InvalidOperationException("The provider leads nowhere.");
    }

    /// <summary>A browser that has cookies and follows nothing by itself.</summary>
    internal sealed class Walk : IDisposable
    {
#pragma warning disable RS0030 // tests speak to their own server
        public HttpClient Http { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = new CookieContainer() });
#pragma warning restore RS0030

        public void Dispose() => Http.Dispose();
    }
}
