using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Slack;

namespace Queqiao.Channels.TwilioSms;

/// <summary>SMS and MMS (and WhatsApp) by Twilio.</summary>
public sealed class TwilioSmsAdapter : ChannelAdapter, IMediaChannel
{
    private const string Host = "https://api.twilio.com";

    public override ChannelDescriptor Descriptor { get; } = new("twilio-sms", new("短信（Twilio）", "SMS (Twilio)"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Video | Abilities.Captions | Abilities.SeesDelivered | Abilities.SeesRead,
        Limits = new(new(1600, TextUnit.Utf16)) { Caption = new(1600, TextUnit.Utf16), Media = new Dictionary<MediaKind, long> { [MediaKind.Image] = 5 << 20, [MediaKind.Video] = 5 << 20 } },
        Settings =
        [
            new("accountSid", new("Account SID", "Account SID")) { Required = true, Pattern = "^AC", Where = new("https://console.twilio.com/") },
            new("authToken", new("Auth Token", "Auth token"), SettingType.Secret) { Required = true, Where = new("https://console.twilio.com/") },
            new("from", new("发送号码或 Messaging Service SID", "Number or messaging service SID")) { Required = true }, CommonFields.ApiBase,
        ],
        Console = new("https://console.twilio.com/"), Manual = new("https://www.twilio.com/docs/usage/security"), MediaHosts = ["api.twilio.com", "*.twiliocdn.com"],
        Errors = new()
        {
            { ErrorClass.Reauthorise, "Account SID 或 Auth Token 不正确", "The account SID or auth token is wrong", "20003", "20404/auth" },
            { ErrorClass.Retry, "发送过快或队列已满，稍后重试", "Too fast, or the queue is full; it will be tried again", "20429", "30001", "30008", "14107" },
            { ErrorClass.Permanent, "号码无效或无法送达", "The number is not valid or cannot be reached", "21211", "21614", "30003", "30005", "30006", "21612" },
            { ErrorClass.Permanent, "收件人已退订", "The recipient has opted out", "21610" },
            { ErrorClass.Window, "超出 WhatsApp 回复时限", "Outside of WhatsApp's window", "63016" },
            { ErrorClass.Config, "账号没有权限（地区、号码或余额）", "The account may not do this (region, number or balance)", "21408", "21606", "21603", "30002", "30034", "90010" },
            { ErrorClass.Permanent, "内容被运营商过滤或过长", "The content was filtered by the carrier, or is too long", "30007", "21617" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("authToken"))
            return Refused(Refusal.NotConfigured);
        var given = delivery.Header("X-Twilio-Signature");
        if (given.Length == 0)
            return Refused(Refusal.Unsigned);
        var isJson = delivery.Query.Has("bodySHA256");
        // The signature is made of the decoded fields, so they are taken apart first; nothing else is done with them.
        var form = isJson ? Form.Read("") : Form.Read(delivery.Body.Span);
        if (isJson && !Signature.Same(Signature.Sha256Hex(delivery.Body.Span), delivery.Query["bodySHA256"].ToLowerInvariant()))
            return Refused(Refusal.BadSignature);
        if (!Addresses(delivery.Url).Any(url => Signature.Same(Sign(settings["authToken"], url, form.Fields), given)))
            return Refused(Refusal.BadSignature);
        return isJson ? Received.Of(WebhookReply.Ok, [new EventHead(Events.HashKey(delivery.BodyText), delivery.BodyText) { Direction = EventDirection.None }.Unsupported("json", false)])
            : Received.Of(new WebhookReply(204), [Event(form, delivery.BodyText)]);
    }

    internal static string Sign(string token, string url, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var text = new StringBuilder(url);
        foreach (var (name, value) in fields.Distinct().OrderBy(field => field.Key, StringComparer.Ordinal).ThenBy(field => field.Value, StringComparer.Ordinal))
            text.Append(name).Append(value);
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>With the port and without: Twilio does one or the other.</summary>
    private static IEnumerable<string> Addresses(Uri url)
    {
        yield return url.OriginalString;
        yield return $"{url.Scheme}://{url.Host}:{url.Port}{url.PathAndQuery}";
        yield return $"{url.Scheme}://{url.Host}{url.PathAndQuery}";
    }

    private static InboundEvent Event(Form form, string raw)
    {
        var id = form.Filled("MessageSid") ?? form.Filled("SmsSid");
        var status = form.Filled("MessageStatus") ?? form.Filled("SmsStatus");
        var isReceipt = status is not null and not "received" && !form.Has("Body");
        var (customer, own) = isReceipt ? (form.Filled("To"), form.Filled("From")) : (form.Filled("From"), form.Filled("To"));
        var head = new EventHead(id is null ? Events.HashKey(raw) : isReceipt ? $"{id}:{status}" : id, raw) { Account = own, Person = customer is null ? null : new Person(customer) { Name = form.Filled("ProfileName") } };
        if (isReceipt)
            return Receipt(status!, id, form, head);
        if (form.Filled("ButtonPayload") is { } payload)
            return head.Pressed("message.button", payload, form.Filled("ButtonText"), id: id);
        if (form.Filled("OptOutType") is { } opt)
            return opt == "STOP" ? head.Unfollowed("message.opt_out") : head.Message("message", id, form["Body"], [], facts: new Dictionary<string, string> { ["OptOutType"] = opt });
        var parts = new List<MessagePart>();
        _ = int.TryParse(form["NumMedia"], NumberStyles.None, CultureInfo.InvariantCulture, out var media);
        for (var index = 0; index < Math.Min(media, 10); index++)
            parts.Add(new MediaPart(SlackReader.Kind(form["MediaContentType" + index]), new MediaRef(null, form.Filled("MediaUrl" + index)) { Mime = form.Filled("MediaContentType" + index) }));
        if (double.TryParse(form["Latitude"], CultureInfo.InvariantCulture, out var latitude) && double.TryParse(form["Longitude"], CultureInfo.InvariantCulture, out var longitude) && double.IsFinite(latitude) && double.IsFinite(longitude))
            parts.Add(new LocationPart(latitude, longitude) { Title = form.Filled("Label"), Address = form.Filled("Address") });
        return form.Has("Body") || parts.Count > 0 ? head.Message("message", id, form["Body"] is { Length: > 0 } said ? said : null, parts) : head.Unsupported(form.Has("CallSid") ? "call" : "form", false, id);
    }

    private static InboundEvent Receipt(string status, string? id, Form form, EventHead head)
    {
        var state = status switch { "delivered" => DeliveryState.Delivered, "read" => DeliveryState.Read, "failed" or "undelivered" => DeliveryState.Failed, _ => DeliveryState.Sent };
        return head.Status("status." + status, state, id, state == DeliveryState.Failed ? TwilioErrors(form["ErrorCode"]) : null);
    }

    private static readonly TwilioSmsAdapter Own = new();

    private static Failure TwilioErrors(string code) => Own.Descriptor.Errors.Of(code, 400);

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Post(part, [("Body", text.Text)], context, ct),
        MediaContent { Media: { PublicUrl: { } url, Kind: MediaKind.Image or MediaKind.Video } } media => await Post(part, [("Body", media.Caption ?? ""), ("MediaUrl", url.ToString())], context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Get(context, $"{Account(context)}.json", ct, Basic(context));
        return answer.IsOk ? new SendOutcome.Sent(answer.Body["friendly_name"].Filled) : Failed(answer, answer.Body["code"].Text ?? "", answer.Body["message"].Text, context);
    }

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct) => IsOurHost(media.Url, context.Settings) ? await Call.Download(context, media.Url!, Descriptor.Errors, ct, Basic(context)) : Failures.ForeignHost;

    private static string Account(ChannelContext context) => $"{context.Settings.ApiBase(Host)}/2010-04-01/Accounts/{Uri.EscapeDataString(context.Settings["accountSid"])}";

    private static (string, string) Basic(ChannelContext context) => ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{context.Settings["accountSid"]}:{context.Settings["authToken"]}")));

    private async Task<SendOutcome> Post(Outbound part, List<(string, string)> fields, ChannelContext context, CancellationToken ct)
    {
        var from = context.Settings["from"];
        fields.Add(("To", part.To));
        fields.Add((from.StartsWith("MG", StringComparison.Ordinal) ? "MessagingServiceSid" : "From", from));
        var answer = await Call.Send(context, HttpMethod.Post, Account(context) + "/Messages.json", Call.FormBody([.. fields]), ct, Basic(context));
        return answer.IsOk ? new SendOutcome.Sent(answer.Body["sid"].Filled) : Failed(answer, answer.Body["code"].Text ?? "", answer.Body["message"].Text, context);
    }
}
