using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.Discord;

/// <summary>A Discord bot. Messages come over the gateway only; the webhook brings interactions.</summary>
public sealed class DiscordAdapter : ChannelAdapter, ISocketChannel, ISignalChannel, IMediaChannel, IRevisionChannel, IProfileChannel, IAuthorisedChannel
{
    private const string Host = "https://discord.com/api/v10";
    private const int Intents = 1 << 0 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15;
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    internal Func<byte[], byte[], byte[], bool> Verify { get; init; } = (key, message, signature) => Ed25519.Verify(key, message, signature);

    public override ChannelDescriptor Descriptor { get; } = new("discord", new("Discord", "Discord"))
    {
        DropsRepeats = true,
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.File | Abilities.Cards | Abilities.Captions | Abilities.Reply | Abilities.Typing | Abilities.Edit | Abilities.Recall | Abilities.React
            | Abilities.SeesTyping | Abilities.SeesEdits | Abilities.SeesRecalls | Abilities.SeesReactions | Abilities.Groups | Abilities.Profiles,
        Reactions = Reactions.Of("👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀"),
        Limits = new(new(2000, TextUnit.Utf16))
        {
            Caption = new(2000, TextUnit.Utf16), Buttons = 5, ButtonLabel = new(80, TextUnit.Utf16), CardText = new(2000, TextUnit.Utf16), Rates = [new(RateScope.Account, 50, TimeSpan.FromSeconds(1)), new(RateScope.Conversation, 5, TimeSpan.FromSeconds(5))],
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 10 << 20, [MediaKind.Voice] = 10 << 20, [MediaKind.Audio] = 10 << 20, [MediaKind.Video] = 10 << 20, [MediaKind.File] = 10 << 20 },
        },
        Settings =
        [
            new("botToken", new("机器人令牌", "Bot token"), SettingType.Secret) { Required = true, Where = new("https://discord.com/developers/applications") },
            new("publicKey", new("应用公钥", "Application public key")) { Required = true, Pattern = "^[0-9a-fA-F]{64}$" },
            new("applicationId", new("应用编号", "Application ID")) { Pattern = "^[0-9]+$" },
            new("clientSecret", new("Client Secret（授权用）", "Client secret (for authorising)"), SettingType.Secret) { Where = new("https://discord.com/developers/applications") }, CommonFields.ApiBase,
        ],
        Console = new("https://discord.com/developers/applications"), Manual = new("https://docs.discord.com/developers/resources/message"), MediaHosts = ["cdn.discordapp.com", "media.discordapp.net"],
        Errors = new()
        {
            { ErrorClass.Permanent, "无法向此用户发私信（对方关闭了私信）", "Direct messages to this user are not possible", "50007", "50278" },
            { ErrorClass.Permanent, "频道、消息或用户不存在", "The channel, message or user does not exist", "10003", "10008", "10013" },
            { ErrorClass.Config, "机器人缺少权限", "The bot lacks a permission", "50001", "50013", "20012" },
            { ErrorClass.Reauthorise, "机器人令牌无效", "The bot token is not valid", "40001", "http:401" },
            { ErrorClass.Permanent, "内容不被接受", "The content was refused", "50035", "50006", "40005" },
            { ErrorClass.Retry, "发送过快，稍后重试", "Too fast; it will be tried again", "20028", "20016", "31001" },
        },
    };

    public IReadOnlyList<string> AuthorisesWith { get; } = ["applicationId", "clientSecret"];

    /// <summary>What the bot may do in the server that it is added to: see, write, files, links, history, reactions.</summary>
    private const long Permissions = 1L << 6 | 1L << 10 | 1L << 11 | 1L << 14 | 1L << 15 | 1L << 16;

    public Uri AuthoriseAt(AuthorisationRequest request, ChannelSettings settings) => Consent.Page(settings, "https://discord.com", "/oauth2/authorize", ("client_id", settings["applicationId"]), ("redirect_uri", request.RedirectUri),
        ("response_type", "code"), ("scope", "bot applications.commands"), ("permissions", Permissions.ToString(CultureInfo.InvariantCulture)), ("state", request.State));

    /// <summary>Adds the bot to a server. Its own token stays what it was: that of the person who added it is not kept.</summary>
    public async Task<AuthorisationOutcome> Authorise(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(Host) + "/oauth2/token", Call.FormBody(("grant_type", "authorization_code"), ("code", code), ("redirect_uri", request.RedirectUri),
            ("client_id", context.Settings["applicationId"]), ("client_secret", context.Settings["clientSecret"])), ct);
        return answer.IsOk && answer.Body["access_token"].Filled is not null ? Consent.Granted(answer.Body["guild"]["name"].Filled)
            : new AuthorisationOutcome.Denied(Failed(answer, answer.Body["code"].Text ?? answer.Body["error"].Text ?? "", answer.Body["error_description"].Text ?? answer.Body["message"].Text, context).Failure);
    }

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        var key = Hex(settings["publicKey"]);
        if (key is not { Length: 32 })
            return Refused(Refusal.NotConfigured);
        var (given, timestamp) = (Hex(delivery.Header("X-Signature-Ed25519")), delivery.Header("X-Signature-Timestamp"));
        if (given is null || timestamp.Length == 0)
            return Refused(Refusal.Unsigned);
        if (!Verify(key, Signature.Join(timestamp, delivery.Body.Span), given))
            return Refused(Refusal.BadSignature);
        if (!Signature.IsFresh(Instant.Seconds(long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null), now, Tolerance))
            return Refused(Refusal.Stale);
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        if (body["version"].Long is not null && body["event"].IsMissing && body["type"].Long == 0)
            return Received.Handshake(new WebhookReply(204));
        if (body["type"].Long == 1 && body["event"].IsMissing)
            return Received.Handshake(WebhookReply.Json("{\"type\":1}"));
        var events = new Events();
        events.Add(DiscordReader.Interaction(body));
        // 6: accepted, without a change; 5: thinking, for commands, whose answer follows.
        return Accepted(events, WebhookReply.Json(body["type"].Long == 2 ? "{\"type\":5}" : "{\"type\":6}"));
    }

    private static byte[]? Hex(string text) => text.Length > 0 && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;

    public bool Connects(ChannelSettings settings) => settings.Has("botToken");

    public async Task<SocketOpening> Open(SocketState state, ChannelContext context, CancellationToken ct)
    {
        if (state.ResumeUrl is not null && Uri.TryCreate(state.ResumeUrl + "/?v=10&encoding=json", UriKind.Absolute, out var resume))
            return new SocketOpening(resume);
        var answer = await Call.Get(context, context.Settings.ApiBase(Host) + "/gateway/bot", ct, Bot(context));
        return answer.IsOk && Uri.TryCreate(answer.Body["url"].Text + "/?v=10&encoding=json", UriKind.Absolute, out var url) ? new SocketOpening(url) : new SocketOpening(null, Told(answer, context).Failure);
    }

    public SocketStep OnFrame(string frame, SocketState state, ChannelSettings settings, DateTimeOffset now)
    {
        if (Json.Read(Encoding.UTF8.GetBytes(frame)) is not { IsObject: true } body)
            return new SocketStep(state, [], []);
        var d = body["d"];
        switch (body["op"].Long)
        {
            case 10: // hello: identify or resume, then beat
                var beat = d["heartbeat_interval"].Long is > 0 and < 3_600_000 and var ms ? TimeSpan.FromMilliseconds(ms) : TimeSpan.FromSeconds(41);
                return new SocketStep(state with { Beat = beat }, [], [Hello(state, settings)]);
            case 1:
                return new SocketStep(state, [], [Heartbeat(state)!]);
            case 7: // reconnect and resume
                return new SocketStep(state, [], [], Ends: true);
            case 9:
                return new SocketStep(d.IsTrue ? state : new SocketState(), [], [], Ends: true);
            case 0:
                var next = state with { Sequence = body["s"].Long ?? state.Sequence };
                if (body["t"].Text == "READY")
                    next = next with { Session = d["session_id"].Filled, ResumeUrl = d["resume_gateway_url"].Filled };
                return new SocketStep(next, DiscordReader.Dispatch(body["t"].Text ?? "", d, body.Raw, settings["applicationId"] is { Length: > 0 } own ? own : null) is { } told ? [told] : [], []);
            default:
                return new SocketStep(state, [], []);
        }
    }

    public string? Heartbeat(SocketState state) => new JsonObject { ["op"] = 1, ["d"] = state.Sequence }.ToJsonString();

    private static string Hello(SocketState state, ChannelSettings settings) => state is { Session: not null, Sequence: not null }
        ? new JsonObject { ["op"] = 6, ["d"] = new JsonObject { ["token"] = settings["botToken"], ["session_id"] = state.Session, ["seq"] = state.Sequence } }.ToJsonString()
        : new JsonObject { ["op"] = 2, ["d"] = new JsonObject { ["token"] = settings["botToken"], ["intents"] = Intents, ["properties"] = new JsonObject { ["os"] = "linux", ["browser"] = "queqiao", ["device"] = "queqiao" } } }.ToJsonString();

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct)
    {
        var channel = part.ConversationId;
        if (channel is null)
        {
            var opened = await Call.Post(context, context.Settings.ApiBase(Host) + "/users/@me/channels", new JsonObject { ["recipient_id"] = part.To }, ct, Bot(context));
            if (!opened.IsOk)
                return Told(opened, context);
            channel = opened.Body["id"].Text ?? "";
        }
        return part.Content switch
        {
            TextContent text => await Message(part, channel, new JsonObject { ["content"] = text.Text }, context, ct),
            CardContent card => await Message(part, channel, Card(card), context, ct),
            MediaContent { Media.Kind: not MediaKind.Sticker } media => await Media(part, channel, media, context, ct),
            _ => SendOutcome.CannotDo(part.Content.ToString()),
        };
    }

    public async Task<SendOutcome> Signal(Signal signal, ChannelContext context, CancellationToken ct) => signal.Kind != SignalKind.Typing ? SendOutcome.Done
        : await Outcome(context, HttpMethod.Post, $"/channels/{Uri.EscapeDataString(signal.ConversationId ?? signal.To)}/typing", null, ct);

    public Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct)
    {
        var path = $"/channels/{Uri.EscapeDataString(revision.ConversationId ?? revision.To)}/messages/{Uri.EscapeDataString(revision.MessageId)}";
        return revision.Kind switch
        {
            RevisionKind.Edit => Outcome(context, HttpMethod.Patch, path, Call.JsonBody(new JsonObject { ["content"] = revision.Text ?? "" }), ct),
            RevisionKind.Recall => Outcome(context, HttpMethod.Delete, path, null, ct),
            _ => Outcome(context, revision.Kind == RevisionKind.React ? HttpMethod.Put : HttpMethod.Delete, $"{path}/reactions/{Uri.EscapeDataString(revision.Text ?? "👍")}/@me", null, ct),
        };
    }

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Get(context, context.Settings.ApiBase(Host) + "/users/@me", ct, Bot(context));
        return answer.IsOk ? new SendOutcome.Sent(answer.Body["username"].Filled) : Told(answer, context);
    }

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => IsOurHost(media.Url, context.Settings) ? await Call.Download(context, media.Url!, Descriptor.Errors, ct) : Failures.ForeignHost;

    public async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Get(context, $"{context.Settings.ApiBase(Host)}/users/{Uri.EscapeDataString(personId)}", ct, Bot(context));
        return answer.IsOk ? new ProfileOutcome.Known(new Person(personId) { Name = answer.Body["global_name"].Filled ?? answer.Body["username"].Filled, Username = answer.Body["username"].Filled }) : new ProfileOutcome.Unknown(Told(answer, context).Failure);
    }

    private static (string, string) Bot(ChannelContext context) => ("Authorization", "Bot " + context.Settings["botToken"]);

    private SendOutcome.NotSent Told(Answer answer, ChannelContext context)
    {
        var failed = Failed(answer, answer.Body["code"].Text is { Length: > 0 } code and not "0" ? code : "", answer.Body["message"].Text, context);
        return failed with { After = RateHints.Seconds(answer.Body["retry_after"].Double) ?? failed.After };
    }

    private async Task<SendOutcome> Outcome(ChannelContext context, HttpMethod method, string path, HttpContent? body, CancellationToken ct)
    {
        var answer = await Call.Send(context, method, context.Settings.ApiBase(Host) + path, body, ct, Bot(context));
        return answer.IsOk ? new SendOutcome.Sent(answer.Body["id"].Filled) : Told(answer, context);
    }

    private static JsonObject Dressed(Outbound part, JsonObject body)
    {
        if (part.ReplyTo is not null)
            body["message_reference"] = new JsonObject { ["message_id"] = part.ReplyTo, ["fail_if_not_exists"] = false };
        if (part.Key.Length > 0)
            (body["nonce"], body["enforce_nonce"]) = (Signature.Sha256Hex(Encoding.UTF8.GetBytes(part.PartKey))[..25], true);
        body["allowed_mentions"] = new JsonObject { ["parse"] = new JsonArray() }; // nobody is called by what an agent or a bot happens to write
        return body;
    }

    private Task<SendOutcome> Message(Outbound part, string channel, JsonObject body, ChannelContext context, CancellationToken ct) =>
        Outcome(context, HttpMethod.Post, $"/channels/{Uri.EscapeDataString(channel)}/messages", Call.JsonBody(Dressed(part, body)), ct);

    private async Task<SendOutcome> Media(Outbound part, string channel, MediaContent content, ChannelContext context, CancellationToken ct)
    {
        using var form = new MultipartFormDataContent { { new StringContent(Dressed(part, new JsonObject { ["content"] = content.Caption ?? "" }).ToJsonString(Writing.Plain), Encoding.UTF8, "application/json"), "payload_json" } };
        form.Add(new StreamContent(await content.Media.Open(ct)), "files[0]", content.Media.FileName);
        return await Outcome(context, HttpMethod.Post, $"/channels/{Uri.EscapeDataString(channel)}/messages", form, ct);
    }

    private static JsonObject Card(CardContent card)
    {
        var embed = new JsonObject { ["title"] = card.Title };
        if (card.Text is { Length: > 0 })
            embed["description"] = card.Text;
        if (card.Image is not null)
            embed["image"] = new JsonObject { ["url"] = card.Image.ToString() };
        var body = new JsonObject { ["embeds"] = new JsonArray(embed) };
        if (card.Buttons.Count > 0)
        {
            body["components"] = new JsonArray(new JsonObject
            {
                ["type"] = 1,
                ["components"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)(button.Url is null
                    ? new JsonObject { ["type"] = 2, ["style"] = 1, ["label"] = button.Label, ["custom_id"] = button.Payload ?? button.Label }
                    : new JsonObject { ["type"] = 2, ["style"] = 5, ["label"] = button.Label, ["url"] = button.Url.ToString() }))]),
            });
        }
        return body;
    }
}
