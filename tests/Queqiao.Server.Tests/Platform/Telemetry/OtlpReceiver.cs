using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Queqiao.Server.Tests.Platform.Telemetry;

/// <summary>A metric as it came over the wire: its name and the labels of its points.</summary>
internal sealed record ReceivedMetric(string Name, string Unit, IReadOnlyList<IReadOnlyDictionary<string, string>> Points);

internal sealed record ReceivedSpan(string Name, string ParentId, string SpanId, string TraceId, IReadOnlyDictionary<string, string> Attributes);

/// <summary>A collector that keeps what it gets: OTLP over HTTP, real bytes (https://opentelemetry.io/docs/specs/otlp/#otlphttp).</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly MiniHost _host;

    private OtlpReceiver(MiniHost host) => _host = host;

    public Uri Address => _host.Address;

    /// <summary>What went wrong while receiving.</summary>
    public CapturedLog Log => _host.Log;

    public ConcurrentQueue<byte[]> Bodies { get; private init; } = new();

    public ConcurrentDictionary<string, ReceivedMetric> Metrics { get; private init; } = new();

    public ConcurrentQueue<ReceivedSpan> Spans { get; private init; } = new();

    public static async Task<OtlpReceiver> Start()
    {
        var (bodies, metrics, spans) = (new ConcurrentQueue<byte[]>(), new ConcurrentDictionary<string, ReceivedMetric>(), new ConcurrentQueue<ReceivedSpan>());
        var host = await MiniHost.Start(_ => { }, app => app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            bodies.Enqueue(body.ToArray());
            Assert.Equal("application/x-protobuf", context.Request.ContentType);
            if (context.Request.Path == "/v1/metrics")
            {
                foreach (var metric in MetricsIn(body.ToArray()))
                    metrics[metric.Name] = metric;
            }
            else if (context.Request.Path == "/v1/traces")
            {
                foreach (var span in SpansIn(body.ToArray()))
                    spans.Enqueue(span);
            }
            context.Response.ContentType = "application/x-protobuf";
        }));
        return new OtlpReceiver(host) { Bodies = bodies, Metrics = metrics, Spans = spans };
    }

    // resource_metrics = 1, scope_metrics = 2, metrics = 2; name = 1, unit = 3, gauge = 5, sum = 7, histogram = 9; data_points = 1
    private static IEnumerable<ReceivedMetric> MetricsIn(byte[] request) =>
        from resource in Wire.Messages(request, 1)
        from scope in Wire.Messages(resource, 2)
        from metric in Wire.Messages(scope, 2)
        let points = Wire.Messages(metric, 5).Concat(Wire.Messages(metric, 7)).Concat(Wire.Messages(metric, 9)).SelectMany(kind => Wire.Messages(kind, 1))
        select new ReceivedMetric(Wire.Text(metric, 1), Wire.Text(metric, 3), [.. points.Select(point => Attributes(point, Wire.Messages(metric, 9).Any() ? 9 : 7))]);

    // resource_spans = 1, scope_spans = 2, spans = 2; trace_id = 1, span_id = 2, parent_span_id = 4, name = 5, attributes = 9
    private static IEnumerable<ReceivedSpan> SpansIn(byte[] request) =>
        from resource in Wire.Messages(request, 1)
        from scope in Wire.Messages(resource, 2)
        from span in Wire.Messages(scope, 2)
        select new ReceivedSpan(Wire.Text(span, 5), Hex(span, 4), Hex(span, 2), Hex(span, 1), Attributes(span, 9));

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Wire.Messages(message, field).FirstOrDefault() ?? []);

    // key = 1, value = 2; of the value: string = 1, the rest as its bytes
    private static Dictionary<string, string> Attributes(byte[] message, int field) => Wire.Messages(message, field)
        .ToDictionary(pair => Wire.Text(pair, 1), pair => Wire.Text(Wire.Messages(pair, 2).First(), 1));

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}

/// <summary>Protocol Buffers' wire format, as far as reading needs it (https://protobuf.dev/programming-guides/encoding/).</summary>
internal static class Wire
{
    /// <summary>The length-delimited values of one field.</summary>
    public static IEnumerable<byte[]> Messages(byte[] message, int wanted)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    if ((int)(tag >> 3) == wanted)
                        yield return message[at..(at + length)];
                    at += length;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7}");
            }
        }
    }

    public static string Text(byte[] message, int field) => Messages(message, field).FirstOrDefault() is { } bytes ? Encoding.UTF8.GetString(bytes) : "";

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var one = message[at++];
            value |= (ulong)(one & 0x7f) << shift;
            if (one < 0x80)
                return value;
        }
    }
}
