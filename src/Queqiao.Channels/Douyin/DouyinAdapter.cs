using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Tokens;
using Queqiao.Channels.WeChat;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.Douyin;

/// <summary>Private messages on Douyin (抖音), and the customer-service push of its mini programs.</summary>
public sealed class DouyinAdapter : ChannelAdapter, IMediaChannel, IRevisionChannel, IAuthorisedChannel, IRenewedChannel
{
    private const string Host = "https://open.douyin.com";
    private const int RandomBytes = 32;

    public override ChannelDescriptor Descriptor { get; } = new("douyin", new("抖音私信", "Douyin"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Recall | Abilities.SeesRecalls | Abilities.Follows | Abilities.Groups,
        Limits = new(new(1000, TextUnit.CodePoints)) { Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 10 << 20 } },
        Settings =
        [
            new("clientKey", new("Client Key", "Client key")) { Required = true, Where = new("https://developer.open-douyin.com/console") },
            new("clientSecret", new("Client Secret", "Client secret"), SettingType.Secret) { Required = true, Where = new("https://developer.open-douyin.com/console") },
            new("refreshToken", new("企业号 refresh_token", "Refresh token of the business account"), SettingType.Secret) { Required = true, Granted = true, Help = new("授权后得到；续期由系统完成。", "From the authorisation; renewed by itself.") },
            new("appId", new("小程序 AppID", "Mini program AppID")), new("token", new("小程序推送 Token", "Token of the mini program's push"), SettingType.Secret),
            new("encodingAesKey", new("小程序推送 EncodingAESKey", "EncodingAESKey of the mini program's push"), SettingType.Secret) { Pattern = "^[A-Za-z0-9+/]{43}$" },
            .. CommonFields.Window, CommonFields.ApiBase,
        ],
        Window = new([new(WindowTrigger.Message, TimeSpan.FromHours(48), 6), new(WindowTrigger.Enter, TimeSpan.FromMinutes(1), 1)]),
        Console = new("https://developer.open-douyin.com/console"), Manual = new("https://developer.open-douyin.com/docs/resource/zh-CN/dop/develop/webhooks/overview"),
        MediaHosts = ["*.douyinpic.com", "*.byteimg.com", "*.douyinvod.com", "*.douyin.com", "*.snssdk.com"],
        Errors = new()
        {
            { ErrorClass.Reauthorise, "授权已失效，请企业号重新授权", "The authorisation is no longer valid; the business account has to authorise again", "2190002", "2190008", "10008", "10010", "2190016" },
            { ErrorClass.Config, "应用缺少权限", "The app lacks a permission", "2190004", "10007", "2190015" },
            { ErrorClass.Retry, "抖音繁忙或超出频率，稍后重试", "Douyin is busy, or too many calls; it will be tried again", "2100004", "2100009", "10001", "2190001" },
            { ErrorClass.Window, "超出可回复的时限或条数", "The time or number of replies is used up", "28001003", "28001004", "28001005", "28001006", "28001007" },
            { ErrorClass.Permanent, "消息不被接受", "The message was refused", "28001*", "2100005", "10002" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        var given = delivery.Header("X-Douyin-Signature");
        if (given.Length == 0)
            return MiniProgram(delivery, settings);
        if (!settings.Has("clientSecret"))
            return Refused(Refusal.NotConfigured);
        var expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(Signature.Join(settings["clientSecret"], delivery.Body.Span)));
        if (!Signature.Same(expected, given.ToLowerInvariant()))
            return Refused(Refusal.BadSignature);
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        if (body["event"].Text == "verify_webhook")
        {
            var challenge = body["content"].Embedded["challenge"];
            return Received.Handshake(WebhookReply.Json($"{{\"challenge\":{(challenge.IsMissing ? "null" : challenge.Raw)}}}"));
        }
        var events = new Events();
        events.Add(DouyinReader.Read(body, delivery.Header("Msg-Id") is { Length: > 0 } id ? id : null));
        return Accepted(events);
    }

    /// <summary>As in the WeChat family, with 32 random bytes; parameters stand in the body.</summary>
    private static Received MiniProgram(WebhookDelivery delivery, ChannelSettings settings)
    {
        if (delivery.Body.Length == 0 || WeChatEnvelope.Document(delivery.Body) is not { } wrapper || wrapper["Encrypt"].Text is not { Length: > 0 } encrypted)
            return Refused(Refusal.Unsigned);
        if (!settings.Has("token") || WeChatCipher.From(settings["token"], settings["encodingAesKey"], RandomBytes) is not { } cipher)
            return Refused(Refusal.NotConfigured);
        if (!cipher.IsSigned(wrapper["TimeStamp"].Text ?? "", wrapper["Nonce"].Text ?? "", encrypted, wrapper["MsgSignature"].Text ?? ""))
            return Refused(Refusal.BadSignature);
        if (cipher.Open(encrypted.Trim()) is not { } opened || WeChatEnvelope.Document(opened.Message) is not { } message)
            return Refused(Refusal.Malformed);
        if (opened.Receiver != settings["appId"])
            return Refused(Refusal.WrongAccount);
        return Received.Of(WebhookReply.Text("success"), [WeChatMessages.Read(message, Encoding.UTF8.GetString(opened.Message))]);
    }

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct)
    {
        switch (part.Content)
        {
            case TextContent text:
                return await Message(part, new JsonObject { ["msg_type"] = 1, ["text"] = new JsonObject { ["text"] = text.Text } }, context, ct);
            case MediaContent { Media: { Kind: MediaKind.Image } media }:
                var (id, failed) = await Upload(media, context, ct);
                return failed ?? await Message(part, new JsonObject { ["msg_type"] = 2, ["image"] = new JsonObject { ["media_id"] = id } }, context, ct);
            default:
                return SendOutcome.CannotDo(part.Content.ToString());
        }
    }

    public Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct) => revision.Kind != RevisionKind.Recall ? Task.FromResult(SendOutcome.CannotDo(revision.Kind.ToString()))
        : Post(context, "/im/recall/msg/", () => Call.JsonBody(new JsonObject { ["msg_id"] = revision.MessageId, ["conversation_id"] = revision.ConversationId ?? "", ["conversation_type"] = 1 }), ct);

    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Tokened.Send(context, Key(context), (before, stop) => Fetch(context, before, stop), _ => Task.FromResult<SendOutcome>(new SendOutcome.Sent(context.Settings["clientKey"])), ct);

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => IsOurHost(media.Url, context.Settings) ? await Call.Download(context, media.Url!, Descriptor.Errors, ct) : Failures.ForeignHost;

    public IReadOnlyList<string> AuthorisesWith { get; } = ["clientKey", "clientSecret"];

    public Uri AuthoriseAt(AuthorisationRequest request, ChannelSettings settings) => Consent.Page(settings, Host, "/platform/oauth/connect/", ("client_key", settings["clientKey"]), ("response_type", "code"),
        ("scope", "user_info,im.direct_message"), ("redirect_uri", request.RedirectUri), ("state", request.State));

    public async Task<AuthorisationOutcome> Authorise(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(Host) + "/oauth/access_token/", Call.FormBody(
            ("client_key", context.Settings["clientKey"]), ("client_secret", context.Settings["clientSecret"]), ("code", code), ("grant_type", "authorization_code")), ct);
        return answer.IsOk && answer.Body["data"]["refresh_token"].Filled is { } refresh ? Consent.Granted(answer.Body["data"]["open_id"].Filled, After(answer.Body["data"]["refresh_expires_in"].Long, context.Clock.GetUtcNow()), null, ("refreshToken", refresh)) : new AuthorisationOutcome.Denied(Told(answer, context).Failure);
    }

    private static string Key(ChannelContext context) => $"douyin:{context.Settings.ApiBase(Host)}:{context.Settings["clientKey"]}:{Signature.Sha256Hex(Encoding.UTF8.GetBytes(context.Settings["refreshToken"]))[..16]}";

    public async Task<Renewal> Renew(ChannelContext context, CancellationToken ct) => Renewal.Of(await context.Tokens.Get(Key(context), (before, stop) => Fetch(context, before, stop), ct));

    private async Task<TokenOutcome> Fetch(ChannelContext context, AccessToken? before, CancellationToken ct)
    {
        var given = before?.Refresh ?? context.Settings["refreshToken"];
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(Host) + "/oauth/refresh_token/", Call.FormBody(
            ("client_key", context.Settings["clientKey"]), ("grant_type", "refresh_token"), ("refresh_token", given)), ct);
        var data = answer.Body["data"];
        if (!answer.IsOk || data["access_token"].Filled is not { } token)
        {
            var failed = Told(answer, context);
            return new TokenOutcome.Denied(failed.Failure, failed.After);
        }
        var now = context.Clock.GetUtcNow();
        var (refresh, until) = (data["refresh_token"].Filled ?? given, After(data["refresh_expires_in"].Long, now));
        if (until < now + Soon)
            (refresh, until) = await Prolong(refresh, until, context, ct);
        return new TokenOutcome.Granted(new AccessToken(token, After(data["expires_in"].Long, now) ?? now.AddDays(1), refresh) { RenewAt = now.AddDays(3), ConsentUntil = until });
    }

    /// <summary>Refreshing does not prolong the refresh token: that is asked for by itself, five times at most; then the account has to consent again.</summary>
    private static async Task<(string Refresh, DateTimeOffset? Until)> Prolong(string refresh, DateTimeOffset? until, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(Host) + "/oauth/renew_refresh_token/", Call.FormBody(("client_key", context.Settings["clientKey"]), ("refresh_token", refresh)), ct);
        return answer.IsOk && answer.Body["data"]["refresh_token"].Filled is { } longer ? (longer, After(answer.Body["data"]["expires_in"].Long, context.Clock.GetUtcNow())) : (refresh, until);
    }

    private static readonly TimeSpan Soon = TimeSpan.FromDays(8);

    private static DateTimeOffset? After(long? seconds, DateTimeOffset now) => seconds is > 0 and < 100_000_000 ? now.AddSeconds(seconds.Value) : null;

    private SendOutcome.NotSent Told(Answer answer, ChannelContext context) => Failed(answer, answer.Body["data"]["error_code"].Filled is { } code and not "0" ? code : answer.Body["extra"]["error_code"].Text ?? "", answer.Body["data"]["description"].Text, context);

    private Task<SendOutcome> Post(ChannelContext context, string path, Func<HttpContent> body, CancellationToken ct) =>
        Tokened.Send(context, Key(context), (before, stop) => Fetch(context, before, stop), async token =>
        {
            var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(Host) + path, body(), ct, ("access-token", token));
            var data = answer.Body["data"];
            return answer.IsOk && answer.Body.IsObject && (data["error_code"].Long ?? 0) == 0 && (answer.Body["extra"]["error_code"].Long ?? 0) == 0 ? new SendOutcome.Sent(data["msg_id"].Filled ?? answer.Body["msg_id"].Filled) : Told(answer, context);
        }, ct);

    private Task<SendOutcome> Message(Outbound part, JsonObject content, ChannelContext context, CancellationToken ct)
    {
        // Douyin lets us answer a message, not write: without one there is no way.
        if (part.Reply("msg_id") is not { Length: > 0 } message)
            return Task.FromResult(Failures.NoWindow);
        var body = new JsonObject { ["msg_id"] = message, ["conversation_id"] = part.ConversationId ?? "", ["to_user_id"] = part.To, ["content"] = content };
        return Post(context, part.IsGroup ? "/im/send/msg/group/" : "/im/send/msg/", () => Call.JsonBody(body.DeepClone()), ct);
    }

    private async Task<(string? Id, SendOutcome.NotSent? Failed)> Upload(OutboundMedia media, ChannelContext context, CancellationToken ct)
    {
        string? id = null;
        var outcome = await Tokened.Send(context, Key(context), (before, stop) => Fetch(context, before, stop), async token =>
        {
            using var form = new MultipartFormDataContent { { new StreamContent(await media.Open(ct)), "image", media.FileName } };
            var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(Host) + "/tool/imagex/client_upload/", form, ct, ("access-token", token));
            id = answer.Body["data"]["image_id"].Filled ?? answer.Body["data"]["media_id"].Filled;
            return id is not null ? SendOutcome.Done : Told(answer, context);
        }, ct);
        return (id, outcome as SendOutcome.NotSent);
    }
}
