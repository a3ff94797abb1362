using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>
/// <c>/hooks/{channel}</c>: where providers deliver. In this order: size, signature over the raw bytes, reading, storing the bytes as
/// they came, commit; then the answer that the provider expects, and only then the conversations.
/// </summary>
internal static class HookEndpoint
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/hooks/{id:guid}", Handle).IsPublic().WithTags("Channels").WithSummary("The handshake with which a provider proves a webhook's address");
        app.MapMethods("/hooks/{id:guid}", [HttpMethods.Head], Name).IsPublic().WithTags("Channels").WithSummary("Whether a webhook's address leads here");
        app.MapPost("/hooks/{id:guid}", Handle).IsPublic().WithTags("Channels").WithSummary("Deliveries of a channel's provider; each is verified as that provider signs");
    }

    private static async Task<IResult> Name(Guid id, HttpContext context, IChannels channels, CancellationToken ct)
    {
        if (await channels.Find(id, ct) is not { Account: not null })
            return TypedResults.NotFound();
        context.Response.Headers[Configuring.TestHook.Header] = id.ToString();
        return TypedResults.NoContent();
    }

    private static async Task<IResult> Handle(
        Guid id, HttpContext context, IChannels channels, KindRegistry kinds, ProviderKeySets keySets, HookInbox inbox, ChannelHealth health, PublicUrl url, Ids ids, CancellationToken ct)
    {
        if (await channels.Find(id, ct) is not { Enabled: true, Account: { } account } channel || kinds.Find(channel.Kind)?.Adapter is not { Descriptor.HasWebhook: true } adapter)
            return TypedResults.NotFound();
        var now = ids.Now();
        var most = adapter.Descriptor.Limits.Body;
        if (await Body(context, most, ct) is not { } body)
            return Refused(channel, health, Received.Refused(Queqiao.Channels.Refusal.TooLarge), now);
        var address = new Uri(Base(context.Request, url) + context.Request.Path + context.Request.QueryString);
        var headers = context.Request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString())).ToList();
        var keys = adapter is IKeyedChannel ? await keySets.Of(account, refresh: false, ct) : null;
        var received = adapter.Receive(new WebhookDelivery(context.Request.Method, address, headers, body) { ProviderKeys = keys }, account.Settings, Instant(now));
        if (received.Refusal is Queqiao.Channels.Refusal.KeysNeeded && adapter is IKeyedChannel)
        {
            keys = await keySets.Of(account, refresh: true, ct);
            received = adapter.Receive(new WebhookDelivery(context.Request.Method, address, headers, body) { ProviderKeys = keys }, account.Settings, Instant(now));
        }
        if (received.Refusal is not null)
            return Refused(channel, health, received, now);
        health.CameIn(channel, now);
        if (received.Events.Count > 0)
            await inbox.Put(channel, StoredHook.Write(context.Request.Method, address, headers, keys, body.Span), received.Events, now, ct);
        return Answer(received.Reply);
    }

    /// <summary>Some providers sign the address that they called. Without a public one the Host header will do: who writes it has no secret.</summary>
    private static string Base(HttpRequest request, PublicUrl url) => url.Configured ?? $"{request.Scheme}://{request.Host}";

    private static IResult Refused(ChannelView channel, ChannelHealth health, Received received, long now)
    {
        health.Refused(channel, received.Refusal!.Value, now);
        return Answer(received.Reply);
    }

    private static IResult Answer(WebhookReply reply) => reply.Body.Length == 0 ? TypedResults.StatusCode(reply.Status)
        : TypedResults.Text(reply.Body, reply.ContentType, System.Text.Encoding.UTF8, reply.Status);

    /// <summary>
    /// The raw body; null when it is longer than this kind's deliveries can be. One that is a little too long is read to its end, so that
    /// the provider hears why; what goes on and on is cut off.
    /// </summary>
    private static async Task<ReadOnlyMemory<byte>?> Body(HttpContext context, int most, CancellationToken ct)
    {
        if (context.Request.ContentLength > most * Drained)
            return null;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = most * Drained;
        var reader = context.Request.BodyReader;
        for (var passed = 0L; ;)
        {
            var read = await reader.ReadAsync(ct);
            var (length, isWhole) = (passed + read.Buffer.Length, read.IsCompleted);
            ReadOnlyMemory<byte>? body = isWhole && passed == 0 && length <= most ? read.Buffer.ToArray() : (ReadOnlyMemory<byte>?)null;
            if (length > most)
                passed = length; // nobody will want it
            reader.AdvanceTo(isWhole || passed > 0 ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            if (isWhole || passed > most * Drained)
                return body;
        }
    }

    private const long Drained = 4;

    private static DateTimeOffset Instant(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at);
}
