using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;

namespace Queqiao.Channels.Meta;

/// <summary>
/// Facebook Login for Business, which WhatsApp's embedded sign-up ends in, too: a code becomes a token of the business. Secrets go in
/// bodies and headers: addresses end up in logs.
/// </summary>
internal sealed class MetaLogin(GraphApi graph)
{
    public static readonly IReadOnlyList<string> With = ["appId", "appSecret"];

    /// <param name="scope">What is asked for where the app has no login configuration.</param>
    public static Uri Page(AuthorisationRequest request, ChannelSettings settings, string scope) => Consent.Page(settings, "https://www.facebook.com", $"/{Version(settings)}/dialog/oauth",
        [("client_id", settings["appId"]), ("redirect_uri", request.RedirectUri), ("state", request.State), ("response_type", "code"),
        .. settings.Has("configId") ? [("config_id", settings["configId"]), ("override_default_response_type", "true")] : new[] { ("scope", scope) }]);

    public Task<(string? Token, AuthorisationOutcome.Denied? Denied)> Redeem(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct) =>
        Ask(context, ct, ("code", code), ("redirect_uri", request.RedirectUri));

    /// <summary>A token of a person lives for hours; this one for two months, and pages' tokens that are had with it for good.</summary>
    public Task<(string? Token, AuthorisationOutcome.Denied? Denied)> Lengthen(string token, ChannelContext context, CancellationToken ct) =>
        Ask(context, ct, ("grant_type", "fb_exchange_token"), ("fb_exchange_token", token));

    public async Task<(Node Body, AuthorisationOutcome.Denied? Denied)> Get(string path, string token, ChannelContext context, CancellationToken ct)
    {
        var answer = await Call.Get(context, graph.Url(context, path), ct, ("Authorization", "Bearer " + token));
        return answer.IsOk && answer.Body["error"].IsMissing ? (answer.Body, null) : (Node.Missing, new AuthorisationOutcome.Denied(graph.Failure(answer, context).Failure));
    }

    /// <summary>The page's events come to the app from now on. Where that fails the console says that nothing came in yet.</summary>
    public Task Subscribe(string page, string token, string fields, ChannelContext context, CancellationToken ct) =>
        Call.Post(context, graph.Url(context, Uri.EscapeDataString(page) + "/subscribed_apps"), new JsonObject { ["subscribed_fields"] = fields }, ct, ("Authorization", "Bearer " + token));

    private async Task<(string? Token, AuthorisationOutcome.Denied? Denied)> Ask(ChannelContext context, CancellationToken ct, params (string Name, string Value)[] more)
    {
        var answer = await Call.Send(context, HttpMethod.Post, graph.Url(context, "oauth/access_token"),
            Call.FormBody([("client_id", context.Settings["appId"]), ("client_secret", context.Settings["appSecret"]), .. more]), ct);
        return answer.IsOk && answer.Body["access_token"].Filled is { } token ? (token, null) : (null, new AuthorisationOutcome.Denied(graph.Failure(answer, context).Failure));
    }

    private static string Version(ChannelSettings settings) => settings.Has("apiVersion") ? settings["apiVersion"] : "v23.0";
}
