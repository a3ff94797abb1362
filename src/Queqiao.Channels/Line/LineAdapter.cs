using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.Line;

/// <summary>A LINE official account. Answers with the reply token while it lives (it costs nothing), and pushes otherwise.</summary>
public sealed class LineAdapter : ChannelAdapter, ISignalChannel, IMediaChannel, IProfileChannel
{
    private const string Host = "https://api.line.me";
    private const string DataHost = "https://api-data.line.me";

    public override ChannelDescriptor Descriptor { get; } = new("line", new("LINE", "LINE"))
    {
        DropsRepeats = true,
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.Location | Abilities.Cards | Abilities.Typing | Abilities.SeesEdits | Abilities.SeesRecalls | Abilities.Follows | Abilities.Groups | Abilities.Profiles,
        Limits = new(new(5000, TextUnit.Utf16))
        {
            Buttons = 4, ButtonLabel = new(20, TextUnit.Utf16), CardText = new(60, TextUnit.Utf16), Rates = [new(RateScope.Account, 2000, TimeSpan.FromSeconds(1))],
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 10 << 20, [MediaKind.Voice] = 200 << 20, [MediaKind.Audio] = 200 << 20, [MediaKind.Video] = 200 << 20 },
        },
        Settings =
        [
            new("channelSecret", new("Channel secret", "Channel secret"), SettingType.Secret) { Required = true, Where = new("https://developers.line.biz/console/") },
            new("accessToken", new("Channel access token（长期）", "Channel access token (long-lived)"), SettingType.Secret) { Required = true, Where = new("https://developers.line.biz/console/") },
            CommonFields.ApiBase,
        ],
        Console = new("https://developers.line.biz/console/"),
        Manual = new("https://developers.line.biz/en/reference/messaging-api/"),
        MediaHosts = ["api-data.line.me"],
        Errors = new()
        {
            { ErrorClass.Window, "本月可发的消息数已用完", "This month's number of messages is used up", "monthly_limit" },
            { ErrorClass.Permanent, "回复令牌无效或已用过", "The reply token is not valid, or was used", "reply_token" },
            { ErrorClass.Reauthorise, "Channel access token 无效", "The channel access token is not valid", "401" },
            { ErrorClass.Config, "账号没有此权限", "The account may not do this", "403" },
            { ErrorClass.Retry, "发送过快，稍后重试", "Too fast; it will be tried again", "429" },
            { ErrorClass.Permanent, "内容不被接受", "The content was refused", "400" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("channelSecret"))
            return Refused(Refusal.NotConfigured);
        var given = delivery.Header("X-Line-Signature");
        if (given.Length == 0)
            return Refused(Refusal.Unsigned);
        if (!Signature.HmacSha256Base64(settings["channelSecret"], delivery.Body.Span, given))
            return Refused(Refusal.BadSignature);
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        var events = new Events();
        foreach (var one in body["events"].Items.Where(one => one.IsObject))
            events.Add(LineReader.Read(one, body["destination"].Filled));
        return Accepted(events);
    }

    protected override bool Draws(CardContent card) => base.Draws(card) && card.Buttons.Count > 0 && card.Title.Length <= 40;

    /// <summary>LINE fetches media itself.</summary>
    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Post(part, new JsonObject { ["type"] = "text", ["text"] = text.Text }, context, ct),
        CardContent card => await Post(part, Card(card), context, ct),
        LocationContent place => await Post(part, new JsonObject { ["type"] = "location", ["title"] = place.Title ?? "📍", ["address"] = place.Address ?? place.Title ?? "📍", ["latitude"] = place.Latitude, ["longitude"] = place.Longitude }, context, ct),
        MediaContent { Media: { PublicUrl: { } url, Kind: MediaKind.Image or MediaKind.Video } media } => await Post(part, new JsonObject
        {
            ["type"] = media.Kind == MediaKind.Image ? "image" : "video", ["originalContentUrl"] = url.ToString(), ["previewImageUrl"] = url.ToString(),
        }, context, ct),
        MediaContent { Media: { PublicUrl: { } url, Kind: MediaKind.Voice or MediaKind.Audio } media } => await Post(part, new JsonObject
        {
            ["type"] = "audio", ["originalContentUrl"] = url.ToString(), ["duration"] = (long)(media.Duration ?? TimeSpan.FromSeconds(1)).TotalMilliseconds,
        }, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public async Task<SendOutcome> Signal(Signal signal, ChannelContext context, CancellationToken ct)
    {
        if (signal.Kind != SignalKind.Typing)
            return SendOutcome.Done;
        var answer = await Call.Post(context, context.Settings.ApiBase(Host) + "/v2/bot/chat/loading/start", new JsonObject { ["chatId"] = signal.To, ["loadingSeconds"] = 20 }, ct, Bearer(context));
        return answer.IsOk ? SendOutcome.Done : Told(answer, context);
    }

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Get(context, context.Settings.ApiBase(Host) + "/v2/bot/info", ct, Bearer(context));
        return answer.IsOk ? new SendOutcome.Sent(answer.Body["basicId"].Filled ?? answer.Body["userId"].Filled) : Told(answer, context);
    }

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct)
    {
        if (media.Id is null)
            return IsOurHost(media.Url, context.Settings) ? await Call.Download(context, media.Url!, Descriptor.Errors, ct) : Failures.ForeignHost;
        var found = await Call.Download(context, $"{context.Settings.ApiBase(DataHost)}/v2/bot/message/{Uri.EscapeDataString(media.Id)}/content", Descriptor.Errors, ct, Bearer(context));
        // 202 while a video is being made ready: nothing is in it.
        return found is MediaOutcome.Found { Size: 0 } ? new MediaOutcome.NotFound(new Failure(ErrorClass.Retry, "202", new("LINE 正在处理文件", "LINE is still preparing the file")), TimeSpan.FromSeconds(5)) : found;
    }

    public async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Get(context, $"{context.Settings.ApiBase(Host)}/v2/bot/profile/{Uri.EscapeDataString(personId)}", ct, Bearer(context));
        return answer.IsOk
            ? new ProfileOutcome.Known(new Person(personId) { Name = answer.Body["displayName"].Filled, AvatarUrl = answer.Body["pictureUrl"].Filled, Language = answer.Body["language"].Filled })
            : new ProfileOutcome.Unknown(Told(answer, context).Failure);
    }

    private async Task<SendOutcome> Post(Outbound part, JsonObject message, ChannelContext context, CancellationToken ct)
    {
        if (part is { Index: 0 } && part.Reply("replyToken") is { Length: > 0 } token)
        {
            var replied = await Call.Post(context, context.Settings.ApiBase(Host) + "/v2/bot/message/reply", new JsonObject { ["replyToken"] = token, ["messages"] = new JsonArray(message.DeepClone()) }, ct, Bearer(context));
            if (replied.IsOk)
                return new SendOutcome.Sent(replied.Body["sentMessages"][0]["id"].Filled);
            if (Told(replied, context) is { Failure.Code: not "reply_token" } failed)
                return failed;
        }
        // The retry key lets LINE drop what it has already; 409 says that it had.
        var answer = await Call.Post(context, context.Settings.ApiBase(Host) + "/v2/bot/message/push", new JsonObject { ["to"] = part.ConversationId ?? part.To, ["messages"] = new JsonArray(message) }, ct,
            Bearer(context), ("X-Line-Retry-Key", RetryKey(part)));
        return answer.IsOk || answer.Status == 409 ? new SendOutcome.Sent(answer.Body["sentMessages"][0]["id"].Filled) : Told(answer, context);
    }

    private static string RetryKey(Outbound part) => part.Key.Length == 0 ? Guid.NewGuid().ToString() : new Guid(Convert.FromHexString(Signature.Sha256Hex(Encoding.UTF8.GetBytes(part.PartKey))[..32])).ToString();

    private SendOutcome.NotSent Told(Answer answer, ChannelContext context)
    {
        var said = answer.Body["message"].Text ?? "";
        var code = said.Contains("monthly limit", StringComparison.OrdinalIgnoreCase) ? "monthly_limit" : said.Contains("reply token", StringComparison.OrdinalIgnoreCase) ? "reply_token" : answer.Status == 0 ? "" : answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Failed(answer, code, said, context);
    }

    private static (string, string) Bearer(ChannelContext context) => ("Authorization", "Bearer " + context.Settings["accessToken"]);

    private static JsonObject Card(CardContent card)
    {
        var template = new JsonObject
        {
            ["type"] = "buttons", ["title"] = card.Title, ["text"] = card.Text is { Length: > 0 } ? card.Text : card.Title,
            ["actions"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)(button.Url is null
                ? new JsonObject { ["type"] = "postback", ["label"] = button.Label, ["data"] = button.Payload ?? button.Label, ["displayText"] = button.Label }
                : new JsonObject { ["type"] = "uri", ["label"] = button.Label, ["uri"] = button.Url.ToString() }))]),
        };
        if (card.Image is not null)
            template["thumbnailImageUrl"] = card.Image.ToString();
        return new JsonObject { ["type"] = "template", ["altText"] = Fallback.Text(card), ["template"] = template };
    }
}
