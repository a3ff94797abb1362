using System.Net;

namespace Queqiao.Server.Tests.Platform.Web;

public sealed class OriginGuardTests
{
    private static readonly (string, string) Json = ("Content-Type", "application/json");

    [Theory]
    [InlineData("same-origin", null, true)]
    [InlineData("none", null, true)]
    [InlineData("same-site", null, false)]
    [InlineData("cross-site", null, false)]
    [InlineData("cross-site", "OWN", false)]
    [InlineData("same-origin", "http://rewritten-by-a-proxy.example", true)]
    [InlineData(null, "OWN", true)]
    [InlineData(null, "https://OWNHOST", true)]
    [InlineData(null, "null", false)]
    [InlineData(null, "http://evil.example", false)]
    [InlineData(null, "http://127.0.0.1", false)]
    [InlineData(null, "http://127.0.0.1:1", false)]
    [InlineData(null, "ftp://OWNHOST", false)]
    [InlineData(null, "garbage", false)]
    [InlineData(null, "", false)]
    [InlineData(null, null, true)]
    public async Task Changes_come_from_our_own_pages(string? site, string? origin, bool allowed)
    {
        await using var host = await WebHost.Start();
        origin = origin?.Replace("OWNHOST", host.Address.Authority, StringComparison.Ordinal).Replace("OWN", $"http://{host.Address.Authority}", StringComparison.Ordinal);
        List<(string, string)> headers = [Json, ("Cookie", "a=b")];
        if (site is not null)
            headers.Add(("Sec-Fetch-Site", site));
        if (origin is not null)
            headers.Add(("Origin", origin));
        foreach (var method in new[] { "POST", "PUT", "PATCH", "DELETE" })
        {
            var response = await host.Send(method, "/api/v1/echo", "{}", [.. headers]);
            Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
            if (!allowed)
                Assert.Contains("origin_not_allowed", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(allowed ? "true" : "false", await (await host.Send("GET", "/gateway", null, [.. headers])).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await host.Send("GET", "/api/v1/echo", null, [.. headers])).StatusCode);
    }

    [Fact]
    public async Task A_token_without_a_cookie_may_come_from_anywhere()
    {
        await using var host = await WebHost.Start();
        (string, string)[] headers = [Json, ("Authorization", "Bearer abc"), ("Origin", "https://tools.example")];
        Assert.Equal(HttpStatusCode.OK, (await host.Send("POST", "/api/v1/echo", "{}", headers)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Send("POST", "/api/v1/echo", "{}", [.. headers, ("Cookie", "s=1")])).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Send("POST", "/api/v1/echo", "{}", Json, ("Authorization", "Basic abc"), headers[2])).StatusCode);
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=UTF-8", true)]
    [InlineData("application/json; charset=gbk", false)]
    [InlineData("text/plain", false)]
    [InlineData("text/plain; application/json", false)]
    [InlineData("application/x-www-form-urlencoded", false)]
    [InlineData("multipart/form-data; boundary=x", false)]
    [InlineData(null, false)]
    public async Task Bodies_are_json(string? type, bool allowed)
    {
        await using var host = await WebHost.Start();
        (string, string)[] headers = type is null ? [] : [("Content-Type", type)];
        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.UnsupportedMediaType, (await host.Send("POST", "/api/v1/echo", "{}", headers)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Send("POST", "/api/v1/echo")).StatusCode);
    }

    [Theory]
    [InlineData("localhost:5080", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]:80", true)]
    [InlineData("chat.example.com", false)]
    [InlineData("localhost.example.com", false)]
    [InlineData("192.168.1.5", false)]
    public async Task Passwords_do_not_cross_a_network_in_clear(string hostName, bool allowed)
    {
        await using var host = await WebHost.Start();
        var response = await host.Send("POST", "/api/v1/session", "{}", Json, ("Host", hostName));
        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
        if (!allowed)
            Assert.Contains("https_required", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(response.StatusCode, (await host.Send("POST", "/API/v1/Session/", "{}", Json, ("Host", hostName))).StatusCode);
    }

    [Fact]
    public async Task An_administrator_may_allow_plain_http()
    {
        await using var host = await WebHost.Start(new() { ["QUEQIAO_ALLOW_HTTP_SIGN_IN"] = "on" });
        Assert.Equal(HttpStatusCode.OK, (await host.Send("POST", "/api/v1/session", "{}", Json, ("Host", "chat.example.com"))).StatusCode);
    }

    [Fact]
    public async Task Forwarded_headers_are_believed_only_from_listed_proxies()
    {
        (string, string)[] forwarded = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example")];
        await using var direct = await WebHost.Start();
        Assert.Equal("http 127.0.0.1", await (await direct.Send("GET", "/api/v1/echo", null, forwarded)).Content.ReadAsStringAsync());
        await using var other = await WebHost.Start(new() { ["trusted-proxies"] = "10.0.0.0/8" });
        Assert.Equal("http 127.0.0.1", await (await other.Send("GET", "/api/v1/echo", null, forwarded)).Content.ReadAsStringAsync());
        await using var listed = await WebHost.Start(new() { ["trusted-proxies"] = "10.0.0.0/8, 127.0.0.1" });
        Assert.Equal("https 203.0.113.9", await (await listed.Send("GET", "/api/v1/echo", null, forwarded)).Content.ReadAsStringAsync());
        // The caller's own addition stands left of what our proxy saw.
        Assert.Equal("https 203.0.113.9", await (await listed.Send("GET", "/api/v1/echo", null, ("X-Forwarded-For", "1.2.3.4, 203.0.113.9"), forwarded[1])).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await listed.Send("POST", "/api/v1/session", "{}", [Json, ("Host", "chat.example.com"), .. forwarded])).StatusCode);
    }

    [Fact]
    public async Task Only_allowed_hosts_are_answered()
    {
        await using var host = await WebHost.Start(new() { ["allowed-hosts"] = "chat.example.com;*.example.org" });
        Assert.Equal(HttpStatusCode.OK, (await host.Send("GET", "/api/v1/echo", null, ("Host", "chat.example.com"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Send("GET", "/api/v1/echo", null, ("Host", "a.example.org"))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Send("GET", "/api/v1/echo", null, ("Host", "evil.example"))).StatusCode);
    }
}
