using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.Api;

/// <summary>A channel of the firm's own making: signed webhooks in both directions (docs/channels/api.md).</summary>
public sealed class ApiAdapter : ChannelAdapter, IMediaChannel
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public override ChannelDescriptor Descriptor { get; } = new("api", new("API / Webhook", "API / webhook"))
    {
        DropsRepeats = true,
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.File | Abilities.Location | Abilities.Link | Abilities.Cards | Abilities.Captions | Abilities.Reply | Abilities.SeesDelivered | Abilities.SeesRead
            | Abilities.SeesTyping | Abilities.SeesEdits | Abilities.SeesRecalls | Abilities.SeesReactions,
        Limits = new(new(16_000, TextUnit.Utf16)) { Caption = new(16_000, TextUnit.Utf16), Buttons = 20, ButtonLabel = new(200, TextUnit.Utf16), CardText = new(16_000, TextUnit.Utf16) },
        Settings =
        [
            new("secret", new("签名密钥", "Signing secret"), SettingType.Secret) { Required = true, Help = new("双方用它签名：X-Signature: t=秒,v1=hex(HMAC-SHA256(密钥, t + \".\" + 正文))。", "Both sides sign with it: X-Signature: t=SECONDS,v1=hex(HMAC-SHA256(secret, t + \".\" + body)).") },
            CommonFields.ApiBase with { Required = false, Label = new("你方接收地址", "Your receiving address"), Help = new("消息以 POST 发到这里。", "Messages are posted here.") },
        ],
        Console = new("https://www.rfc-editor.org/rfc/rfc2104"), Manual = new("https://www.rfc-editor.org/rfc/rfc2104"),
        Errors = new()
        {
            { ErrorClass.Config, "你方未设置接收地址", "No receiving address is set", "no_address" },
            { ErrorClass.Config, "你方拒绝了签名", "Your side refuses the signature", "http:401", "http:403" },
            { ErrorClass.Permanent, "你方拒绝了消息", "Your side refuses the message", "http:400", "http:404", "http:410", "http:422" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("secret"))
            return Refused(Refusal.NotConfigured);
        var pieces = delivery.Header("X-Signature").Split(',', 4).Select(piece => piece.Trim().Split('=', 2)).Where(piece => piece.Length == 2).DistinctBy(piece => piece[0]).ToDictionary(piece => piece[0], piece => piece[1]);
        if (!pieces.TryGetValue("t", out var time) || !pieces.TryGetValue("v1", out var given))
            return Refused(Refusal.Unsigned);
        if (!Signature.HmacSha256Hex(settings["secret"], Signature.Join(time + ".", delivery.Body.Span), given))
            return Refused(Refusal.BadSignature);
        if (!Signature.IsFresh(Instant.Seconds(long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null), now, Tolerance))
            return Refused(Refusal.Stale);
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        var events = new Events();
        foreach (var one in (body["events"].IsArray ? body["events"] : body).Items.Where(one => one.IsObject))
            events.Add(Event(one));
        return Accepted(events, WebhookReply.Json("{\"ok\":true}"));
    }

    private static InboundEvent Event(Node one)
    {
        var (type, id, from) = (one["type"].Text ?? "message", one["id"].Filled, one["from"]);
        var head = new EventHead(id is null ? Events.HashKey(one.Raw) : type == "message" ? id : $"{id}:{type}", one.Raw)
        {
            At = Instant.Iso(one["at"].IsString ? one["at"].Text : null) ?? Instant.Milliseconds(one["at"].Long),
            Person = (from["id"].Filled ?? from.Filled) is { } person ? new Person(person) { Name = from["name"].Filled, AvatarUrl = from["avatar"].Filled, Language = from["language"].Filled, Also = from.Facts("email", "phone", "userId") } : null,
            Place = one["conversation"]["id"].Filled is { } place ? new Place(place, one["conversation"]["group"].IsTrue) { Title = one["conversation"]["title"].Filled } : null,
        };
        var target = one["target"].Filled;
        return type switch
        {
            "message" => head.Said("message", id, one["text"].Filled, [.. one["parts"].Items.Select(Part).OfType<MessagePart>()], one["replyTo"].Filled),
            "button" => head.Pressed(type, one["payload"].Text, one["text"].Text, target, id),
            "edit" when target is not null => head.Edited(type, target, one["text"].Text),
            "recall" when target is not null => head.Recalled(type, target),
            "reaction" when target is not null => head.Reacted(type, target, one["emoji"].Filled, one["removed"].IsTrue),
            "typing" => head.On(new TypingSignalled(!one["active"].Text?.Equals("false", StringComparison.Ordinal) ?? true) { Type = type, DedupeKey = head.Key }),
            "delivered" or "read" => head.Status(type, type == "read" ? DeliveryState.Read : DeliveryState.Delivered, target),
            "failed" => head.Status(type, DeliveryState.Failed, target, new Failure(ErrorClass.Permanent, "failed", new("对方未能投递", "The other side could not deliver it")) { Detail = one["reason"].Text }),
            _ => head.Unsupported(type, false, id),
        };
    }

    private static MessagePart? Part(Node part)
    {
        MediaPart Media(MediaKind kind) => new(kind, new MediaRef(part["id"].Filled, part["url"].Filled) { Mime = part["mime"].Filled, FileName = part["name"].Filled, Size = part["size"].Long });
        return part["kind"].Text switch
        {
            "image" => Media(MediaKind.Image), "voice" => Media(MediaKind.Voice), "audio" => Media(MediaKind.Audio), "video" => Media(MediaKind.Video), "file" => Media(MediaKind.File), "sticker" => Media(MediaKind.Sticker),
            "location" when (part["latitude"].Double, part["longitude"].Double) is ({ } latitude, { } longitude) => new LocationPart(latitude, longitude) { Title = part["title"].Filled, Address = part["address"].Filled },
            "link" => new LinkPart("link", part["url"].Filled) { Title = part["title"].Filled },
            null => null,
            { } other => new CardPart(other) { Title = part["title"].Filled },
        };
    }

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct)
    {
        var message = new JsonObject { ["type"] = "message", ["id"] = part.PartKey, ["to"] = part.To };
        if (part.ConversationId is not null)
            message["conversation"] = part.ConversationId;
        if (part.ReplyTo is not null)
            message["replyTo"] = part.ReplyTo;
        switch (part.Content)
        {
            case TextContent text:
                message["text"] = text.Text;
                break;
            case CardContent card:
                message["card"] = new JsonObject { ["title"] = card.Title, ["text"] = card.Text, ["image"] = card.Image?.ToString(), ["buttons"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)new JsonObject { ["label"] = button.Label, ["payload"] = button.Payload, ["url"] = button.Url?.ToString() })]) };
                break;
            case LinkContent link:
                message["parts"] = new JsonArray(new JsonObject { ["kind"] = "link", ["title"] = link.Title, ["url"] = link.Url.ToString() });
                break;
            case LocationContent place:
                message["parts"] = new JsonArray(new JsonObject { ["kind"] = "location", ["latitude"] = place.Latitude, ["longitude"] = place.Longitude, ["title"] = place.Title, ["address"] = place.Address });
                break;
            case MediaContent { Media.PublicUrl: { } url } media:
                message["text"] = media.Caption;
                message["parts"] = new JsonArray(new JsonObject { ["kind"] = media.Media.Kind.ToString().ToLowerInvariant(), ["url"] = url.ToString(), ["name"] = media.Media.FileName, ["mime"] = media.Media.Mime, ["size"] = media.Media.Size });
                break;
            default:
                return SendOutcome.CannotDo(part.Content.ToString());
        }
        return await Post(context, message, ct);
    }

    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Post(context, new JsonObject { ["type"] = "ping", ["id"] = Guid.CreateVersion7().ToString() }, ct);

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => IsOurHost(media.Url, context.Settings) ? await Call.Download(context, media.Url!, Descriptor.Errors, ct) : Failures.ForeignHost;

    private async Task<SendOutcome> Post(ChannelContext context, JsonObject message, CancellationToken ct)
    {
        if (!context.Settings.Has(CommonFields.ApiBaseUrl))
            return new SendOutcome.NotSent(Descriptor.Errors.Of("no_address", 400));
        var (body, time) = (message.ToJsonString(Writing.Plain), context.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        var sign = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(context.Settings["secret"]), Signature.Join(time + ".", Encoding.UTF8.GetBytes(body))));
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(""), new StringContent(body, Encoding.UTF8, "application/json"), ct, ("X-Signature", $"t={time},v1={sign}"), ("Idempotency-Key", (string?)message["id"] ?? ""));
        return answer.IsOk ? new SendOutcome.Sent(answer.Body["id"].Filled ?? (string?)message["id"]) : Failed(answer, "", answer.Body["message"].Text, context);
    }
}
