using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using Queqiao.Server.Identity.SingleSignOn;

namespace Queqiao.Server.Tests.Identity;

/// <summary>Hostile ID tokens. Each is the good one with one thing changed.</summary>
public sealed class IdTokenTests : IDisposable
{
    private const string Issuer = "https://login.example";
    private const long Now = 1_800_000_000;

    private static readonly TokenWishes Wishes = new(Issuer, "queqiao", "the nonce", Now);

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RSA _other = RSA.Create(2048);
    private readonly RSA _weak = RSA.Create(1024);
    private readonly ECDsa _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _rsa.Dispose();
        _other.Dispose();
        _weak.Dispose();
        _curve.Dispose();
    }

    private static JsonObject Claims() => new()
    {
        ["iss"] = Issuer, ["sub"] = "s1", ["aud"] = "queqiao", ["exp"] = Now + 300, ["iat"] = Now - 5, ["nonce"] = "the nonce", ["auth_time"] = Now - 100,
    };

    private JsonWebKeySet Keys()
    {
        var rsa = _rsa.ExportParameters(false);
        var weak = _weak.ExportParameters(false);
        var curve = _curve.ExportParameters(false);
        return new JsonWebKeySet(JsonSerializer.Serialize(new
        {
            keys = new object[]
            {
                new { kty = "RSA", kid = "r1", use = "sig", n = Base64Url.EncodeToString(rsa.Modulus), e = Base64Url.EncodeToString(rsa.Exponent) },
                new { kty = "RSA", kid = "weak", use = "sig", n = Base64Url.EncodeToString(weak.Modulus), e = Base64Url.EncodeToString(weak.Exponent) },
                new { kty = "EC", kid = "e1", use = "sig", crv = "P-256", x = Base64Url.EncodeToString(curve.Q.X), y = Base64Url.EncodeToString(curve.Q.Y) },
                new { kty = "oct", kid = "o1", k = Base64Url.EncodeToString("a symmetric key of thirty-two by"u8) },
            },
        }));
    }

    private string Token(string payload, string alg = "RS256", string? kid = "r1", RSA? key = null, object? header = null)
    {
        var head = JsonSerializer.Serialize(header ?? new { alg, kid, typ = "JWT" });
        var text = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(head)) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        var bytes = Encoding.ASCII.GetBytes(text);
        byte[] signature = alg switch
        {
            "none" => [],
            // The classic: the public key, which everybody knows, taken as a shared secret.
            "HS256" when kid == "o1" => HMACSHA256.HashData("a symmetric key of thirty-two by"u8, bytes),
            "HS256" => HMACSHA256.HashData(Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), bytes),
            "ES256" => _curve.SignData(bytes, HashAlgorithmName.SHA256),
            "PS256" => (key ?? _rsa).SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            _ => (key ?? _rsa).SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };
        return text + "." + Base64Url.EncodeToString(signature);
    }

    private async Task<string?> Fault(string token, TokenWishes? wishes = null) => (await IdTokens.Check(token, Keys(), wishes ?? Wishes)).Fault;

    private Task<string?> Fault(Action<JsonObject> change, TokenWishes? wishes = null)
    {
        var claims = Claims();
        change(claims);
        return Fault(Token(claims.ToJsonString()), wishes);
    }

    [Fact]
    public async Task A_good_token_is_taken_with_every_family_of_keys()
    {
        var text = Claims().ToJsonString();
        Assert.Null(await Fault(Token(text)));
        Assert.Null(await Fault(Token(text, "PS256")));
        Assert.Null(await Fault(Token(text, "ES256", "e1")));
        Assert.Null(await Fault(Token(text, kid: null)));
        Assert.Null(await Fault(claims => claims["aud"] = new JsonArray("queqiao")));
        Assert.Null(await Fault(claims => (claims["aud"], claims["azp"]) = (new JsonArray("queqiao", "other"), "queqiao")));
        Assert.Equal("s1", IdTokens.Text((await IdTokens.Check(Token(text), Keys(), Wishes)).Claims!.Value, "sub"));
    }

    [Theory]
    [InlineData("none", "r1", "alg"), InlineData("none", null, "alg"), InlineData("HS256", "r1", "alg"), InlineData("HS256", "o1", "alg"), InlineData("RS256", "unknown", "key"), InlineData("RS256", "o1", "key")]
    public async Task Algorithms_and_keys_are_ours_to_choose(string alg, string? kid, string fault) =>
        Assert.Equal(fault, await Fault(Token(Claims().ToJsonString(), alg, kid)));

    [Fact]
    public async Task Signatures_count()
    {
        var good = Token(Claims().ToJsonString());
        Assert.Equal("signature", await Fault(Token(Claims().ToJsonString(), key: _other)));
        var parts = good.Split('.');
        var forged = Claims();
        forged["sub"] = "somebody else";
        Assert.Equal("signature", await Fault($"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(forged.ToJsonString()))}.{parts[2]}"));
        Assert.Equal("signature", await Fault($"{parts[0]}.{parts[1]}."));
        var flipped = Base64Url.DecodeFromChars(parts[2]);
        flipped[10] ^= 1;
        Assert.Equal("signature", await Fault($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(flipped)}"));
        Assert.Equal("key", await Fault(Token(Claims().ToJsonString(), kid: "weak", key: _weak)));
        Assert.Equal("signature", await Fault(Token(Claims().ToJsonString(), "ES256", "r1")));
    }

    [Fact]
    public async Task Headers_that_mean_something_else_are_refused()
    {
        var text = Claims().ToJsonString();
        Assert.Equal("typ", await Fault(Token(text, header: new { alg = "RS256", kid = "r1", typ = "at+jwt" })));
        Assert.Equal("typ", await Fault(Token(text, header: new { alg = "RS256", kid = "r1", typ = "logout+jwt" })));
        Assert.Equal("crit", await Fault(Token(text, header: new { alg = "RS256", kid = "r1", crit = new[] { "b64" } })));
        Assert.Equal("signature", await Fault(Token(text, key: _other, header: new { alg = "RS256", kid = "r1", jwk = new { kty = "RSA", n = Base64Url.EncodeToString(_other.ExportParameters(false).Modulus), e = "AQAB" } })));
        Assert.Equal("form", await Fault("not a token"));
        Assert.Equal("form", await Fault(new string('a', 70_000)));
    }

    [Fact]
    public async Task Every_claim_counts()
    {
        Assert.Equal("iss", await Fault(claims => claims["iss"] = Issuer + "/"));
        Assert.Equal("iss", await Fault(claims => claims.Remove("iss")));
        Assert.Equal("aud", await Fault(claims => claims["aud"] = "other"));
        Assert.Equal("aud", await Fault(claims => claims.Remove("aud")));
        Assert.Equal("azp", await Fault(claims => claims["aud"] = new JsonArray("queqiao", "other")));
        Assert.Equal("azp", await Fault(claims => claims["azp"] = "other"));
        Assert.Equal("exp", await Fault(claims => claims["exp"] = Now - 61));
        Assert.Equal("exp", await Fault(claims => claims.Remove("exp")));
        Assert.Equal("exp", await Fault(claims => claims["nbf"] = Now + 120));
        Assert.Equal("iat", await Fault(claims => claims["iat"] = Now + 120));
        Assert.Equal("iat", await Fault(claims => claims.Remove("iat")));
        Assert.Equal("sub", await Fault(claims => claims["sub"] = ""));
        Assert.Equal("sub", await Fault(claims => claims["sub"] = new string('s', 256)));
        Assert.Equal("sub", await Fault(claims => claims["sub"] = 7));
        Assert.Equal("nonce", await Fault(claims => claims["nonce"] = "another"));
        Assert.Equal("nonce", await Fault(claims => claims.Remove("nonce")));
        Assert.Equal("form", await Fault(Token(Claims().ToJsonString().Replace("\"sub\":\"s1\"", "\"sub\":\"s1\",\"sub\":\"s2\"", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_fresh_proof_needs_a_fresh_sign_in_there()
    {
        var wishes = Wishes with { AuthenticatedAfter = Now - 10 };
        Assert.Equal("auth_time", await Fault(_ => { }, wishes)); // 100 s ago
        Assert.Equal("auth_time", await Fault(claims => claims.Remove("auth_time"), wishes));
        Assert.Equal("auth_time", await Fault(claims => claims["auth_time"] = Now + 3600, wishes));
        Assert.Null(await Fault(claims => claims["auth_time"] = Now - 3, wishes));
    }

    [Fact]
    public async Task The_access_token_belongs_to_the_id_token()
    {
        var hash = Base64Url.EncodeToString(SHA256.HashData("an access token"u8).AsSpan(..16));
        Assert.Null(await Fault(claims => claims["at_hash"] = hash, Wishes with { AccessToken = "an access token" }));
        Assert.Equal("at_hash", await Fault(claims => claims["at_hash"] = hash, Wishes with { AccessToken = "another" }));
    }

    [Fact]
    public async Task A_logout_token_is_no_id_token_and_the_other_way_round()
    {
        JsonObject Logout() => new()
        {
            ["iss"] = Issuer, ["aud"] = "queqiao", ["iat"] = Now, ["exp"] = Now + 60, ["sid"] = "x", ["jti"] = "j", ["events"] = new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = new JsonObject() },
        };
        async Task<string?> Check(Action<JsonObject> change)
        {
            var claims = Logout();
            change(claims);
            return (await IdTokens.CheckLogout(Token(claims.ToJsonString(), header: new { alg = "RS256", kid = "r1", typ = "logout+jwt" }), Keys(), Wishes with { Nonce = null })).Fault;
        }

        Assert.Null(await Check(_ => { }));
        Assert.Equal("nonce", await Check(claims => claims["nonce"] = "n"));
        Assert.Equal("events", await Check(claims => claims.Remove("events")));
        Assert.Equal("sub", await Check(claims => claims.Remove("sid")));
        Assert.Equal("iat", await Check(claims => claims["iat"] = Now - 600));
        Assert.Equal("aud", await Check(claims => claims["aud"] = "other"));
        Assert.Equal("nonce", await Fault(Token(Claims().Tap(claims => claims.Remove("nonce")).ToJsonString())));
    }
}

file static class Tapping
{
    public static JsonObject Tap(this JsonObject it, Action<JsonObject> change)
    {
        change(it);
        return it;
    }
}
