using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Channels.Web.Users;

/// <summary>What came of a proof: a user, or the code of the refusal.</summary>
internal readonly record struct ProofResult(VerifiedUser? User, string? Refusal)
{
    public static ProofResult Of(VerifiedUser user) => new(user, null);

    public static ProofResult No(string code) => new(null, code);
}

/// <summary>What a channel expects of a proof besides its signature; null: nothing.</summary>
internal sealed record ProofRules(string? Audience, string? Issuer);

/// <summary>
/// Reads a site's signed word about a visitor: a JWT (RFC 7519; JWS compact, RFC 7515) with HS256, RS256 or ES256 (RFC 7518).
/// The algorithm belongs to the key, never to the token (RFC 8725 3.1): a token names it only to be compared.
/// </summary>
internal static class UserToken
{
    /// <summary>A proof that stays good longer would be as good as a password in a page's source.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(1);

    /// <summary>Clocks of two servers differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    private const int MostLength = 8 * 1024;

    private sealed record Header(string Alg, string? Typ = null, string? Kid = null, JsonElement? Crit = null);

    private sealed record Claims(
        JsonElement Exp, string? Sub = null, JsonElement? Nbf = null, JsonElement? Iat = null, JsonElement? Aud = null, string? Iss = null,
        string? Name = null, string? Email = null, string? Phone = null, IReadOnlyList<UserIdentity>? Identities = null,
        IReadOnlyDictionary<string, JsonElement>? Attributes = null, [property: JsonPropertyName("email_verified")] bool EmailVerified = true, [property: JsonPropertyName("phone_number_verified")] bool PhoneVerified = true);

    /// <param name="jwt">From the page.</param>
    /// <param name="keys">The channel's live keys.</param>
    /// <param name="rules">What the channel expects.</param>
    /// <param name="now">The server's clock.</param>
    public static ProofResult Read(string jwt, IReadOnlyList<LiveUserKey> keys, ProofRules rules, DateTimeOffset now)
    {
        if (keys.Count == 0)
            return ProofResult.No("user_no_key");
        var parts = jwt.Length <= MostLength ? jwt.Split('.') : [];
        if (parts.Length != 3 || Parse<Header>(parts[0]) is not { } header || Bytes(parts[2]) is not { Length: > 0 } signature)
            return ProofResult.No("user_token_malformed");
        if (header.Crit is not null || header.Typ is not (null or "JWT" or "jwt"))
            return ProofResult.No("user_token_malformed"); // RFC 7515 4.1.11: what we do not understand must not be critical
        var candidates = keys.Where(key => key.Algorithm == header.Alg && (header.Kid is null || header.Kid == key.Id.ToString())).ToList();
        if (candidates.Count == 0)
            return ProofResult.No("user_token_algorithm");
        var signed = Encoding.ASCII.GetBytes(jwt[..^(parts[2].Length + 1)]);
        if (!candidates.Any(key => key.Verifies(signed, signature)))
            return ProofResult.No("user_token_signature");
        return Parse<Claims>(parts[1]) is { } claims ? Check(claims, rules, now) : ProofResult.No("user_token_claims");
    }

    /// <summary>The shorter proof: HMAC-SHA256 over <c>id|exp</c>, as hex or base64url.</summary>
    public static ProofResult Read(string id, long exp, string hmac, IReadOnlyList<LiveUserKey> keys, DateTimeOffset now)
    {
        var candidates = keys.Where(key => key.Algorithm == UserKeyAlgorithms.Hs256).ToList();
        if (candidates.Count == 0)
            return ProofResult.No(keys.Count == 0 ? "user_no_key" : "user_token_algorithm");
        var signature = hmac.Length == 64 && hmac.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hmac) : Bytes(hmac);
        // Anyone could move the line between the two parts if the id could hold it.
        if (signature is not { Length: 32 } || id.Contains('|', StringComparison.Ordinal))
            return ProofResult.No("user_token_malformed");
        var signed = Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}|{exp}"));
        if (!candidates.Any(key => key.Verifies(signed, signature)))
            return ProofResult.No("user_token_signature");
        return Lasts(exp, now) ?? Sound(new VerifiedUser(id));
    }

    private static ProofResult Check(Claims claims, ProofRules rules, DateTimeOffset now)
    {
        if (Instant(claims.Exp) is not { } exp || (claims.Nbf is { } nbf && Instant(nbf) is null) || (claims.Iat is { } iat && Instant(iat) is null))
            return ProofResult.No("user_token_claims");
        if (Lasts(exp, now) is { } over)
            return over;
        var latest = now.Add(Skew).ToUnixTimeSeconds();
        if ((claims.Nbf is { } begins && Instant(begins) > latest) || (claims.Iat is { } issued && Instant(issued) > latest))
            return ProofResult.No("user_token_not_yet");
        if (rules.Audience is { } audience && !Names(claims.Aud, audience))
            return ProofResult.No("user_token_audience");
        if (rules.Issuer is { } issuer && claims.Iss != issuer)
            return ProofResult.No("user_token_issuer");
        return Sound(new VerifiedUser(claims.Sub ?? "", claims.Name, claims.Email, claims.Phone, claims.Identities, claims.Attributes) { EmailVerified = claims.EmailVerified, PhoneVerified = claims.PhoneVerified });
    }

    private static ProofResult? Lasts(long exp, DateTimeOffset now) =>
        exp <= now.Subtract(Skew).ToUnixTimeSeconds() ? ProofResult.No("user_token_expired")
        : exp > now.Add(LongestLife).Add(Skew).ToUnixTimeSeconds() ? ProofResult.No("user_token_too_long")
        : null;

    private static ProofResult Sound(VerifiedUser user) => user.IsSound() ? ProofResult.Of(user) : ProofResult.No("user_token_claims");

    private static bool Names(JsonElement? aud, string audience) => aud switch
    {
        { ValueKind: JsonValueKind.String } one => one.GetString() == audience,
        { ValueKind: JsonValueKind.Array } many => many.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.GetString() == audience),
        _ => false,
    };

    /// <summary>Seconds; a fraction is allowed (RFC 7519 2, NumericDate) and cut off.</summary>
    private static long? Instant(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.GetDouble() is > 0 and < 1e11 and var seconds ? (long)seconds : null;

    /// <summary>Null for what is not base64url, not JSON, or says a member twice.</summary>
    private static T? Parse<T>(string part)
        where T : class
    {
        try
        {
            return Bytes(part) is { } json ? JsonSerializer.Deserialize<T>(json, TolerantJson.Options) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Bytes(string text) => Base64UrlText.Decode(text);
}

internal static class UserKeyAlgorithms
{
    public const string Hs256 = "HS256";
    public const string Rs256 = "RS256";
    public const string Es256 = "ES256";

    public static readonly IReadOnlyList<string> All = [Hs256, Rs256, Es256];
}

/// <summary>A key that proofs are checked against.</summary>
/// <param name="Secret">Of HS256: the characters that were shown, as UTF-8.</param>
/// <param name="PublicKey">Of the others: PEM (SubjectPublicKeyInfo).</param>
internal sealed record LiveUserKey(Guid Id, string Algorithm, byte[]? Secret, string? PublicKey)
{
    public bool Verifies(byte[] signed, byte[] signature)
    {
        switch (Algorithm)
        {
            case UserKeyAlgorithms.Hs256:
                return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Secret!, signed), signature);
            case UserKeyAlgorithms.Rs256:
                using (var rsa = RSA.Create())
                {
                    rsa.ImportFromPem(PublicKey);
                    return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                }
            default:
                using (var ec = ECDsa.Create())
                {
                    ec.ImportFromPem(PublicKey);
                    return ec.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
                }
        }
    }

    /// <summary>Null when the PEM is a public key that the algorithm can use: RSA from 2048 bits (RFC 7518 3.3), or P-256.</summary>
    public static string? Fault(string algorithm, string pem)
    {
        // A private key would be taken by ImportFromPem as well, and has no business here.
        if (pem.Contains("PRIVATE", StringComparison.Ordinal))
            return "user_key_private";
        try
        {
            if (algorithm == UserKeyAlgorithms.Rs256)
            {
                using var rsa = RSA.Create();
                rsa.ImportFromPem(pem);
                return rsa.KeySize is >= 2048 and <= 8192 ? null : "user_key_size";
            }
            using var ec = ECDsa.Create();
            ec.ImportFromPem(pem);
            return ec.KeySize == 256 && ec.ExportParameters(false).Curve.Oid is { } curve && (curve.Value == "1.2.840.10045.3.1.7" || curve.FriendlyName == "nistP256") ? null : "user_key_size";
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            return "user_key_invalid";
        }
    }
}
