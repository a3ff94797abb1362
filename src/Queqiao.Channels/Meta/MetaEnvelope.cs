using System.Text;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.Meta;

/// <summary>The door that WhatsApp, Messenger and Instagram share: hub.challenge, X-Hub-Signature-256, entry[].</summary>
internal static class MetaEnvelope
{
    public static (Received? Done, Node Body) Open(WebhookDelivery delivery, ChannelSettings settings)
    {
        if (delivery.IsGet)
            return (Handshake(delivery, settings), Node.Missing);
        if (!settings.Has("appSecret"))
            return (Received.Refused(Refusal.NotConfigured), Node.Missing);
        var given = delivery.Header("X-Hub-Signature-256");
        if (!given.StartsWith("sha256=", StringComparison.Ordinal))
            return (Received.Refused(Refusal.Unsigned), Node.Missing);
        if (!Signature.HmacSha256Hex(settings["appSecret"], delivery.Body.Span, given["sha256=".Length..]))
            return (Received.Refused(Refusal.BadSignature), Node.Missing);
        return Json.Read(delivery.Body) is { IsObject: true } body ? (null, body) : (Received.Refused(Refusal.Malformed), Node.Missing);
    }

    public static SettingField[] Fields(string console) =>
    [
        new("appSecret", new("应用密钥 App Secret", "App secret"), SettingType.Secret) { Required = true, Where = new(console) },
        new("verifyToken", new("验证令牌", "Verify token"), SettingType.Secret) { Required = true, Help = new("自定，与 Webhook 设置中填写的一致。", "Of your choice; the same as in the webhook's settings.") },
        new("accessToken", new("访问令牌", "Access token"), SettingType.Secret) { Required = true, Granted = true, Help = new("授权取得，或填写长期有效的令牌（系统用户）。", "By authorising; or a long-lived one (of a system user).") },
        new("appId", new("应用编号 App ID（授权用）", "App ID (for authorising)")) { Pattern = "^[0-9]+$", Where = new(console) },
        new("apiVersion", new("Graph API 版本", "Graph API version")) { Default = "v23.0", Pattern = "^v[0-9]+\\.[0-9]+$" },
    ];

    private static Received Handshake(WebhookDelivery delivery, ChannelSettings settings)
    {
        if (delivery.Query["hub.mode"] != "subscribe" || !delivery.Query.Has("hub.verify_token"))
            return Received.Refused(Refusal.Unsigned);
        return settings.Has("verifyToken") && Signature.Same(settings["verifyToken"], delivery.Query["hub.verify_token"])
            ? Received.Handshake(WebhookReply.Text(delivery.Query["hub.challenge"]))
            : Received.Refused(Refusal.BadSignature) with { Reply = new WebhookReply(403) };
    }

    /// <summary>Epoch milliseconds; consoles that send tests write them otherwise.</summary>
    public static DateTimeOffset? Time(Node value) => value.Long is { } number ? (number < 100_000_000_000 ? Instant.Seconds(number) : Instant.Milliseconds(number)) : Instant.Iso(value.Text);
}
