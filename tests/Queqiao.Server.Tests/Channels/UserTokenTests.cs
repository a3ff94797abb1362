using System.Text;
using Queqiao.Server.Channels.Web.Users;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Signed users: what counts, and every way to cheat that we know.</summary>
public sealed class UserTokenTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 8, 0, 0, TimeSpan.Zero);
    private static readonly long Soon = Now.ToUnixTimeSeconds() + 600;
    private readonly SignedUser _shop = new();

    public void Dispose() => _shop.Dispose();

    private LiveUserKey Hs => new(Guid.Parse("00000000-0000-0000-0000-000000000001"), "HS256", Encoding.UTF8.GetBytes(_shop.Secret), null);

    private LiveUserKey Rs => new(Guid.Parse("00000000-0000-0000-0000-000000000002"), "RS256", null, _shop.RsaPem);

    private LiveUserKey Es => new(Guid.Parse("00000000-0000-0000-0000-000000000003"), "ES256", null, _shop.EcPem);

    private static ProofResult Read(string jwt, params LiveUserKey[] keys) => UserToken.Read(jwt, keys, new ProofRules(null, null), Now);

    [Theory, InlineData("HS256"), InlineData("RS256"), InlineData("ES256")]
    public void A_token_signed_with_the_channels_key_says_who_it_is(string algorithm)
    {
        var jwt = _shop.Jwt(new
        {
            sub = "u-1", name = "王芳", email = "fang@example.com", phone = "+86 138 0000 1111", exp = Soon,
            identities = new[] { new { kind = "crm", value = "C-77" } }, attributes = new { plan = "gold", orders = 3, vip = true },
        }, algorithm);
        var user = Read(jwt, algorithm == "HS256" ? Hs : algorithm == "RS256" ? Rs : Es).User;
        Assert.NotNull(user);
        Assert.Equal(("u-1", "王芳", "fang@example.com"), (user.Sub, user.Name, user.Email));
        Assert.Equal(new UserIdentity("crm", "C-77"), Assert.Single(user.Identities!));
        Assert.Equal(3, user.Attributes!["orders"].GetInt32());
    }

    public static TheoryData<string, string> Cheats => new()
    {
        { "alg none without a signature", "user_token_malformed" }, { "alg none", "user_token_algorithm" }, { "alg NONE", "user_token_algorithm" },
        { "another secret", "user_token_signature" }, { "public key as secret", "user_token_signature" }, { "swapped to RS256", "user_token_algorithm" },
        { "alg in lower case", "user_token_algorithm" }, { "HS512", "user_token_algorithm" }, { "no alg", "user_token_malformed" }, { "alg twice", "user_token_malformed" },
        { "unknown kid", "user_token_algorithm" }, { "crit", "user_token_malformed" }, { "typ at+jwt", "user_token_malformed" },
        { "expired", "user_token_expired" }, { "exp too far", "user_token_too_long" }, { "no exp", "user_token_claims" }, { "exp as text", "user_token_claims" },
        { "exp negative", "user_token_claims" }, { "exp infinite", "user_token_claims" }, { "not yet", "user_token_not_yet" }, { "issued tomorrow", "user_token_not_yet" },
        { "sub twice", "user_token_claims" }, { "exp twice", "user_token_claims" }, { "no sub", "user_token_claims" }, { "blank sub", "user_token_claims" },
        { "sub is a number", "user_token_claims" }, { "sub with a line", "user_token_claims" }, { "long sub", "user_token_claims" }, { "bad e-mail", "user_token_claims" },
        { "21 attributes", "user_token_claims" }, { "nested attribute", "user_token_claims" }, { "11 identities", "user_token_claims" },
        { "claims are a list", "user_token_claims" }, { "claims are no JSON", "user_token_claims" }, { "signature cut", "user_token_malformed" },
        { "padding", "user_token_malformed" }, { "short signature", "user_token_signature" }, { "four parts", "user_token_malformed" }, { "empty", "user_token_malformed" }, { "very long", "user_token_malformed" },
        { "payload changed", "user_token_signature" },
    };

    [Theory, MemberData(nameof(Cheats))]
    public void A_hostile_token_makes_nobody_anybody(string cheat, string refusal)
    {
        var good = new { sub = "u-1", exp = Soon };
        var jwt = _shop.Jwt(good);
        var claims = jwt.Split('.')[1];
        var hostile = cheat switch
        {
            "alg none without a signature" => $"{SignedUser.Part("""{"alg":"none"}""")}.{claims}.",
            "alg none" => $"{SignedUser.Part("""{"alg":"none"}""")}.{claims}.AAAA",
            "alg NONE" => $"{SignedUser.Part("""{"alg":"NoNe"}""")}.{claims}.AAAA",
            "another secret" => _shop.Jwt(good, secret: "something else"),
            "public key as secret" => _shop.Jwt(good, "HS256-with-RSA-key", """{"alg":"HS256"}"""),
            "swapped to RS256" => _shop.Jwt(good, "RS256"),
            "alg in lower case" => _shop.Jwt(good, "HS256", """{"alg":"hs256"}"""),
            "HS512" => _shop.Jwt(good, "HS256", """{"alg":"HS512"}"""),
            "no alg" => _shop.Jwt(good, "HS256", """{"typ":"JWT"}"""),
            "alg twice" => _shop.Jwt(good, "HS256", """{"alg":"none","alg":"HS256"}"""),
            "unknown kid" => _shop.Jwt(good, "HS256", """{"alg":"HS256","kid":"../../etc/passwd"}"""),
            "crit" => _shop.Jwt(good, "HS256", """{"alg":"HS256","crit":["b64"],"b64":false}"""),
            "typ at+jwt" => _shop.Jwt(good, "HS256", """{"alg":"HS256","typ":"at+jwt"}"""),
            "expired" => _shop.Jwt(new { sub = "u-1", exp = Now.ToUnixTimeSeconds() - 61 }),
            "exp too far" => _shop.Jwt(new { sub = "u-1", exp = Now.ToUnixTimeSeconds() + 3_700 }),
            "no exp" => _shop.Jwt(new { sub = "u-1" }),
            "exp as text" => _shop.Jwt(new { sub = "u-1", exp = Soon.ToString(System.Globalization.CultureInfo.InvariantCulture) }),
            "exp negative" => _shop.Jwt(new { sub = "u-1", exp = -5 }),
            "exp infinite" => _shop.Jwt("""{"sub":"u-1","exp":1e400}"""),
            "not yet" => _shop.Jwt(new { sub = "u-1", exp = Soon, nbf = Now.ToUnixTimeSeconds() + 120 }),
            "issued tomorrow" => _shop.Jwt(new { sub = "u-1", exp = Soon, iat = Now.ToUnixTimeSeconds() + 86_400 }),
            "sub twice" => _shop.Jwt($$"""{"sub":"u-1","sub":"u-2","exp":{{Soon}}}"""),
            "exp twice" => _shop.Jwt($$"""{"sub":"u-1","exp":{{Soon}},"exp":1}"""),
            "no sub" => _shop.Jwt(new { exp = Soon, email = "fang@example.com" }),
            "blank sub" => _shop.Jwt(new { sub = " ", exp = Soon }),
            "sub is a number" => _shop.Jwt(new { sub = 7, exp = Soon }),
            "sub with a line" => _shop.Jwt(new { sub = "u\n1", exp = Soon }),
            "long sub" => _shop.Jwt(new { sub = new string('a', 201), exp = Soon }),
            "bad e-mail" => _shop.Jwt(new { sub = "u-1", exp = Soon, email = "nobody" }),
            "21 attributes" => _shop.Jwt(new { sub = "u-1", exp = Soon, attributes = Enumerable.Range(0, 21).ToDictionary(n => "a" + n, n => n) }),
            "nested attribute" => _shop.Jwt(new { sub = "u-1", exp = Soon, attributes = new { a = new { b = 1 } } }),
            "11 identities" => _shop.Jwt(new { sub = "u-1", exp = Soon, identities = Enumerable.Range(0, 11).Select(n => new { kind = "crm", value = "c" + n }) }),
            "claims are a list" => _shop.Jwt("[]"),
            "claims are no JSON" => _shop.Jwt("{"),
            "signature cut" => jwt[..(jwt.LastIndexOf('.') + 1)],
            "padding" => jwt + "=",
            "short signature" => $"{jwt.Split('.')[0]}.{claims}.AAAA",
            "four parts" => jwt + ".AAAA",
            "empty" => "",
            "very long" => jwt + new string('A', 9_000),
            _ => $"{jwt.Split('.')[0]}.{SignedUser.Part($$"""{"sub":"u-2","exp":{{Soon}}}""")}.{jwt.Split('.')[2]}",
        };
        Assert.Equal((null, refusal), (Read(hostile, Hs).User, Read(hostile, Hs).Refusal));
    }

    [Fact]
    public void A_public_key_is_never_a_secret_even_beside_a_secret()
    {
        // RFC 8725 2.1: whoever knows the public key could sign with it, if a token could choose how it is read.
        var forged = _shop.Jwt(new { sub = "u-1", exp = Soon }, "HS256-with-RSA-key", """{"alg":"HS256"}""");
        Assert.Equal("user_token_algorithm", Read(forged, Rs).Refusal);
        Assert.Equal("user_token_signature", Read(forged, Rs, Hs).Refusal);
    }

    [Fact]
    public void Only_the_signature_forms_of_the_algorithm_count()
    {
        var claims = new { sub = "u-1", exp = Soon };
        Assert.Equal("user_token_signature", Read(_shop.Jwt(claims, "ES256-DER", """{"alg":"ES256"}"""), Es).Refusal);
        Assert.Equal("user_token_signature", Read(_shop.Jwt(claims, "PS256", """{"alg":"RS256"}"""), Rs).Refusal);
        Assert.Equal("user_token_algorithm", Read(_shop.Jwt(claims, "PS256"), Rs).Refusal);
    }

    [Fact]
    public void During_a_change_of_keys_both_count_and_a_kid_chooses()
    {
        var old = new LiveUserKey(Guid.CreateVersion7(), "HS256", "the old secret"u8.ToArray(), null);
        Assert.NotNull(Read(_shop.Jwt(new { sub = "u-1", exp = Soon }, secret: "the old secret"), Hs, old).User);
        Assert.NotNull(Read(_shop.Jwt(new { sub = "u-1", exp = Soon }), Hs, old).User);
        Assert.Equal("user_token_signature", Read(_shop.Jwt(new { sub = "u-1", exp = Soon }, header: $$"""{"alg":"HS256","kid":"{{old.Id}}"}"""), Hs, old).Refusal);
        Assert.Equal("user_no_key", Read(_shop.Jwt(new { sub = "u-1", exp = Soon })).Refusal);
    }

    [Theory]
    [InlineData("chat", null, null), InlineData("""["shop","chat"]""", null, null), InlineData("shop", null, "user_token_audience"), InlineData(null, null, "user_token_audience")]
    [InlineData("chat", "https://shop.example", null), InlineData("chat", "https://evil.example", "user_token_issuer")]
    public void Audience_and_issuer_are_asked_for_when_the_channel_says_so(string? aud, string? iss, string? refusal)
    {
        var audience = aud is null ? "" : $",\"aud\":{(aud.StartsWith('[') ? aud : $"\"{aud}\"")}";
        var jwt = _shop.Jwt($$"""{"sub":"u-1","exp":{{Soon}}{{audience}}{{(iss is null ? "" : $",\"iss\":\"{iss}\"")}}}""");
        Assert.Equal(refusal, UserToken.Read(jwt, [Hs], new ProofRules("chat", iss is null ? null : "https://shop.example"), Now).Refusal);
    }

    [Fact]
    public void The_short_proof_covers_id_and_expiry()
    {
        ProofResult Short(string id, long exp, string hmac) => UserToken.Read(id, exp, hmac, [Hs], Now);
        Assert.Equal("u-1", Short("u-1", Soon, _shop.Hmac("u-1", Soon)).User!.Sub);
        Assert.Equal("user_token_signature", Short("u-2", Soon, _shop.Hmac("u-1", Soon)).Refusal);
        Assert.Equal("user_token_signature", Short("u-1", Soon + 1, _shop.Hmac("u-1", Soon)).Refusal);
        Assert.Equal("user_token_malformed", Short("u|1", Soon, _shop.Hmac("u|1", Soon)).Refusal);
        Assert.Equal("user_token_malformed", Short("u-1", Soon, "").Refusal);
        Assert.Equal("user_token_malformed", Short("u-1", Soon, _shop.Hmac("u-1", Soon)[..32]).Refusal);
        var past = Now.ToUnixTimeSeconds() - 100;
        Assert.Equal("user_token_expired", Short("u-1", past, _shop.Hmac("u-1", past)).Refusal);
        var far = Now.ToUnixTimeSeconds() + 90_000;
        Assert.Equal("user_token_too_long", Short("u-1", far, _shop.Hmac("u-1", far)).Refusal);
        Assert.Equal("user_token_algorithm", UserToken.Read("u-1", Soon, _shop.Hmac("u-1", Soon, _shop.RsaPem), [Rs], Now).Refusal);
    }

    [Fact]
    public void Keys_that_are_private_small_or_none_are_refused()
    {
        using var small = System.Security.Cryptography.RSA.Create(1024);
        using var other = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP384);
        Assert.Null(LiveUserKey.Fault("RS256", _shop.RsaPem));
        Assert.Null(LiveUserKey.Fault("ES256", _shop.EcPem));
        Assert.Equal("user_key_private", LiveUserKey.Fault("RS256", small.ExportPkcs8PrivateKeyPem()));
        Assert.Equal("user_key_size", LiveUserKey.Fault("RS256", small.ExportSubjectPublicKeyInfoPem()));
        Assert.Equal("user_key_size", LiveUserKey.Fault("ES256", other.ExportSubjectPublicKeyInfoPem()));
        Assert.Equal("user_key_invalid", LiveUserKey.Fault("RS256", _shop.EcPem));
        Assert.Equal("user_key_invalid", LiveUserKey.Fault("ES256", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"));
    }
}
