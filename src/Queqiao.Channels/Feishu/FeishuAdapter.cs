using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Tokens;

namespace Queqiao.Channels.Feishu;

/// <summary>A bot of Feishu (飞书) or Lark.</summary>
public sealed class FeishuAdapter : ChannelAdapter, IMediaChannel, IRevisionChannel, IProfileChannel
{
    private const string Host = "https://open.feishu.cn";
    private static readonly TimeSpan Tolerance = TimeSpan.FromHours(8); // retries come after up to six hours

    /// <summary>By Feishu's names of emoji.</summary>
    internal static readonly Reactions Signs = new(("👍", "THUMBSUP"), ("👌", "OK"), ("❤️", "HEART"), ("👏", "APPLAUSE"), ("😄", "LAUGH"), ("🙏", "THANKS"), ("✅", "DONE"), ("😊", "SMILE"));

    public override ChannelDescriptor Descriptor { get; } = new("feishu", new("飞书", "Feishu / Lark"))
    {
        DropsRepeats = true,
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.File | Abilities.Cards | Abilities.Reply | Abilities.Edit | Abilities.Recall | Abilities.React
            | Abilities.SeesRead | Abilities.SeesRecalls | Abilities.SeesReactions | Abilities.Groups | Abilities.Profiles,
        Reactions = Signs,
        Limits = new(new(30_000, TextUnit.Utf8))
        {
            Buttons = 10, ButtonLabel = new(60, TextUnit.Utf16), CardText = new(8000, TextUnit.Utf8), Rates = [new(RateScope.Account, 50, TimeSpan.FromSeconds(1)), new(RateScope.Conversation, 5, TimeSpan.FromSeconds(1))],
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 10 << 20, [MediaKind.Voice] = 30 << 20, [MediaKind.Audio] = 30 << 20, [MediaKind.Video] = 30 << 20, [MediaKind.File] = 30 << 20 },
        },
        Settings =
        [
            new("appId", new("App ID", "App ID")) { Required = true, Pattern = "^cli_", Where = new("https://open.feishu.cn/app") },
            new("appSecret", new("App Secret", "App secret"), SettingType.Secret) { Required = true, Where = new("https://open.feishu.cn/app") },
            new("encryptKey", new("Encrypt Key", "Encrypt key"), SettingType.Secret) { Help = new("强烈建议设置：有它才有签名。", "Better set it: without it nothing is signed.") },
            new("verificationToken", new("Verification Token", "Verification token"), SettingType.Secret),
            CommonFields.ApiBase with { Help = new("国际版 Lark 请填 https://open.larksuite.com。", "For Lark: https://open.larksuite.com.") },
        ],
        Console = new("https://open.feishu.cn/app"),
        Manual = new("https://open.feishu.cn/document/server-docs/im-v1/message/create"),
        Errors = new()
        {
            { ErrorClass.Retry, "触发频率限制，稍后重试", "Too many calls; it will be tried again", "99991400", "230020", "11232", "11233" },
            { ErrorClass.Reauthorise, "访问凭证无效或过期", "The access token is not valid", "99991661", "99991663", "99991664", "99991665", "99991668" },
            { ErrorClass.Config, "应用缺少权限，请在开放平台开通并发布版本", "The app lacks a scope; add it in the console and publish", "99991672", "99991679" },
            { ErrorClass.Config, "App ID 或 App Secret 不正确", "The app ID or secret is wrong", "10003", "10014", "10012", "10013" },
            { ErrorClass.Permanent, "机器人不在群中", "The bot is not in the chat", "230002" },
            { ErrorClass.Permanent, "用户不在机器人可用范围", "The user is outside the bot's availability", "230013" },
            { ErrorClass.Permanent, "目标消息已撤回", "The target message was recalled", "230011", "230017" },
            { ErrorClass.Permanent, "内容过长", "The content is too long", "230025" },
            { ErrorClass.Permanent, "参数或内容不被接受", "A parameter or the content was refused", "230001", "230099", "230028" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        var (key, token) = (settings["encryptKey"], settings["verificationToken"]);
        if (key.Length == 0 && token.Length == 0)
            return Refused(Refusal.NotConfigured);
        if (Signed(delivery, key, now) is { } why)
            return Refused(why);
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        if (body["encrypt"].Filled is { } encrypted)
        {
            if (key.Length == 0)
                return Refused(Refusal.NotConfigured);
            if (FeishuCipher.Open(key, encrypted) is not { } opened)
                return Refused(Refusal.BadSignature);
            if (Json.Read(opened) is not { IsObject: true } inner)
                return Refused(Refusal.Malformed);
            body = inner;
        }
        else if (key.Length > 0 && delivery.Header("X-Lark-Signature").Length == 0)
        {
            return Refused(Refusal.Unsigned); // with a key, what is neither sealed nor signed is not Feishu's
        }
        var given = body["header"]["token"].Text ?? body["token"].Text;
        if (token.Length > 0 && !(given is not null && Signature.Same(token, given)))
            return Refused(given is null ? Refusal.Unsigned : Refusal.BadSignature);
        if (body["type"].Text == "url_verification")
            return Received.Handshake(WebhookReply.Json(new JsonObject { ["challenge"] = body["challenge"].Text ?? "" }.ToJsonString(Writing.Plain)));
        var events = new Events();
        events.Add(FeishuReader.Read(body));
        return Accepted(events, WebhookReply.Json("{}"));
    }

    /// <summary>Address checks are sealed but not signed in all versions: opening them proves as much.</summary>
    private static Refusal? Signed(WebhookDelivery delivery, string key, DateTimeOffset now)
    {
        var given = delivery.Header("X-Lark-Signature");
        if (key.Length == 0 || given.Length == 0)
            return null;
        var (timestamp, nonce) = (delivery.Header("X-Lark-Request-Timestamp"), delivery.Header("X-Lark-Request-Nonce"));
        if (!Signature.Same(FeishuCipher.Sign(timestamp, nonce, key, delivery.Body.Span), given.ToLowerInvariant()))
            return Refusal.BadSignature;
        return Signature.IsFresh(Instant.Seconds(long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null), now, Tolerance) ? null : Refusal.Stale;
    }

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent { Rich: { } rich } => await Message(part, "post", FeishuPost.Of(rich), context, ct),
        TextContent text => await Message(part, "text", new JsonObject { ["text"] = text.Text }, context, ct),
        CardContent card => await Message(part, "interactive", Card(card), context, ct),
        MediaContent { Media: { Kind: not MediaKind.Sticker } media } => await Media(part, media, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    protected override bool Draws(CardContent card) => base.Draws(card) && card.Image is null;

    public Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct)
    {
        var path = "/open-apis/im/v1/messages/" + Uri.EscapeDataString(revision.MessageId);
        return revision.Kind switch
        {
            RevisionKind.Edit => Outcome(context, HttpMethod.Put, path, new JsonObject
            {
                ["msg_type"] = revision.Rich is null ? "text" : "post", ["content"] = (revision.Rich is { } rich ? FeishuPost.Of(rich) : new JsonObject { ["text"] = revision.Text ?? "" }).ToJsonString(Writing.Plain),
            }, ct),
            RevisionKind.Recall => Outcome(context, HttpMethod.Delete, path, null, ct),
            RevisionKind.React => Outcome(context, HttpMethod.Post, path + "/reactions", new JsonObject { ["reaction_type"] = new JsonObject { ["emoji_type"] = Signs.NameOf(revision.Text) } }, ct),
            RevisionKind.Unreact => Unreact(path + "/reactions", Signs.NameOf(revision.Text), context, ct),
            _ => Task.FromResult(SendOutcome.CannotDo(revision.Kind.ToString())),
        };
    }

    /// <summary>A sign is taken away by an id of its own, so it is looked for first: of those of this kind, the app's.</summary>
    private async Task<SendOutcome> Unreact(string path, string name, ChannelContext context, CancellationToken ct)
    {
        var (found, failed) = await Ask(context, HttpMethod.Get, $"{path}?reaction_type={Uri.EscapeDataString(name)}&page_size=50", () => null, ct);
        if (failed is not null)
            return failed;
        var mine = found!.Body["data"]["items"].Items.FirstOrDefault(one => one["operator"]["operator_type"].Text == "app");
        return mine["reaction_id"].Filled is { } id ? await Outcome(context, HttpMethod.Delete, $"{path}/{Uri.EscapeDataString(id)}", null, ct) : new SendOutcome.Sent(null);
    }

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var (found, failed) = await Ask(context, HttpMethod.Get, "/open-apis/bot/v3/info", () => null, ct);
        return failed ?? (SendOutcome)new SendOutcome.Sent(found!.Body["bot"]["app_name"].Filled);
    }

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct)
    {
        if (media.Id is null || media.MessageId is null)
            return Failures.NoMedia;
        MediaOutcome? found = null;
        var kind = media.Id.StartsWith("img", StringComparison.Ordinal) ? "image" : "file";
        var outcome = await Tokened.Send(context, Key(context), (_, stop) => Fetch(context, stop), async token =>
        {
            found = await Call.Download(context, $"{context.Settings.ApiBase(Host)}/open-apis/im/v1/messages/{Uri.EscapeDataString(media.MessageId)}/resources/{Uri.EscapeDataString(media.Id)}?type={kind}", Descriptor.Errors, ct, Bearer(token));
            return found is MediaOutcome.NotFound { Failure.Class: ErrorClass.Reauthorise } refused ? new SendOutcome.NotSent(refused.Failure) : SendOutcome.Done;
        }, ct);
        return outcome is SendOutcome.NotSent bad ? new MediaOutcome.NotFound(bad.Failure, bad.After) : found!;
    }

    public async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var (found, failed) = await Ask(context, HttpMethod.Get, $"/open-apis/contact/v3/users/{Uri.EscapeDataString(personId)}?user_id_type=open_id", () => null, ct);
        if (found is null)
            return new ProfileOutcome.Unknown(failed!.Failure);
        var user = found.Body["data"]["user"];
        return new ProfileOutcome.Known(new Person(personId) { Name = user["name"].Filled, AvatarUrl = user["avatar"]["avatar_240"].Filled, Also = user.Facts("union_id", "user_id") });
    }

    private sealed record Found(Node Body);

    private static string Key(ChannelContext context) => $"feishu:{context.Settings.ApiBase(Host)}:{context.Settings["appId"]}";

    private static (string, string) Bearer(string token) => ("Authorization", "Bearer " + token);

    private async Task<TokenOutcome> Fetch(ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Post(context, context.Settings.ApiBase(Host) + "/open-apis/auth/v3/tenant_access_token/internal", new JsonObject { ["app_id"] = context.Settings["appId"], ["app_secret"] = context.Settings["appSecret"] }, ct);
        if (answer.IsOk && answer.Body["tenant_access_token"].Filled is { } token)
            return new TokenOutcome.Granted(new AccessToken(token, context.Clock.GetUtcNow().AddSeconds(answer.Body["expire"].Long is > 0 and <= 86_400 and var life ? life : 7200)));
        var failed = Failed(answer, answer.Body["code"].Text ?? "", answer.Body["msg"].Text, context);
        return new TokenOutcome.Denied(failed.Failure, failed.After);
    }

    private Task<(Found? Value, SendOutcome.NotSent? Failed)> Ask(ChannelContext context, HttpMethod method, string path, Func<HttpContent?> body, CancellationToken ct) =>
        Tokened.Ask<Found>(context, Key(context), (_, stop) => Fetch(context, stop), async token =>
        {
            var answer = await Call.Send(context, method, context.Settings.ApiBase(Host) + path, body(), ct, Bearer(token));
            return answer.IsOk && answer.Body["code"].Long == 0 ? (new Found(answer.Body), null) : (null, Failed(answer, answer.Body["code"].Text ?? "", answer.Body["msg"].Text, context));
        }, ct);

    private async Task<SendOutcome> Outcome(ChannelContext context, HttpMethod method, string path, JsonObject? body, CancellationToken ct)
    {
        var (found, failed) = await Ask(context, method, path, () => body is null ? null : Call.JsonBody(body), ct);
        return failed ?? (SendOutcome)new SendOutcome.Sent(found!.Body["data"]["message_id"].Filled);
    }

    private Task<SendOutcome> Message(Outbound part, string type, JsonObject content, ChannelContext context, CancellationToken ct)
    {
        var body = new JsonObject { ["msg_type"] = type, ["content"] = content.ToJsonString(Writing.Plain) };
        if (part.Key.Length > 0)
            body["uuid"] = Signature.Sha256Hex(Encoding.UTF8.GetBytes(part.PartKey))[..32]; // drops repeats for an hour
        if (part.ReplyTo is not null)
            return Outcome(context, HttpMethod.Post, $"/open-apis/im/v1/messages/{Uri.EscapeDataString(part.ReplyTo)}/reply", body, ct);
        body["receive_id"] = part.ConversationId ?? part.To;
        return Outcome(context, HttpMethod.Post, "/open-apis/im/v1/messages?receive_id_type=" + (part.ConversationId is null ? "open_id" : "chat_id"), body, ct);
    }

    private async Task<SendOutcome> Media(Outbound part, OutboundMedia media, ChannelContext context, CancellationToken ct)
    {
        var isImage = media.Kind == MediaKind.Image;
        var bytes = new MemoryStream();
        await using (var stream = await media.Open(ct))
            await stream.CopyToAsync(bytes, ct);
        var (found, failed) = await Ask(context, HttpMethod.Post, isImage ? "/open-apis/im/v1/images" : "/open-apis/im/v1/files", () => Form(media, bytes.ToArray(), isImage), ct);
        if (found is null)
            return failed!;
        var type = media.Kind switch { MediaKind.Image => "image", MediaKind.Voice => "audio", MediaKind.Video => "media", _ => "file" };
        return await Message(part, type, isImage ? new JsonObject { ["image_key"] = found.Body["data"]["image_key"].Text } : new JsonObject { ["file_key"] = found.Body["data"]["file_key"].Text }, context, ct);
    }

    private static MultipartFormDataContent Form(OutboundMedia media, byte[] bytes, bool isImage) => isImage
        ? new() { { new StringContent("message"), "image_type" }, { new ByteArrayContent(bytes), "image", media.FileName } }
        : new()
        {
            { new StringContent(media.Kind switch { MediaKind.Voice => "opus", MediaKind.Video => "mp4", _ => "stream" }), "file_type" }, { new StringContent(media.FileName), "file_name" }, { new ByteArrayContent(bytes), "file", media.FileName },
        };

    private static JsonObject Card(CardContent card)
    {
        var elements = new JsonArray();
        if (card.Text is { Length: > 0 })
            elements.Add(new JsonObject { ["tag"] = "div", ["text"] = new JsonObject { ["tag"] = "plain_text", ["content"] = card.Text } });
        if (card.Buttons.Count > 0)
        {
            elements.Add(new JsonObject
            {
                ["tag"] = "action",
                ["actions"] = new JsonArray([.. card.Buttons.Select(button =>
                {
                    var made = new JsonObject { ["tag"] = "button", ["type"] = "default", ["text"] = new JsonObject { ["tag"] = "plain_text", ["content"] = button.Label } };
                    if (button.Url is null)
                        made["value"] = new JsonObject { ["payload"] = button.Payload ?? button.Label };
                    else
                        made["url"] = button.Url.ToString();
                    return (JsonNode)made;
                })]),
            });
        }
        return new JsonObject { ["header"] = new JsonObject { ["title"] = new JsonObject { ["tag"] = "plain_text", ["content"] = card.Title } }, ["elements"] = elements };
    }
}
