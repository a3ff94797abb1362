using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Platform.Health;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Platform.Health;

public sealed class ReadinessTests
{
    private sealed class Probe(string name, Func<ValueTask<HealthFinding>> look) : IHealthProbe
    {
        public int Asked;

        public string Name => name;

        public ValueTask<HealthFinding> Look(CancellationToken ct)
        {
            Interlocked.Increment(ref Asked);
            return look();
        }
    }

    private static Probe Says(string name, HealthFinding finding) => new(name, () => ValueTask.FromResult(finding));

    private static Task<MiniHost> Host(params IHealthProbe[] probes) => Host([], probes);

    private static Task<MiniHost> Host(IReadOnlyList<IPNetwork> allowed, params IHealthProbe[] probes) => MiniHost.Start(
        builder =>
        {
            builder.Services.AddSingleton(new MonitoringOptions(allowed)).AddSingleton<Insiders>().AddSingleton<Readiness>();
            foreach (var probe in probes)
                builder.Services.AddSingleton(probe);
        },
        app => app.UseRouting().UseEndpoints(routes => routes.MapHealth()));

    private static async Task<(int Status, JsonElement Body)> Ask(MiniHost host, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/ready");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await host.Client.SendAsync(request);
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    [Fact]
    public async Task Ready_when_every_probe_is_content_and_a_warning_does_not_take_the_node_away()
    {
        await using var host = await Host(Says("a", HealthFinding.Fine), Says("b", new HealthFinding(HealthState.Warn, "b_low", new Dictionary<string, long> { ["left"] = 7 })));
        var (status, body) = await Ask(host);
        Assert.Equal((200, "ready"), (status, body.GetProperty("status").GetString()));
        var lines = body.GetProperty("checks").EnumerateArray().ToList();
        Assert.Equal(["ok", "warn"], lines.Select(line => line.GetProperty("status").GetString()));
        Assert.Equal(("b_low", 7), (lines[1].GetProperty("code").GetString(), lines[1].GetProperty("detail").GetProperty("left").GetInt32()));
    }

    [Fact]
    public async Task One_that_fails_throws_or_never_answers_makes_the_node_not_ready()
    {
        await using (var host = await Host(Says("a", HealthFinding.Fine), Says("b", HealthFinding.Failed("b_gone"))))
            Assert.Equal((503, "not_ready"), (await Ask(host) is var (status, body) ? (status, body.GetProperty("status").GetString()) : default));
        await using (var host = await Host(new Probe("c", () => throw new InvalidOperationException("secret of c"))))
        {
            var (status, body) = await Ask(host);
            Assert.Equal((503, "c_unavailable"), (status, body.GetProperty("checks")[0].GetProperty("code").GetString()));
            Assert.DoesNotContain("secret", body.ToString(), StringComparison.Ordinal);
        }
        await using (var host = await Host(new Probe("d", () => new ValueTask<HealthFinding>(new TaskCompletionSource<HealthFinding>().Task))))
            Assert.Equal("d_no_answer", (await Ask(host)).Body.GetProperty("checks")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Many_who_ask_at_once_share_one_round()
    {
        var go = new TaskCompletionSource<HealthFinding>();
        var probe = new Probe("slow", () => new ValueTask<HealthFinding>(go.Task));
        await using var host = await Host(probe);
        var asked = Enumerable.Range(0, 20).Select(_ => Ask(host)).ToList();
        await Until.True(() => probe.Asked > 0, "the first has asked");
        go.SetResult(HealthFinding.Fine);
        Assert.All(await Task.WhenAll(asked), answer => Assert.Equal(200, answer.Status));
        Assert.Equal(1, probe.Asked);
    }

    [Fact]
    public async Task What_came_through_a_proxy_hears_one_word()
    {
        await using var host = await Host(Says("a", HealthFinding.Failed("a_gone")));
        foreach (var header in (string[])["X-Forwarded-For", "Forwarded", "Via"])
        {
            var (status, body) = await Ask(host, (header, "for=192.0.2.1"));
            Assert.Equal((503, """{"status":"not_ready"}"""), (status, body.ToString()));
        }
        Assert.Equal("""{"status":"not_ready"}""", (await Ask(host, ("Host", "chat.example.com"))).Body.ToString());
    }

    [Fact]
    public async Task A_listed_network_hears_everything_and_another_does_not()
    {
        var insiders = new Insiders(new MonitoringOptions([IPNetwork.Parse("10.9.0.0/16")]));
        Assert.True(await insiders.Includes(From("10.9.1.2")));
        Assert.True(await insiders.Includes(From("::ffff:10.9.1.2")));
        Assert.False(await insiders.Includes(From("10.8.1.2")));
        Assert.False(await insiders.Includes(From(null)));

        static DefaultHttpContext From(string? address)
        {
            var context = new DefaultHttpContext { RequestServices = new ServiceCollection().BuildServiceProvider() };
            context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
            context.Request.Host = new HostString("chat.example.com");
            return context;
        }
    }

    [Fact]
    public async Task Not_ready_before_the_start_is_through_and_after_the_stop_began()
    {
        var life = new Life();
        var readiness = new Readiness([Says("a", HealthFinding.Fine)], life);
        Assert.Equal("starting", (await readiness.Look()).Status);
        await life.Started.CancelAsync();
        Assert.Equal("ready", (await readiness.Look()).Status);
        await life.Stopping.CancelAsync();
        Assert.Equal("stopping", (await readiness.Look()).Status);
    }

    [Fact]
    public void A_full_disk_fails_before_nothing_fits_any_more()
    {
        Assert.Equal(HealthState.Fail, DiskProbe.Judge(DiskProbe.Least - 1).State);
        Assert.Equal(HealthState.Warn, DiskProbe.Judge(DiskProbe.Least).State);
        Assert.Equal(HealthState.Ok, DiskProbe.Judge(DiskProbe.Comfortable).State);
    }

    [Fact]
    public void Listeners_must_have_begun_and_a_long_way_behind_is_a_warning()
    {
        var lag = new Dictionary<string, long> { ["search"] = ListenersProbe.Far + 1 };
        Assert.Equal(HealthState.Fail, ListenersProbe.Judge(begun: false, TimeSpan.Zero, lag).State);
        Assert.Equal("listeners_behind", ListenersProbe.Judge(begun: true, TimeSpan.Zero, lag).Code);
        Assert.Equal("listeners_stuck", ListenersProbe.Judge(begun: true, ListenersProbe.Stuck * 2, new Dictionary<string, long>()).Code);
        Assert.Equal(HealthState.Ok, ListenersProbe.Judge(begun: true, TimeSpan.FromSeconds(1), new Dictionary<string, long>()).State);
    }

    private sealed class Life : IHostApplicationLifetime
    {
        public CancellationTokenSource Started { get; } = new();

        public CancellationTokenSource Stopping { get; } = new();

        public CancellationToken ApplicationStarted => Started.Token;

        public CancellationToken ApplicationStopping => Stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
