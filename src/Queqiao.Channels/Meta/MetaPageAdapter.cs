using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.WhatsApp;

namespace Queqiao.Channels.Meta;

/// <summary>What Messenger and Instagram have in common.</summary>
public abstract class MetaPageAdapter : ChannelAdapter, ISignalChannel, IMediaChannel, IProfileChannel
{
    private protected MetaPageAdapter(string host, IGraphTokens? tokens = null) => Graph = new GraphApi(this, host, tokens);

    internal GraphApi Graph { get; }

    private protected static ErrorTable Table() => new()
    {
        { ErrorClass.Reauthorise, "访问令牌无效（密码更改或授权被撤销）", "The access token is not valid (password changed or authorisation withdrawn)", "190" },
        { ErrorClass.Window, "超过 24 小时回复时限", "The 24-hour window is closed", "10/2018278", "10/2018065", "2018278", "2534022" },
        { ErrorClass.Permanent, "用户现在不可联系", "The customer cannot be reached", "551", "1545041", "551/1545041" },
        { ErrorClass.Permanent, "查无此用户", "There is no such customer", "100/2018001", "100/2534014" },
        { ErrorClass.Retry, "调用过于频繁，稍后重试", "Too many calls; it will be tried again", "4", "17", "32", "613", "80006", "80002" },
        { ErrorClass.Retry, "Meta 暂时不可用", "Meta is not available for the moment", "1", "2", "1200" },
        { ErrorClass.Config, "缺少权限", "A permission is missing", "3", "10", "200-299" },
        { ErrorClass.Config, "账号因违规被限制", "The account is restricted for policy reasons", "368" },
        { ErrorClass.Permanent, "参数或内容不被接受", "A parameter or the content was refused", "100" },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        var (done, body) = MetaEnvelope.Open(delivery, settings);
        if (done is not null)
            return done;
        var events = new Events();
        MetaMessaging.Read(body, events);
        return Accepted(events, WebhookReply.Text("EVENT_RECEIVED"));
    }

    public Task<SendOutcome> Signal(Signal signal, ChannelContext context, CancellationToken ct) => Action(signal.To, signal.Kind switch
    {
        SignalKind.Typing => "typing_on",
        SignalKind.TypingEnded => "typing_off",
        _ => "mark_seen",
    }, null, context, ct);

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var (body, failed) = await Graph.Get(context, "me?fields=id,name", ct);
        return failed ?? (SendOutcome)new SendOutcome.Sent(body["name"].Filled ?? body["id"].Filled);
    }

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) =>
        IsOurHost(media.Url, context.Settings) ? await Call.Download(context, media.Url!, Descriptor.Errors, ct) : new MediaOutcome.NotFound(WhatsAppAdapter.ForeignHost);

    public abstract Task<ProfileOutcome> Profile(string personId, ChannelContext context, CancellationToken ct);

    private protected Task<SendOutcome> Action(string to, string action, JsonObject? payload, ChannelContext context, CancellationToken ct)
    {
        var body = new JsonObject { ["recipient"] = new JsonObject { ["id"] = to }, ["sender_action"] = action };
        if (payload is not null)
            body["payload"] = payload;
        return Graph.Post(context, "me/messages", body, _ => null, ct);
    }

    /// <summary>One sign of ours at each message: another one takes its place.</summary>
    private protected Task<SendOutcome> React(Revision revision, ChannelContext context, CancellationToken ct) => revision.Kind switch
    {
        RevisionKind.React => Action(revision.To, "react", new JsonObject { ["message_id"] = revision.MessageId, ["reaction"] = Descriptor.Reactions.NameOf(revision.Text) }, context, ct),
        RevisionKind.Unreact => Action(revision.To, "unreact", new JsonObject { ["message_id"] = revision.MessageId }, context, ct),
        _ => Task.FromResult(SendOutcome.CannotDo(revision.Kind.ToString())),
    };

    private protected Task<SendOutcome> Message(Outbound part, JsonObject message, ChannelContext context, CancellationToken ct)
    {
        var body = Envelope(part);
        body["message"] = message;
        return Graph.Post(context, "me/messages", body, answer => answer["message_id"].Filled, ct);
    }

    private protected static JsonObject Envelope(Outbound part)
    {
        var body = new JsonObject { ["recipient"] = new JsonObject { ["id"] = part.To }, ["messaging_type"] = part.Tag is null ? "RESPONSE" : "MESSAGE_TAG" };
        if (part.Tag is not null)
            body["tag"] = part.Tag;
        if (part.ReplyTo is not null)
            body["reply_to"] = new JsonObject { ["mid"] = part.ReplyTo };
        return body;
    }

    private protected static JsonObject QuickReplies(CardContent card) => new()
    {
        ["text"] = card.Text is null ? card.Title : card.Title + "\n" + card.Text,
        ["quick_replies"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)new JsonObject { ["content_type"] = "text", ["title"] = button.Label, ["payload"] = button.Payload ?? button.Label })]),
    };

    private protected static JsonObject Generic(CardContent card)
    {
        var element = new JsonObject { ["title"] = card.Title };
        if (card.Text is { Length: > 0 })
            element["subtitle"] = card.Text;
        if (card.Image is not null)
            element["image_url"] = card.Image.ToString();
        if (card.Buttons.Count > 0)
        {
            element["buttons"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)(button.Url is null
                ? new JsonObject { ["type"] = "postback", ["title"] = button.Label, ["payload"] = button.Payload ?? button.Label }
                : new JsonObject { ["type"] = "web_url", ["title"] = button.Label, ["url"] = button.Url.ToString() }))]);
        }
        return new JsonObject { ["attachment"] = new JsonObject { ["type"] = "template", ["payload"] = new JsonObject { ["template_type"] = "generic", ["elements"] = new JsonArray(element) } } };
    }

    private protected static string Type(MediaKind kind) => kind switch { MediaKind.Image or MediaKind.Sticker => "image", MediaKind.Video => "video", MediaKind.Voice or MediaKind.Audio => "audio", _ => "file" };
}
