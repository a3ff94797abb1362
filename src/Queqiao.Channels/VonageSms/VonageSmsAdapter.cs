using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.VonageSms;

/// <summary>SMS (and what else the Messages API carries) by Vonage.</summary>
public sealed class VonageSmsAdapter : ChannelAdapter, IMediaChannel
{
    private const string Host = "https://api.nexmo.com";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public override ChannelDescriptor Descriptor { get; } = new("vonage-sms", new("短信（Vonage）", "SMS (Vonage)"))
    {
        Abilities = Abilities.Text | Abilities.SeesDelivered | Abilities.SeesRead,
        Limits = new(new(1000, TextUnit.Utf16)),
        Settings =
        [
            new("applicationId", new("应用编号", "Application ID")) { Required = true, Where = new("https://dashboard.nexmo.com/applications") },
            new("privateKey", new("应用私钥（PEM）", "Application's private key (PEM)"), SettingType.Secret) { Required = true, Where = new("https://dashboard.nexmo.com/applications") },
            new("signatureSecret", new("签名密钥", "Signature secret"), SettingType.Secret) { Required = true, Where = new("https://dashboard.nexmo.com/settings") },
            new("from", new("发送号码", "Sender number")) { Required = true }, CommonFields.ApiBase,
        ],
        Console = new("https://dashboard.nexmo.com/"), Manual = new("https://developer.vonage.com/en/getting-started/concepts/webhooks"), MediaHosts = ["*.nexmo.com", "*.vonage.com"],
        Errors = new()
        {
            { ErrorClass.Retry, "发送过快，稍后重试", "Too fast; it will be tried again", "1000", "1460", "http:429" },
            { ErrorClass.Permanent, "号码无效、无法送达或被拒", "The number is not valid, cannot be reached, or refused it", "1020", "1022", "1023", "1120", "1150", "1160", "1170", "1180", "1190", "1200", "1210", "1220", "1230", "1240", "1250" },
            { ErrorClass.Config, "账号余额不足或无权限", "No balance, or not allowed", "1010", "1050", "1070", "1080", "1090", "1290", "http:402", "http:403" },
            { ErrorClass.Reauthorise, "凭据不正确", "The credentials are wrong", "http:401" },
            { ErrorClass.Window, "超出回复时限", "Outside of the window", "1340", "1380" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("signatureSecret"))
            return Refused(Refusal.NotConfigured);
        var header = delivery.Header("Authorization");
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return Refused(Refusal.Unsigned);
        if (Jwt.Read(header["Bearer ".Length..].Trim()) is not { } jwt || !jwt.IsHs256(settings["signatureSecret"]))
            return Refused(Refusal.BadSignature);
        // Without the hash the token would vouch for any body.
        if (!Signature.Same(Signature.Sha256Hex(delivery.Body.Span), (jwt.Claims["payload_hash"].Text ?? "").ToLowerInvariant()))
            return Refused(Refusal.BadSignature);
        if (!Signature.IsFresh(Instant.Seconds(jwt.Claims["iat"].Long), now, Tolerance))
            return Refused(Refusal.Stale);
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        return Received.Of(WebhookReply.Ok, [Event(body)]);
    }

    private InboundEvent Event(Node body)
    {
        string? Number(string name) => body[name].Filled ?? body[name]["number"].Filled;
        var (id, status) = (body["message_uuid"].Filled, body["status"].Filled);
        var (customer, own) = status is null ? (Number("from"), Number("to")) : (Number("to"), Number("from"));
        var head = new EventHead(id is null ? Events.HashKey(body.Raw) : status is null ? id : $"{id}:{status}", body.Raw)
        {
            Account = own, At = Instant.Iso(body["timestamp"].Text), Person = customer is null ? null : new Person(customer) { Name = body["profile"]["name"].Filled },
        };
        if (status is not null)
        {
            var state = status switch { "delivered" => DeliveryState.Delivered, "read" => DeliveryState.Read, "rejected" or "undeliverable" => DeliveryState.Failed, _ => DeliveryState.Sent };
            return head.Status("status." + status, state, id, state == DeliveryState.Failed ? Descriptor.Errors.Of(body["error"]["title"].Text ?? "", 400, body["error"]["detail"].Text) : null);
        }
        var type = body["message_type"].Text ?? "unknown";
        if (type is "reply" or "button")
            return head.Pressed("message." + type, body["reply"]["id"].Text ?? body["button"]["payload"].Text, body["reply"]["title"].Text ?? body["button"]["text"].Text, id: id);
        IReadOnlyList<MessagePart> parts = type switch
        {
            "image" or "audio" or "video" or "file" or "sticker" when body[type]["url"].Filled is { } url => [new MediaPart(type switch { "image" => MediaKind.Image, "audio" => MediaKind.Audio, "video" => MediaKind.Video, "sticker" => MediaKind.Sticker, _ => MediaKind.File }, new MediaRef(null, url) { FileName = body[type]["name"].Filled })],
            "location" when (body["location"]["lat"].Double, body["location"]["long"].Double) is ({ } latitude, { } longitude) => [new LocationPart(latitude, longitude) { Title = body["location"]["name"].Filled, Address = body["location"]["address"].Filled }],
            _ => [],
        };
        return head.Said("message." + type, id, type == "text" ? body["text"].Text : body[type]["caption"].Filled, parts, body["context"]["message_uuid"].Filled, facts: body.Facts("channel"));
    }

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct)
    {
        if (part.Content is not TextContent text)
            return SendOutcome.CannotDo(part.Content.ToString());
        if (Token(context) is not { } token)
            return SendOutcome.Failed(ErrorClass.Config, "private_key", "应用私钥无法读取", "The application's private key cannot be read");
        var answer = await Call.Post(context, context.Settings.ApiBase(Host) + "/v1/messages", new JsonObject
        {
            ["message_type"] = "text", ["channel"] = "sms", ["from"] = context.Settings["from"], ["to"] = part.To.TrimStart('+'), ["text"] = text.Text, ["client_ref"] = part.PartKey,
        }, ct, ("Authorization", "Bearer " + token));
        return answer.IsOk ? new SendOutcome.Sent(answer.Body["message_uuid"].Filled) : Failed(answer, answer.Body["type"].Text?.Split('#')[^1] ?? "", answer.Body["detail"].Text, context);
    }

    /// <summary>Nothing can be asked without sending; a key that signs is what can be proved here.</summary>
    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Task.FromResult(Token(context) is null
        ? SendOutcome.Failed(ErrorClass.Config, "private_key", "应用私钥无法读取", "The application's private key cannot be read") : new SendOutcome.Sent(context.Settings["applicationId"]));

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => !IsOurHost(media.Url, context.Settings) ? Failures.ForeignHost
        : await Call.Download(context, media.Url!, Descriptor.Errors, ct, ("Authorization", "Bearer " + Token(context)));

    private static string? Token(ChannelContext context)
    {
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(context.Settings["privateKey"]);
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            return null;
        }
        var now = context.Clock.GetUtcNow().ToUnixTimeSeconds();
        return CompactJwt.Make("""{"typ":"JWT","alg":"RS256"}""", new JsonObject { ["application_id"] = context.Settings["applicationId"], ["iat"] = now, ["exp"] = now + 900, ["jti"] = Guid.NewGuid().ToString() }.ToJsonString(),
            text => rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>The signature of the older SMS API: "&amp;name=value" sorted, hashed with the secret. For what is still set up so.</summary>
    internal static string OldSign(IEnumerable<(string Name, string Value)> fields, string secret, string method)
    {
        var text = string.Concat(fields.Where(field => field.Name != "sig").OrderBy(field => field.Name, StringComparer.Ordinal).Select(field => $"&{field.Name}={field.Value.Replace('&', '_').Replace('=', '_')}"));
        var (key, bytes) = (Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text));
        return Convert.ToHexStringLower(method switch { "hmac-md5" => HMACMD5.HashData(key, bytes), "sha256" => HMACSHA256.HashData(key, bytes), "sha512" => HMACSHA512.HashData(key, bytes), _ => MD5.HashData(Encoding.UTF8.GetBytes(text + secret)) });
    }
}
