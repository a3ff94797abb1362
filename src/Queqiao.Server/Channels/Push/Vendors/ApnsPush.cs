using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Queqiao.Channels;

namespace Queqiao.Server.Channels.Push.Vendors;

/// <summary>
/// Apple Push Notification service: HTTP/2, a provider token signed with ES256. Apple refuses tokens that are older than an hour
/// (403 ExpiredProviderToken) and those that are made anew more than once in 20 minutes (429 TooManyProviderTokenUpdates).
/// </summary>
internal sealed class ApnsPush(TimeProvider clock) : IPushService
{
    private static readonly Uri Manual = new("https://developer.apple.com/account/resources/authkeys/list");
    private static readonly TimeSpan TokenLasts = TimeSpan.FromMinutes(45);
    private static readonly TimeSpan Worth = TimeSpan.FromHours(24);

    private readonly VendorTokens _tokens = new(clock);

    public string Name => "apns";

    public Words Title { get; } = new("苹果 APNs", "Apple (APNs)");

    public IReadOnlyList<SettingField> Settings { get; } =
    [
        new("teamId", new("团队编号", "Team ID")) { Required = true, Pattern = "^[A-Z0-9]{10}$", Where = Manual },
        new("keyId", new("密钥编号", "Key ID")) { Required = true, Pattern = "^[A-Z0-9]{10}$", Where = Manual },
        new("bundleId", new("应用的 Bundle ID", "Bundle ID of the app")) { Required = true },
        new("privateKey", new("密钥（.p8 文件的内容）", "Key (contents of the .p8 file)"), SettingType.Secret) { Required = true },
        new("sandbox", new("开发环境", "Development environment"), SettingType.Toggle) { Help = new("开发版应用的令牌只在开发环境有效。", "Tokens of development builds are good there only.") },
        CommonFields.ApiBase,
    ];

    public IEnumerable<(string Field, string Code)> Check(ChannelSettings settings)
    {
        if (!SignedToken.IsP256(settings["privateKey"]))
            yield return ("privateKey", "invalid_format");
    }

    public Task<SendOutcome> Send(PushNote note, PushAccount account, CancellationToken ct)
    {
        var alert = new JsonObject { ["title"] = note.Title };
        if (note.Preview is { } preview)
            alert["body"] = preview;
        else
            (alert["loc-key"], alert["loc-args"]) = ("QUEQIAO_UNREAD", new JsonArray(note.Unread.ToString(CultureInfo.InvariantCulture)));
        var body = new JsonObject
        {
            ["aps"] = new JsonObject { ["alert"] = alert, ["badge"] = note.Unread, ["sound"] = "default", ["thread-id"] = note.CollapseKey },
            ["conversationId"] = note.ConversationId.ToString(), ["unread"] = note.Unread,
        };
        return Post(account, note.Devices[0].Token, note.CollapseKey, note.Id, body, ct);
    }

    /// <summary>A token that no phone has: credentials that are good get "BadDeviceToken".</summary>
    public async Task<SendOutcome> Probe(PushAccount account, CancellationToken ct) =>
        await Post(account, new string('0', 64), "probe", account.Id, new JsonObject { ["aps"] = new JsonObject() }, ct) is SendOutcome.NotSent { Failure.Code: not PushFaults.DeviceGone } failed ? failed : SendOutcome.Done;

    private async Task<SendOutcome> Post(PushAccount account, string device, string collapse, Guid id, JsonObject body, CancellationToken ct)
    {
        var host = account.Settings.ApiBase(account.Settings.IsOn("sandbox") ? "https://api.sandbox.push.apple.com" : "https://api.push.apple.com");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{host}/3/device/{Uri.EscapeDataString(device)}")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, // Apple speaks nothing else
            Content = PushCall.Json(System.Text.Encoding.UTF8.GetBytes(body.ToJsonString())),
        };
        request.Headers.TryAddWithoutValidation("authorization", "bearer " + (_tokens.Find(account) ?? _tokens.Keep(account, Token(account.Settings), TokenLasts)));
        request.Headers.Add("apns-topic", account.Settings["bundleId"]);
        request.Headers.Add("apns-push-type", "alert");
        request.Headers.Add("apns-priority", "10");
        request.Headers.Add("apns-collapse-id", collapse);
        request.Headers.Add("apns-id", id.ToString());
        request.Headers.Add("apns-expiration", clock.GetUtcNow().Add(Worth).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        var (answer, failed) = await PushCall.Make(request, account.Http, ct);
        return answer is null ? failed! : Outcome(answer, account);
    }

    private SendOutcome Outcome(PushCall.Answer answer, PushAccount account)
    {
        var reason = answer.Text("reason") ?? ((int)answer.Status).ToString(CultureInfo.InvariantCulture);
        switch (answer)
        {
            case { IsOk: true }:
                return SendOutcome.Done;
            case { Status: HttpStatusCode.Gone }:
                return PushFaults.Gone();
            case { Status: HttpStatusCode.BadRequest } when reason is "BadDeviceToken" or "DeviceTokenNotForTopic":
                return PushFaults.Gone();
            case { Status: HttpStatusCode.Forbidden } when reason == "ExpiredProviderToken":
                _tokens.Forget(account);
                return PushFaults.Away(reason, TimeSpan.FromSeconds(1));
            case { Status: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized }:
                return PushFaults.Denied("push_denied", reason);
            case { IsBusy: true }:
                return PushFaults.Away(reason, answer.RetryAfter);
            default:
                return PushFaults.Refused("push_refused", reason);
        }
    }

    private string Token(ChannelSettings settings) => SignedToken.Es256(settings["privateKey"],
        new JsonObject { ["alg"] = "ES256", ["kid"] = settings["keyId"] }, new JsonObject { ["iss"] = settings["teamId"], ["iat"] = clock.GetUtcNow().ToUnixTimeSeconds() });
}
