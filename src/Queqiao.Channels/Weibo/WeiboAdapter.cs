using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.WeChat;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.Weibo;

/// <summary>Private messages to a Weibo account (粉丝服务平台).</summary>
public sealed class WeiboAdapter : ChannelAdapter, IMediaChannel, IAuthorisedChannel
{
    private const string Host = "https://m.api.weibo.com";

    public override ChannelDescriptor Descriptor { get; } = new("weibo", new("微博私信", "Weibo"))
    {
        Abilities = Abilities.Text | Abilities.Location | Abilities.Link | Abilities.Follows,
        Limits = new(new(300, TextUnit.CodePoints)),
        Settings =
        [
            new("appSecret", new("App Secret", "App secret"), SettingType.Secret) { Required = true, Where = new("https://open.weibo.com/apps") },
            new("accessToken", new("粉丝服务 access_token", "Access token of the fan service"), SettingType.Secret) { Required = true, Granted = true, Where = new("https://open.weibo.com/apps") },
            new("appKey", new("App Key（授权用）", "App key (for authorising)")) { Pattern = "^[0-9]+$", Where = new("https://open.weibo.com/apps") },
            .. CommonFields.Window, CommonFields.ApiBase,
        ],
        Window = new([new(WindowTrigger.Message, TimeSpan.FromHours(48)), new(WindowTrigger.Follow, TimeSpan.FromHours(48)), new(WindowTrigger.MenuClick, TimeSpan.FromHours(48))]),
        Console = new("https://open.weibo.com/apps"), Manual = new("https://open.weibo.com/wiki/粉丝服务平台"), MediaHosts = ["upload.api.weibo.com"],
        Errors = new()
        {
            { ErrorClass.Reauthorise, "access_token 过期或无效", "The access token has expired", "21315", "21327", "21332", "21314", "21316", "21317" },
            { ErrorClass.Retry, "请求过于频繁，稍后重试", "Too many calls; it will be tried again", "10022", "10023", "10024", "10001", "10002", "10003", "10009", "10010", "10011" },
            { ErrorClass.Config, "应用权限不足", "The app may not use this interface", "10014", "10005", "10006", "21321" },
            { ErrorClass.Window, "超过可回复的时限", "The time for a reply is over", "26430", "26431" },
            { ErrorClass.Permanent, "用户状态不允许或内容不被接受", "The user cannot be written to, or the content was refused", "20000-29999", "10008", "10016", "10017" },
        },
    };

    public IReadOnlyList<string> AuthorisesWith { get; } = ["appKey", "appSecret"];

    public Uri AuthoriseAt(AuthorisationRequest request, ChannelSettings settings) => Consent.Page(settings, "https://api.weibo.com", "/oauth2/authorize", ("client_id", settings["appKey"]), ("redirect_uri", request.RedirectUri),
        ("response_type", "code"), ("state", request.State));

    public async Task<AuthorisationOutcome> Authorise(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase("https://api.weibo.com") + "/oauth2/access_token", Call.FormBody(("client_id", context.Settings["appKey"]), ("client_secret", context.Settings["appSecret"]),
            ("grant_type", "authorization_code"), ("redirect_uri", request.RedirectUri), ("code", code)), ct);
        return answer.IsOk && answer.Body["access_token"].Filled is { } token ? Consent.Granted(answer.Body["uid"].Filled, answer.Body["expires_in"].Long is > 0 and < 1_000_000_000 and var life ? context.Clock.GetUtcNow().AddSeconds(life) : null, null, ("accessToken", token))
            : new AuthorisationOutcome.Denied(Failed(answer, answer.Body["error_code"].Text ?? "", answer.Body["error_description"].Text ?? answer.Body["error"].Text, context).Failure);
    }

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("appSecret"))
            return Refused(Refusal.NotConfigured);
        if (!delivery.Query.Has("signature"))
            return Refused(Refusal.Unsigned);
        var timestamp = delivery.Query["timestamp"];
        if (!Signature.Same(WeChatCipher.Sign(settings["appSecret"], timestamp, delivery.Query["nonce"]), delivery.Query["signature"].ToLowerInvariant()))
            return Refused(Refusal.BadSignature);
        if (delivery.IsGet)
            return Received.Handshake(WebhookReply.Text(delivery.Query["echostr"]));
        // The signature covers no body, so it must not live for ever. Seconds or milliseconds: both are seen.
        var number = long.TryParse(timestamp, out var at) ? at : 0;
        if (!Signature.IsFresh(number > 100_000_000_000 ? Instant.Milliseconds(number) : Instant.Seconds(number), now, TimeSpan.FromMinutes(10)))
            return Refused(Refusal.Stale);
        if (WeChatEnvelope.Document(delivery.Body) is not { } body)
            return Refused(Refusal.Malformed);
        return Received.Of(WebhookReply.Text(""), [body["MsgType"].IsMissing ? Message(body) : WeChatMessages.Read(body, delivery.BodyText)]);
    }

    private static InboundEvent Message(Node body)
    {
        var (type, data, created) = (body["type"].Text ?? "unknown", body["data"].Embedded, body["created_at"].Text ?? "");
        var sender = body["sender_id"].Filled;
        var head = new EventHead(sender is null || created.Length == 0 ? Events.HashKey(body.Raw) : $"{sender}:{created}", body.Raw)
        {
            Account = body["receiver_id"].Filled, Person = sender is null ? null : new Person(sender), At = Instant.Exact(created, "ddd MMM dd HH:mm:ss zzz yyyy"),
        };
        var text = body["text"].Text;
        switch (type)
        {
            case "text":
                return head.Said(type, null, text, []);
            case "image" or "voice":
                return head.Message(type, null, null, [new MediaPart(type == "image" ? MediaKind.Image : MediaKind.Voice, new MediaRef(data["tovfid"].Filled ?? data["vfid"].Filled))]);
            case "position" when (data["latitude"].Double, data["longitude"].Double) is ({ } latitude, { } longitude):
                return head.Message(type, null, null, [new LocationPart(latitude, longitude) { Title = text }]);
            case "mention":
                return head.Said(type, null, text, [], facts: data.Facts("subtype", "key"));
            case "event":
                var subtype = data["subtype"].Text ?? "unknown";
                head = head with { Key = head.Key + ":" + subtype };
                return subtype switch
                {
                    "follow" or "subscribe" => head.Followed("event." + subtype),
                    "unfollow" or "unsubscribe" => head.Unfollowed("event." + subtype),
                    "click" => head.Pressed("event.click", data["key"].Text),
                    _ => head.Noted("event." + subtype, subtype, new Dictionary<string, string>(data.Facts("ticket")) { ["postback_payload"] = data["key"].Text ?? "" }),
                };
            default:
                return head.Unsupported(type, true);
        }
    }

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Reply(part, "text", new JsonObject { ["text"] = text.Text }, context, ct),
        LinkContent link => await Reply(part, "articles", new JsonObject
        {
            ["articles"] = new JsonArray(new JsonObject { ["display_name"] = link.Title, ["summary"] = link.Description ?? "", ["image"] = link.Image?.ToString() ?? "", ["url"] = link.Url.ToString() }),
        }, context, ct),
        LocationContent place => await Reply(part, "position", new JsonObject { ["longitude"] = place.Longitude.ToString(System.Globalization.CultureInfo.InvariantCulture), ["latitude"] = place.Latitude.ToString(System.Globalization.CultureInfo.InvariantCulture) }, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase("https://api.weibo.com") + "/oauth2/get_token_info", Call.FormBody(("access_token", context.Settings["accessToken"])), ct);
        return answer.IsOk && answer.Body["error_code"].IsMissing && answer.Body["uid"].Filled is { } uid ? new SendOutcome.Sent(uid) : Told(answer, context);
    }

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => media.Id is null ? Failures.NoMedia
        : await Call.Download(context, $"{context.Settings.ApiBase("https://upload.api.weibo.com")}/2/mss/msget?access_token={Uri.EscapeDataString(context.Settings["accessToken"])}&fid={Uri.EscapeDataString(media.Id)}", Descriptor.Errors, ct);

    private SendOutcome.NotSent Told(Answer answer, ChannelContext context) => Failed(answer, answer.Body["error_code"].Text ?? "", answer.Body["error"].Text, context);

    private async Task<SendOutcome> Reply(Outbound part, string type, JsonObject data, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(Host) + "/2/messages/reply.json", Call.FormBody(
            ("access_token", context.Settings["accessToken"]), ("type", type), ("data", data.ToJsonString(Writing.Plain)), ("receiver_id", part.To), ("save_sender_box", "1")), ct);
        return answer.IsOk && answer.Body.IsObject && answer.Body["error_code"].IsMissing ? new SendOutcome.Sent(answer.Body["id"].Filled) : Told(answer, context);
    }
}
