using System.Text.Json.Nodes;
using Queqiao.Channels.Sending;
using Queqiao.Channels.WeChat;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.WeChatMiniProgram;

/// <summary>Customer service of a WeChat mini program (小程序客服): XML or JSON, plain or sealed.</summary>
public sealed class WeChatMiniProgramAdapter : WeChatAccountAdapter
{
    public override ChannelDescriptor Descriptor { get; } = new("wechat-miniprogram", new("微信小程序客服", "WeChat mini program"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Link | Abilities.Templates | Abilities.Typing | Abilities.SeesDelivered,
        Limits = new(new(2048, TextUnit.Utf8)) { Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 10 << 20 } },
        Settings = Fields("https://mp.weixin.qq.com/"),
        Window = new([new(WindowTrigger.Message, TimeSpan.FromHours(48), 5), new(WindowTrigger.Enter, TimeSpan.FromMinutes(1), 2)], AfterWindow.Template),
        Console = new("https://mp.weixin.qq.com/"),
        Manual = new("https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/customer-message/customer-message.html"),
        MediaHosts = ["*.qpic.cn", "*.qq.com"],
        Errors = WeChatErrors.Table(),
    };

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Custom(part, "text", new JsonObject { ["content"] = text.Text }, context, ct),
        MediaContent { Media: { Kind: MediaKind.Image } media } => await Media(part, media, "image", context, ct),
        LinkContent link => await Custom(part, "link", new JsonObject
        {
            ["title"] = link.Title, ["description"] = link.Description ?? "", ["url"] = link.Url.ToString(), ["thumb_url"] = link.Image?.ToString() ?? "",
        }, context, ct),
        TemplateContent template => await Api.Post(context, "/cgi-bin/message/subscribe/send", new JsonObject
        {
            ["touser"] = part.To, ["template_id"] = template.Name, ["page"] = template.Url?.ToString() ?? "", ["lang"] = template.Language == "en" ? "en_US" : "zh_CN", ["data"] = Values(template),
        }, Id, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };
}
