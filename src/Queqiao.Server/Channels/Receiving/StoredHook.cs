using System.Text.Json;
using Queqiao.Channels;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>A delivery as bytes and back: a line of JSON (method, address, headers, the provider's keys), then the body as it came.</summary>
internal static class StoredHook
{
    private sealed record Line(string Method, string Url, IReadOnlyDictionary<string, string> Headers, string? Keys);

    /// <summary>Headers of the way, not of the message; and cookies are nobody's business.</summary>
    private static readonly HashSet<string> Left = new(StringComparer.OrdinalIgnoreCase) { "Cookie", "Connection", "Accept-Encoding", "Keep-Alive", "Via", "Forwarded", "Traceparent", "Tracestate" };

    public static byte[] Write(string method, Uri url, IEnumerable<KeyValuePair<string, string>> headers, string? keys, ReadOnlySpan<byte> body)
    {
        var kept = headers.Where(one => !Left.Contains(one.Key) && !one.Key.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase)).DistinctBy(one => one.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(one => one.Key, one => one.Value, StringComparer.OrdinalIgnoreCase);
        var line = JsonSerializer.SerializeToUtf8Bytes(new Line(method, url.ToString(), kept, keys), TolerantJson.Options);
        var whole = new byte[line.Length + 1 + body.Length];
        line.CopyTo(whole, 0);
        whole[line.Length] = (byte)'\n';
        body.CopyTo(whole.AsSpan(line.Length + 1));
        return whole;
    }

    /// <summary>The headers as they are kept.</summary>
    public static IReadOnlyDictionary<string, string> Headers(byte[] stored) => JsonSerializer.Deserialize<Line>(stored.AsSpan(0, Array.IndexOf(stored, (byte)'\n')), TolerantJson.Options)!.Headers;

    public static WebhookDelivery Read(byte[] stored)
    {
        var end = Array.IndexOf(stored, (byte)'\n');
        var line = JsonSerializer.Deserialize<Line>(stored.AsSpan(0, end), TolerantJson.Options)!;
        return new WebhookDelivery(line.Method, new Uri(line.Url), line.Headers, stored.AsMemory(end + 1)) { ProviderKeys = line.Keys };
    }
}
