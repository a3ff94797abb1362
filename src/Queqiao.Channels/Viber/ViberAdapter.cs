using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.Viber;

/// <summary>A Viber bot.</summary>
public sealed class ViberAdapter : ChannelAdapter, IMediaChannel, IProfileChannel
{
    private const string Host = "https://chatapi.viber.com";

    public override ChannelDescriptor Descriptor { get; } = new("viber", new("Viber", "Viber"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Video | Abilities.File | Abilities.Location | Abilities.Link | Abilities.Cards | Abilities.SeesDelivered | Abilities.SeesRead | Abilities.Follows | Abilities.Profiles,
        Limits = new(new(7000, TextUnit.Utf16))
        {
            Buttons = 6, ButtonLabel = new(250, TextUnit.Utf16), CardText = new(7000, TextUnit.Utf16), Caption = new(512, TextUnit.Utf16),
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 1 << 20, [MediaKind.Video] = 26 << 20, [MediaKind.File] = 50 << 20 }, Rates = [new(RateScope.Account, 500, TimeSpan.FromSeconds(10))],
        },
        Settings =
        [
            new("authToken", new("机器人令牌", "Bot token"), SettingType.Secret) { Required = true, Where = new("https://partners.viber.com/") },
            new("senderName", new("显示名称", "Sender name")) { Required = true, Pattern = "^.{1,28}$" }, new("senderAvatar", new("头像地址", "Avatar address"), SettingType.Url), CommonFields.ApiBase,
        ],
        Console = new("https://partners.viber.com/"), Manual = new("https://developers.viber.com/docs/api/rest-bot-api/"), MediaHosts = ["*.viber.com"],
        Errors = new()
        {
            { ErrorClass.Reauthorise, "机器人令牌无效", "The bot token is not valid", "2" },
            { ErrorClass.Permanent, "收件人未注册或未订阅", "The recipient is not on Viber, or has not subscribed", "5", "6" },
            { ErrorClass.Retry, "发送过快，稍后重试", "Too fast; it will be tried again", "12" },
            { ErrorClass.Config, "账号被停用或无权限", "The account is blocked or may not do this", "7", "8", "10", "11", "13", "14", "15", "16", "21" },
            { ErrorClass.Permanent, "参数或内容不被接受", "A parameter or the content was refused", "1", "3", "4", "9" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("authToken"))
            return Refused(Refusal.NotConfigured);
        var given = delivery.Header("X-Viber-Content-Signature");
        if (given.Length == 0)
            return Refused(Refusal.Unsigned);
        if (!Signature.HmacSha256Hex(settings["authToken"], delivery.Body.Span, given))
            return Refused(Refusal.BadSignature);
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        if (body["event"].Text == "webhook")
            return Received.Handshake(WebhookReply.Ok);
        var events = new Events();
        events.Add(Event(body));
        return Accepted(events);
    }

    private static InboundEvent Event(Node body)
    {
        var type = body["event"].Text ?? "unknown";
        var user = body["sender"].IsObject ? body["sender"] : body["user"];
        var token = body["message_token"].Filled;
        var head = new EventHead(token is null ? Events.HashKey(body.Raw) : type == "message" ? token : $"{token}:{type}", body.Raw)
        {
            At = Instant.Milliseconds(body["timestamp"].Long),
            Person = (user["id"].Filled ?? body["user_id"].Filled) is { } id ? new Person(id) { Name = user["name"].Filled, AvatarUrl = user["avatar"].Filled, Language = user["language"].Filled, Country = user["country"].Filled } : null,
        };
        return type switch
        {
            "message" => Message(body["message"], token, head),
            "delivered" => head.Status(type, DeliveryState.Delivered, token),
            "seen" => head.Status(type, DeliveryState.Read, token),
            "failed" => head.Status(type, DeliveryState.Failed, token, new Failure(ErrorClass.Permanent, "failed", new("未能送达", "Not delivered")) { Detail = body["desc"].Text }),
            "subscribed" => head.Followed(type),
            "unsubscribed" => head.Unfollowed(type),
            "conversation_started" => head.Noted(type, type, body.Facts("type", "context", "subscribed")),
            "client_status" or "action" => head.Noted(type, type),
            _ => head.Unsupported(type, false),
        };
    }

    private static InboundEvent Message(Node message, string? id, EventHead head)
    {
        var type = message["type"].Text ?? "unknown";
        IReadOnlyList<MessagePart> parts = type switch
        {
            "picture" => [Media(MediaKind.Image, message)], "video" => [Media(MediaKind.Video, message)], "file" => [Media(MediaKind.File, message)],
            "sticker" => [new MediaPart(MediaKind.Sticker, new MediaRef(message["sticker_id"].Filled, message["media"].Filled))],
            "location" when (message["location"]["lat"].Double, message["location"]["lon"].Double) is ({ } latitude, { } longitude) => [new LocationPart(latitude, longitude)],
            "contact" => [new ContactPart(message["contact"]["name"].Filled) { Phones = [.. message["contact"]["phone_number"].Items.Select(phone => phone.Filled).OfType<string>()] }],
            "url" => [new LinkPart("link", message["media"].Filled)],
            _ => [],
        };
        return head.Said("message." + type, id, message["text"].Filled, parts, facts: message.Facts("tracking_data"));
    }

    private static MediaPart Media(MediaKind kind, Node message) => new(kind, new MediaRef(null, message["media"].Filled)
    {
        ThumbUrl = message["thumbnail"].Filled, FileName = message["file_name"].Filled, Size = message["size"].Long, Duration = message["duration"].Long is >= 0 and < 1_000_000 and var seconds ? TimeSpan.FromSeconds(seconds) : null,
    });

    protected override bool Draws(CardContent card) => base.Draws(card) && card.Image is null && card.Buttons.Count > 0;

    /// <summary>Viber fetches media itself.</summary>
    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Message(part, new JsonObject { ["type"] = "text", ["text"] = text.Text }, context, ct),
        LinkContent link => await Message(part, new JsonObject { ["type"] = "url", ["media"] = link.Url.ToString() }, context, ct),
        LocationContent place => await Message(part, new JsonObject { ["type"] = "location", ["location"] = new JsonObject { ["lat"] = place.Latitude, ["lon"] = place.Longitude } }, context, ct),
        CardContent card => await Message(part, new JsonObject { ["type"] = "text", ["text"] = card.Text is null ? card.Title : card.Title + "\n" + card.Text, ["keyboard"] = Keyboard(card) }, context, ct),
        MediaContent { Media: { PublicUrl: { } url, Kind: MediaKind.Image } } => await Message(part, new JsonObject { ["type"] = "picture", ["text"] = "", ["media"] = url.ToString() }, context, ct),
        MediaContent { Media: { PublicUrl: { } url, Kind: MediaKind.Video } media } => await Message(part, new JsonObject { ["type"] = "video", ["media"] = url.ToString(), ["size"] = media.Size }, context, ct),
        MediaContent { Media: { PublicUrl: { } url, Kind: MediaKind.File } media } => await Message(part, new JsonObject { ["type"] = "file", ["media"] = url.ToString(), ["size"] = media.Size, ["file_name"] = media.FileName }, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Post(context, "/pa/get_account_info", [], "id", ct);

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => IsOurHost(media.Url, context.Settings) ? await Call.Download(context, media.Url!, Descriptor.Errors, ct) : Failures.ForeignHost;

    public async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Post(context, context.Settings.ApiBase(Host) + "/pa/get_user_details", new JsonObject { ["id"] = personId }, ct, Auth(context));
        var user = answer.Body["user"];
        return answer.Body["status"].Long == 0 ? new ProfileOutcome.Known(new Person(personId) { Name = user["name"].Filled, AvatarUrl = user["avatar"].Filled, Language = user["language"].Filled, Country = user["country"].Filled })
            : new ProfileOutcome.Unknown(Failed(answer, answer.Body["status"].Text ?? "", answer.Body["status_message"].Text, context).Failure);
    }

    private static (string, string) Auth(ChannelContext context) => ("X-Viber-Auth-Token", context.Settings["authToken"]);

    private Task<SendOutcome> Message(Outbound part, JsonObject body, ChannelContext context, CancellationToken ct)
    {
        body["receiver"] = part.To;
        body["min_api_version"] = 1;
        body["sender"] = new JsonObject { ["name"] = context.Settings["senderName"] };
        if (context.Settings.Has("senderAvatar"))
            body["sender"]!["avatar"] = context.Settings["senderAvatar"];
        if (part.Key.Length > 0)
            body["tracking_data"] = part.PartKey;
        return Post(context, "/pa/send_message", body, "message_token", ct);
    }

    private async Task<SendOutcome> Post(ChannelContext context, string path, JsonObject body, string id, CancellationToken ct)
    {
        var answer = await Call.Post(context, context.Settings.ApiBase(Host) + path, body, ct, Auth(context));
        return answer.IsOk && answer.Body["status"].Long == 0 ? new SendOutcome.Sent(answer.Body[id].Filled) : Failed(answer, answer.Body["status"].Text ?? "", answer.Body["status_message"].Text, context);
    }

    private static JsonObject Keyboard(CardContent card) => new()
    {
        ["Type"] = "keyboard",
        ["Buttons"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)new JsonObject { ["ActionType"] = button.Url is null ? "reply" : "open-url", ["ActionBody"] = button.Url?.ToString() ?? button.Payload ?? button.Label, ["Text"] = button.Label })]),
    };
}
