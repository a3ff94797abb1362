using System.Globalization;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.WeChat;

namespace Queqiao.Channels.WeCom;

/// <summary>An application of WeCom (企业微信自建应用), and its smart bots' callbacks.</summary>
public sealed class WeComAdapter : ChannelAdapter, IMediaChannel, IProfileChannel, IRevisionChannel
{
    private const string Host = "https://qyapi.weixin.qq.com";
    private readonly WeChatApi api;

    public WeComAdapter() => api = new WeChatApi(this, Host, "agentId", (context, ct) => Token(context, "secret", ct));

    public override ChannelDescriptor Descriptor { get; } = new("wecom", new("企业微信应用", "WeCom application"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.File | Abilities.Link | Abilities.Cards
            | Abilities.Recall | Abilities.Follows | Abilities.Groups | Abilities.Profiles,
        Limits = new(new(2048, TextUnit.Utf8))
        {
            Buttons = 6, ButtonLabel = new(10, TextUnit.CodePoints), CardText = new(512, TextUnit.Utf8),
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 10 << 20, [MediaKind.Voice] = 2 << 20, [MediaKind.Audio] = 2 << 20, [MediaKind.Video] = 10 << 20, [MediaKind.File] = 20 << 20 },
            Rates = [new(RateScope.Recipient, 30, TimeSpan.FromMinutes(1)), new(RateScope.Recipient, 1000, TimeSpan.FromHours(1))],
        },
        Settings =
        [
            new("corpId", new("企业 ID", "Corp ID")) { Required = true, Where = new("https://work.weixin.qq.com/wework_admin/frame#profile") },
            new("agentId", new("AgentId", "AgentId")) { Required = true, Pattern = "^[0-9]+$" },
            new("secret", new("应用 Secret", "Application secret"), SettingType.Secret) { Required = true, Where = new("https://work.weixin.qq.com/wework_admin/frame#apps") },
            new("token", new("回调 Token", "Callback token"), SettingType.Secret) { Required = true },
            new("encodingAesKey", new("回调 EncodingAESKey", "Callback EncodingAESKey"), SettingType.Secret) { Required = true, Pattern = "^[A-Za-z0-9+/]{43}$" },
            CommonFields.ApiBase,
        ],
        Console = new("https://work.weixin.qq.com/wework_admin/frame#apps"),
        Manual = new("https://developer.work.weixin.qq.com/document/path/90236"),
        MediaHosts = ["*.qpic.cn", "*.qq.com"],
        Errors = WeComErrors.Table(),
    };

    internal static Task<Answer> Token(ChannelContext context, string secret, CancellationToken ct) => Call.Get(
        context, $"{context.Settings.ApiBase(Host)}/cgi-bin/gettoken?corpid={Uri.EscapeDataString(context.Settings["corpId"])}&corpsecret={Uri.EscapeDataString(context.Settings[secret])}", ct);

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        var opened = WeChatEnvelope.OpenCorp(delivery, settings, settings["corpId"]);
        if (opened.Done is { Refusal: Refusal.WrongAccount })
            opened = WeChatEnvelope.OpenCorp(delivery, settings, ""); // smart bots of the own corporation name no receiver
        return opened.Done ?? Received.Of(WebhookReply.Ok, opened.Message["aibotid"].IsMissing ? WeChatMessages.ReadAll(opened.Message, opened.Raw) : [SmartBot.Read(opened.Message, opened.Raw)]);
    }

    protected override bool Draws(CardContent card) => base.Draws(card) && card.Image is null && card.Buttons.Count > 0
        && (card.Buttons.All(button => button.Url is null) || (card.Buttons.Count == 1 && card.Buttons[0].Url is not null));

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Message(part, "text", new JsonObject { ["content"] = text.Text }, context, ct),
        CardContent card when card.Buttons is [{ Url: { } url } only] => await Message(part, "textcard", new JsonObject
        {
            ["title"] = card.Title, ["description"] = card.Text ?? card.Title, ["url"] = url.ToString(), ["btntxt"] = only.Label,
        }, context, ct),
        CardContent card => await Message(part, "template_card", Buttons(card, part), context, ct),
        LinkContent link => await Message(part, "news", new JsonObject
        {
            ["articles"] = new JsonArray(new JsonObject { ["title"] = link.Title, ["description"] = link.Description ?? "", ["url"] = link.Url.ToString(), ["picurl"] = link.Image?.ToString() ?? "" }),
        }, context, ct),
        MediaContent { Media: { Kind: not MediaKind.Sticker } media } => await Media(part, media, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct) => revision.Kind == RevisionKind.Recall
        ? api.Post(context, "/cgi-bin/message/recall", new JsonObject { ["msgid"] = revision.MessageId }, _ => null, ct)
        : Task.FromResult(SendOutcome.CannotDo(revision.Kind.ToString()));

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var (asked, failed) = await api.Ask(context, HttpMethod.Get, $"/cgi-bin/agent/get?agentid={Uri.EscapeDataString(context.Settings["agentId"])}", null, ct);
        return failed ?? (SendOutcome)new SendOutcome.Sent(asked!.Body["name"].Filled);
    }

    public Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => api.Download(context, media, ct);

    public async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var isCustomer = personId.StartsWith("wm", StringComparison.Ordinal) || personId.StartsWith("wo", StringComparison.Ordinal);
        var path = isCustomer ? "/cgi-bin/externalcontact/get?external_userid=" : "/cgi-bin/user/get?userid=";
        var (asked, failed) = await api.Ask(context, HttpMethod.Get, path + Uri.EscapeDataString(personId), null, ct);
        if (asked is null)
            return new ProfileOutcome.Unknown(failed!.Failure);
        var body = isCustomer ? asked.Body["external_contact"] : asked.Body;
        return new ProfileOutcome.Known(new Person(personId) { Name = body["name"].Filled, AvatarUrl = body["avatar"].Filled, Also = body.Facts("unionid") });
    }

    private Task<SendOutcome> Message(Outbound part, string type, JsonObject content, ChannelContext context, CancellationToken ct)
    {
        _ = int.TryParse(context.Settings["agentId"], NumberStyles.None, CultureInfo.InvariantCulture, out var agent);
        return api.Post(context, "/cgi-bin/message/send", new JsonObject
        {
            ["touser"] = part.To, ["msgtype"] = type, ["agentid"] = agent, [type] = content, ["enable_duplicate_check"] = 0,
        }, WeChatAccountAdapter.Id, ct);
    }

    private async Task<SendOutcome> Media(Outbound part, OutboundMedia media, ChannelContext context, CancellationToken ct)
    {
        var type = media.Kind switch { MediaKind.Image => "image", MediaKind.Voice => "voice", MediaKind.Video => "video", _ => "file" };
        var (id, failed) = await api.Upload(context, type, media, ct);
        return failed ?? await Message(part, type, new JsonObject { ["media_id"] = id }, context, ct);
    }

    private static JsonObject Buttons(CardContent card, Outbound part) => new()
    {
        ["card_type"] = "button_interaction",
        ["main_title"] = new JsonObject { ["title"] = card.Title, ["desc"] = card.Text ?? "" },
        ["task_id"] = part.Key.Length is > 0 and <= 128 ? part.PartKey : Guid.CreateVersion7().ToString("N"),
        ["button_list"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)new JsonObject { ["text"] = button.Label, ["key"] = button.Payload ?? button.Label, ["style"] = 1 })]),
    };
}
