using System.IO.Compression;
using System.Net;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Tests.Platform.Web;

public sealed class WebFilesTests
{
    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    [Fact]
    public async Task The_root_leads_to_the_console()
    {
        await using var host = await WebHost.Start();
        Assert.Equal("/console/", (await host.Client.GetAsync("/")).Headers.Location?.ToString());
        Assert.Equal("/console/?a=b", (await host.Client.GetAsync("/console?a=b")).Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("/console/")]
    [InlineData("/console/inbox/12")]
    [InlineData("/console/inbox/0198-abc.15")]
    public async Task Pages_are_the_index_and_asked_for_each_time(string path)
    {
        await using var host = await WebHost.Start();
        var response = await host.Client.GetAsync(path);
        Assert.Equal((HttpStatusCode.OK, "no-cache", "text/html; charset=utf-8"), (response.StatusCode, Header(response, "Cache-Control"), Header(response, "Content-Type")));
        Assert.Equal(SecurityHeaders.ConsolePolicy, Header(response, "Content-Security-Policy"));
        Assert.Equal("same-origin", Header(response, "Cross-Origin-Opener-Policy"));
    }

    [Theory]
    [InlineData("/console/manifest.json")]
    [InlineData("/console/nothing.js")]
    [InlineData("/console/assets/index-old.js")]
    [InlineData("/console/assets/")]
    [InlineData("/console/assets/..%2f..%2foutside.js")]
    [InlineData("/console/..%5coutside.js")]
    [InlineData("/console/%2e%2e/outside.js")]
    [InlineData("/console/assets/index-abc.js%20")]
    public async Task What_is_no_file_of_ours_is_404(string path)
    {
        await using var host = await WebHost.Start();
        Assert.Equal(HttpStatusCode.NotFound, (await host.Send("GET", path)).StatusCode);
    }

    [Fact]
    public async Task Hidden_files_stay_hidden()
    {
        await using var host = await WebHost.Start();
        Assert.DoesNotContain("secret", await host.Client.GetStringAsync("/console/.env"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/console/.hidden.json")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/console/assets/.hidden.js")).StatusCode);
    }

    [Fact]
    public async Task Hashed_files_are_kept_for_ever_and_sent_compressed()
    {
        await using var host = await WebHost.Start();
        const string path = "/console/assets/index-abc.js";
        var plain = await host.Client.GetAsync(path);
        Assert.Equal("public, max-age=31536000, immutable", Header(plain, "Cache-Control"));
        Assert.Equal("text/javascript; charset=utf-8", Header(plain, "Content-Type"));
        Assert.Equal("Accept-Encoding", Header(plain, "Vary"));
        Assert.Null(Header(plain, "Content-Encoding"));

        var brotli = await host.Send("GET", path, null, ("Accept-Encoding", "gzip, deflate, br"));
        Assert.Equal("br", Header(brotli, "Content-Encoding"));
        using var unpacked = new StreamReader(new BrotliStream(await brotli.Content.ReadAsStreamAsync(), CompressionMode.Decompress));
        Assert.Equal(await plain.Content.ReadAsStringAsync(), await unpacked.ReadToEndAsync());

        var gzip = await host.Send("GET", path, null, ("Accept-Encoding", "br;q=0, gzip"));
        Assert.Equal("gzip", Header(gzip, "Content-Encoding"));
        Assert.NotEqual(Header(plain, "ETag"), Header(gzip, "ETag"));

        var again = await host.Send("GET", path, null, ("Accept-Encoding", "br"), ("If-None-Match", Header(brotli, "ETag")!));
        Assert.Equal((HttpStatusCode.NotModified, 0), (again.StatusCode, (await again.Content.ReadAsByteArrayAsync()).Length));
        var head = await host.Send("HEAD", path);
        Assert.Equal((HttpStatusCode.OK, plain.Content.Headers.ContentLength), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task Compressed_neighbours_are_used_and_new_builds_are_seen()
    {
        await using var host = await WebHost.Start();
        var file = Path.Combine(host.Root, "console", "assets", "index-abc.js");
        await File.WriteAllBytesAsync(file + ".br", [1, 2, 3]);
        File.SetLastWriteTimeUtc(file + ".br", File.GetLastWriteTimeUtc(file).AddSeconds(1));
        var packed = await host.Send("GET", "/console/assets/index-abc.js", null, ("Accept-Encoding", "br"));
        Assert.Equal([1, 2, 3], await packed.Content.ReadAsByteArrayAsync());

        await File.WriteAllTextAsync(file, new string('x', 2000));
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(5));
        Assert.StartsWith("xxx", await host.Client.GetStringAsync("/console/assets/index-abc.js"), StringComparison.Ordinal);
        packed = await host.Send("GET", "/console/assets/index-abc.js", null, ("Accept-Encoding", "br"));
        Assert.NotEqual([1, 2, 3], await packed.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_console_that_was_not_built_says_how()
    {
        await using var host = await WebHost.Start(built: false);
        var page = await host.Client.GetAsync("/console/inbox");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("dotnet build", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/widget.js")).StatusCode);
        WebHost.Build(host.Root);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/console/inbox")).StatusCode);
    }

    [Fact]
    public async Task The_widget_is_for_every_page()
    {
        await using var host = await WebHost.Start();
        foreach (var path in new[] { "/widget.js", "/widget/app.js" })
        {
            var response = await host.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("*", Header(response, "Access-Control-Allow-Origin"));
            Assert.Equal("cross-origin", Header(response, "Cross-Origin-Resource-Policy"));
            Assert.Equal("public, max-age=300", Header(response, "Cache-Control"));
            Assert.NotNull(Header(response, "ETag"));
            Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        }
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("/*app*/"u8))[..12];
        Assert.Contains("immutable", Header(await host.Client.GetAsync($"/widget/app.js?v={hash}"), "Cache-Control"), StringComparison.Ordinal);
        Assert.Equal("public, max-age=300", Header(await host.Client.GetAsync("/widget/app.js?v=000000000000"), "Cache-Control"));
    }

    [Theory]
    [InlineData("/api/v1/echo", "no-store", "same-origin")]
    [InlineData("/api/v1/throws", "no-store", "same-origin")]
    [InlineData("/api/v1/nothing", "no-store", "same-origin")]
    [InlineData("/widget/v1/echo", "no-store", "cross-origin")]
    [InlineData("/elsewhere", null, "same-origin")]
    public async Task Every_answer_has_the_headers_that_hold_browsers_back(string path, string? cache, string resources)
    {
        await using var host = await WebHost.Start();
        var response = await host.Client.GetAsync(path);
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal(SecurityHeaders.NothingPolicy, Header(response, "Content-Security-Policy"));
        Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
        Assert.Equal(resources, Header(response, "Cross-Origin-Resource-Policy"));
        Assert.Equal(cache, Header(response, "Cache-Control"));
        Assert.Null(Header(response, "Server"));
        Assert.Null(Header(response, "Strict-Transport-Security"));
    }
}
