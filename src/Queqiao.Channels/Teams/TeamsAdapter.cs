using System.Text.Json.Nodes;
using Queqiao.Channels.Formatting;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Tokens;

namespace Queqiao.Channels.Teams;

/// <summary>A bot in Microsoft Teams, by the Bot Framework.</summary>
public sealed class TeamsAdapter : ChannelAdapter, IKeyedChannel, ISignalChannel, IMediaChannel, IRevisionChannel
{
    private const string Host = "https://login.microsoftonline.com";
    private const string KeyHost = "https://login.botframework.com";

    public override ChannelDescriptor Descriptor { get; } = new("teams", new("Microsoft Teams", "Microsoft Teams"))
    {
        Abilities = Abilities.Text | Abilities.Cards | Abilities.Reply | Abilities.Typing | Abilities.Edit | Abilities.Recall | Abilities.SeesRead | Abilities.SeesTyping | Abilities.SeesEdits | Abilities.SeesRecalls | Abilities.SeesReactions | Abilities.Follows | Abilities.Groups,
        Limits = new(new(20_000, TextUnit.Utf8)) { Buttons = 6, ButtonLabel = new(60, TextUnit.Utf16), CardText = new(8000, TextUnit.Utf8), Rates = [new(RateScope.Conversation, 7, TimeSpan.FromSeconds(1))] },
        Settings =
        [
            new("appId", new("应用（客户端）ID", "Application (client) ID")) { Required = true, Where = new("https://portal.azure.com/") },
            new("appSecret", new("客户端密码", "Client secret"), SettingType.Secret) { Required = true, Where = new("https://portal.azure.com/") },
            new("tenantId", new("租户 ID", "Tenant ID")) { Help = new("单租户机器人必填；留空为多租户。", "Needed for single-tenant bots; empty means multi-tenant.") }, CommonFields.ApiBase,
        ],
        Console = new("https://portal.azure.com/"), Manual = new("https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication"),
        MediaHosts = ["*.sharepoint.com", "*.botframework.com", "smba.trafficmanager.net", "*.asm.skype.com"],
        Errors = new()
        {
            { ErrorClass.Reauthorise, "凭据无效或密码已过期", "The credentials are not valid, or the secret has expired", "Unauthorized", "http:401", "AuthorizationFailed" },
            { ErrorClass.Config, "应用 ID、密码或租户不正确", "The app ID, secret or tenant is wrong", "invalid_client", "unauthorized_client", "invalid_request" },
            { ErrorClass.Permanent, "用户已卸载或屏蔽机器人", "The user has removed or blocked the bot", "http:403", "BotNotInConversationRoster", "MessageWritesBlocked", "Forbidden" },
            { ErrorClass.Permanent, "会话不存在", "The conversation does not exist", "http:404", "ConversationNotFound" },
            { ErrorClass.Permanent, "消息过大", "The message is too large", "http:413", "MessageSizeTooBig" },
            { ErrorClass.Retry, "发送过快或平台繁忙，稍后重试", "Too fast, or Teams is busy; it will be tried again", "http:412", "http:429", "PreconditionFailed", "TooManyRequests" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("appId"))
            return Refused(Refusal.NotConfigured);
        var header = delivery.Header("Authorization");
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return Refused(Refusal.Unsigned);
        // The token has to name the address that the activity names, so that is read before it is believed.
        if (Json.Read(delivery.Body) is not { IsObject: true } activity)
            return Refused(Refusal.Malformed);
        if (TeamsKeys.Check(header["Bearer ".Length..].Trim(), delivery.ProviderKeys, settings["appId"], activity, now) is { } why)
            return Refused(why);
        var events = new Events();
        events.Add(TeamsReader.Read(activity));
        return Accepted(events, activity["type"].Text == "invoke" ? WebhookReply.Json("""{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"OK"}""") : WebhookReply.Ok);
    }

    public async Task<string?> FetchKeys(ChannelContext context, CancellationToken ct)
    {
        var about = await Call.Get(context, context.Settings.ApiBase(KeyHost) + "/v1/.well-known/openidconfiguration", ct);
        if (about.Body["jwks_uri"].Filled is not { } address || !(IsOurHost(address, context.Settings) || address.StartsWith(KeyHost + "/", StringComparison.Ordinal)))
            return null;
        var keys = await Call.Get(context, address, ct);
        return keys.IsOk && keys.Body["keys"].IsArray ? keys.Text : null;
    }

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content switch
    {
        TextContent text => await Activity(part, Text(text.Text, text.Rich), context, ct),
        CardContent card => await Activity(part, new JsonObject { ["type"] = "message", ["attachments"] = new JsonArray(Card(card)) }, context, ct),
        _ => SendOutcome.CannotDo(part.Content.ToString()),
    };

    public Task<SendOutcome> Signal(Signal signal, ChannelContext context, CancellationToken ct) => signal.Kind != SignalKind.Typing ? Task.FromResult(SendOutcome.Done)
        : Activity(new Outbound(signal.To, new TextContent("")) { ConversationId = signal.ConversationId, ReplyWith = signal.ReplyWith }, new JsonObject { ["type"] = "typing" }, context, ct);

    public async Task<SendOutcome> Revise(Revision revision, ChannelContext context, CancellationToken ct)
    {
        if (Service(revision.ReplyWith, context) is not { } service)
            return Failures.NoWindow;
        var url = $"{service}/v3/conversations/{Uri.EscapeDataString(revision.ConversationId ?? revision.To)}/activities/{Uri.EscapeDataString(revision.MessageId)}";
        return revision.Kind switch
        {
            RevisionKind.Edit => await Post(context, HttpMethod.Put, url, Text(revision.Text ?? "", revision.Rich), ct),
            RevisionKind.Recall => await Post(context, HttpMethod.Delete, url, null, ct),
            _ => SendOutcome.CannotDo(revision.Kind.ToString()),
        };
    }

    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Tokened.Send(context, Key(context), (_, stop) => Fetch(context, stop), _ => Task.FromResult<SendOutcome>(new SendOutcome.Sent(context.Settings["appId"])), ct);

    public async Task<MediaOutcome> Download(MediaRef media, ChannelContext context, CancellationToken ct)
    {
        if (!IsOurHost(media.Url, context.Settings))
            return Failures.ForeignHost;
        if (media.Id is not null || new Uri(media.Url!).Host.EndsWith(".sharepoint.com", StringComparison.OrdinalIgnoreCase))
            return await Call.Download(context, media.Url!, Descriptor.Errors, ct); // the address carries its own permission
        MediaOutcome? found = null;
        var outcome = await Tokened.Send(context, Key(context), (_, stop) => Fetch(context, stop), async token =>
        {
            found = await Call.Download(context, media.Url!, Descriptor.Errors, ct, ("Authorization", "Bearer " + token));
            return SendOutcome.Done;
        }, ct);
        return outcome is SendOutcome.NotSent bad ? new MediaOutcome.NotFound(bad.Failure, bad.After) : found!;
    }

    private static string Key(ChannelContext context) => $"teams:{context.Settings.ApiBase(Host)}:{context.Settings["appId"]}";

    private async Task<TokenOutcome> Fetch(ChannelContext context, CancellationToken ct)
    {
        var tenant = context.Settings.Has("tenantId") ? context.Settings["tenantId"] : "botframework.com";
        var answer = await Call.Send(context, HttpMethod.Post, $"{context.Settings.ApiBase(Host)}/{Uri.EscapeDataString(tenant)}/oauth2/v2.0/token", Call.FormBody(
            ("grant_type", "client_credentials"), ("client_id", context.Settings["appId"]), ("client_secret", context.Settings["appSecret"]), ("scope", "https://api.botframework.com/.default")), ct);
        if (answer.IsOk && answer.Body["access_token"].Filled is { } token)
            return new TokenOutcome.Granted(new AccessToken(token, context.Clock.GetUtcNow().AddSeconds(answer.Body["expires_in"].Long is > 0 and <= 86_400 and var life ? life : 3600)));
        var failed = Failed(answer, answer.Body["error"].Text ?? "", null, context); // the description repeats ids and times
        return new TokenOutcome.Denied(failed.Failure, failed.After);
    }

    /// <summary>Where the conversation lives: the event says so, and only Microsoft's own hosts are believed.</summary>
    private string? Service(IReadOnlyDictionary<string, string> replyWith, ChannelContext context)
    {
        if (context.Settings.Has(CommonFields.ApiBaseUrl))
            return context.Settings.ApiBase("");
        return replyWith.TryGetValue("serviceUrl", out var url) && IsOurHost(url, context.Settings) ? url.TrimEnd('/') : null;
    }

    private async Task<SendOutcome> Activity(Outbound part, JsonObject activity, ChannelContext context, CancellationToken ct)
    {
        if (Service(part.ReplyWith, context) is not { } service)
            return Failures.NoWindow;
        var url = $"{service}/v3/conversations/{Uri.EscapeDataString(part.ConversationId ?? part.To)}/activities";
        if (part.ReplyTo is not null)
        {
            activity["replyToId"] = part.ReplyTo;
            url += "/" + Uri.EscapeDataString(part.ReplyTo);
        }
        return await Post(context, HttpMethod.Post, url, activity, ct);
    }

    private Task<SendOutcome> Post(ChannelContext context, HttpMethod method, string url, JsonObject? body, CancellationToken ct) =>
        Tokened.Send(context, Key(context), (_, stop) => Fetch(context, stop), async token =>
        {
            var answer = await Call.Send(context, method, url, body is null ? null : Call.JsonBody(body), ct, ("Authorization", "Bearer " + token));
            return answer.IsOk ? new SendOutcome.Sent(answer.Body["id"].Filled) : Failed(answer, answer.Body["error"]["code"].Text ?? "", answer.Body["error"]["message"].Text, context);
        }, ct);

    private static JsonObject Text(string words, RichText? rich) => new() { ["type"] = "message", ["textFormat"] = rich is null ? "plain" : "xml", ["text"] = rich is null ? words : RichHtml.Blocks(rich) };

    private static JsonObject Card(CardContent card)
    {
        var body = new JsonArray(new JsonObject { ["type"] = "TextBlock", ["text"] = card.Title, ["weight"] = "Bolder", ["wrap"] = true });
        if (card.Text is { Length: > 0 })
            body.Add(new JsonObject { ["type"] = "TextBlock", ["text"] = card.Text, ["wrap"] = true });
        if (card.Image is not null)
            body.Add(new JsonObject { ["type"] = "Image", ["url"] = card.Image.ToString() });
        return new JsonObject
        {
            ["contentType"] = "application/vnd.microsoft.card.adaptive",
            ["content"] = new JsonObject
            {
                ["type"] = "AdaptiveCard", ["version"] = "1.4", ["body"] = body,
                ["actions"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)(button.Url is null
                    ? new JsonObject { ["type"] = "Action.Submit", ["title"] = button.Label, ["data"] = new JsonObject { ["payload"] = button.Payload ?? button.Label } }
                    : new JsonObject { ["type"] = "Action.OpenUrl", ["title"] = button.Label, ["url"] = button.Url.ToString() }))]),
            },
        };
    }
}
