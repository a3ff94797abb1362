using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Tests.Platform.Outbound;

public sealed class GuardedHttpTests
{
    private static OutboundOptions Options(string? allow = null, string? http = null) => OutboundOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["QUEQIAO_OUTBOUND_ALLOW"] = allow, ["outbound-http"] = http }).Build());

    private static readonly NameResolver Loopback = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]);

    private static async Task<string> Refused(Func<Task> act) => (await Assert.ThrowsAsync<OutboundRefusedException>(act)).Code;

    private static Task<MiniHost> Host(RequestDelegate answer, string url = "http://127.0.0.1:0") => MiniHost.Start(_ => { }, app => app.Run(answer), url: url);

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://017700000001/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://127.0.0.1./")]
    [InlineData("http://①②⑦.⓪.⓪.①/")]
    [InlineData("http://127。0。0。1/")]
    [InlineData("http://１２７．０．０．１/")]
    [InlineData("http://0/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://[64:ff9b::7f00:1]/")]
    [InlineData("http://[2002:7f00:1::]/")]
    [InlineData("http://[fe80::1%25lo]/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://100.100.100.200/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://localhost/")]
    [InlineData("http://localhost./")]
    [InlineData("http://LOCALHOST/")]
    [InlineData("https://localhost/")]
    [InlineData("https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/")]
    public async Task However_this_machine_is_written_it_is_not_reached(string address)
    {
        using var guard = new GuardedHttp(Options(http: "on"), TimeProvider.System, (host, _) => Task.FromResult<IPAddress[]>(
            host.TrimEnd('.').Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.StartsWith("127.", StringComparison.Ordinal)
                ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
                : throw new InvalidOperationException($"asked for {host}")));
        Assert.Equal("address", await Refused(() => guard.Client().GetAsync(address)));
    }

    [Theory]
    [InlineData("http://public.example/", null, "scheme")]
    [InlineData("https://public.example:8443/", null, "port")]
    [InlineData("http://public.example:443/", "on", "port")]
    [InlineData("https://public.example:80/", "on", "port")]
    [InlineData("https://public.example:22/", "on", "port")]
    [InlineData("https://user:pass@public.example/", null, "user_info")]
    [InlineData("ftp://public.example/", null, "scheme")]
    [InlineData("file:///etc/passwd", null, "scheme")]
    public async Task Only_https_and_its_port(string address, string? http, string code)
    {
        using var guard = new GuardedHttp(Options(http: http), TimeProvider.System, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8")]));
        Assert.Equal(code, await Refused(() => guard.Client().GetAsync(address)));
    }

    [Fact]
    public async Task One_bad_answer_spoils_all()
    {
        using var guard = new GuardedHttp(Options(), TimeProvider.System, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8"), IPAddress.Parse("192.168.0.1")]));
        Assert.Equal("address", await Refused(() => guard.Client().GetAsync("https://mixed.example/")));
    }

    [Fact]
    public async Task What_the_administrator_listed_is_reached()
    {
        await using var host = await Host(c => c.Response.WriteAsync("hello"));
        var port = host.Address.Port;
        async Task<string> Get(string allow, string name)
        {
            using var guard = new GuardedHttp(Options(allow), TimeProvider.System, Loopback);
            return await guard.Client().GetStringAsync($"http://{name}:{port}/");
        }
        Assert.Equal("hello", await Get("127.0.0.0/8", "anything.example"));
        Assert.Equal("hello", await Get("127.0.0.1", "127.0.0.1"));
        Assert.Equal("hello", await Get("127.0.0.1", "[::ffff:127.0.0.1]"));
        Assert.Equal("hello", await Get("crm.corp.example", "CRM.corp.example"));
        Assert.Equal("hello", await Get($"10.0.0.0/8 crm.corp.example:{port}", "crm.corp.example"));
        Assert.Equal("hello", await Get("*.corp.example", "a.b.corp.example"));
        Assert.Equal("address", await Refused(() => Get("crm.corp.example:1", "crm.corp.example")));
        Assert.Equal("address", await Refused(() => Get("*.corp.example", "corp.example")));
        Assert.Equal("address", await Refused(() => Get("corp.example", "evilcorp.example")));
        Assert.Equal("address", await Refused(() => Get("127.0.0.2", "127.0.0.1")));
    }

    [Fact]
    public async Task A_redirect_to_this_machine_is_not_followed()
    {
        var reached = false;
        await using var inside = await Host(_ =>
        {
            reached = true;
            return Task.CompletedTask;
        });
        foreach (var target in new[] { $"http://127.0.0.1:{inside.Address.Port}/", "//0x7f.1:1/", "http://2130706433/", "http://inside.example/", "http://169.254.169.254/", "file:///etc/passwd" })
        {
            await using var outside = await Host(c =>
            {
                c.Response.StatusCode = 302;
                c.Response.Headers["Location"] = target;
                return Task.CompletedTask;
            });
            using var guard = new GuardedHttp(Options("good.example"), TimeProvider.System, Loopback);
            Assert.Contains(await Refused(() => guard.Client().GetAsync($"http://good.example:{outside.Address.Port}/")), new[] { "address", "scheme" });
        }
        Assert.False(reached);
    }

    [Fact]
    public async Task A_name_that_changes_its_answer_is_caught_and_what_was_checked_is_dialled()
    {
        await using var host = await Host(
            c =>
            {
                c.Response.Headers.Connection = "close";
                return c.Response.WriteAsync(c.Connection.LocalIpAddress!.ToString());
            },
            "http://0.0.0.0:0");
        var asked = 0;
        using var guard = new GuardedHttp(Options("127.0.0.2/32"), TimeProvider.System, (_, _) =>
            Task.FromResult<IPAddress[]>([IPAddress.Parse(asked++ == 0 ? "127.0.0.2" : "127.0.0.1")]));
        var address = $"http://rebind.example:{host.Address.Port}/";
        Assert.Equal("127.0.0.2", await guard.Client().GetStringAsync(address));
        Assert.Equal(1, asked);
        Assert.Equal("address", await Refused(() => guard.Client().GetStringAsync(address)));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Redirects_end_and_lose_what_is_meant_for_the_first_host()
    {
        var seen = new List<string>();
        await using var host = await Host(async c =>
        {
            using var reader = new StreamReader(c.Request.Body);
            seen.Add($"{c.Request.Method} {c.Request.Host.Host}{c.Request.Path} {c.Request.Headers.Authorization}{c.Request.Headers["X-Key"]} {c.Request.Headers.Accept} {await reader.ReadToEndAsync()}");
            var port = c.Connection.LocalPort;
            (c.Response.StatusCode, c.Response.Headers.Location) = c.Request.Path.Value switch
            {
                "/here" => (307, "/there"),
                "/away" => (302, $"http://b.example:{port}/there"),
                "/body-away" => (308, $"http://b.example:{port}/there"),
                "/loop" => (301, "/loop"),
                "/see" => (303, "/there"),
                _ => (200, ""),
            };
        });
        using var guard = new GuardedHttp(Options("a.example b.example"), TimeProvider.System, Loopback);
        using var client = guard.Client();
        client.DefaultRequestHeaders.Add("Authorization", "Bearer t");
        client.DefaultRequestHeaders.Add("X-Key", "k");
        client.DefaultRequestHeaders.Add("Accept", "text/plain");
        string At(string path) => $"http://a.example:{host.Address.Port}{path}";

        await client.PostAsync(At("/here"), new StringContent("body"));
        Assert.Equal("POST a.example/there Bearer tk text/plain body", seen[^1]);
        await client.PostAsync(At("/see"), new StringContent("body"));
        Assert.Equal("GET a.example/there Bearer tk text/plain ", seen[^1]);
        await client.PostAsync(At("/away"), new StringContent("body"));
        Assert.Equal("GET b.example/there  text/plain ", seen[^1]);
        Assert.Equal("redirects", await Refused(() => client.PostAsync(At("/body-away"), new StringContent("body"))));
        seen.Clear();
        Assert.Equal("redirects", await Refused(() => client.GetAsync(At("/loop"))));
        Assert.Equal(6, seen.Count);
        var first = await guard.Client(OutboundLimits.Usual with { MaxRedirects = 0 }).GetAsync(At("/away"));
        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_long_ends_in_a_refusal_packed_or_not()
    {
        await using var host = await Host(async c =>
        {
            if (c.Request.Path == "/declared")
                c.Response.ContentLength = 5000;
            if (c.Request.Path == "/packed")
            {
                c.Response.Headers.ContentEncoding = "gzip";
                await using var gzip = new System.IO.Compression.GZipStream(c.Response.Body, System.IO.Compression.CompressionLevel.Optimal);
                await gzip.WriteAsync(new byte[5000]);
                return;
            }
            await c.Response.WriteAsync(new string('x', c.Request.Path == "/fits" ? 1000 : 5000));
        });
        using var guard = new GuardedHttp(Options("127.0.0.1"), TimeProvider.System);
        using var client = guard.Client(OutboundLimits.Usual with { MaxResponseBytes = 1000 });
        Assert.Equal(1000, (await client.GetStringAsync(new Uri(host.Address, "/fits"))).Length);
        foreach (var path in new[] { "/declared", "/chunked", "/packed" })
        {
            Assert.Equal("too_large", await Refused(() => client.GetAsync(new Uri(host.Address, path))));
            Assert.Equal("too_large", await Refused(async () =>
            {
                using var response = await client.GetAsync(new Uri(host.Address, path), HttpCompletionOption.ResponseHeadersRead);
                await (await response.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null);
            }));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slow_answer_is_given_up(bool afterHeaders)
    {
        var clock = new TestClock();
        var waiting = new TaskCompletionSource();
        await using var host = await Host(async c =>
        {
            if (afterHeaders)
            {
                await c.Response.WriteAsync("slow");
                await c.Response.Body.FlushAsync();
            }
            waiting.SetResult();
            await Task.Delay(Timeout.Infinite, c.RequestAborted);
        });
        using var guard = new GuardedHttp(Options("127.0.0.1"), clock);
        var answer = guard.Client().GetStringAsync(host.Address);
        await waiting.Task;
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(answer.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        var given = await Assert.ThrowsAsync<TaskCanceledException>(() => answer.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.IsType<TimeoutException>(given.InnerException);
    }

    [Fact]
    public async Task Http_3_does_not_slip_past_the_guard()
    {
        using var guard = new GuardedHttp(Options(), TimeProvider.System, Loopback);
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://inside.example/") { Version = HttpVersion.Version30, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        Assert.Equal("address", await Refused(() => guard.Client().SendAsync(request)));
    }

    [Theory]
    [InlineData("10.0.0.0/99")]
    [InlineData("a b:99999")]
    [InlineData("http://x.example/")]
    [InlineData("x.example:0")]
    [InlineData("*")]
    public void An_entry_that_cannot_be_meant_stops_the_start(string allow) => Assert.Throws<InvalidSettingException>(() => Options(allow));
}
