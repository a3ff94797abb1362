using System.Text.Json.Nodes;
using Queqiao.Channels.Meta;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.WhatsApp;

/// <summary>WhatsApp Business, Cloud API.</summary>
public sealed class WhatsAppAdapter : ChannelAdapter, ISignalChannel, IMediaChannel, IRevisionChannel, IAuthorisedChannel
{
    private const int MostReplyButtons = 3;
    private readonly GraphApi graph;
    private readonly WhatsAppReader reader;

    public WhatsAppAdapter() => (graph, reader) = (new GraphApi(this, "https://graph.facebook.com"), new WhatsAppReader(Descriptor.Errors));

    public override ChannelDescriptor Descriptor { get; } = new("whatsapp", new("WhatsApp", "WhatsApp"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.File | Abilities.Sticker | Abilities.Location | Abilities.Cards | Abilities.Templates | Abilities.Captions
            | Abilities.Reply | Abilities.Typing | Abilities.ReadMarks | Abilities.React | Abilities.SeesDelivered | Abilities.SeesRead | Abilities.SeesEdits | Abilities.SeesRecalls | Abilities.SeesReactions,
        Reactions = Reactions.Of("👍", "❤️", "😂", "😮", "😢", "🙏", "🎉", "✅"),
        Limits = new(new(4096, TextUnit.Utf16))
        {
            Body = 3 << 20, Caption = new(1024, TextUnit.Utf16), Buttons = 10, ButtonLabel = new(20, TextUnit.Utf16), CardText = new(1024, TextUnit.Utf16),
            Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 5 << 20, [MediaKind.Voice] = 16 << 20, [MediaKind.Audio] = 16 << 20, [MediaKind.Video] = 16 << 20, [MediaKind.File] = 100 << 20, [MediaKind.Sticker] = 500 << 10 },
            Rates = [new(RateScope.Account, 80, TimeSpan.FromSeconds(1)), new(RateScope.Recipient, 1, TimeSpan.FromSeconds(6))],
        },
        Settings =
        [
            new("phoneNumberId", new("电话号码编号", "Phone number ID")) { Required = true, Granted = true, Help = new("授权的账号只有一个号码时自动取得。", "Comes by authorising where the account has one number."), Pattern = "^[0-9]+$", Where = new("https://developers.facebook.com/apps/") },
            .. MetaEnvelope.Fields("https://developers.facebook.com/apps/"), MetaLogin.ConfigId,
            new("pin", new("六位 PIN（授权用）", "Six-digit PIN (for authorising)"), SettingType.Secret) { Pattern = "^[0-9]{6}$", Help = new("号码还没有注册到 Cloud API 时填写：两步验证的 PIN；首次注册时自定，请记下。", "For a number that is not registered with the Cloud API yet: the PIN of its two-step verification; of your choice at the first registration, note it down.") },
            .. CommonFields.Window, CommonFields.ApiBase,
        ],
        Window = new([new(WindowTrigger.Message, TimeSpan.FromHours(24))], AfterWindow.Template),
        Console = new("https://developers.facebook.com/apps/"),
        Manual = new("https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages"),
        MediaHosts = ["lookaside.fbsbx.com", "*.fbcdn.net", "*.whatsapp.net"],
        Errors = WhatsAppErrors.Table(),
    };

    public IReadOnlyList<string> AuthorisesWith => MetaLogin.With;

    public Uri AuthoriseAt(AuthorisationRequest request, ChannelSettings settings) => MetaLogin.Page(request, settings, "whatsapp_business_management,whatsapp_business_messaging");

    /// <summary>The code, as embedded sign-up gives one, for the business's token; account and number are made ready with it.</summary>
    public Task<AuthorisationOutcome> Authorise(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct) => new WhatsAppSignUp(new MetaLogin(graph)).Finish(code, request, context, ct);

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        var (done, body) = MetaEnvelope.Open(delivery, settings);
        if (done is not null)
            return done;
        var events = new Events();
        reader.Read(body, events);
        return Accepted(events);
    }

    /// <summary>Up to three answers as buttons, up to ten as a list, or one address.</summary>
    protected override bool Draws(CardContent card) => base.Draws(card) && card.Buttons.Count > 0
        && (card.Buttons.All(button => button.Url is null) ? card.Image is null || card.Buttons.Count <= MostReplyButtons : card.Buttons.Count == 1);

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Message(part, "text", new JsonObject { ["body"] = text.Text, ["preview_url"] = true }, context, ct),
        CardContent card => await Message(part, "interactive", Card(card), context, ct),
        LocationContent place => await Message(part, "location", new JsonObject { ["latitude"] = place.Latitude, ["longitude"] = place.Longitude, ["name"] = place.Title ?? "", ["address"] = place.Address ?? "" }, context, ct),
        TemplateContent template => await Message(part, "template", Template(template), context, ct),
        MediaContent media => await Media(part, media, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public Task<SendOutcome> Signal(Signal signal, ChannelContext context, CancellationToken ct)
    {
        if (signal.MessageId is null || signal.Kind == SignalKind.TypingEnded)
            return Task.FromResult(SendOutcome.Done); // typing ends by itself after 25 seconds
        var body = new JsonObject { ["messaging_product"] = "whatsapp", ["status"] = "read", ["message_id"] = signal.MessageId };
        if (signal.Kind == SignalKind.Typing)
            body["typing_indicator"] = new JsonObject { ["type"] = "text" };
        return graph.Post(context, Phone(context) + "/messages", body, _ => null, ct);
    }

    public Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct) => revision.Kind is not (RevisionKind.React or RevisionKind.Unreact)
        ? Task.FromResult(SendOutcome.CannotDo(revision.Kind.ToString()))
        : Message(new Outbound(revision.To, new TextContent("")), "reaction", new JsonObject { ["message_id"] = revision.MessageId, ["emoji"] = revision.Kind == RevisionKind.React ? revision.Text ?? "" : "" }, context, ct);

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var (body, failed) = await graph.Get(context, Phone(context) + "?fields=display_phone_number,verified_name", ct);
        return failed ?? (SendOutcome)new SendOutcome.Sent(body["display_phone_number"].Filled);
    }

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct)
    {
        var url = media.Url;
        if (media.Id is not null)
        {
            var (body, failed) = await graph.Get(context, Uri.EscapeDataString(media.Id), ct);
            if (failed is not null)
                return new MediaOutcome.NotFound(failed.Failure, failed.After);
            url = body["url"].Filled;
        }
        return IsOurHost(url, context.Settings) ? await Call.Download(context, url!, Descriptor.Errors, ct, GraphApi.Bearer(context)) : new MediaOutcome.NotFound(ForeignHost);
    }

    internal static readonly Failure ForeignHost = new(ErrorClass.Permanent, "foreign_host", new("媒体地址不属于平台，不予下载", "The address is not the provider's; it is not fetched"));

    private static string Phone(ChannelContext context) => Uri.EscapeDataString(context.Settings["phoneNumberId"]);

    private Task<SendOutcome> Message(Outbound part, string type, JsonObject content, ChannelContext context, CancellationToken ct)
    {
        var body = new JsonObject { ["messaging_product"] = "whatsapp", ["recipient_type"] = "individual", ["to"] = part.To, ["type"] = type, [type] = content };
        if (part.ReplyTo is not null)
            body["context"] = new JsonObject { ["message_id"] = part.ReplyTo };
        if (part.Key.Length > 0)
            body["biz_opaque_callback_data"] = part.PartKey;
        return graph.Post(context, Phone(context) + "/messages", body, answer => answer["messages"][0]["id"].Filled, ct);
    }

    private async Task<SendOutcome> Media(Outbound part, MediaContent content, ChannelContext context, CancellationToken ct)
    {
        var media = content.Media;
        using var form = new MultipartFormDataContent { { new StringContent("whatsapp"), "messaging_product" }, { new StringContent(media.Mime), "type" } };
        form.Add(GraphApi.File(await media.Open(ct), media), "file", media.FileName);
        var uploaded = await graph.Post(context, Phone(context) + "/media", form, answer => answer["id"].Filled, ct);
        if (uploaded is not SendOutcome.Sent { ExternalId: { } id })
            return uploaded;
        var type = media.Kind switch { MediaKind.Image => "image", MediaKind.Video => "video", MediaKind.Voice or MediaKind.Audio => "audio", MediaKind.Sticker => "sticker", _ => "document" };
        var body = new JsonObject { ["id"] = id };
        if (content.Caption is { Length: > 0 } && type is "image" or "video" or "document")
            body["caption"] = content.Caption;
        if (type == "document")
            body["filename"] = media.FileName;
        return await Message(part, type, body, context, ct);
    }

    private static JsonObject Card(CardContent card)
    {
        var body = new JsonObject { ["type"] = "button", ["body"] = new JsonObject { ["text"] = card.Text is null ? card.Title : card.Title + "\n" + card.Text } };
        if (card.Image is not null)
            body["header"] = new JsonObject { ["type"] = "image", ["image"] = new JsonObject { ["link"] = card.Image.ToString() } };
        if (card.Buttons is [{ Url: { } url } only])
        {
            body["type"] = "cta_url";
            body["action"] = new JsonObject { ["name"] = "cta_url", ["parameters"] = new JsonObject { ["display_text"] = only.Label, ["url"] = url.ToString() } };
        }
        else if (card.Buttons.Count <= MostReplyButtons)
        {
            body["action"] = new JsonObject { ["buttons"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)new JsonObject { ["type"] = "reply", ["reply"] = new JsonObject { ["id"] = button.Payload ?? button.Label, ["title"] = button.Label } })]) };
        }
        else
        {
            body["type"] = "list";
            body["action"] = new JsonObject
            {
                ["button"] = "⋯",
                ["sections"] = new JsonArray(new JsonObject { ["title"] = "⋯", ["rows"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)new JsonObject { ["id"] = button.Payload ?? button.Label, ["title"] = button.Label })]) }),
            };
        }
        return body;
    }

    private static JsonObject Template(TemplateContent template)
    {
        var body = new JsonObject { ["name"] = template.Name, ["language"] = new JsonObject { ["code"] = template.Language } };
        if (template.Values.Count > 0)
        {
            body["components"] = new JsonArray(new JsonObject
            {
                ["type"] = "body",
                ["parameters"] = new JsonArray([.. template.Values.Select(value => (JsonNode)(value.Name.Length == 0 || char.IsAsciiDigit(value.Name[0])
                    ? new JsonObject { ["type"] = "text", ["text"] = value.Text }
                    : new JsonObject { ["type"] = "text", ["parameter_name"] = value.Name, ["text"] = value.Text }))]),
            });
        }
        return body;
    }
}
