using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Tokens;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.Zalo;

/// <summary>A Zalo official account. Its refresh token is good for one use.</summary>
public sealed class ZaloAdapter : ChannelAdapter, IProfileChannel, IMediaChannel, IRevisionChannel, IAuthorisedChannel, IRenewedChannel
{
    private const string Host = "https://openapi.zalo.me";
    private const string Removed = "/-remove";

    private static readonly Reactions Signs = new(("👍", "/-strong"), ("❤️", "/-heart"), ("😆", ":>"), ("😮", ":o"), ("😢", ":-(("), ("😠", ":-h"));

    public override ChannelDescriptor Descriptor { get; } = new("zalo", new("Zalo", "Zalo"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.File | Abilities.Captions | Abilities.Reply | Abilities.React | Abilities.SeesDelivered | Abilities.SeesRead | Abilities.SeesReactions | Abilities.Follows | Abilities.Profiles,
        Reactions = Signs,
        Limits = new(new(2000, TextUnit.Utf16))
        {
            Caption = new(2000, TextUnit.Utf16), Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 1 << 20, [MediaKind.File] = 5 << 20 },
        },
        Settings =
        [
            new("appId", new("应用编号", "App ID")) { Required = true, Where = new("https://developers.zalo.me/apps") },
            new("appSecret", new("应用密钥", "App secret key"), SettingType.Secret) { Required = true, Where = new("https://developers.zalo.me/apps") },
            new("oaSecret", new("OA 密钥（回调签名）", "OA secret key (of the webhook)"), SettingType.Secret) { Required = true },
            new("refreshToken", new("refresh token", "Refresh token"), SettingType.Secret) { Required = true, Granted = true, Help = new("首次授权得到；之后由系统续期。", "From the first authorisation; renewed by itself.") }, .. CommonFields.Window, CommonFields.ApiBase,
        ],
        Window = new([new(WindowTrigger.Message, TimeSpan.FromDays(7)), new(WindowTrigger.MenuClick, TimeSpan.FromDays(7))], AfterWindow.Paid),
        Console = new("https://developers.zalo.me/apps"), Manual = new("https://developers.zalo.me/docs/official-account/tin-nhan/tin-tu-van"), MediaHosts = ["*.zdn.vn", "*.zadn.vn", "*.zaloapp.com", "*.zalo.me"],
        Errors = new()
        {
            { ErrorClass.Reauthorise, "access token 无效或过期", "The access token is not valid", "-216", "-124", "-14014", "-14020" },
            { ErrorClass.Retry, "发送过快，稍后重试", "Too fast; it will be tried again", "-32", "-211" },
            { ErrorClass.Window, "用户未关注、超出时限或免打扰时段", "Not followed, outside of the window, or quiet hours", "-213", "-230", "-234", "-217" },
            { ErrorClass.Permanent, "参数不被接受或用户不存在", "A parameter was refused, or there is no such user", "-201", "-210", "-227", "-200" },
            { ErrorClass.Config, "OA 没有权限", "The account may not do this", "-204", "-205", "-209", "-221", "-224", "-240", "-248" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("oaSecret"))
            return Refused(Refusal.NotConfigured);
        var given = delivery.Header("X-ZEvent-Signature");
        if (!given.StartsWith("mac=", StringComparison.Ordinal))
            return Refused(Refusal.Unsigned);
        // The signature covers the body's own time, so that is read first.
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        var expected = Signature.Sha256Hex([.. Encoding.UTF8.GetBytes(settings["appId"]), .. delivery.Body.Span, .. Encoding.UTF8.GetBytes((body["timestamp"].Text ?? "") + settings["oaSecret"])]);
        return Signature.Same(expected, given[4..].ToLowerInvariant()) ? Received.Of(WebhookReply.Ok, [Event(body)]) : Refused(Refusal.BadSignature);
    }

    private static InboundEvent Event(Node body)
    {
        var (name, message) = (body["event_name"].Text ?? "unknown", body["message"]);
        var isOurs = name.StartsWith("oa_", StringComparison.Ordinal);
        var customer = (isOurs || name is "user_received_message" or "user_seen_message" ? null : body["sender"]["id"].Filled ?? body["follower"]["id"].Filled ?? body["user_id"].Filled) ?? (isOurs ? body["recipient"]["id"].Filled : body["sender"]["id"].Filled ?? body["recipient"]["id"].Filled);
        var (id, stamp) = (message["msg_id"].Filled, body["timestamp"].Text);
        var head = new EventHead(id is not null && (name.StartsWith("user_send", StringComparison.Ordinal) || isOurs) ? id : $"{name}:{customer}:{stamp}:{id}", body.Raw)
        {
            Account = isOurs ? body["sender"]["id"].Filled : body["recipient"]["id"].Filled ?? body["oa_id"].Filled, At = Instant.Milliseconds(body["timestamp"].Long), Direction = isOurs ? EventDirection.Outbound : EventDirection.Inbound,
            Person = customer is null ? null : new Person(customer) { Also = body.Facts("user_id_by_app") },
        };
        return name switch
        {
            "follow" => head.Followed(name),
            "unfollow" => head.Unfollowed(name),
            "user_received_message" => Receipt(DeliveryState.Delivered, name, message, head),
            "user_seen_message" => Receipt(DeliveryState.Read, name, message, head),
            "user_reacted_message" when id is not null => head.Reacted(name, id, message["react_icon"].Text is Removed ? null : Signs.EmojiOf(message["react_icon"].Filled), message["react_icon"].Text is Removed),
            "user_submit_info" => head.Noted(name, name, body["info"].Facts("name", "phone", "address", "city")),
            _ when name.StartsWith("user_click", StringComparison.Ordinal) => head.Pressed(name, message["payload"].Text ?? message["text"].Text),
            _ when name.StartsWith("user_send_", StringComparison.Ordinal) || name.StartsWith("oa_send_", StringComparison.Ordinal) => head.Said(name, id, message["text"].Filled, [.. message["attachments"].Items.Select(Part).OfType<MessagePart>()], message["quote_msg_id"].Filled),
            _ => head.Unsupported(name, false),
        };
    }

    private static DeliveryReported Receipt(DeliveryState state, string name, Node message, EventHead head) => head.On(new DeliveryReported(state)
    {
        Type = name, DedupeKey = head.Key, TargetIds = [.. message["msg_ids"].Items.Concat(message["msg_id"].Items).Select(id => id.Filled).OfType<string>()],
    }) with { Direction = EventDirection.Outbound };

    private static MessagePart? Part(Node attachment)
    {
        var (type, load) = (attachment["type"].Text, attachment["payload"]);
        MediaPart Media(MediaKind kind) => new(kind, new MediaRef(load["id"].Filled, load["url"].Filled) { ThumbUrl = load["thumbnail"].Filled, FileName = load["name"].Filled, Size = load["size"].Long });
        return type switch
        {
            "image" or "gif" => Media(MediaKind.Image), "audio" => Media(MediaKind.Voice), "video" => Media(MediaKind.Video), "file" => Media(MediaKind.File), "sticker" => Media(MediaKind.Sticker),
            "link" => new LinkPart("link", load["url"].Filled) { Title = load["title"].Filled, Description = load["description"].Filled, ThumbUrl = load["thumbnail"].Filled },
            "location" when (load["coordinates"]["latitude"].Double, load["coordinates"]["longitude"].Double) is ({ } latitude, { } longitude) => new LocationPart(latitude, longitude),
            null => null,
            _ => new CardPart(type) { Title = load["description"].Filled },
        };
    }

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Message(part, new JsonObject { ["text"] = text.Text }, context, ct),
        MediaContent { Media.Kind: MediaKind.Image or MediaKind.File } media => await Media(part, media, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    private async Task<SendOutcome> Message(Outbound part, JsonObject message, ChannelContext context, CancellationToken ct)
    {
        if (part.ReplyTo is not null)
            message["quote_message_id"] = part.ReplyTo;
        var (found, failed) = await Ask(context, HttpMethod.Post, "/v3.0/oa/message/cs", new JsonObject { ["recipient"] = new JsonObject { ["user_id"] = part.To }, ["message"] = message }, ct);
        return failed ?? (SendOutcome)new SendOutcome.Sent(found!.Body["data"]["message_id"].Filled);
    }

    /// <summary>Pictures and files are handed in first. Of files Zalo takes PDF and documents only; what it does not take it says.</summary>
    private async Task<SendOutcome> Media(Outbound part, MediaContent content, ChannelContext context, CancellationToken ct)
    {
        var media = content.Media;
        var isImage = media.Kind == MediaKind.Image;
        var path = isImage ? media.Mime == "image/gif" ? "/v2.0/oa/upload/gif" : "/v2.0/oa/upload/image" : "/v2.0/oa/upload/file";
        var (found, failed) = await AskWith(context, HttpMethod.Post, path, async () =>
        {
            var file = new StreamContent(await media.Open(ct));
            file.Headers.ContentType = MediaTypeHeaderValue.TryParse(media.Mime, out var mime) ? mime : new MediaTypeHeaderValue("application/octet-stream");
            return new MultipartFormDataContent { { file, "file", media.FileName } };
        }, ct);
        if (failed is not null)
            return failed;
        var handed = found!.Body["data"];
        if (!isImage)
            return await Message(part, new JsonObject { ["attachment"] = new JsonObject { ["type"] = "file", ["payload"] = new JsonObject { ["token"] = handed["token"].Text } } }, context, ct);
        var element = new JsonObject { ["media_type"] = media.Mime == "image/gif" ? "gif" : "image", ["attachment_id"] = handed["attachment_id"].Text };
        var message = new JsonObject { ["attachment"] = new JsonObject { ["type"] = "template", ["payload"] = new JsonObject { ["template_type"] = "media", ["elements"] = new JsonArray(element) } } };
        if (content.Caption is { Length: > 0 } caption)
            message["text"] = caption;
        return await Message(part, message, context, ct);
    }

    /// <summary>One sign of ours at each message: another one takes its place.</summary>
    public async Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct)
    {
        if (revision.Kind is not (RevisionKind.React or RevisionKind.Unreact))
            return SendOutcome.CannotDo(revision.Kind.ToString());
        var action = new JsonObject { ["react_message_id"] = revision.MessageId, ["react_icon"] = revision.Kind == RevisionKind.React ? Signs.NameOf(revision.Text) : Removed };
        var (_, failed) = await Ask(context, HttpMethod.Post, "/v2.0/oa/message", new JsonObject { ["recipient"] = new JsonObject { ["user_id"] = revision.To }, ["sender_action"] = action }, ct);
        return failed ?? SendOutcome.Done;
    }

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var (found, failed) = await Ask(context, HttpMethod.Get, "/v2.0/oa/getoa", null, ct);
        return failed ?? (SendOutcome)new SendOutcome.Sent(found!.Body["data"]["name"].Filled);
    }

    public async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var (found, failed) = await Ask(context, HttpMethod.Get, "/v3.0/oa/user/detail?data=" + Uri.EscapeDataString(new JsonObject { ["user_id"] = personId }.ToJsonString()), null, ct);
        var data = found?.Body["data"] ?? Node.Missing;
        return found is null ? new ProfileOutcome.Unknown(failed!.Failure) : new ProfileOutcome.Known(new Person(personId) { Name = data["display_name"].Filled, AvatarUrl = data["avatar"].Filled });
    }

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => IsOurHost(media.Url, context.Settings) ? await Call.Download(context, media.Url!, Descriptor.Errors, ct) : Failures.ForeignHost;

    public IReadOnlyList<string> AuthorisesWith { get; } = ["appId", "appSecret"];

    public Uri AuthoriseAt(AuthorisationRequest request, ChannelSettings settings) => Consent.Page(settings, "https://oauth.zaloapp.com", "/v4/oa/permission", ("app_id", settings["appId"]),
        ("redirect_uri", request.RedirectUri), ("code_challenge", request.Challenge), ("state", request.State));

    public async Task<AuthorisationOutcome> Authorise(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase("https://oauth.zaloapp.com") + "/v4/oa/access_token", Call.FormBody(
            ("code", code), ("app_id", context.Settings["appId"]), ("grant_type", "authorization_code"), ("code_verifier", request.Verifier)), ct, ("secret_key", context.Settings["appSecret"]));
        return answer.IsOk && answer.Body["refresh_token"].Filled is { } refresh ? Consent.Granted(null, ("refreshToken", refresh))
            : new AuthorisationOutcome.Denied(Failed(answer, answer.Body["error"].Text ?? "", answer.Body["error_description"].Text ?? answer.Body["message"].Text, context).Failure);
    }

    private sealed record Found(Node Body);

    private static string Key(ChannelContext context) => $"zalo:{context.Settings.ApiBase(Host)}:{context.Settings["appId"]}:{Signature.Sha256Hex(Encoding.UTF8.GetBytes(context.Settings["refreshToken"]))[..16]}";

    public async Task<Renewal> Renew(ChannelContext context, CancellationToken ct) => Renewal.Of(await context.Tokens.Get(Key(context), (before, stop) => Fetch(context, before, stop), ct));

    private async Task<TokenOutcome> Fetch(ChannelContext context, AccessToken? before, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase("https://oauth.zaloapp.com") + "/v4/oa/access_token", Call.FormBody(
            ("refresh_token", before?.Refresh ?? context.Settings["refreshToken"]), ("app_id", context.Settings["appId"]), ("grant_type", "refresh_token")), ct, ("secret_key", context.Settings["appSecret"]));
        if (answer.IsOk && answer.Body["access_token"].Filled is { } token)
            return new TokenOutcome.Granted(new AccessToken(token, context.Clock.GetUtcNow().AddSeconds(answer.Body["expires_in"].Long is > 0 and < 1_000_000 and var life ? life : 90_000), answer.Body["refresh_token"].Filled ?? before?.Refresh));
        var failed = Failed(answer, answer.Body["error"].Text ?? "", answer.Body["error_name"].Text, context);
        return new TokenOutcome.Denied(failed.Failure, failed.After);
    }

    private Task<(Found? Value, SendOutcome.NotSent? Failed)> Ask(ChannelContext context, HttpMethod method, string path, JsonObject? body, CancellationToken ct) =>
        AskWith(context, method, path, () => Task.FromResult<HttpContent?>(body is null ? null : Call.JsonBody(body)), ct);

    /// <param name="context">Whose account.</param>
    /// <param name="method">Of HTTP.</param>
    /// <param name="path">Below the host.</param>
    /// <param name="body">Made anew for each try.</param>
    /// <param name="ct">Ends it.</param>
    private Task<(Found? Value, SendOutcome.NotSent? Failed)> AskWith(ChannelContext context, HttpMethod method, string path, Func<Task<HttpContent?>> body, CancellationToken ct) =>
        Tokened.Ask<Found>(context, Key(context), (before, stop) => Fetch(context, before, stop), async token =>
        {
            var answer = await Call.Send(context, method, context.Settings.ApiBase(Host) + path, await body(), ct, ("access_token", token));
            return answer.IsOk && answer.Body["error"].Long == 0 ? (new Found(answer.Body), null) : (null, Failed(answer, answer.Body["error"].Text ?? "", answer.Body["message"].Text, context));
        }, ct);
}
