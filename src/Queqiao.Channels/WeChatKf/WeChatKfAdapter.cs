using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.WeChat;
using Queqiao.Channels.WeCom;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.WeChatKf;

/// <summary>WeChat customer service (微信客服): the callback only says that there is something; messages are pulled.</summary>
public sealed class WeChatKfAdapter : ChannelAdapter, IPullChannel, IMediaChannel, IProfileChannel
{
    private const int Page = 1000;
    private readonly WeChatApi api;

    public WeChatKfAdapter() => api = new WeChatApi(this, "https://qyapi.weixin.qq.com", "corpId", (context, ct) => WeComAdapter.Token(context, "secret", ct));

    public override ChannelDescriptor Descriptor { get; } = new("wechat-kf", new("微信客服", "WeChat customer service"))
    {
        DropsRepeats = true,
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.File | Abilities.Location | Abilities.Cards | Abilities.SeesRecalls | Abilities.Profiles,
        Limits = new(new(2048, TextUnit.Utf8))
        {
            Buttons = 10, ButtonLabel = new(128, TextUnit.Utf8), CardText = new(1024, TextUnit.Utf8),
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 2 << 20, [MediaKind.Voice] = 2 << 20, [MediaKind.Audio] = 2 << 20, [MediaKind.Video] = 10 << 20, [MediaKind.File] = 20 << 20 },
        },
        Settings =
        [
            new("corpId", new("企业 ID", "Corp ID")) { Required = true, Where = new("https://work.weixin.qq.com/wework_admin/frame#profile") },
            new("openKfId", new("客服账号 ID（open_kfid）", "Service account (open_kfid)")) { Required = true, Pattern = "^wk" },
            new("secret", new("微信客服 Secret", "Secret of WeChat customer service"), SettingType.Secret) { Required = true, Where = new("https://kf.weixin.qq.com/kf/frame#/config/api_config") },
            new("token", new("回调 Token", "Callback token"), SettingType.Secret) { Required = true },
            new("encodingAesKey", new("回调 EncodingAESKey", "Callback EncodingAESKey"), SettingType.Secret) { Required = true, Pattern = "^[A-Za-z0-9+/]{43}$" },
            .. CommonFields.Window, CommonFields.ApiBase,
        ],
        Window = new([new(WindowTrigger.Message, TimeSpan.FromHours(48), 5), new(WindowTrigger.Enter, TimeSpan.FromSeconds(20), 1)]),
        Console = new("https://kf.weixin.qq.com/kf/frame#/config/api_config"),
        Manual = new("https://developer.work.weixin.qq.com/document/path/94677"),
        Errors = WeComErrors.Table(),
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        var opened = WeChatEnvelope.OpenCorp(delivery, settings, settings["corpId"]);
        if (opened.Done is not null)
            return opened.Done;
        var message = opened.Message;
        var head = Head.Of(message, opened.Raw);
        if (message["Event"].Text != "kf_msg_or_event")
            return Received.Of(WebhookReply.Ok, [WeChatMessages.Read(message, opened.Raw)]);
        return Received.Of(WebhookReply.Ok, [new PullHinted(message["Token"].Text ?? "")
        {
            Type = "event.kf_msg_or_event", Direction = EventDirection.None, DedupeKey = message["Token"].Filled ?? Events.HashKey(opened.Raw),
            At = head.At, AccountId = message["OpenKfId"].Filled, Raw = opened.Raw,
        }]);
    }

    /// <summary>Without a token the provider allows few calls: pull when hinted, and seldom otherwise.</summary>
    public async Task<Pulled> Pull(string? cursor, string? hint, ChannelContext context, CancellationToken ct)
    {
        var ask = new JsonObject { ["cursor"] = cursor ?? "", ["token"] = hint ?? "", ["limit"] = Page, ["voice_format"] = 0, ["open_kfid"] = context.Settings["openKfId"] };
        var (asked, failed) = await api.Ask(context, HttpMethod.Post, "/cgi-bin/kf/sync_msg", ask, ct);
        if (asked is null)
            return new Pulled([], cursor, false, failed);
        return new Pulled([.. asked.Body["msg_list"].Items.Select(KfItems.Read)], asked.Body["next_cursor"].Filled ?? cursor, asked.Body["has_more"].IsTrue);
    }

    protected override bool Draws(CardContent card) => base.Draws(card) && card.Image is null && card.Buttons.Count > 0;

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Message(part, "text", new JsonObject { ["content"] = text.Text }, context, ct),
        CardContent card => await Message(part, "msgmenu", Menu(card), context, ct),
        LocationContent place => await Message(part, "location", new JsonObject
        {
            ["name"] = place.Title ?? "", ["address"] = place.Address ?? "", ["latitude"] = place.Latitude, ["longitude"] = place.Longitude,
        }, context, ct),
        MediaContent { Media: { Kind: not MediaKind.Sticker } media } => await Media(part, media, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var (asked, failed) = await api.Ask(context, HttpMethod.Post, "/cgi-bin/kf/account/list", new JsonObject { ["offset"] = 0, ["limit"] = 100 }, ct);
        if (asked is null)
            return failed!;
        return asked.Body["account_list"].Items.Any(account => account["open_kfid"].Text == context.Settings["openKfId"])
            ? new SendOutcome.Sent(context.Settings["openKfId"])
            : SendOutcome.Failed(ErrorClass.Config, "95004", "此 Secret 看不到该客服账号", "This secret does not see the service account");
    }

    public Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => api.Download(context, media, ct);

    public async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var (asked, failed) = await api.Ask(context, HttpMethod.Post, "/cgi-bin/kf/customer/batchget", new JsonObject { ["external_userid_list"] = new JsonArray(personId), ["need_enter_session_context"] = 0 }, ct);
        if (asked is null)
            return new ProfileOutcome.Unknown(failed!.Failure);
        var customer = asked.Body["customer_list"][0];
        return customer.IsMissing
            ? new ProfileOutcome.Unknown(new Failure(ErrorClass.Permanent, "invalid_external_userid", new("查无此客户", "There is no such customer")))
            : new ProfileOutcome.Known(new Person(personId) { Name = customer["nickname"].Filled, AvatarUrl = customer["avatar"].Filled, Also = customer.Facts("unionid") });
    }

    private async Task<SendOutcome> Message(Outbound part, string type, JsonObject content, ChannelContext context, CancellationToken ct)
    {
        if (part.Reply("welcome_code") is { Length: > 0 } code && type is "text" or "msgmenu")
        {
            var welcomed = await api.Post(context, "/cgi-bin/kf/send_msg_on_event", new JsonObject { ["code"] = code, ["msgtype"] = type, [type] = content.DeepClone() }, WeChatAccountAdapter.Id, ct);
            if (welcomed is not SendOutcome.NotSent { Failure.Code: "95011" or "95012" or "40058" })
                return welcomed;
        }
        var sent = await Post(part, type, content.DeepClone().AsObject(), context, ct);
        if (sent is not SendOutcome.NotSent { Failure.Code: "95016" or "95017" or "95018" })
            return sent;
        // Sending is meant for sessions that the API holds (state 1): take this one over, then once more.
        var taken = await api.Post(context, "/cgi-bin/kf/service_state/trans", new JsonObject { ["open_kfid"] = context.Settings["openKfId"], ["external_userid"] = part.To, ["service_state"] = 1 }, _ => null, ct);
        return taken is SendOutcome.Sent ? await Post(part, type, content, context, ct) : sent;
    }

    private Task<SendOutcome> Post(Outbound part, string type, JsonObject content, ChannelContext context, CancellationToken ct)
    {
        var body = new JsonObject { ["touser"] = part.To, ["open_kfid"] = context.Settings["openKfId"], ["msgtype"] = type, [type] = content };
        if (part.Key.Length > 0)
            body["msgid"] = Signature.Sha256Hex(Encoding.UTF8.GetBytes(part.PartKey))[..32]; // 32 characters at most; the same at every try
        return api.Post(context, "/cgi-bin/kf/send_msg", body, WeChatAccountAdapter.Id, ct);
    }

    private async Task<SendOutcome> Media(Outbound part, OutboundMedia media, ChannelContext context, CancellationToken ct)
    {
        var type = media.Kind switch { MediaKind.Image => "image", MediaKind.Voice => "voice", MediaKind.Video => "video", _ => "file" };
        var (id, failed) = await api.Upload(context, type, media, ct);
        return failed ?? await Message(part, type, new JsonObject { ["media_id"] = id }, context, ct);
    }

    private static JsonObject Menu(CardContent card) => new()
    {
        ["head_content"] = card.Text is null ? card.Title : card.Title + "\n" + card.Text,
        ["list"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)(button.Url is null
            ? new JsonObject { ["type"] = "click", ["click"] = new JsonObject { ["id"] = button.Payload ?? button.Label, ["content"] = button.Label } }
            : new JsonObject { ["type"] = "view", ["view"] = new JsonObject { ["url"] = button.Url.ToString(), ["content"] = button.Label } }))]),
    };
}
