using System.Globalization;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.Slack;

/// <summary>A Slack app: Events API, interactivity and commands, or Socket Mode.</summary>
public sealed class SlackAdapter : ChannelAdapter, ISocketChannel, IMediaChannel, IRevisionChannel, IProfileChannel, IAuthorisedChannel
{
    private const string Host = "https://slack.com/api";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>By Slack's short names.</summary>
    internal static readonly Reactions Signs = new(("👍", "+1"), ("👍", "thumbsup"), ("❤️", "heart"), ("😂", "joy"), ("🎉", "tada"), ("👀", "eyes"), ("✅", "white_check_mark"), ("🙏", "pray"), ("👏", "clap"));

    public override ChannelDescriptor Descriptor { get; } = new("slack", new("Slack", "Slack"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.File | Abilities.Cards | Abilities.Edit | Abilities.Recall | Abilities.React
            | Abilities.SeesEdits | Abilities.SeesRecalls | Abilities.SeesReactions | Abilities.Groups | Abilities.Profiles,
        Reactions = Signs,
        Limits = new(new(4000, TextUnit.Utf16)) { Buttons = 10, ButtonLabel = new(75, TextUnit.Utf16), CardText = new(3000, TextUnit.Utf16), Rates = [new(RateScope.Conversation, 1, TimeSpan.FromSeconds(1))] },
        Settings =
        [
            new("botToken", new("Bot User OAuth Token", "Bot user OAuth token"), SettingType.Secret) { Required = true, Granted = true, Pattern = "^xoxb-", Where = new("https://api.slack.com/apps") },
            new("signingSecret", new("Signing Secret", "Signing secret"), SettingType.Secret) { Required = true, Where = new("https://api.slack.com/apps") },
            new("appToken", new("App-Level Token（Socket Mode）", "App-level token (Socket Mode)"), SettingType.Secret) { Pattern = "^xapp-" },
            new("clientId", new("Client ID（授权用）", "Client ID (for authorising)")) { Where = new("https://api.slack.com/apps") }, new("clientSecret", new("Client Secret（授权用）", "Client secret (for authorising)"), SettingType.Secret),
            CommonFields.ApiBase,
        ],
        Console = new("https://api.slack.com/apps"), Manual = new("https://docs.slack.dev/apis/events-api/"), MediaHosts = ["files.slack.com", "*.slack.com", "*.slack-edge.com"],
        Errors = new()
        {
            { ErrorClass.Retry, "发送过快，稍后重试", "Too fast; it will be tried again", "ratelimited", "rate_limited", "service_unavailable", "fatal_error", "internal_error", "request_timeout" },
            { ErrorClass.Reauthorise, "令牌无效或已撤销，请重新安装应用", "The token is not valid or was revoked; install the app again", "invalid_auth", "token_revoked", "token_expired", "account_inactive", "not_authed", "invalid_code", "code_already_used" },
            { ErrorClass.Config, "应用的授权设置不对：核对 Client ID、Client Secret 与回调地址", "The app is not set up for authorising: compare client id, secret and redirect address", "bad_redirect_uri", "invalid_client_id", "bad_client_secret", "invalid_scope" },
            { ErrorClass.Config, "应用不在频道或缺少权限", "The app is not in the channel, or lacks a scope", "not_in_channel", "missing_scope", "no_permission", "restricted_action", "ekm_access_denied", "not_allowed_token_type" },
            { ErrorClass.Permanent, "频道或用户不存在，或已归档", "The channel or user does not exist, or is archived", "channel_not_found", "is_archived", "user_not_found", "message_not_found", "user_disabled" },
            { ErrorClass.Permanent, "内容过长或格式不被接受", "The content is too long, or its form was refused", "msg_too_long", "no_text", "invalid_blocks", "invalid_arguments", "cant_update_message", "cant_delete_message", "edit_window_closed" },
        },
    };

    public IReadOnlyList<string> AuthorisesWith { get; } = ["clientId", "clientSecret"];

    /// <summary>Slack knows no PKCE for apps with a secret.</summary>
    public Uri AuthoriseAt(AuthorisationRequest request, ChannelSettings settings) => Consent.Page(settings, "https://slack.com", "/oauth/v2/authorize", ("client_id", settings["clientId"]),
        ("scope", "chat:write,im:history,files:read,files:write,reactions:read,reactions:write,users:read"), ("redirect_uri", request.RedirectUri), ("state", request.State));

    public async Task<AuthorisationOutcome> Authorise(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(Host) + "/oauth.v2.access", Call.FormBody(
            ("client_id", context.Settings["clientId"]), ("client_secret", context.Settings["clientSecret"]), ("code", code), ("redirect_uri", request.RedirectUri)), ct);
        return answer.IsOk && answer.Body["ok"].IsTrue && answer.Body["access_token"].Filled is { } token ? Consent.Granted(answer.Body["team"]["name"].Filled, ("botToken", token))
            : new AuthorisationOutcome.Denied(Failed(answer, answer.Body["error"].Text ?? "", null, context).Failure);
    }

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("signingSecret"))
            return Refused(Refusal.NotConfigured);
        var (given, timestamp) = (delivery.Header("X-Slack-Signature"), delivery.Header("X-Slack-Request-Timestamp"));
        if (!given.StartsWith("v0=", StringComparison.Ordinal) || timestamp.Length == 0)
            return Refused(Refusal.Unsigned);
        if (!Signature.HmacSha256Hex(settings["signingSecret"], Signature.Join($"v0:{timestamp}:", delivery.Body.Span), given[3..]))
            return Refused(Refusal.BadSignature);
        if (!Signature.IsFresh(Instant.Seconds(long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null), now, Tolerance))
            return Refused(Refusal.Stale);
        return delivery.Header("Content-Type").StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? Posted(delivery) : Told(delivery);
    }

    private static Received Told(WebhookDelivery delivery)
    {
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        if (body["type"].Text == "url_verification")
            return Received.Handshake(WebhookReply.Json(new JsonObject { ["challenge"] = body["challenge"].Text ?? "" }.ToJsonString(Writing.Plain)));
        var events = new Events();
        events.Add(SlackReader.Callback(body));
        return Accepted(events);
    }

    private static Received Posted(WebhookDelivery delivery)
    {
        var form = Form.Read(delivery.Body.Span);
        var events = new Events();
        if (!form.Has("payload"))
            events.Add(SlackReader.Command(form, delivery.BodyText));
        else if (Json.Read(System.Text.Encoding.UTF8.GetBytes(form["payload"])) is { IsObject: true } body)
            events.Add(SlackReader.Interaction(body));
        else
            return Refused(Refusal.Malformed);
        return Accepted(events);
    }

    public bool Connects(ChannelSettings settings) => settings.Has("appToken");

    public async Task<SocketOpening> Open(SocketState state, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Post(context, context.Settings.ApiBase(Host) + "/apps.connections.open", [], ct, ("Authorization", "Bearer " + context.Settings["appToken"]));
        return answer.Body["ok"].IsTrue && Uri.TryCreate(answer.Body["url"].Text, UriKind.Absolute, out var url) ? new SocketOpening(url) : new SocketOpening(null, Failed(answer, answer.Body["error"].Text ?? "", null, context).Failure);
    }

    public SocketStep OnFrame(string frame, SocketState state, ChannelSettings settings, DateTimeOffset now)
    {
        if (Json.Read(System.Text.Encoding.UTF8.GetBytes(frame)) is not { IsObject: true } body)
            return new SocketStep(state, [], []);
        string[] acknowledge = body["envelope_id"].Filled is { } id ? [new JsonObject { ["envelope_id"] = id }.ToJsonString()] : [];
        var payload = body["payload"];
        return body["type"].Text switch
        {
            "disconnect" => new SocketStep(state, [], [], Ends: true),
            "events_api" when SlackReader.Callback(payload) is { } told => new SocketStep(state, [told], acknowledge),
            "interactive" => new SocketStep(state, [SlackReader.Interaction(payload)], acknowledge),
            "slash_commands" => new SocketStep(state, [SlackReader.Command(Form.Read(Form.Write(payload.Members.Select(member => (member.Name, member.Value.Text ?? "")))), payload.Raw)], acknowledge),
            _ => new SocketStep(state, [], acknowledge),
        };
    }

    public string? Heartbeat(SocketState state) => null;

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Message(part, new JsonObject { ["text"] = text.Text }, context, ct),
        CardContent card => await Message(part, new JsonObject { ["text"] = Fallback.Text(card), ["blocks"] = Blocks(card) }, context, ct),
        MediaContent { Media: { Kind: not MediaKind.Sticker } media } => await Media(part, media, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct)
    {
        var channel = revision.ConversationId ?? revision.To;
        return revision.Kind switch
        {
            RevisionKind.Edit => Post(context, "chat.update", new JsonObject { ["channel"] = channel, ["ts"] = revision.MessageId, ["text"] = revision.Text ?? "" }, ct),
            RevisionKind.Recall => Post(context, "chat.delete", new JsonObject { ["channel"] = channel, ["ts"] = revision.MessageId }, ct),
            _ => React(revision, channel, context, ct),
        };
    }

    /// <summary>What is so already is well.</summary>
    private async Task<SendOutcome> React(Revision revision, string channel, ChannelContext context, CancellationToken ct)
    {
        var outcome = await Post(context, revision.Kind == RevisionKind.React ? "reactions.add" : "reactions.remove", new JsonObject { ["channel"] = channel, ["timestamp"] = revision.MessageId, ["name"] = Signs.NameOf(revision.Text).Trim(':') }, ct);
        return outcome is SendOutcome.NotSent { Failure.Code: "already_reacted" or "no_reaction" } ? new SendOutcome.Sent(null) : outcome;
    }

    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Post(context, "auth.test", [], ct);

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) =>
        IsOurHost(media.Url, context.Settings) ? await Call.Download(context, media.Url!, Descriptor.Errors, ct, Bearer(context)) : Failures.ForeignHost;

    public async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Get(context, $"{context.Settings.ApiBase(Host)}/users.info?user={Uri.EscapeDataString(personId)}", ct, Bearer(context));
        var user = answer.Body["user"];
        return answer.Body["ok"].IsTrue
            ? new ProfileOutcome.Known(new Person(personId) { Name = user["profile"]["real_name"].Filled ?? user["real_name"].Filled, Username = user["name"].Filled, AvatarUrl = user["profile"]["image_192"].Filled, Language = user["locale"].Filled })
            : new ProfileOutcome.Unknown(Failed(answer, answer.Body["error"].Text ?? "", null, context).Failure);
    }

    private static (string, string) Bearer(ChannelContext context) => ("Authorization", "Bearer " + context.Settings["botToken"]);

    private async Task<SendOutcome> Post(ChannelContext context, string method, JsonObject body, CancellationToken ct)
    {
        var answer = await Call.Post(context, $"{context.Settings.ApiBase(Host)}/{method}", body, ct, Bearer(context));
        return answer.IsOk && answer.Body["ok"].IsTrue ? new SendOutcome.Sent(answer.Body["ts"].Filled ?? answer.Body["team"].Filled) : Failed(answer, answer.Body["error"].Text ?? "", answer.Body["needed"].Text, context);
    }

    private Task<SendOutcome> Message(Outbound part, JsonObject body, ChannelContext context, CancellationToken ct)
    {
        body["channel"] = part.ConversationId ?? part.To;
        if (part.Reply("thread_ts") is { Length: > 0 } thread)
            body["thread_ts"] = thread;
        return Post(context, "chat.postMessage", body, ct);
    }

    private async Task<SendOutcome> Media(Outbound part, OutboundMedia media, ChannelContext context, CancellationToken ct)
    {
        var place = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(Host) + "/files.getUploadURLExternal", Call.FormBody(("filename", media.FileName), ("length", media.Size.ToString(CultureInfo.InvariantCulture))), ct, Bearer(context));
        var url = place.Body["upload_url"].Filled;
        if (!place.Body["ok"].IsTrue || !IsOurHost(url, context.Settings))
            return Failed(place, place.Body["error"].Text ?? "", null, context);
        using var content = new StreamContent(await media.Open(ct));
        var uploaded = await Call.Send(context, HttpMethod.Post, url!, content, ct);
        if (!uploaded.IsOk)
            return Failed(uploaded, "", null, context);
        var body = new JsonObject { ["files"] = new JsonArray(new JsonObject { ["id"] = place.Body["file_id"].Text, ["title"] = media.FileName }), ["channel_id"] = part.ConversationId ?? part.To };
        if (part.Reply("thread_ts") is { Length: > 0 } thread)
            body["thread_ts"] = thread;
        return await Post(context, "files.completeUploadExternal", body, ct);
    }

    private static JsonArray Blocks(CardContent card)
    {
        var blocks = new JsonArray(new JsonObject { ["type"] = "section", ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = card.Text is null ? card.Title : card.Title + "\n" + card.Text } });
        if (card.Image is not null)
            blocks.Add(new JsonObject { ["type"] = "image", ["image_url"] = card.Image.ToString(), ["alt_text"] = card.Title });
        if (card.Buttons.Count > 0)
        {
            blocks.Add(new JsonObject
            {
                ["type"] = "actions",
                ["elements"] = new JsonArray([.. card.Buttons.Select((button, index) =>
                {
                    var element = new JsonObject { ["type"] = "button", ["action_id"] = "b" + index.ToString(CultureInfo.InvariantCulture), ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = button.Label }, ["value"] = button.Payload ?? button.Label };
                    if (button.Url is not null)
                        element["url"] = button.Url.ToString();
                    return (JsonNode)element;
                })]),
            });
        }
        return blocks;
    }
}
