using System.Text.Json.Nodes;
using Queqiao.Channels.Sending;
using Queqiao.Channels.WeChat;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.WeChatOfficial;

/// <summary>WeChat official account (公众号): webhooks in three modes, customer-service messages, templates.</summary>
public sealed class WeChatOfficialAdapter : WeChatAccountAdapter, IProfileChannel
{
    public override ChannelDescriptor Descriptor { get; } = new("wechat-official", new("微信公众号", "WeChat official account"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.Link | Abilities.Cards | Abilities.Templates
            | Abilities.Typing | Abilities.SeesDelivered | Abilities.Follows | Abilities.Profiles,
        Limits = new(new(2048, TextUnit.Utf8))
        {
            Buttons = 10, ButtonLabel = new(64, TextUnit.Utf8), CardText = new(1024, TextUnit.Utf8),
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 10 << 20, [MediaKind.Voice] = 2 << 20, [MediaKind.Audio] = 2 << 20, [MediaKind.Video] = 10 << 20 },
        },
        Settings = [.. Fields("https://mp.weixin.qq.com/"), new("kfAccount", new("显示为客服账号", "Shown as service account")) { Help = new("可选，形如 test1@gh_abc。", "Optional, such as test1@gh_abc.") }],
        Window = new([
            new(WindowTrigger.Message, TimeSpan.FromHours(48), 5), new(WindowTrigger.Follow, TimeSpan.FromMinutes(1), 3), new(WindowTrigger.MenuClick, TimeSpan.FromMinutes(1), 3),
            new(WindowTrigger.Scan, TimeSpan.FromMinutes(1), 3), new(WindowTrigger.Payment, TimeSpan.FromHours(48), 20)], AfterWindow.Template),
        Console = new("https://mp.weixin.qq.com/"),
        Manual = new("https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html"),
        MediaHosts = ["*.qpic.cn", "*.qq.com"],
        Errors = WeChatErrors.Table(),
    };

    /// <summary>A menu of answers, or an article with one address. Both together cannot be drawn.</summary>
    protected override bool Draws(CardContent card) => base.Draws(card) && card.Buttons.Count > 0
        && ((card.Image is null && card.Buttons.All(button => button.Url is null)) || (card.Buttons.Count == 1 && card.Buttons[0].Url is not null));

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Custom(part, "text", new JsonObject { ["content"] = text.Text }, context, ct),
        CardContent card when card.Buttons is [{ Url: { } url }] => await News(part, card.Title, card.Text, url, card.Image, context, ct),
        CardContent card => await Custom(part, "msgmenu", Menu(card), context, ct),
        LinkContent link => await News(part, link.Title, link.Description, link.Url, link.Image, context, ct),
        TemplateContent template => await Template(part, template, context, ct),
        MediaContent { Media: var media } when media.Kind is MediaKind.Image or MediaKind.Voice or MediaKind.Audio or MediaKind.Video =>
            await Media(part, media, media.Kind switch { MediaKind.Image => "image", MediaKind.Video => "video", _ => "voice" }, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var (asked, failed) = await Api.Ask(context, HttpMethod.Get, $"/cgi-bin/user/info?openid={Uri.EscapeDataString(personId)}&lang=zh_CN", null, ct);
        if (asked is null)
            return new ProfileOutcome.Unknown(failed!.Failure);
        // Names and pictures have not been given out since the end of 2021.
        return new ProfileOutcome.Known(new Person(personId) { Language = asked.Body["language"].Filled, Also = asked.Body.Facts("unionid") });
    }

    private Task<SendOutcome> News(Outbound part, string title, string? text, Uri url, Uri? image, ChannelContext context, CancellationToken ct) =>
        Custom(part, "news", new JsonObject
        {
            ["articles"] = new JsonArray(new JsonObject { ["title"] = title, ["description"] = text ?? "", ["url"] = url.ToString(), ["picurl"] = image?.ToString() ?? "" }),
        }, context, ct);

    private static JsonObject Menu(CardContent card) => new()
    {
        ["head_content"] = card.Text is null ? card.Title : card.Title + "\n" + card.Text,
        ["list"] = new JsonArray([.. card.Buttons.Select((button, index) => (JsonNode)new JsonObject { ["id"] = button.Payload ?? index.ToString(System.Globalization.CultureInfo.InvariantCulture), ["content"] = button.Label })]),
        ["tail_content"] = "",
    };

    private Task<SendOutcome> Template(Outbound part, TemplateContent template, ChannelContext context, CancellationToken ct)
    {
        var body = new JsonObject { ["touser"] = part.To, ["template_id"] = template.Name, ["data"] = Values(template) };
        if (part.Key.Length > 0)
            body["client_msg_id"] = part.PartKey;
        if (template.Url is not null)
            body["url"] = template.Url.ToString();
        return Api.Post(context, "/cgi-bin/message/template/send", body, Id, ct);
    }
}
