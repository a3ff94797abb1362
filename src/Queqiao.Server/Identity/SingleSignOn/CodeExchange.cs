using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Identity.SingleSignOn;

/// <summary>What came back for a code.</summary>
/// <param name="Claims">Of the ID token, checked.</param>
/// <param name="More">Of the user info endpoint, when the ID token said too little.</param>
internal sealed record Exchanged(JsonElement Claims, JsonElement? More, string IdToken);

/// <summary>Trades a code for who somebody is: token endpoint, ID token, user info (OpenID Connect Core 3.1.3, 5.3).</summary>
internal sealed partial class CodeExchange(GuardedHttp http, ProviderDocuments documents, IVault vault, Ids ids, ILogger<CodeExchange> log)
{
    private const string SecretPurpose = "sso client secret";
    private static readonly OutboundLimits Limits = new(TimeSpan.FromSeconds(10), 512 * 1024, MaxRedirects: 0);

    public byte[] SealSecret(int ws, Guid provider, string secret) => vault.Seal(ws, SecretPurpose, Encoding.UTF8.GetBytes(secret), provider);

    public async Task<(Exchanged? Exchanged, Refusal? Refusal)> Trade(SsoProvider provider, SignOnFlow flow, string code, CancellationToken ct)
    {
        var (document, refusal) = await documents.Of(provider.Issuer, ct);
        if (document is null)
            return (null, refusal);
        var (answer, trouble) = await Ask(provider, document, Form(flow, code), ct);
        if (answer is not { } tokens)
            return (null, trouble);
        if (IdTokens.Text(tokens, "id_token") is not { } idToken)
            return (null, Failed("no_id_token"));
        var accessToken = IdTokens.Text(tokens, "access_token");
        var wishes = new TokenWishes(provider.Issuer, provider.ClientId, flow.Nonce, ids.Now() / 1000, flow.Purpose == FlowPurpose.Proof ? flow.BegunAt / 1000 : null, accessToken);
        var (claims, fault) = await IdTokens.Check(idToken, document.Keys, wishes);
        if (fault == "key") // rotated since
        {
            (document, refusal) = await documents.Of(provider.Issuer, ct, afresh: true);
            if (document is null)
                return (null, refusal);
            (claims, fault) = await IdTokens.Check(idToken, document.Keys, wishes);
        }
        if (claims is not { } said)
        {
            TokenRefused(provider.Id, fault!);
            return (null, fault == "auth_time" ? Refusal.Forbidden("sso_not_fresh") : Failed("token_" + fault));
        }
        var more = ProviderPerson.IsEnough(said, ProviderSettings.Of(provider.Settings)) ? null : await MoreAbout(said, document, accessToken, ct);
        return (new Exchanged(said, more, idToken), null);
    }

    /// <summary>Whether the provider takes this client's name and secret: it is asked for tokens with a code that cannot be.</summary>
    /// <returns>The provider's error: <c>invalid_grant</c> means that the client is right.</returns>
    public async Task<string?> Knock(SsoProvider provider, ProviderDocument document, string redirectUri, CancellationToken ct)
    {
        var flow = new SignOnFlow(provider.Ws, provider.Id, FlowPurpose.Try, "", "", SignOnFlow.Random(), redirectUri, 0, null, null);
        var (_, refusal) = await Ask(provider, document, Form(flow, "queqiao-test"), ct);
        return refusal?.Args is [string code] ? code : null;
    }

    private static Dictionary<string, string> Form(SignOnFlow flow, string code) => new(StringComparer.Ordinal)
    {
        ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = flow.RedirectUri, ["code_verifier"] = flow.Verifier,
    };

    private async Task<(JsonElement? Answer, Refusal? Refusal)> Ask(SsoProvider provider, ProviderDocument document, Dictionary<string, string> form, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, document.About.TokenEndpoint);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        Authenticate(provider, document, request, form);
        request.Content = new FormUrlEncodedContent(form);
        try
        {
            using var client = http.Client(Limits);
            using var response = await client.SendAsync(request, ct);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
            var answer = json.RootElement.Clone();
            if (answer.ValueKind != JsonValueKind.Object)
                return (null, Failed("no_json"));
            return response.IsSuccessStatusCode ? (answer, null) : (null, Failed(IdTokens.Text(answer, "error") is { } error ? ErrorName.Of(error) : "no_json"));
        }
        catch (OutboundRefusedException refused)
        {
            return (null, new Refusal(StatusCodes.Status502BadGateway, "sso_address_refused", refused.Code));
        }
        catch (Exception trouble) when (trouble is HttpRequestException or JsonException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return (null, trouble is JsonException ? Failed("no_json") : new Refusal(StatusCodes.Status502BadGateway, "sso_provider_away"));
        }
    }

    // RFC 6749 2.3.1: name and secret are form-encoded before they are joined.
    private void Authenticate(SsoProvider provider, ProviderDocument document, HttpRequestMessage request, Dictionary<string, string> form)
    {
        if (provider.ClientSecret is null)
        {
            form["client_id"] = provider.ClientId;
            return;
        }
        var secret = Encoding.UTF8.GetString(vault.Open(provider.Ws, SecretPurpose, provider.ClientSecret, provider.Id));
        var ways = document.About.TokenEndpointAuthMethodsSupported;
        if (ways.Count > 0 && !ways.Contains("client_secret_basic") && ways.Contains("client_secret_post"))
        {
            (form["client_id"], form["client_secret"]) = (provider.ClientId, secret);
            return;
        }
        var both = $"{Uri.EscapeDataString(provider.ClientId)}:{Uri.EscapeDataString(secret)}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(both)));
    }

    /// <summary>User info is a nicety: a provider that refuses it still said who it is. Somebody else's is never taken (Core 5.3.2).</summary>
    private async Task<JsonElement?> MoreAbout(JsonElement claims, ProviderDocument document, string? accessToken, CancellationToken ct)
    {
        if (accessToken is null || string.IsNullOrEmpty(document.About.UserInfoEndpoint))
            return null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, document.About.UserInfoEndpoint);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
            using var client = http.Client(Limits);
            using var response = await client.SendAsync(request, ct);
            if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != "application/json")
                return null;
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
            return json.RootElement.ValueKind == JsonValueKind.Object && IdTokens.Text(json.RootElement, "sub") == IdTokens.Text(claims, "sub") ? json.RootElement.Clone() : null;
        }
        catch (Exception trouble) when (trouble is HttpRequestException or JsonException or OperationCanceledException or FormatException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private static Refusal Failed(string why) => Refusal.Forbidden("sso_failed", why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An ID token of the provider {Provider} was refused: {Fault}")]
    private partial void TokenRefused(Guid provider, string fault);
}

/// <summary>Errors of providers are other people's text: only what looks like a code is repeated.</summary>
internal static class ErrorName
{
    public static string Of(string error) =>
        error.Length is > 0 and <= 64 && error.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.') ? error : "unknown";
}
