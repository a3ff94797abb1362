using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Queqiao.Channels;

namespace Queqiao.Server.Channels.Push.Vendors;

/// <summary>Firebase Cloud Messaging, HTTP v1: a service account signs for an access token, the token sends.</summary>
internal sealed class FcmPush(TimeProvider clock) : IPushService
{
    private const string Scope = "https://www.googleapis.com/auth/firebase.messaging";
    private static readonly TimeSpan TokenLasts = TimeSpan.FromMinutes(50);

    private readonly VendorTokens _tokens = new(clock);

    public string Name => "fcm";

    public Words Title { get; } = new("谷歌 FCM", "Google (FCM)");

    public IReadOnlyList<SettingField> Settings { get; } =
    [
        new("serviceAccount", new("服务账号（JSON 文件的内容）", "Service account (contents of the JSON file)"), SettingType.Secret) { Required = true, Where = new("https://console.firebase.google.com/project/_/settings/serviceaccounts/adminsdk") },
        CommonFields.ApiBase,
    ];

    private sealed record ServiceAccount(string ProjectId, string Email, string PrivateKey, string KeyId, string TokenUri);

    public IEnumerable<(string Field, string Code)> Check(ChannelSettings settings)
    {
        if (AccountOf(settings) is null)
            yield return ("serviceAccount", "invalid_format");
    }

    public async Task<SendOutcome> Send(PushNote note, PushAccount account, CancellationToken ct)
    {
        var shown = new JsonObject { ["title"] = note.Title };
        if (note.Preview is { } preview)
            shown["body"] = preview;
        return await Post(account, new JsonObject
        {
            ["message"] = new JsonObject
            {
                ["token"] = note.Devices[0].Token,
                ["notification"] = shown,
                ["data"] = new JsonObject { ["conversationId"] = note.ConversationId.ToString(), ["unread"] = note.Unread.ToString(CultureInfo.InvariantCulture) },
                ["android"] = new JsonObject
                {
                    ["priority"] = "HIGH", ["collapse_key"] = note.CollapseKey, ["ttl"] = "86400s",
                    ["notification"] = new JsonObject { ["tag"] = note.CollapseKey, ["notification_count"] = note.Unread },
                },
                ["apns"] = new JsonObject
                {
                    ["headers"] = new JsonObject { ["apns-collapse-id"] = note.CollapseKey }, ["payload"] = new JsonObject { ["aps"] = new JsonObject { ["badge"] = note.Unread } },
                },
            },
        }, ct);
    }

    /// <summary>Google checks it and sends nothing; a token of nobody is told apart from bad credentials.</summary>
    public async Task<SendOutcome> Probe(PushAccount account, CancellationToken ct)
    {
        var outcome = await Post(account, new JsonObject { ["validate_only"] = true, ["message"] = new JsonObject { ["token"] = "probe" } }, ct);
        return outcome is SendOutcome.NotSent { Failure.Class: not ErrorClass.Permanent } ? outcome : SendOutcome.Done;
    }

    private async Task<SendOutcome> Post(PushAccount account, JsonObject body, CancellationToken ct)
    {
        if (AccountOf(account.Settings) is not { } known)
            return PushFaults.Key();
        var (token, denied) = await Token(account, known, ct);
        if (token is null)
            return denied!;
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{account.Settings.ApiBase("https://fcm.googleapis.com")}/v1/projects/{Uri.EscapeDataString(known.ProjectId)}/messages:send")
        {
            Content = PushCall.Json(Encoding.UTF8.GetBytes(body.ToJsonString())),
        };
        request.Headers.Authorization = new("Bearer", token);
        var (answer, failed) = await PushCall.Make(request, account.Http, ct);
        return answer is null ? failed! : Outcome(answer, account);
    }

    private SendOutcome Outcome(PushCall.Answer answer, PushAccount account)
    {
        // https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
        var code = (answer.Body["error"] as JsonObject)?["details"] is JsonArray details
            ? details.OfType<JsonObject>().Select(one => one["errorCode"]?.ToString()).FirstOrDefault(one => one is not null) : null;
        code ??= answer.Text("error", "status") ?? ((int)answer.Status).ToString(CultureInfo.InvariantCulture);
        switch (answer)
        {
            case { IsOk: true }:
                return SendOutcome.Done;
            case { Status: HttpStatusCode.NotFound } or { Status: HttpStatusCode.Forbidden } when code is "UNREGISTERED" or "SENDER_ID_MISMATCH":
                return PushFaults.Gone();
            case { Status: HttpStatusCode.Unauthorized }:
                _tokens.Forget(account);
                return PushFaults.Denied("push_denied", code);
            case { Status: HttpStatusCode.Forbidden or HttpStatusCode.NotFound }:
                return PushFaults.Denied("push_denied", code);
            case { IsBusy: true }:
                return PushFaults.Away(code, answer.RetryAfter);
            default:
                return PushFaults.Refused("push_refused", code);
        }
    }

    /// <summary>RFC 7523: a signed assertion for an access token.</summary>
    private async Task<(string? Token, SendOutcome? Failed)> Token(PushAccount account, ServiceAccount known, CancellationToken ct)
    {
        if (_tokens.Find(account) is { } kept)
            return (kept, null);
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var address = account.Settings.Has(CommonFields.ApiBaseUrl) ? account.Settings.ApiBase("") + "/token" : known.TokenUri;
        var assertion = SignedToken.Rs256(known.PrivateKey, new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = known.KeyId },
            new JsonObject { ["iss"] = known.Email, ["scope"] = Scope, ["aud"] = known.TokenUri, ["iat"] = now, ["exp"] = now + 3600 });
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent([new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), new("assertion", assertion)]),
        };
        var (answer, failed) = await PushCall.Make(request, account.Http, ct);
        if (answer is null)
            return (null, failed);
        if (answer.IsOk && answer.Text("access_token") is { } token)
            return (_tokens.Keep(account, token, TokenLasts), null);
        return (null, answer.IsBusy ? PushFaults.Away(after: answer.RetryAfter) : PushFaults.Denied("push_denied", answer.Text("error")));
    }

    /// <summary>Null: it is no service account.</summary>
    private static ServiceAccount? AccountOf(ChannelSettings settings)
    {
        try
        {
            var json = JsonNode.Parse(settings["serviceAccount"]) as JsonObject;
            string? Text(string name) => json?[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;
            if (Text("project_id") is not { } project || Text("client_email") is not { } email || Text("private_key") is not { } key)
                return null;
            using var rsa = RSA.Create();
            rsa.ImportFromPem(key);
            var tokens = Text("token_uri") is { } uri && Uri.TryCreate(uri, UriKind.Absolute, out var at) && at.Scheme == Uri.UriSchemeHttps ? uri : "https://oauth2.googleapis.com/token";
            return new ServiceAccount(project, email, key, Text("private_key_id") ?? "", tokens);
        }
        catch (Exception fault) when (fault is JsonException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }
}
