using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;

namespace Queqiao.Channels.Meta;

/// <param name="Until">When it ends; null: it does not.</param>
internal sealed record MetaToken(string Value, DateTimeOffset? Until)
{
    public override string ToString() => "token";
}

/// <summary>
/// Facebook Login for Business, which WhatsApp's embedded sign-up ends in, too: a code becomes a token of the business. Secrets go in
/// bodies and headers: addresses end up in logs.
/// </summary>
internal sealed class MetaLogin(GraphApi graph)
{
    public static readonly IReadOnlyList<string> With = ["appId", "appSecret"];

    public static readonly SettingField ConfigId = new("configId", new("登录配置编号（授权用）", "Login configuration ID (for authorising)"))
    {
        Pattern = "^[0-9]+$", Help = new("Facebook Login for Business 的配置；留空则按权限请求。", "Of Facebook Login for Business; without it permissions are asked for by name."),
    };

    /// <param name="scope">What is asked for where the app has no login configuration.</param>
    public static Uri Page(AuthorisationRequest request, ChannelSettings settings, string scope) => Consent.Page(settings, "https://www.facebook.com", $"/{Version(settings)}/dialog/oauth",
        [("client_id", settings["appId"]), ("redirect_uri", request.RedirectUri), ("state", request.State), ("response_type", "code"),
        .. settings.Has("configId") ? [("config_id", settings["configId"]), ("override_default_response_type", "true")] : new[] { ("scope", scope) }]);

    public Task<(MetaToken? Token, AuthorisationOutcome.Denied? Denied)> Redeem(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct) =>
        Ask(context, ct, ("code", code), ("redirect_uri", request.RedirectUri));

    /// <summary>A token of a person lives for hours; this one for two months, and pages' tokens that are had with it for good.</summary>
    public Task<(MetaToken? Token, AuthorisationOutcome.Denied? Denied)> Lengthen(string token, ChannelContext context, CancellationToken ct) =>
        Ask(context, ct, ("grant_type", "fb_exchange_token"), ("fb_exchange_token", token));

    public async Task<(Node Body, AuthorisationOutcome.Denied? Denied)> Get(string path, string token, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Get(context, graph.Url(context, path), ct, ("Authorization", "Bearer " + token));
        return answer.IsOk && answer.Body["error"].IsMissing ? (answer.Body, null) : (Node.Missing, new AuthorisationOutcome.Denied(graph.Failure(answer, context).Failure));
    }

    /// <summary>Null: done.</summary>
    public async Task<Failure?> Post(string path, JsonObject body, string token, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Post(context, graph.Url(context, path), body, ct, ("Authorization", "Bearer " + token));
        return answer.IsOk && answer.Body["error"].IsMissing ? null : graph.Failure(answer, context).Failure;
    }

    /// <summary>The account's events come to the app from now on.</summary>
    /// <returns>What is left to do when that was refused.</returns>
    public async Task<Words?> Subscribe(string account, string token, string? fields, ChannelContext context, CancellationToken ct)
    {
        var body = new JsonObject();
        if (fields is not null)
            body["subscribed_fields"] = fields;
        return await Post(Uri.EscapeDataString(account) + "/subscribed_apps", body, token, context, ct) is { Reason: var why }
            ? new($"没能把账号订阅到应用（{why.Zh}）：请在平台后台订阅，或处理后再次授权", $"The account could not be subscribed to the app ({why.En}): subscribe it in the provider's console, or authorise again when that is settled")
            : null;
    }

    private async Task<(MetaToken? Token, AuthorisationOutcome.Denied? Denied)> Ask(ChannelContext context, CancellationToken ct, params (string Name, string Value)[] more)
    {
        var answer = await Call.Send(context, HttpMethod.Post, graph.Url(context, "oauth/access_token"),
            Call.FormBody([("client_id", context.Settings["appId"]), ("client_secret", context.Settings["appSecret"]), .. more]), ct);
        return answer.IsOk && answer.Body["access_token"].Filled is { } token ? (new MetaToken(token, Until(answer.Body["expires_in"].Long, context)), null) : (null, new AuthorisationOutcome.Denied(graph.Failure(answer, context).Failure));
    }

    public static DateTimeOffset? Until(long? seconds, ChannelContext context) => seconds is > 0 and < 1_000_000_000 ? context.Clock.GetUtcNow().AddSeconds(seconds.Value) : null;

    private static string Version(ChannelSettings settings) => settings.Has("apiVersion") ? settings["apiVersion"] : "v23.0";
}
