using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Tokens;

namespace Queqiao.Channels.DingTalk;

/// <summary>A robot of DingTalk (钉钉): by webhook, by event callback, or by stream, which needs no public address.</summary>
public sealed class DingTalkAdapter : ChannelAdapter, ISocketChannel, IMediaChannel, IRevisionChannel
{
    private const string Host = "https://api.dingtalk.com";
    private const string OldHost = "https://oapi.dingtalk.com";
    private const string BotTopic = "/v1.0/im/bot/messages/get";
    private static readonly TimeSpan Tolerance = TimeSpan.FromHours(1);

    public override ChannelDescriptor Descriptor { get; } = new("dingtalk", new("钉钉机器人", "DingTalk robot"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.File | Abilities.Link | Abilities.Cards | Abilities.Recall | Abilities.Groups,
        Limits = new(new(6000, TextUnit.Utf8))
        {
            Buttons = 5, ButtonLabel = new(20, TextUnit.CodePoints), CardText = new(2000, TextUnit.Utf8), Rates = [new(RateScope.Account, 20, TimeSpan.FromMinutes(1))],
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 20 << 20, [MediaKind.Voice] = 2 << 20, [MediaKind.Audio] = 2 << 20, [MediaKind.Video] = 20 << 20, [MediaKind.File] = 20 << 20 },
        },
        Settings =
        [
            new("appKey", new("Client ID（AppKey）", "Client ID (app key)")) { Required = true, Where = new("https://open-dev.dingtalk.com/") },
            new("appSecret", new("Client Secret（AppSecret）", "Client secret (app secret)"), SettingType.Secret) { Required = true, Where = new("https://open-dev.dingtalk.com/") },
            new("robotCode", new("机器人编号 robotCode", "Robot code")) { Help = new("留空即同 Client ID。", "Leave empty when it is the client ID.") },
            new("stream", new("Stream 模式", "Stream mode"), SettingType.Toggle) { Help = new("不需要公网地址：由服务器连接钉钉。", "Needs no public address: the server connects to DingTalk.") },
            new("token", new("事件订阅 Token", "Token of the event subscription"), SettingType.Secret),
            new("encodingAesKey", new("事件订阅 aes_key", "aes_key of the event subscription"), SettingType.Secret) { Pattern = "^[A-Za-z0-9+/]{43}$" },
            CommonFields.ApiBase,
        ],
        Console = new("https://open-dev.dingtalk.com/"),
        Manual = new("https://open.dingtalk.com/document/orgapp/robot-message-types-and-data-format"),
        MediaHosts = ["*.dingtalk.com", "*.aliyuncs.com", "*.alicdn.com"],
        Errors = new()
        {
            { ErrorClass.Reauthorise, "访问凭证无效", "The access token is not valid", "InvalidAuthentication", "40014", "40001", "42001", "88" },
            { ErrorClass.Retry, "触发流量限制，稍后重试", "Too many calls; it will be tried again", "Throttling*", "Forbidden.AccessDenied.QpsLimit*", "90018", "130101", "410100" },
            { ErrorClass.Config, "robotCode 不正确或机器人未发布", "The robot code is wrong, or the robot is not published", "invalidParameter.robotCode*", "robot.not.exist", "resource.not.found" },
            { ErrorClass.Config, "应用缺少权限", "The application lacks a permission", "Forbidden.AccessDenied*", "88.60011" },
            { ErrorClass.Config, "群机器人的关键词或签名不符", "The keyword or signature of the group robot does not match", "310000" },
            { ErrorClass.Config, "AppKey 或 AppSecret 不正确", "The app key or secret is wrong", "invalidClientIdOrSecret", "40089" },
            { ErrorClass.Permanent, "用户不在企业内", "The user is not in the organisation", "staffId.notExisted", "invalidStaffId" },
            { ErrorClass.Window, "会话回复地址已过期", "The session's address has expired", "session.expired", "300001" },
            { ErrorClass.Permanent, "参数或内容不被接受", "A parameter or the content was refused", "invalidParameter*", "400", "40035" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("appSecret"))
            return Refused(Refusal.NotConfigured);
        if (delivery.Query.Has("signature") || delivery.Query.Has("msg_signature"))
            return Subscribed(delivery, settings);
        var (timestamp, sign) = (delivery.Header("timestamp"), delivery.Header("sign"));
        if (timestamp.Length == 0 || sign.Length == 0)
            return Refused(Refusal.Unsigned);
        if (!Signature.HmacSha256Base64(settings["appSecret"], Encoding.UTF8.GetBytes(timestamp + "\n" + settings["appSecret"]), sign))
            return Refused(Refusal.BadSignature);
        if (!Signature.IsFresh(Instant.Milliseconds(long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null), now, Tolerance))
            return Refused(Refusal.Stale);
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        var events = new Events();
        events.Add(DingTalkReader.Read(body));
        return Accepted(events, WebhookReply.Json("{}"));
    }

    /// <summary>Events of the organisation, in the WeChat family's envelope; the answer is sealed, too.</summary>
    private static Received Subscribed(WebhookDelivery delivery, ChannelSettings settings)
    {
        if (WeChatCipher.From(settings["token"], settings["encodingAesKey"]) is not { } cipher || settings["token"].Length == 0)
            return Refused(Refusal.NotConfigured);
        var (timestamp, nonce) = (delivery.Query["timestamp"], delivery.Query["nonce"]);
        if (Json.Read(delivery.Body) is not { } body || body["encrypt"].Filled is not { } encrypted)
            return Refused(Refusal.Malformed);
        if (!cipher.IsSigned(timestamp, nonce, encrypted, delivery.Query.Filled("msg_signature") ?? delivery.Query["signature"]))
            return Refused(Refusal.BadSignature);
        if (cipher.Open(encrypted) is not { } opened || Json.Read(opened.Message) is not { IsObject: true } told)
            return Refused(Refusal.Malformed);
        var answer = cipher.Seal("success", opened.Receiver);
        var reply = WebhookReply.Json(new JsonObject { ["msg_signature"] = cipher.SignFor(timestamp, nonce, answer), ["timeStamp"] = timestamp, ["nonce"] = nonce, ["encrypt"] = answer }.ToJsonString(Writing.Plain));
        var type = told["EventType"].Text ?? "unknown";
        return type == "check_url" ? Received.Handshake(reply)
            : Received.Of(reply, [new EventHead(Events.HashKey(told.Raw), told.Raw) { Account = opened.Receiver, Direction = EventDirection.None }.Unsupported("event." + type, false)]);
    }

    public bool Connects(ChannelSettings settings) => settings["stream"] == "true";

    public async Task<SocketOpening> Open(SocketState state, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Post(context, context.Settings.ApiBase(Host) + "/v1.0/gateway/connections/open", new JsonObject
        {
            ["clientId"] = context.Settings["appKey"], ["clientSecret"] = context.Settings["appSecret"], ["subscriptions"] = new JsonArray(new JsonObject { ["type"] = "CALLBACK", ["topic"] = BotTopic }), ["ua"] = "queqiao",
        }, ct);
        if (answer.IsOk && answer.Body["endpoint"].Filled is { } endpoint && Uri.TryCreate($"{endpoint}?ticket={Uri.EscapeDataString(answer.Body["ticket"].Text ?? "")}", UriKind.Absolute, out var url))
            return new SocketOpening(url);
        return new SocketOpening(null, Told(answer, context).Failure);
    }

    public SocketStep OnFrame(string frame, SocketState state, ChannelSettings settings, DateTimeOffset now)
    {
        if (Json.Read(Encoding.UTF8.GetBytes(frame)) is not { IsObject: true } body)
            return new SocketStep(state, [], []);
        var (topic, id, data) = (body["headers"]["topic"].Text, body["headers"]["messageId"].Text ?? "", body["data"].Embedded);
        var reply = new JsonObject
        {
            ["code"] = 200, ["message"] = "OK", ["headers"] = new JsonObject { ["messageId"] = id, ["contentType"] = "application/json" }, ["data"] = topic == "ping" ? body["data"].Text ?? "{}" : "{\"response\":null}",
        }.ToJsonString(Writing.Plain);
        return topic switch
        {
            "disconnect" => new SocketStep(state, [], [], Ends: true),
            BotTopic when data.IsObject => new SocketStep(state, [DingTalkReader.Read(data)], [reply]),
            _ => new SocketStep(state, [], [reply]),
        };
    }

    public string? Heartbeat(SocketState state) => null;

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent { Rich: { } rich } text when DingTalkMarkdown.Of(rich, text.Text) is var written => await Message(part, ("markdown", written), ("sampleMarkdown", (JsonObject)written.DeepClone()), context, ct),
        TextContent text => await Message(part, ("text", new JsonObject { ["content"] = text.Text }), ("sampleText", new JsonObject { ["content"] = text.Text }), context, ct),
        LinkContent link => await Message(part, null, ("sampleLink", new JsonObject { ["title"] = link.Title, ["text"] = link.Description ?? link.Title, ["messageUrl"] = link.Url.ToString(), ["picUrl"] = link.Image?.ToString() ?? "" }), context, ct),
        CardContent card => await Message(part, null, Card(card), context, ct),
        MediaContent { Media: { Kind: not MediaKind.Sticker } media } => await Media(part, media, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    /// <summary>Buttons of robot cards open addresses; what is pressed does not come back, so answers are numbered text.</summary>
    protected override bool Draws(CardContent card) => base.Draws(card) && card.Buttons.Count > 0 && card.Buttons.All(button => button.Url is not null);

    public Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct) => revision.Kind != RevisionKind.Recall ? Task.FromResult(SendOutcome.CannotDo(revision.Kind.ToString()))
        : Post(context, "/v1.0/robot/otoMessages/batchRecall", new JsonObject { ["robotCode"] = Robot(context), ["processQueryKeys"] = new JsonArray(revision.MessageId) }, ct);

    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) =>
        Tokened.Send(context, Key(context), (_, stop) => Fetch(context, stop), _ => Task.FromResult<SendOutcome>(new SendOutcome.Sent(Robot(context))), ct);

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct)
    {
        if (media.Id is null)
            return Failures.NoMedia;
        string? url = null;
        var asked = await Tokened.Send(context, Key(context), (_, stop) => Fetch(context, stop), async token =>
        {
            var answer = await Call.Post(context, context.Settings.ApiBase(Host) + "/v1.0/robot/messageFiles/download", new JsonObject { ["downloadCode"] = media.Id, ["robotCode"] = Robot(context) }, ct, ("x-acs-dingtalk-access-token", token));
            url = answer.Body["downloadUrl"].Filled;
            return answer.IsOk && url is not null ? SendOutcome.Done : Told(answer, context);
        }, ct);
        if (asked is SendOutcome.NotSent failed)
            return new MediaOutcome.NotFound(failed.Failure, failed.After);
        return IsOurHost(url, context.Settings) ? await Call.Download(context, url!, Descriptor.Errors, ct) : Failures.ForeignHost;
    }

    private static string Robot(ChannelContext context) => context.Settings.Has("robotCode") ? context.Settings["robotCode"] : context.Settings["appKey"];

    private static string Key(ChannelContext context) => $"dingtalk:{context.Settings.ApiBase(Host)}:{context.Settings["appKey"]}";

    private async Task<TokenOutcome> Fetch(ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Post(context, context.Settings.ApiBase(Host) + "/v1.0/oauth2/accessToken", new JsonObject { ["appKey"] = context.Settings["appKey"], ["appSecret"] = context.Settings["appSecret"] }, ct);
        if (answer.IsOk && answer.Body["accessToken"].Filled is { } token)
            return new TokenOutcome.Granted(new AccessToken(token, context.Clock.GetUtcNow().AddSeconds(answer.Body["expireIn"].Long is > 0 and <= 86_400 and var life ? life : 7200)));
        var failed = Told(answer, context);
        return new TokenOutcome.Denied(failed.Failure, failed.After);
    }

    private SendOutcome.NotSent Told(Answer answer, ChannelContext context) =>
        Failed(answer, answer.Body["code"].Filled ?? answer.Body["errcode"].Filled ?? "", answer.Body["message"].Text ?? answer.Body["errmsg"].Text, context);

    private Task<SendOutcome> Post(ChannelContext context, string path, JsonObject body, CancellationToken ct) =>
        Tokened.Send(context, Key(context), (_, stop) => Fetch(context, stop), async token =>
        {
            var answer = await Call.Post(context, context.Settings.ApiBase(Host) + path, body, ct, ("x-acs-dingtalk-access-token", token));
            if (!answer.IsOk || answer.Body["code"].Filled is not null)
                return Told(answer, context);
            return answer.Body["invalidStaffIdList"].Items.Any()
                ? new SendOutcome.NotSent(Descriptor.Errors.Of("invalidStaffId", 200))
                : new SendOutcome.Sent(answer.Body["processQueryKey"].Filled);
        }, ct);

    /// <summary>The session's own address while it lives; else the API, which needs a permission.</summary>
    private async Task<SendOutcome> Message(Outbound part, (string Type, JsonObject Body)? session, (string Key, JsonObject Param) robot, ChannelContext context, CancellationToken ct)
    {
        if (session is { } simple && Session(part, context) is { } url)
        {
            var answer = await Call.Post(context, url, new JsonObject { ["msgtype"] = simple.Type, [simple.Type] = simple.Body }, ct);
            return answer.IsOk && (answer.Body["errcode"].Long ?? 0) == 0 ? new SendOutcome.Sent(answer.Body["messageId"].Filled) : Told(answer, context);
        }
        var body = new JsonObject { ["robotCode"] = part.Reply("robotCode") is { Length: > 0 } code ? code : Robot(context), ["msgKey"] = robot.Key, ["msgParam"] = robot.Param.ToJsonString(Writing.Plain) };
        if (part.IsGroup)
            body["openConversationId"] = part.ConversationId ?? part.To;
        else
            body["userIds"] = new JsonArray(part.To);
        return await Post(context, part.IsGroup ? "/v1.0/robot/groupMessages/send" : "/v1.0/robot/oToMessages/batchSend", body, ct);
    }

    private string? Session(Outbound part, ChannelContext context)
    {
        var url = part.Reply("sessionWebhook");
        var isAlive = Instant.Milliseconds(long.TryParse(part.Reply("sessionWebhookExpiredTime"), NumberStyles.None, CultureInfo.InvariantCulture, out var ends) ? ends : null) > context.Clock.GetUtcNow();
        if (!isAlive || !IsOurHost(url, new ChannelSettings(new Dictionary<string, string>())))
            return null;
        return context.Settings.Has(CommonFields.ApiBaseUrl) ? context.Settings.ApiBase(OldHost) + new Uri(url).PathAndQuery : url;
    }

    private async Task<SendOutcome> Media(Outbound part, OutboundMedia media, ChannelContext context, CancellationToken ct)
    {
        var type = media.Kind switch { MediaKind.Image => "image", MediaKind.Voice => "voice", MediaKind.Video => "video", _ => "file" };
        string? id = null;
        var uploaded = await Tokened.Send(context, Key(context), (_, stop) => Fetch(context, stop), async token =>
        {
            using var form = new MultipartFormDataContent { { new StreamContent(await media.Open(ct)), "media", media.FileName } };
            var answer = await Call.Send(context, HttpMethod.Post, $"{context.Settings.ApiBase(OldHost)}/media/upload?access_token={Uri.EscapeDataString(token)}&type={type}", form, ct);
            id = answer.Body["media_id"].Filled;
            return id is not null ? SendOutcome.Done : Told(answer, context);
        }, ct);
        if (uploaded is SendOutcome.NotSent)
            return uploaded;
        var milliseconds = ((long)(media.Duration ?? TimeSpan.FromSeconds(1)).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        return await Message(part, null, type switch
        {
            "image" => ("sampleImageMsg", new JsonObject { ["photoURL"] = id }),
            "voice" => ("sampleAudio", new JsonObject { ["mediaId"] = id, ["duration"] = milliseconds }),
            "video" => ("sampleVideo", new JsonObject { ["videoMediaId"] = id, ["videoType"] = "mp4", ["duration"] = milliseconds, ["picMediaId"] = id }),
            _ => ("sampleFile", new JsonObject { ["mediaId"] = id, ["fileName"] = media.FileName, ["fileType"] = Path.GetExtension(media.FileName).TrimStart('.') }),
        }, context, ct);
    }

    private static (string, JsonObject) Card(CardContent card)
    {
        var param = new JsonObject { ["title"] = card.Title, ["text"] = (card.Image is null ? "" : $"![]({card.Image})\n") + "### " + card.Title + (card.Text is null ? "" : "\n" + card.Text) };
        if (card.Buttons.Count == 1)
        {
            (param["singleTitle"], param["singleURL"]) = (card.Buttons[0].Label, card.Buttons[0].Url!.ToString());
            return ("sampleActionCard", param);
        }
        foreach (var (index, button) in card.Buttons.Index())
            (param[$"actionTitle{index + 1}"], param[$"actionURL{index + 1}"]) = (button.Label, button.Url!.ToString());
        return ("sampleActionCard" + card.Buttons.Count.ToString(CultureInfo.InvariantCulture), param);
    }
}
