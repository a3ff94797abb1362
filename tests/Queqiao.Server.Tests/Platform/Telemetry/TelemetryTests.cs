using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Health;
using Queqiao.Server.Platform.Logging;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Telemetry;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Platform.Telemetry;

public sealed class TelemetryTests
{
    private const string Canary = "金丝雀";

    [Fact]
    public async Task Metrics_and_traces_reach_a_collector_without_what_people_wrote()
    {
        await using var collector = await OtlpReceiver.Start();
        await using var host = new ProgramHost(demo: true, new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address.ToString().TrimEnd('/'), ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_TRACES_SAMPLER"] = "always_on", ["OTEL_METRIC_EXPORT_INTERVAL"] = "200", ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        });
        using (var browser = host.Browser())
        {
            browser.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "agent-of-kanarie");
            browser.DefaultRequestHeaders.TryAddWithoutValidation("tracestate", "who=kanarie");
            using var refused = await browser.GetAsync($"/api/v1/conversations/{Guid.CreateVersion7()}/messages?q={Canary}-kanarie");
            Assert.Equal(401, (int)refused.StatusCode);
            await Until.True(() => collector.Metrics.ContainsKey("queqiao.sessions") && Has(collector, "unauthenticated"), "the metrics have arrived", seconds: 60);
            Assert.Empty(Names.Except(collector.Metrics.Keys));
            await Until.True(() => collector.Spans.Any(span => span.Name == "GET /api/v1/conversations/{id:guid}/messages"), $"the request's span has arrived, not only {string.Join(", ", collector.Spans.Select(span => span.Name).Distinct())}");
        }
        Assert.Contains(collector.Metrics["queqiao.messages"].Points, point => point["direction"] == "in");
        Assert.Contains(collector.Metrics["queqiao.listener.lag"].Points, point => point["listener"] == "contacts.seen");
        Assert.Equal("s", collector.Metrics["queqiao.log.ack.duration"].Unit);
        Assert.Contains(collector.Spans, span => span.Name == "log batch" && span.Attributes.ContainsKey("queqiao.entries"));
        var request = collector.Spans.First(span => span.Name == "GET /api/v1/conversations/{id:guid}/messages");
        Assert.Equal(["http.request.method", "http.response.status_code", "http.route"], request.Attributes.Keys.Where(key => key is not "network.protocol.version" and not "url.scheme" and not "error.type").Order(StringComparer.Ordinal));
        foreach (var body in collector.Bodies)
        {
            Assert.False(Holds(body, Canary) || Holds(body, "kanarie") || Holds(body, Uri.EscapeDataString(Canary)), "a canary left the server");
            Assert.False(Holds(body, host.Folder), "the data folder left the server");
        }
    }

    [Fact]
    public async Task A_request_and_what_it_wrote_are_one_trace()
    {
        await using var collector = await OtlpReceiver.Start();
        await using var host = await MiniHost.Start(
            builder => Add(builder, new() { ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = $"{collector.Address}v1/traces", ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf", ["OTEL_TRACES_SAMPLER_ARG"] = "1", ["OTEL_BSP_SCHEDULE_DELAY"] = "50" }),
            app => app.UseRequestLog().UseRouting().UseEndpoints(routes => routes.MapGet("/x/{name}", () =>
            {
                using var span = Measures.Source.StartActivity("log append");
                span?.SetTag("queqiao.outcome", "stored").SetTag("text", "kanarie");
                return "";
            })));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x/kanarie");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"); // "do not sample": a stranger does not decide that
        (await host.Client.SendAsync(request)).Dispose();
        await Until.True(() => collector.Spans.Any(span => span.Name == "GET /x/{name}") && collector.Spans.Any(span => span.Attributes.ContainsKey("queqiao.outcome")), "both spans have arrived");
        var (outer, inner) = (collector.Spans.Single(span => span.Name == "GET /x/{name}"), collector.Spans.Single(span => span.Name == "log append" && span.ParentId != ""));
        Assert.Equal((outer.SpanId, outer.TraceId), (inner.ParentId, inner.TraceId));
        Assert.Equal(["queqiao.outcome"], inner.Attributes.Keys);
        Assert.DoesNotContain(collector.Bodies, body => Holds(body, "kanarie"));
    }

    [Fact]
    public async Task Prometheus_reads_the_same_numbers_on_this_machine_and_nobody_else_does()
    {
        await using var host = await MiniHost.Start(builder =>
        {
            Add(builder, []);
            builder.Services.AddGauge("queqiao.test.gauge", "By", "A gauge.", _ => [7L.Labelled("kind", "a \"b\"\n")]);
        }, app => app.UseRouting().UseEndpoints(_ => app.MapTelemetry()));
        Measures.Problem("some_code", 409);
        Measures.Ack.Record(0.003);
        var text = await host.Client.GetStringAsync("/metrics");
        Assert.Contains("\nqueqiao_problems_total{code=\"some_code\",status=\"409\"} ", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE queqiao_log_ack_duration_seconds histogram\n", text, StringComparison.Ordinal);
        Assert.Contains("queqiao_log_ack_duration_seconds_bucket{le=\"+Inf\"} ", text, StringComparison.Ordinal);
        Assert.Contains("queqiao_test_gauge_bytes{kind=\"a \\\"b\\\"\\n\"} 7\n", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_process_memory_working_set_bytes", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches("""^(# (HELP|TYPE) [a-zA-Z_]+ .*|[a-zA-Z_]+(\{([a-zA-Z_]+="([^"\\\n]|\\.)*",?)+\})? [0-9.eE+-]+)$""", line));

        using var outside = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        outside.Headers.Add("X-Forwarded-For", "192.0.2.1");
        using var refused = await host.Client.SendAsync(outside);
        Assert.Equal(404, (int)refused.StatusCode);
    }

    [Fact]
    public void Without_an_endpoint_nothing_leaves_and_wrong_shares_stop_the_start()
    {
        Assert.Equal(new TelemetryOptions(false, false, true, 0.1), Read([]));
        Assert.Equal(new TelemetryOptions(true, true, true, 1), Read(new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://x", ["OTEL_TRACES_SAMPLER"] = "always_on" }));
        Assert.Equal(new TelemetryOptions(true, false, false, 0.1), Read(new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://x", ["OTEL_TRACES_EXPORTER"] = "none", ["metrics"] = "off" }));
        Assert.Equal(new TelemetryOptions(false, false, true, 0.1), Read(new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://x", ["OTEL_SDK_DISABLED"] = "true" }));
        Assert.Throws<InvalidOperationException>(() => Read(new() { ["OTEL_TRACES_SAMPLER_ARG"] = "lots" }));
    }

    private static readonly string[] Names =
    [
        "queqiao.messages", "queqiao.log.ack.duration", "queqiao.log.batch.size", "queqiao.storage.lane.wait", "queqiao.storage.commit.duration", "queqiao.problems",
        "queqiao.listener.lag", "queqiao.sessions", "queqiao.jobs", "dotnet.gc.collections", "dotnet.thread_pool.queue.length", "dotnet.process.memory.working_set",
    ];

    private static bool Has(OtlpReceiver collector, string code) => collector.Metrics.TryGetValue("queqiao.problems", out var problems) && problems.Points.Any(point => point["code"] == code);

    private static bool Holds(byte[] body, string text) => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;

    private static TelemetryOptions Read(Dictionary<string, string?> settings) => TelemetryOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

    private static void Add(WebApplicationBuilder builder, Dictionary<string, string?> settings)
    {
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton(new MonitoringOptions([])).AddSingleton<Insiders>();
        builder.Services.AddProblems().AddSingleton(new LogOptions(LogFormat.Text, LoggedRequests.Off));
        builder.AddTelemetry();
    }
}
