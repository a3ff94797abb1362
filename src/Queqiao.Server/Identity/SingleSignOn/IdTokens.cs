using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Queqiao.Server.Identity.SingleSignOn;

/// <summary>What an ID token must say.</summary>
/// <param name="Nonce">Null: must have none to compare with (a logout token).</param>
/// <param name="Now">Unix seconds.</param>
/// <param name="AuthenticatedAfter">For a fresh proof: not before this, in Unix seconds.</param>
/// <param name="AccessToken">Compared with <c>at_hash</c> when the token has one.</param>
internal sealed record TokenWishes(string Issuer, string ClientId, string? Nonce, long Now, long? AuthenticatedAfter = null, string? AccessToken = null);

/// <summary>
/// Checks ID tokens (OpenID Connect Core 3.1.3.7) and logout tokens (Back-Channel Logout 1.0 2.6). Pure. Only asymmetric algorithms: with
/// HS256 a published key would be a secret, with <c>none</c> everybody would be anybody.
/// </summary>
internal static class IdTokens
{
    public static readonly IReadOnlyList<string> Algorithms =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private const int Longest = 64 * 1024;
    private const int MostSubject = 255;
    private const long Skew = 60;
    private const long LogoutTokenLasts = 300;

    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = Longest };
    private static readonly JsonDocumentOptions NoDuplicates = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <returns>The claims, or what is wrong: a code like <c>nonce</c>. <c>key</c> means: fetch the provider's keys again, once.</returns>
    public static async Task<(JsonElement? Claims, string? Fault)> Check(string text, JsonWebKeySet keys, TokenWishes wishes)
    {
        var (claims, fault) = await Signed(text, keys, wishes, ["JWT"]);
        if (claims is not { } said)
            return (null, fault);
        fault = FaultOf(said, wishes);
        return fault is null ? (said, null) : (null, fault);
    }

    /// <summary>The claims of a logout token.</summary>
    public static async Task<(JsonElement? Claims, string? Fault)> CheckLogout(string text, JsonWebKeySet keys, TokenWishes wishes)
    {
        var (claims, fault) = await Signed(text, keys, wishes, ["logout+jwt", "JWT"]);
        if (claims is not { } said)
            return (null, fault);
        fault = said.TryGetProperty("nonce", out _) ? "nonce"
            : !(said.TryGetProperty("events", out var events) && events.ValueKind == JsonValueKind.Object && events.TryGetProperty("http://schemas.openid.net/event/backchannel-logout", out _)) ? "events"
            : Number(said, "iat") is not { } at || at > wishes.Now + Skew || at < wishes.Now - LogoutTokenLasts ? "iat"
            : Text(said, "sub") is null && Text(said, "sid") is null ? "sub" : null;
        return fault is null ? (said, null) : (null, fault);
    }

    private static async Task<(JsonElement? Claims, string? Fault)> Signed(string text, JsonWebKeySet keys, TokenWishes wishes, string[] types)
    {
        if (text.Length > Longest || Read(text) is not { } token)
            return (null, "form");
        if (token.Typ is { Length: > 0 } type && !types.Contains(type, StringComparer.OrdinalIgnoreCase))
            return (null, "typ");
        if (!Algorithms.Contains(token.Alg))
            return (null, "alg");
        // What we do not understand and must (RFC 7515 4.1.11).
        if (token.TryGetHeaderValue<object>("crit", out _))
            return (null, "crit");
        var fitting = keys.GetSigningKeys().Where(key => Fits(key, token)).ToList();
        if (fitting.Count == 0)
            return (null, "key");
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = Algorithms,
            ValidIssuer = wishes.Issuer,
            ValidAudience = wishes.ClientId,
            IssuerSigningKeys = fitting,
            TryAllIssuerSigningKeys = true, // of the fitting ones
            RequireSignedTokens = true,
            RequireExpirationTime = false, // a logout token may have none; ID tokens are asked below
            LifetimeValidator = (from, until, _, _) => !(from is { } begins && Seconds(begins) > wishes.Now + Skew) && !(until is { } ends && Seconds(ends) <= wishes.Now - Skew),
            ValidateIssuerSigningKey = false,
        });
        if (!result.IsValid)
            return (null, FaultOf(result.Exception));
        try
        {
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload), NoDuplicates);
            return payload.RootElement.ValueKind == JsonValueKind.Object ? (payload.RootElement.Clone(), null) : (null, "form");
        }
        catch (Exception trouble) when (trouble is JsonException or FormatException)
        {
            return (null, "form");
        }
    }

    private static JsonWebToken? Read(string text)
    {
        try
        {
            return new JsonWebToken(text) is { IsEncrypted: false } token ? token : null;
        }
        catch (Exception trouble) when (trouble is ArgumentException or SecurityTokenException or JsonException)
        {
            return null;
        }
    }

    private static bool Fits(SecurityKey key, JsonWebToken token) =>
        key is not SymmetricSecurityKey
        && (string.IsNullOrEmpty(token.Kid) || string.Equals(key.KeyId, token.Kid, StringComparison.Ordinal))
        && (key is not RsaSecurityKey and not X509SecurityKey || key.KeySize >= 2048);

    private static string FaultOf(Exception trouble) => trouble switch
    {
        SecurityTokenInvalidIssuerException => "iss",
        SecurityTokenInvalidAudienceException => "aud",
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNotYetValidException => "exp",
        SecurityTokenInvalidAlgorithmException => "alg",
        _ => "signature",
    };

    private static string? FaultOf(JsonElement claims, TokenWishes wishes)
    {
        if (Number(claims, "exp") is null)
            return "exp";
        if (Number(claims, "iat") is not { } issued || issued > wishes.Now + Skew)
            return "iat";
        if (Text(claims, "sub") is not { Length: > 0 and <= MostSubject } subject || subject.Any(char.IsControl))
            return "sub";
        // Core 3.1.3.7, 4 and 5: whoever else is in the audience must not be the one it was issued to.
        var audiences = claims.GetProperty("aud");
        if (Text(claims, "azp") is { } party ? party != wishes.ClientId : audiences.ValueKind == JsonValueKind.Array && audiences.GetArrayLength() > 1)
            return "azp";
        if (wishes.Nonce is null || Text(claims, "nonce") is not { } nonce || !Same(nonce, wishes.Nonce))
            return "nonce";
        if (wishes.AuthenticatedAfter is { } after && (Number(claims, "auth_time") is not { } at || at < after - Skew || at > wishes.Now + Skew))
            return "auth_time";
        return wishes.AccessToken is { } access && Text(claims, "at_hash") is { } given && !Same(given, HashOf(access, claims)) ? "at_hash" : null;
    }

    // Core 3.1.3.6. The left half of the hash that belongs to the algorithm; SHA-256 is what nearly everybody signs with.
    private static string HashOf(string accessToken, JsonElement claims)
    {
        var bytes = Encoding.ASCII.GetBytes(accessToken);
        var length = Text(claims, "at_hash")!.Length;
        byte[] hash = length switch { > 40 => SHA512.HashData(bytes), > 30 => SHA384.HashData(bytes), _ => SHA256.HashData(bytes) };
        return Base64Url.EncodeToString(hash.AsSpan(..(hash.Length / 2)));
    }

    private static bool Same(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    private static long Seconds(DateTime at) => new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)).ToUnixTimeSeconds();

    public static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static long? Number(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? (long)number : null;
}
