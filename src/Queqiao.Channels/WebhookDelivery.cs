using System.Text;
using Queqiao.Channels.Reading;

namespace Queqiao.Channels;

/// <summary>One HTTP request of a provider, its body as it came.</summary>
public sealed class WebhookDelivery
{
    private readonly Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="url">The public address, as the provider called it: some sign it. Behind a proxy it is not the one that the server sees.</param>
    public WebhookDelivery(string method, Uri url, IEnumerable<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body)
    {
        (Method, Url, Body) = (method, url, body);
        foreach (var (name, value) in headers)
            this.headers[name] = value;
        Query = Form.Read(url.IsAbsoluteUri ? url.Query.TrimStart('?') : "");
    }

    public string Method { get; }

    public Uri Url { get; }

    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The provider's public keys, for a kind that is an <see cref="IKeyedChannel"/>.</summary>
    public string? ProviderKeys { get; init; }

    internal Form Query { get; }

    internal bool IsGet => string.Equals(Method, "GET", StringComparison.OrdinalIgnoreCase);

    internal string Header(string name) => headers.TryGetValue(name, out var value) ? value : "";

    internal string BodyText => Encoding.UTF8.GetString(Body.Span);

    public override string ToString() => $"{Method} ({Body.Length} bytes)";
}

/// <summary>What the provider wants to hear.</summary>
public sealed record WebhookReply(int Status, string ContentType = "text/plain; charset=utf-8", string Body = "")
{
    public static readonly WebhookReply Ok = new(200);

    public static WebhookReply Text(string body) => new(200, Body: body);

    public static WebhookReply Json(string body, int status = 200) => new(status, "application/json; charset=utf-8", body);
}

public enum Refusal { Unsigned, BadSignature, Stale, TooLarge, Malformed, NotConfigured, WrongAccount, KeysNeeded }

/// <summary>What came of a delivery. Refused: nothing is to be stored.</summary>
public sealed record Received(WebhookReply Reply, IReadOnlyList<InboundEvent> Events)
{
    public Refusal? Refusal { get; private init; }

    /// <summary>The provider was proving that this is the right address.</summary>
    public bool IsHandshake { get; private init; }

    public static Received Of(WebhookReply reply, IReadOnlyList<InboundEvent> events) => new(reply, events);

    public static Received Handshake(WebhookReply reply) => new(reply, []) { IsHandshake = true };

    public static Received Refused(Refusal why) => new(new WebhookReply(why switch
    {
        Channels.Refusal.TooLarge => 413,
        Channels.Refusal.Malformed => 400,
        Channels.Refusal.Unsigned or Channels.Refusal.BadSignature or Channels.Refusal.Stale or Channels.Refusal.KeysNeeded => 401,
        _ => 403,
    }), []) { Refusal = why };

    public override string ToString() => Refusal is { } why ? $"refused: {why}" : $"{Events.Count} events";
}
