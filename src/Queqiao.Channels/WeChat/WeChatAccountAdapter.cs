using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;

namespace Queqiao.Channels.WeChat;

/// <summary>What official accounts and mini programs have in common: the door, the token, customer-service messages.</summary>
public abstract class WeChatAccountAdapter : ChannelAdapter, ISignalChannel, IMediaChannel
{
    private protected WeChatAccountAdapter() => Api = new WeChatApi(this, "https://api.weixin.qq.com", "appId", (context, ct) => Call.Post(
        context, context.Settings.ApiBase("https://api.weixin.qq.com") + "/cgi-bin/stable_token",
        // stable_token does not void the token of another program that uses the same account.
        new JsonObject { ["grant_type"] = "client_credential", ["appid"] = context.Settings["appId"], ["secret"] = context.Settings["appSecret"] }, ct));

    internal WeChatApi Api { get; }

    private protected static SettingField[] Fields(string console) =>
    [
        new("appId", new("AppID", "AppID")) { Required = true, Where = new(console), Pattern = "^wx[0-9a-f]{16}$" },
        new("appSecret", new("AppSecret", "App secret"), SettingType.Secret) { Required = true, Where = new(console) },
        new("token", new("令牌 Token", "Token"), SettingType.Secret) { Required = true, Help = new("与平台“服务器配置”中填写的一致。", "The same as under the server settings of the provider's console.") },
        new("encodingAesKey", new("消息加解密密钥 EncodingAESKey", "EncodingAESKey"), SettingType.Secret) { Pattern = "^[A-Za-z0-9+/]{43}$", Help = new("安全模式需要。", "Needed in safe mode.") },
        new("safeMode", new("只接受加密消息", "Take encrypted messages only"), SettingType.Toggle),
        .. CommonFields.Window, CommonFields.ApiBase,
    ];

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        var opened = WeChatEnvelope.OpenAccount(delivery, settings, now);
        return opened.Done ?? Received.Of(WebhookReply.Text("success"), WeChatMessages.ReadAll(opened.Message, opened.Raw));
    }

    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) =>
        Tokened.Send(context, Api.TokenKey(context), (_, stop) => Api.Fetch(context, stop), _ => Task.FromResult<SendOutcome>(new SendOutcome.Sent(context.Settings["appId"])), ct);

    public Task<SendOutcome> Signal(Signal signal, ChannelContext context, CancellationToken ct) => signal.Kind == SignalKind.Read
        ? Task.FromResult(SendOutcome.CannotDo("read"))
        : Api.Post(context, "/cgi-bin/message/custom/typing", new JsonObject { ["touser"] = signal.To, ["command"] = signal.Kind == SignalKind.Typing ? "Typing" : "CancelTyping" }, _ => null, ct);

    public Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => Api.Download(context, media, ct);

    private protected Task<SendOutcome> Custom(Outbound part, string type, JsonObject content, ChannelContext context, CancellationToken ct)
    {
        var body = new JsonObject { ["touser"] = part.To, ["msgtype"] = type, [type] = content };
        if (context.Settings.Has("kfAccount"))
            body["customservice"] = new JsonObject { ["kf_account"] = context.Settings["kfAccount"] };
        return Api.Post(context, "/cgi-bin/message/custom/send", body, Id, ct);
    }

    private protected async Task<SendOutcome> Media(Outbound part, OutboundMedia media, string type, ChannelContext context, CancellationToken ct)
    {
        var (id, failed) = await Api.Upload(context, type, media, ct);
        return failed ?? await Custom(part, type, type == "video" ? new JsonObject { ["media_id"] = id, ["thumb_media_id"] = id, ["title"] = media.FileName } : new JsonObject { ["media_id"] = id }, context, ct);
    }

    internal static string? Id(Node body) => body["msgid"].Filled;

    private protected static JsonObject Values(TemplateContent template)
    {
        var data = new JsonObject();
        foreach (var value in template.Values)
            data[value.Name] = new JsonObject { ["value"] = value.Text };
        return data;
    }
}
