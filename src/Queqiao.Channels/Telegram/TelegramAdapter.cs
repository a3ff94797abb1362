using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Queqiao.Channels.Formatting;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.Telegram;

/// <summary>A Telegram bot, by webhook or by long polling.</summary>
public sealed class TelegramAdapter : ChannelAdapter, IPullChannel, ISignalChannel, IMediaChannel, IRevisionChannel, IProfileChannel
{
    private const int PollSeconds = 15;

    /// <summary>Bots may use these among others. The heart has no variant sign there.</summary>
    internal static readonly Reactions Signs = new(("👍", "👍"), ("❤️", "❤"), ("🔥", "🔥"), ("👏", "👏"), ("😁", "😁"), ("😢", "😢"), ("🎉", "🎉"), ("🙏", "🙏"));

    public override ChannelDescriptor Descriptor { get; } = new("telegram", new("Telegram", "Telegram"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.File | Abilities.Sticker | Abilities.Location | Abilities.Cards | Abilities.Captions | Abilities.Reply
            | Abilities.Typing | Abilities.Edit | Abilities.Recall | Abilities.React | Abilities.SeesEdits | Abilities.SeesReactions | Abilities.Follows | Abilities.Groups | Abilities.Profiles,
        Reactions = Signs,
        Limits = new(new(4096, TextUnit.Utf16))
        {
            Caption = new(1024, TextUnit.Utf16), Buttons = 20, ButtonLabel = new(64, TextUnit.Utf16), CardText = new(1024, TextUnit.Utf16),
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 10 << 20, [MediaKind.Voice] = 50 << 20, [MediaKind.Audio] = 50 << 20, [MediaKind.Video] = 50 << 20, [MediaKind.File] = 50 << 20 },
            Rates = [new(RateScope.Account, 30, TimeSpan.FromSeconds(1)), new(RateScope.Conversation, 1, TimeSpan.FromSeconds(1))],
        },
        Settings =
        [
            new("botToken", new("机器人令牌", "Bot token"), SettingType.Secret) { Required = true, Where = new("https://t.me/BotFather"), Pattern = "^[0-9]+:[A-Za-z0-9_-]+$" },
            new("secretToken", new("回调密钥", "Webhook secret"), SettingType.Secret) { Required = true, Pattern = "^[A-Za-z0-9_-]{1,256}$", Help = new("自定；setWebhook 的 secret_token。", "Of your choice; secret_token of setWebhook.") },
            new("polling", new("轮询收取（无公网地址时）", "Poll for messages (without a public address)"), SettingType.Toggle) { Help = new("不需要回调地址：由服务器向 Telegram 询问新消息。", "Needs no webhook: the server asks Telegram for what is new.") },
            CommonFields.ApiBase,
        ],
        Console = new("https://t.me/BotFather"),
        Manual = new("https://core.telegram.org/bots/api"),
        MediaHosts = ["api.telegram.org"],
        Errors = new()
        {
            { ErrorClass.Reauthorise, "机器人令牌已失效", "The bot token is no longer valid", "401" },
            { ErrorClass.Permanent, "用户停用或屏蔽了机器人，或尚未开始对话", "The customer has blocked the bot, left, or never started it", "403" },
            { ErrorClass.Permanent, "会话不存在或内容不被接受", "There is no such chat, or the content was refused", "400" },
            { ErrorClass.Permanent, "群组已升级，编号已变", "The group was upgraded and has another id", "migrated" },
            { ErrorClass.Config, "同时使用了回调与轮询", "Webhook and polling are used at once", "409" },
            { ErrorClass.Retry, "发送过快，稍后重试", "Too fast; it will be tried again", "429" },
            { ErrorClass.Permanent, "文件过大", "The file is too large", "413" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("secretToken"))
            return Refused(Refusal.NotConfigured);
        var given = delivery.Header("X-Telegram-Bot-Api-Secret-Token");
        if (given.Length == 0)
            return Refused(Refusal.Unsigned);
        if (!Signature.Same(settings["secretToken"], given))
            return Refused(Refusal.BadSignature);
        if (Json.Read(delivery.Body) is not { IsObject: true } update)
            return Refused(Refusal.Malformed);
        var events = new Events();
        events.Add(TelegramReader.Read(update));
        return Accepted(events);
    }

    public bool Polls(ChannelSettings settings) => settings["polling"] == "true";

    /// <summary>The cursor is the number after the last update; asking with it forgets what lies before it.</summary>
    public async Task<Pulled> Pull(string? cursor, string? hint, ChannelContext context, CancellationToken ct)
    {
        _ = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var offset);
        var (answer, failed) = await Ask(context, "getUpdates", new JsonObject { ["offset"] = offset, ["timeout"] = PollSeconds, ["limit"] = 100, ["allowed_updates"] = Allowed }, ct);
        if (failed is { Failure.Code: "409" } && Polls(context.Settings))
        {
            // A webhook that was set before stands in the way; it goes, and what waits is kept for us.
            await Ask(context, "deleteWebhook", [], ct);
            (answer, failed) = await Ask(context, "getUpdates", new JsonObject { ["offset"] = offset, ["timeout"] = 0, ["limit"] = 100, ["allowed_updates"] = Allowed }, ct);
        }
        if (failed is not null)
            return new Pulled([], cursor, false, failed);
        var updates = answer["result"];
        var next = TelegramReader.Next(updates);
        return new Pulled([.. updates.Items.Select(TelegramReader.Read).OfType<InboundEvent>()], next > offset ? TelegramReader.Text(next) : cursor, updates.Items.Any());
    }

    /// <summary>Reactions come only when asked for.</summary>
    public static JsonArray Allowed => ["message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "message_reaction", "my_chat_member", "business_connection", "business_message", "edited_business_message", "deleted_business_messages"];

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Post(part, "sendMessage", Text(text.Text, text.Rich), context, ct),
        CardContent { Image: { } image } card => await Post(part, "sendPhoto", new JsonObject { ["photo"] = image.ToString(), ["caption"] = Title(card), ["reply_markup"] = Keyboard(card) }, context, ct),
        CardContent card => await Post(part, "sendMessage", new JsonObject { ["text"] = Title(card), ["reply_markup"] = Keyboard(card) }, context, ct),
        LocationContent { Title: { Length: > 0 } title } place => await Post(part, "sendVenue", new JsonObject { ["latitude"] = place.Latitude, ["longitude"] = place.Longitude, ["title"] = title, ["address"] = place.Address ?? title }, context, ct),
        LocationContent place => await Post(part, "sendLocation", new JsonObject { ["latitude"] = place.Latitude, ["longitude"] = place.Longitude }, context, ct),
        MediaContent media => await Media(part, media, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public async Task<SendOutcome> Signal(Signal signal, ChannelContext context, CancellationToken ct)
    {
        if (signal.ReplyWith.TryGetValue("id", out var callback) && signal.Kind == SignalKind.Read)
            return await Outcome(context, "answerCallbackQuery", new JsonObject { ["callback_query_id"] = callback }, ct);
        return signal.Kind == SignalKind.Typing ? await Outcome(context, "sendChatAction", new JsonObject { ["chat_id"] = signal.ConversationId ?? signal.To, ["action"] = "typing" }, ct) : SendOutcome.Done;
    }

    public Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct)
    {
        var body = new JsonObject { ["chat_id"] = revision.ConversationId ?? revision.To, ["message_id"] = long.TryParse(revision.MessageId, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0 };
        switch (revision.Kind)
        {
            case RevisionKind.Edit:
                foreach (var (name, value) in Text(revision.Text ?? "", revision.Rich))
                    body[name] = value?.DeepClone();
                return Outcome(context, "editMessageText", body, ct);
            case RevisionKind.Recall:
                return Outcome(context, "deleteMessage", body, ct);
            default:
                body["reaction"] = revision.Kind == RevisionKind.React ? new JsonArray(new JsonObject { ["type"] = "emoji", ["emoji"] = Signs.NameOf(revision.Text) }) : [];
                return Outcome(context, "setMessageReaction", body, ct);
        }
    }

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var (answer, failed) = await Ask(context, "getMe", [], ct);
        return failed ?? (SendOutcome)new SendOutcome.Sent(answer["result"]["username"].Filled);
    }

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct)
    {
        if (media.Id is null)
            return Failures.NoMedia;
        var (answer, failed) = await Ask(context, "getFile", new JsonObject { ["file_id"] = media.Id }, ct);
        if (failed is not null)
            return new MediaOutcome.NotFound(failed.Failure, failed.After);
        var path = string.Join('/', (answer["result"]["file_path"].Text ?? "").Split('/').Where(step => step is not (".." or "." or "")).Select(Uri.EscapeDataString));
        return path.Length == 0 ? Failures.NoMedia : await Call.Download(context, $"{context.Settings.ApiBase("https://api.telegram.org")}/file/bot{context.Settings["botToken"]}/{path}", Descriptor.Errors, ct);
    }

    public async Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct)
    {
        var (answer, failed) = await Ask(context, "getChat", new JsonObject { ["chat_id"] = personId }, ct);
        var chat = answer["result"];
        return failed is not null ? new ProfileOutcome.Unknown(failed.Failure)
            : new ProfileOutcome.Known(new Person(personId) { Name = $"{chat["first_name"].Text} {chat["last_name"].Text}".Trim(), Username = chat["username"].Filled });
    }

    private async Task<SendOutcome> Outcome(ChannelContext context, string method, JsonObject body, CancellationToken ct)
    {
        var (answer, failed) = await Ask(context, method, body, ct);
        return failed ?? (SendOutcome)new SendOutcome.Sent(answer["result"]["message_id"].Filled);
    }

    private async Task<(Node Answer, SendOutcome.NotSent? Failed)> Ask(ChannelContext context, string method, JsonObject body, CancellationToken ct) => Told(await Call.Post(context, Url(context, method), body, ct), context);

    private (Node Answer, SendOutcome.NotSent? Failed) Told(Answer answer, ChannelContext context)
    {
        if (answer.IsOk && answer.Body["ok"].IsTrue)
            return (answer.Body, null);
        var hints = answer.Body["parameters"];
        var code = hints["migrate_to_chat_id"].IsMissing ? answer.Body["error_code"].Text ?? "" : "migrated";
        var failed = Failed(answer, code, answer.Body["description"].Text, context);
        return (Node.Missing, failed with { After = RateHints.Seconds(hints["retry_after"].Double) ?? failed.After });
    }

    private static string Url(ChannelContext context, string method) => $"{context.Settings.ApiBase("https://api.telegram.org")}/bot{context.Settings["botToken"]}/{method}";

    private Task<SendOutcome> Post(Outbound part, string method, JsonObject body, ChannelContext context, CancellationToken ct)
    {
        body["chat_id"] = part.ConversationId ?? part.To;
        if (long.TryParse(part.ReplyTo, NumberStyles.None, CultureInfo.InvariantCulture, out var to))
            body["reply_parameters"] = new JsonObject { ["message_id"] = to, ["allow_sending_without_reply"] = true };
        return Outcome(context, method, body, ct);
    }

    private async Task<SendOutcome> Media(Outbound part, MediaContent content, ChannelContext context, CancellationToken ct)
    {
        var (method, field) = content.Media.Kind switch
        {
            MediaKind.Image => ("sendPhoto", "photo"), MediaKind.Voice => ("sendVoice", "voice"), MediaKind.Audio => ("sendAudio", "audio"), MediaKind.Video => ("sendVideo", "video"), MediaKind.Sticker => ("sendSticker", "sticker"), _ => ("sendDocument", "document"),
        };
        using var form = new MultipartFormDataContent { { new StringContent(part.ConversationId ?? part.To), "chat_id" } };
        if (content.Caption is { Length: > 0 } && method != "sendSticker")
            form.Add(new StringContent(content.Caption), "caption");
        var file = new StreamContent(await content.Media.Open(ct));
        file.Headers.ContentType = MediaTypeHeaderValue.TryParse(content.Media.Mime, out var mime) ? mime : null;
        form.Add(file, field, content.Media.FileName);
        var (answer, failed) = Told(await Call.Send(context, HttpMethod.Post, Url(context, method), form, ct), context);
        return failed ?? (SendOutcome)new SendOutcome.Sent(answer["result"]["message_id"].Filled);
    }

    private static JsonObject Text(string words, RichText? rich) => rich is null ? new JsonObject { ["text"] = words } : new JsonObject { ["text"] = RichHtml.Inline(rich), ["parse_mode"] = "HTML" };

    private static string Title(CardContent card) => card.Text is null ? card.Title : card.Title + "\n" + card.Text;

    /// <summary>A button's data has 64 bytes; longer payloads cannot be drawn.</summary>
    protected override bool Draws(CardContent card) => base.Draws(card) && card.Buttons.All(button => new TextLimit(64, TextUnit.Utf8).Fits(button.Payload ?? button.Label));

    private static JsonObject Keyboard(CardContent card) => new()
    {
        ["inline_keyboard"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)new JsonArray(button.Url is null
            ? new JsonObject { ["text"] = button.Label, ["callback_data"] = button.Payload ?? button.Label }
            : new JsonObject { ["text"] = button.Label, ["url"] = button.Url.ToString() }))]),
    };
}
