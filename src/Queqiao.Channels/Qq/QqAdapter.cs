using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Tokens;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.Qq;

/// <summary>A QQ bot (QQ 机器人): one to one, groups, channels.</summary>
public sealed class QqAdapter : ChannelAdapter, IMediaChannel
{
    private const string Host = "https://api.sgroup.qq.com";
    private const string TokenHost = "https://bots.qq.com";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    internal Func<byte[], byte[], byte[], bool> Verify { get; init; } = (key, message, signature) => Ed25519.Verify(key, message, signature);

    internal Func<byte[], byte[]> PublicKey { get; init; } = seed => Ed25519.PublicKey(seed);

    public override ChannelDescriptor Descriptor { get; } = new("qq", new("QQ 机器人", "QQ bot"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.SeesRecalls | Abilities.SeesReactions | Abilities.Follows | Abilities.Groups,
        Limits = new(new(2000, TextUnit.CodePoints)),
        Settings =
        [
            new("appId", new("机器人 AppID", "Bot app ID")) { Required = true, Where = new("https://q.qq.com/") },
            new("appSecret", new("机器人 AppSecret", "Bot app secret"), SettingType.Secret) { Required = true, Where = new("https://q.qq.com/") }, .. CommonFields.Window, CommonFields.ApiBase,
        ],
        Window = new([new(WindowTrigger.Message, TimeSpan.FromMinutes(60), 5), new(WindowTrigger.MenuClick, TimeSpan.FromMinutes(60), 5)]),
        Console = new("https://q.qq.com/"), Manual = new("https://bot.q.qq.com/wiki/develop/api-v2/server-inter/message/send-receive/send.html"), MediaHosts = ["*.qq.com", "*.qq.com.cn", "*.gtimg.cn", "*.qpic.cn"],
        Errors = new()
        {
            { ErrorClass.Reauthorise, "access_token 无效或过期", "The access token is not valid", "11241", "11242", "11243", "11244", "11251", "http:401" },
            { ErrorClass.Config, "AppID 或 AppSecret 不正确，或机器人无权限", "The app ID or secret is wrong, or the bot may not do this", "100016", "100007", "11253", "11255", "304003" },
            { ErrorClass.Window, "超过被动回复的时限或条数", "The time or number of replies is used up", "22009", "40034005", "40034004", "304027", "304028" },
            { ErrorClass.Retry, "发送过快，稍后重试", "Too fast; it will be tried again", "22008", "11264", "11265", "50006" },
            { ErrorClass.Permanent, "内容被拒、重复或格式有误", "The content was refused, repeated, or malformed", "40034*", "50015*", "304014", "304018", "40014", "40054*" },
        },
    };

    /// <summary>The bot's secret, repeated to 32 bytes.</summary>
    internal static byte[] Seed(string secret)
    {
        var (bytes, seed) = (Encoding.UTF8.GetBytes(secret), new byte[32]);
        for (var at = 0; at < seed.Length; at++)
            seed[at] = bytes[at % bytes.Length];
        return seed;
    }

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("appSecret"))
            return Refused(Refusal.NotConfigured);
        var (header, timestamp) = (delivery.Header("X-Signature-Ed25519"), delivery.Header("X-Signature-Timestamp"));
        if (header.Length != 128 || timestamp.Length == 0 || !header.All(char.IsAsciiHexDigit))
            return Refused(Refusal.Unsigned);
        var seed = Seed(settings["appSecret"]);
        if (!Verify(PublicKey(seed), Signature.Join(timestamp, delivery.Body.Span), Convert.FromHexString(header)))
            return Refused(Refusal.BadSignature);
        if (!Signature.IsFresh(Instant.Seconds(long.TryParse(timestamp, out var at) ? at : null), now, Tolerance))
            return Refused(Refusal.Stale);
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        if (body["op"].Long == 13)
            return Handshake(body["d"], seed);
        var events = new Events();
        if (body["op"].Long is 0 or null)
            events.Add(QqReader.Read(body));
        return Accepted(events, WebhookReply.Json("{\"op\":12}"));
    }

    private static Received Handshake(Node d, byte[] seed)
    {
        var token = d["plain_token"].Text ?? "";
        return Received.Handshake(WebhookReply.Json(new JsonObject
        {
            ["plain_token"] = token, ["signature"] = Convert.ToHexStringLower(Ed25519.Sign(seed, Encoding.UTF8.GetBytes(d["event_ts"].Text + token))),
        }.ToJsonString(Writing.Plain)));
    }

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Message(part, new JsonObject { ["msg_type"] = 0, ["content"] = text.Text }, context, ct),
        MediaContent { Media: { Kind: MediaKind.Image or MediaKind.Video or MediaKind.Voice or MediaKind.Audio, PublicUrl: { } url } media } => await Media(part, media, url, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Post(context, HttpMethod.Get, "/users/@me", null, "username", ct);

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => IsOurHost(media.Url, context.Settings) ? await Call.Download(context, media.Url!, Descriptor.Errors, ct) : Failures.ForeignHost;

    private static string Key(ChannelContext context) => $"qq:{context.Settings.ApiBase(TokenHost)}:{context.Settings["appId"]}";

    private static string Path(Outbound part) => part.IsGroup ? $"/v2/groups/{Uri.EscapeDataString(part.ConversationId ?? part.To)}" : $"/v2/users/{Uri.EscapeDataString(part.To)}";

    private async Task<TokenOutcome> Fetch(ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Post(context, context.Settings.ApiBase(TokenHost) + "/app/getAppAccessToken", new JsonObject { ["appId"] = context.Settings["appId"], ["clientSecret"] = context.Settings["appSecret"] }, ct);
        if (answer.IsOk && answer.Body["access_token"].Filled is { } token)
            return new TokenOutcome.Granted(new AccessToken(token, context.Clock.GetUtcNow().AddSeconds(answer.Body["expires_in"].Long is > 0 and <= 86_400 and var life ? life : 7200)));
        var failed = Failed(answer, answer.Body["code"].Text ?? "", answer.Body["message"].Text, context);
        return new TokenOutcome.Denied(failed.Failure, failed.After);
    }

    private Task<SendOutcome> Post(ChannelContext context, HttpMethod method, string path, JsonObject? body, string id, CancellationToken ct) =>
        Tokened.Send(context, Key(context), (_, stop) => Fetch(context, stop), async token =>
        {
            var answer = await Call.Send(context, method, context.Settings.ApiBase(Host) + path, body is null ? null : Call.JsonBody(body), ct, ("Authorization", "QQBot " + token), ("X-Union-Appid", context.Settings["appId"]));
            var code = answer.Body["code"].Text ?? answer.Body["err_code"].Text ?? "";
            // Taken, and waiting for a review: as good as sent.
            return (answer.IsOk && code is "" or "0") || code is "304023" or "304024" ? new SendOutcome.Sent(answer.Body[id].Filled) : Failed(answer, code, answer.Body["message"].Text, context);
        }, ct);

    private Task<SendOutcome> Message(Outbound part, JsonObject body, ChannelContext context, CancellationToken ct)
    {
        if (part.Reply("msg_id") is { Length: > 0 } message)
            body["msg_id"] = message;
        else if (part.Reply("event_id") is { Length: > 0 } one)
            body["event_id"] = one;
        // Answers to one message are told apart by their number; the same number at every try lets QQ drop repeats.
        body["msg_seq"] = 1 + BitConverter.ToUInt16(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(part.PartKey))) % 60_000;
        return Post(context, HttpMethod.Post, Path(part) + "/messages", body, "id", ct);
    }

    private async Task<SendOutcome> Media(Outbound part, OutboundMedia media, Uri url, ChannelContext context, CancellationToken ct)
    {
        var type = media.Kind switch { MediaKind.Image => 1, MediaKind.Video => 2, _ => 3 };
        var made = await Post(context, HttpMethod.Post, Path(part) + "/files", new JsonObject { ["file_type"] = type, ["url"] = url.ToString(), ["srv_send_msg"] = false }, "file_info", ct);
        return made is SendOutcome.Sent { ExternalId: { } info } ? await Message(part, new JsonObject { ["msg_type"] = 7, ["media"] = new JsonObject { ["file_info"] = info } }, context, ct) : made;
    }
}
