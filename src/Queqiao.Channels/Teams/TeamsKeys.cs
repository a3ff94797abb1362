using System.Security.Cryptography;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.Teams;

/// <summary>Checks a token of the Bot Framework against its keys.</summary>
internal static class TeamsKeys
{
    private const string Issuer = "https://api.botframework.com";
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    public static Refusal? Check(string token, string? keys, string appId, Node activity, DateTimeOffset now)
    {
        if (Jwt.Read(token) is not { } jwt || jwt.Header["alg"].Text != "RS256")
            return Refusal.BadSignature;
        if (keys is null || Json.Read(System.Text.Encoding.UTF8.GetBytes(keys)) is not { } set)
            return Refusal.KeysNeeded;
        var key = set["keys"].Items.FirstOrDefault(one => one["kid"].Text == jwt.Header["kid"].Text && one["kty"].Text == "RSA");
        if (key.IsMissing)
            return Refusal.KeysNeeded; // they change their keys: fetch and try once more
        if (!IsSigned(jwt, key))
            return Refusal.BadSignature;
        var claims = jwt.Claims;
        if (claims["iss"].Text != Issuer || claims["aud"].Text != appId || appId.Length == 0)
            return Refusal.WrongAccount;
        if (Instant.Seconds(claims["exp"].Long) is not { } ends || now > ends + Skew || Instant.Seconds(claims["nbf"].Long) is { } begins && now < begins - Skew)
            return Refusal.Stale;
        if ((claims["serviceurl"].Text ?? claims["serviceUrl"].Text) is not { } service || service.TrimEnd('/') != activity["serviceUrl"].Text?.TrimEnd('/'))
            return Refusal.WrongAccount;
        var endorsed = key["endorsements"].Items.Select(one => one.Text).ToList();
        return endorsed.Count == 0 || endorsed.Contains(activity["channelId"].Text) ? null : Refusal.WrongAccount;
    }

    private static bool IsSigned(Jwt jwt, Node key)
    {
        if (Jwt.Bytes(key["n"].Text ?? "") is not { Length: >= 256 } modulus || Jwt.Bytes(key["e"].Text ?? "") is not { Length: > 0 } exponent)
            return false;
        try
        {
            using var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
            return jwt.IsRs256(rsa);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
