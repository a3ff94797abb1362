using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Tokens;

namespace Queqiao.Channels.X;

/// <summary>Direct messages on X: the old account activity and the new X Activity form.</summary>
public sealed class XAdapter : ChannelAdapter, IAuthorisedChannel, IRenewedChannel
{
    private const string Host = "https://api.x.com";

    public override ChannelDescriptor Descriptor { get; } = new("x", new("X 私信", "X direct messages"))
    {
        Abilities = Abilities.Text | Abilities.SeesRead | Abilities.SeesTyping,
        Limits = new(new(10_000, TextUnit.Utf16)) { Rates = [new(RateScope.Account, 15, TimeSpan.FromMinutes(15)), new(RateScope.Account, 1440, TimeSpan.FromHours(24))] },
        Settings =
        [
            new("consumerSecret", new("Consumer Secret", "Consumer secret"), SettingType.Secret) { Required = true, Where = new("https://developer.x.com/en/portal/dashboard") },
            new("clientId", new("OAuth 2 Client ID", "OAuth 2 client ID")) { Required = true }, new("clientSecret", new("OAuth 2 Client Secret", "OAuth 2 client secret"), SettingType.Secret) { Required = true },
            new("refreshToken", new("refresh token", "Refresh token"), SettingType.Secret) { Required = true, Granted = true }, new("userId", new("账号用户编号", "The account's user ID")) { Required = true, Granted = true, Pattern = "^[0-9]+$" }, CommonFields.ApiBase,
        ],
        Console = new("https://developer.x.com/en/portal/dashboard"), Manual = new("https://docs.x.com/x-api/webhooks/quickstart"),
        Errors = new()
        {
            { ErrorClass.Reauthorise, "授权已失效", "The authorisation is no longer valid", "http:401", "invalid_grant", "invalid_request" },
            { ErrorClass.Permanent, "对方不接收私信", "The recipient does not take direct messages", "http:403" },
            { ErrorClass.Retry, "超出频率限制，稍后重试", "Too many; it will be tried again later", "http:429" },
            { ErrorClass.Permanent, "内容不被接受", "The content was refused", "http:400" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (!settings.Has("consumerSecret"))
            return Refused(Refusal.NotConfigured);
        if (delivery.IsGet)
        {
            return !delivery.Query.Has("crc_token") ? Refused(Refusal.Unsigned) : Received.Handshake(WebhookReply.Json(new JsonObject
            {
                ["response_token"] = "sha256=" + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(settings["consumerSecret"]), Encoding.UTF8.GetBytes(delivery.Query["crc_token"]))),
            }.ToJsonString(Writing.Plain)));
        }
        var given = delivery.Header("x-twitter-webhooks-signature");
        if (!given.StartsWith("sha256=", StringComparison.Ordinal))
            return Refused(Refusal.Unsigned);
        if (!Signature.HmacSha256Base64(settings["consumerSecret"], delivery.Body.Span, given["sha256=".Length..]))
            return Refused(Refusal.BadSignature);
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        var events = new Events();
        if (body["data"]["event_type"].Filled is { } type)
            Activity(type, body["data"], events);
        else
            Old(body, events);
        return Accepted(events);
    }

    private static void Activity(string type, Node data, Events events)
    {
        var load = data["payload"].Embedded;
        var account = data["filter"]["user_id"].Filled;
        var key = data["event_uuid"].Filled;
        var items = (load["direct_message_events"].IsMissing ? load : load["direct_message_events"]).Items.ToList();
        foreach (var (index, item) in items.Index())
            events.Add(type is "dm.received" or "dm.sent" ? Message(item, load["users"], account, key is null ? null : index == 0 ? key : $"{key}:{index}") : Other(type, item, account, key ?? Events.HashKey(data.Raw)));
        if (items.Count == 0)
            events.Add(Other(type, load, account, key ?? Events.HashKey(data.Raw)));
    }

    private static InboundEvent Other(string type, Node item, string? account, string key)
    {
        var head = new EventHead(key, item.Raw.Length > 0 ? item.Raw : type) { Account = account, Person = item["sender_id"].Filled is { } id ? new Person(id) : null, At = Instant.Milliseconds(item["created_timestamp"].Long) };
        return type switch
        {
            "dm.read" => head.Status(type, DeliveryState.Read, item["last_read_event_id"].Filled),
            "dm.indicate_typing" => head.On(new TypingSignalled { Type = type, DedupeKey = key }),
            _ => head.Unsupported(type, type.StartsWith("chat.", StringComparison.Ordinal)),
        };
    }

    private static void Old(Node body, Events events)
    {
        var account = body["for_user_id"].Filled;
        var before = events.List.Count;
        foreach (var item in body["direct_message_events"].Items)
            events.Add(Message(item, body["users"], account, null));
        foreach (var item in body["direct_message_indicate_typing_events"].Items)
            events.Add(Other("dm.indicate_typing", item, account, Events.HashKey(item.Raw)));
        foreach (var item in body["direct_message_mark_read_events"].Items)
            events.Add(Other("dm.read", item, account, Events.HashKey(item.Raw)));
        if (events.List.Count == before)
            events.Add(new EventHead(Events.HashKey(body.Raw), body.Raw) { Account = account, Direction = EventDirection.None }.Unsupported(body.Members.Select(member => member.Name).FirstOrDefault(name => name is not "for_user_id" and not "users") ?? "unknown", false));
    }

    private static InboundEvent Message(Node item, Node users, string? account, string? key)
    {
        var (id, created) = (item["id"].Filled, item["message_create"]);
        var (sender, recipient) = (created["sender_id"].Filled, created["target"]["recipient_id"].Filled);
        var isOurs = sender is not null && sender == account;
        var customer = isOurs ? recipient : sender;
        var about = users[customer ?? ""];
        var data = created["message_data"];
        var head = new EventHead(key ?? id ?? Events.HashKey(item.Raw), item.Raw.Length > 0 ? item.Raw : "?")
        {
            Account = account, At = Instant.Milliseconds(item["created_timestamp"].Long), Direction = isOurs ? EventDirection.Outbound : EventDirection.Inbound,
            Person = customer is null ? null : new Person(customer) { Name = about["name"].Filled, Username = about["screen_name"].Filled, AvatarUrl = about["profile_image_url_https"].Filled },
        };
        if (!created.IsObject)
            return head.Unsupported(item["type"].Text ?? "unknown", true, id);
        if (data["quick_reply_response"]["metadata"].Text is { } payload)
            return head.Pressed("message_create.quick_reply", payload, data["text"].Text, id: id);
        var media = data["attachment"]["media"];
        IReadOnlyList<MessagePart> parts = (media["id_str"].Filled ?? media["id"].Filled) is { } file ? [new MediaPart(media["type"].Text is "video" or "animated_gif" ? MediaKind.Video : MediaKind.Image, new MediaRef(file, media["media_url_https"].Filled))] : [];
        return head.Said("message_create", id, data["text"].Filled, parts);
    }

    public override Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content is not TextContent text ? Task.FromResult(SendOutcome.CannotDo(part.Content.ToString()))
        : Post(context, HttpMethod.Post, $"/2/dm_conversations/with/{Uri.EscapeDataString(part.To)}/messages", new JsonObject { ["text"] = text.Text }, body => body["data"]["dm_event_id"].Filled, ct);

    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Post(context, HttpMethod.Get, "/2/users/me", null, body => body["data"]["username"].Filled, ct);

    public IReadOnlyList<string> AuthorisesWith { get; } = ["clientId", "clientSecret"];

    public Uri AuthoriseAt(AuthorisationRequest request, ChannelSettings settings) => Consent.Page(settings, "https://x.com", "/i/oauth2/authorize", ("response_type", "code"), ("client_id", settings["clientId"]),
        ("redirect_uri", request.RedirectUri), ("scope", "dm.read dm.write tweet.read users.read offline.access"), ("state", request.State), ("code_challenge", request.Challenge), ("code_challenge_method", "S256"));

    public async Task<AuthorisationOutcome> Authorise(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(Host) + "/2/oauth2/token", Call.FormBody(("grant_type", "authorization_code"), ("code", code), ("redirect_uri", request.RedirectUri),
            ("code_verifier", request.Verifier), ("client_id", context.Settings["clientId"])), ct, Basic(context));
        if (!answer.IsOk || answer.Body["access_token"].Filled is not { } token || answer.Body["refresh_token"].Filled is not { } refresh)
            return new AuthorisationOutcome.Denied(Failed(answer, answer.Body["error"].Text ?? "", answer.Body["error_description"].Text, context).Failure);
        var me = await Call.Get(context, context.Settings.ApiBase(Host) + "/2/users/me", ct, ("Authorization", "Bearer " + token));
        return me.Body["data"]["id"].Filled is { } id ? Consent.Granted(me.Body["data"]["username"].Filled, ("refreshToken", refresh), ("userId", id))
            : new AuthorisationOutcome.Denied(Failed(me, "", me.Body["detail"].Text, context).Failure);
    }

    private static (string, string) Basic(ChannelContext context) => ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{context.Settings["clientId"]}:{context.Settings["clientSecret"]}")));

    private static string Key(ChannelContext context) => $"x:{context.Settings.ApiBase(Host)}:{context.Settings["userId"]}:{Signature.Sha256Hex(Encoding.UTF8.GetBytes(context.Settings["refreshToken"]))[..16]}";

    public async Task<Renewal> Renew(ChannelContext context, CancellationToken ct) => Renewal.Of(await context.Tokens.Get(Key(context), (before, stop) => Fetch(context, before, stop), ct));

    private async Task<TokenOutcome> Fetch(ChannelContext context, AccessToken? before, CancellationToken ct)
    {
        var answer = await Call.Send(context, HttpMethod.Post, context.Settings.ApiBase(Host) + "/2/oauth2/token", Call.FormBody(("grant_type", "refresh_token"), ("refresh_token", before?.Refresh ?? context.Settings["refreshToken"]), ("client_id", context.Settings["clientId"])), ct, Basic(context));
        if (answer.IsOk && answer.Body["access_token"].Filled is { } token)
            return new TokenOutcome.Granted(new AccessToken(token, context.Clock.GetUtcNow().AddSeconds(answer.Body["expires_in"].Long is > 0 and < 1_000_000 and var life ? life : 7200), answer.Body["refresh_token"].Filled ?? before?.Refresh));
        var failed = Failed(answer, answer.Body["error"].Text ?? "", null, context);
        return new TokenOutcome.Denied(failed.Failure, failed.After);
    }

    private Task<SendOutcome> Post(ChannelContext context, HttpMethod method, string path, JsonObject? body, Func<Node, string?> id, CancellationToken ct) => Tokened.Send(context, Key(context), (before, stop) => Fetch(context, before, stop), async token =>
    {
        var answer = await Call.Send(context, method, context.Settings.ApiBase(Host) + path, body is null ? null : Call.JsonBody(body), ct, ("Authorization", "Bearer " + token));
        return answer.IsOk && answer.Body["data"].IsObject ? new SendOutcome.Sent(id(answer.Body)) : Failed(answer, "", answer.Body["detail"].Text, context);
    }, ct);
}
