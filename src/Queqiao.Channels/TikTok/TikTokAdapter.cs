using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Tokens;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.TikTok;

/// <summary>TikTok business messaging.</summary>
public sealed class TikTokAdapter : ChannelAdapter
{
    private const string Host = "https://business-api.tiktok.com";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public override ChannelDescriptor Descriptor { get; } = new("tiktok", new("TikTok", "TikTok"))
    {
        Abilities = Abilities.Text | Abilities.SeesRead,
        Limits = new(new(6000, TextUnit.Utf16)),
        Settings =
        [
            new("appId", new("应用编号", "App ID")) { Required = true, Where = new("https://business-api.tiktok.com/portal/apps") }, new("appSecret", new("应用密钥", "App secret"), SettingType.Secret) { Required = true, Where = new("https://business-api.tiktok.com/portal/apps") },
            new("businessId", new("企业账号 business_id", "Business ID")) { Required = true }, new("refreshToken", new("refresh token", "Refresh token"), SettingType.Secret) { Required = true }, .. CommonFields.Window, CommonFields.ApiBase,
        ],
        Window = new([new(WindowTrigger.Message, TimeSpan.FromHours(48), 10)]),
        Console = new("https://business-api.tiktok.com/portal/apps"), Manual = new("https://business-api.tiktok.com/portal/docs"),
        Errors = new()
        {
            { ErrorClass.Reauthorise, "访问令牌无效或过期", "The access token is not valid", "40105", "40102", "40104" },
            { ErrorClass.Config, "应用没有权限或地区不支持", "The app may not do this, or the region is not served", "40001", "40101", "40110" },
            { ErrorClass.Retry, "调用过快或平台繁忙，稍后重试", "Too fast, or TikTok is busy; it will be tried again", "40100", "40132", "50000", "50002", "51000" },
            { ErrorClass.Permanent, "参数或内容不被接受", "A parameter or the content was refused", "40002", "40006", "40300" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("appSecret"))
            return Refused(Refusal.NotConfigured);
        var pieces = delivery.Header("Tiktok-Signature").Split(',', 4).Select(piece => piece.Trim().Split('=', 2)).Where(piece => piece.Length == 2).DistinctBy(piece => piece[0]).ToDictionary(piece => piece[0], piece => piece[1]);
        if (!pieces.TryGetValue("t", out var time) || !pieces.TryGetValue("s", out var given))
            return Refused(Refusal.Unsigned);
        if (!Signature.HmacSha256Hex(settings["appSecret"], Signature.Join(time + ".", delivery.Body.Span), given))
            return Refused(Refusal.BadSignature);
        if (!Signature.IsFresh(Instant.Seconds(long.TryParse(time, out var at) ? at : null), now, Tolerance))
            return Refused(Refusal.Stale);
        return Json.Read(delivery.Body) is { IsObject: true } body ? Received.Of(WebhookReply.Ok, [Event(body)]) : Refused(Refusal.Malformed);
    }

    private static InboundEvent Event(Node body)
    {
        var (name, content) = (body["event"].Text ?? "unknown", body["content"].Embedded);
        var isOurs = name == "im_send_msg";
        var (customer, id, type) = (isOurs ? content["to_user"] : content["from_user"], content["message_id"].Filled, content["type"].Text ?? "unknown");
        var head = new EventHead(id is null ? Events.HashKey(body.Raw) : name.Contains("mark_read", StringComparison.Ordinal) ? id + ":read" : id, body.Raw)
        {
            Account = body["user_openid"].Filled, At = Instant.Milliseconds(content["timestamp"].Long), Direction = isOurs ? EventDirection.Outbound : EventDirection.Inbound,
            Person = customer["id"].Filled is { } person ? new Person(person) { Name = (isOurs ? content["to"] : content["from"]).Filled } : null, Place = content["conversation_id"].Filled is { } place ? new Place(place) : null,
        };
        IReadOnlyList<MessagePart> parts = type switch
        {
            "image" => [new MediaPart(MediaKind.Image, new MediaRef(content["image"]["media_id"].Filled) { MessageId = id })], "video" => [new MediaPart(MediaKind.Video, new MediaRef(content["video"]["media_id"].Filled) { MessageId = id })],
            "share_post" => [new LinkPart("share", content["share_post"]["embed_url"].Filled)], _ => [],
        };
        return name switch
        {
            "im_receive_msg" or "im_send_msg" => head.Said($"{name}.{type}", id, type == "text" ? content["text"]["body"].Text : null, parts, content["referenced_message_info"]["referenced_message_id"].Filled),
            "im_mark_read_msg" => head.On(new DeliveryReported(DeliveryState.Read) { Type = name, DedupeKey = head.Key, TargetIds = id is null ? [] : [id], Watermark = Instant.Milliseconds(content["read"]["last_read_timestamp"].Long) }) with { Direction = EventDirection.Outbound },
            "im_referral_msg" or "authorization.removed" => head.Noted(name, name),
            _ => head.Unsupported(name, false),
        };
    }

    public override Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content is not TextContent text ? Task.FromResult(SendOutcome.CannotDo(part.Content.ToString()))
        : Post(context, "/open_api/v1.3/business/message/send/", new JsonObject { ["business_id"] = context.Settings["businessId"], ["recipient_type"] = "CONVERSATION", ["recipient"] = part.ConversationId ?? part.To, ["message_type"] = "TEXT", ["text"] = new JsonObject { ["body"] = text.Text } }, ct);

    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Tokened.Send(context, Key(context), (before, stop) => Fetch(context, before, stop), _ => Task.FromResult<SendOutcome>(new SendOutcome.Sent(context.Settings["businessId"])), ct);

    private static string Key(ChannelContext context) => $"tiktok:{context.Settings.ApiBase(Host)}:{context.Settings["businessId"]}:{Signature.Sha256Hex(Encoding.UTF8.GetBytes(context.Settings["refreshToken"]))[..16]}";

    private async Task<TokenOutcome> Fetch(ChannelContext context, AccessToken? before, CancellationToken ct)
    {
        var answer = await Call.Post(context, context.Settings.ApiBase(Host) + "/open_api/v1.3/tt_user/oauth2/refresh_token/", new JsonObject { ["client_id"] = context.Settings["appId"], ["client_secret"] = context.Settings["appSecret"], ["grant_type"] = "refresh_token", ["refresh_token"] = before?.Refresh ?? context.Settings["refreshToken"] }, ct);
        var data = answer.Body["data"];
        if (answer.IsOk && data["access_token"].Filled is { } token)
            return new TokenOutcome.Granted(new AccessToken(token, context.Clock.GetUtcNow().AddSeconds(data["expires_in"].Long is > 0 and < 1_000_000 and var life ? life : 86_400), data["refresh_token"].Filled ?? before?.Refresh));
        var failed = Failed(answer, answer.Body["code"].Text ?? "", answer.Body["message"].Text, context);
        return new TokenOutcome.Denied(failed.Failure, failed.After);
    }

    private Task<SendOutcome> Post(ChannelContext context, string path, JsonObject body, CancellationToken ct) => Tokened.Send(context, Key(context), (before, stop) => Fetch(context, before, stop), async token =>
    {
        var answer = await Call.Post(context, context.Settings.ApiBase(Host) + path, body, ct, ("Access-Token", token));
        return answer.IsOk && answer.Body["code"].Long == 0 ? new SendOutcome.Sent(answer.Body["data"]["message"]["message_id"].Filled ?? answer.Body["data"]["message_id"].Filled) : Failed(answer, answer.Body["code"].Text ?? "", answer.Body["message"].Text, context);
    }, ct);
}
