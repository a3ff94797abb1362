using System.Text;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.WeChat;

/// <summary>How a delivery of the WeChat family is proved and opened. Shared by official accounts, mini programs, WeCom and WeCom customer service.</summary>
internal static class WeChatEnvelope
{
    /// <summary>A signature of the plain mode does not cover the body: whoever saw one could write what they like for as long as it is taken.</summary>
    private static readonly TimeSpan PlainAge = TimeSpan.FromMinutes(10);

    /// <param name="Message">The opened message; null for a refusal or a handshake.</param>
    public readonly record struct Opened(Received? Done, Node Message, string Raw);

    /// <summary>Official accounts and mini programs: plain, compatible and safe mode, whatever the settings say.</summary>
    public static Opened OpenAccount(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        var token = settings["token"];
        if (token.Length == 0)
            return Refused(Refusal.NotConfigured);
        var (timestamp, nonce) = (delivery.Query["timestamp"], delivery.Query["nonce"]);
        if (delivery.Query.Has("msg_signature") && !delivery.IsGet)
            return OpenSealed(delivery, settings, token, settings["appId"]);
        if (!delivery.Query.Has("signature"))
            return Refused(Refusal.Unsigned);
        if (!Signature.Same(WeChatCipher.Sign(token, timestamp, nonce), delivery.Query["signature"].ToLowerInvariant()))
            return Refused(Refusal.BadSignature);
        if (delivery.IsGet)
            return new(Received.Handshake(WebhookReply.Text(delivery.Query["echostr"])), default, "");
        if (!Signature.IsFresh(Instant.Seconds(long.TryParse(timestamp, out var at) ? at : null), now, PlainAge))
            return Refused(Refusal.Stale);
        // An account in safe mode never sends in the clear.
        return settings.IsOn("safeMode") ? Refused(Refusal.Unsigned) : Plain(delivery);
    }

    /// <summary>WeCom: always sealed, the echo too.</summary>
    public static Opened OpenCorp(WebhookDelivery delivery, ChannelSettings settings, string receiver)
    {
        var token = settings["token"];
        if (token.Length == 0 || WeChatCipher.From(token, settings["encodingAesKey"]) is not { } cipher)
            return Refused(Refusal.NotConfigured);
        if (!delivery.Query.Has("msg_signature"))
            return Refused(Refusal.Unsigned);
        if (!delivery.IsGet)
            return OpenSealed(delivery, settings, token, receiver);
        var echo = delivery.Query["echostr"];
        if (!cipher.IsSigned(delivery.Query["timestamp"], delivery.Query["nonce"], echo, delivery.Query["msg_signature"]))
            return Refused(Refusal.BadSignature);
        if (cipher.Open(echo) is not { } opened)
            return Refused(Refusal.Malformed);
        return opened.Receiver == receiver
            ? new(Received.Handshake(WebhookReply.Text(Encoding.UTF8.GetString(opened.Message))), default, "")
            : Refused(Refusal.WrongAccount);
    }

    /// <summary>XML or JSON, whichever it is.</summary>
    public static Node? Document(ReadOnlyMemory<byte> body)
    {
        var text = body.Span;
        if (text.StartsWith("\uFEFF"u8))
            text = text[3..];
        text = text.TrimStart(" \t\r\n"u8);
        var node = text.IsEmpty ? null : text[0] == '<' ? Xml.Read(body) : Json.Read(body);
        return node is { IsObject: true } ? node : null;
    }

    private static Opened OpenSealed(WebhookDelivery delivery, ChannelSettings settings, string token, string receiver)
    {
        if (WeChatCipher.From(token, settings["encodingAesKey"]) is not { } cipher)
            return Refused(Refusal.NotConfigured);
        // The signature covers the sealed text, which stands in a small wrapper; the wrapper is read first, nothing else.
        if (Document(delivery.Body) is not { } wrapper || wrapper["Encrypt"].Filled is not { } encrypted)
            return Refused(Refusal.Malformed);
        if (!cipher.IsSigned(delivery.Query["timestamp"], delivery.Query["nonce"], encrypted, delivery.Query["msg_signature"]))
            return Refused(Refusal.BadSignature);
        if (cipher.Open(encrypted) is not { } opened)
            return Refused(Refusal.Malformed);
        if (opened.Receiver != receiver)
            return Refused(Refusal.WrongAccount);
        return Document(opened.Message) is { } message ? new(null, message, Encoding.UTF8.GetString(opened.Message)) : Refused(Refusal.Malformed);
    }

    private static Opened Plain(WebhookDelivery delivery) =>
        Document(delivery.Body) is { } message ? new(null, message, delivery.BodyText.TrimStart('\uFEFF')) : Refused(Refusal.Malformed);

    private static Opened Refused(Refusal why) => new(Received.Refused(why), default, "");
}
