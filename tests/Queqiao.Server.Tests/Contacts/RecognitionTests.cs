using Queqiao.Server.Contacts.Recognising;

namespace Queqiao.Server.Tests.Contacts;

/// <summary>The rule alone: who is whom, and above all who is not.</summary>
public sealed class RecognitionTests
{
    private static readonly Guid Somebody = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private static readonly Guid Other = Guid.Parse("00000000-0000-0000-0000-000000000002");
    private static readonly Guid Site = Guid.Parse("00000000-0000-0000-0000-0000000000aa");

    private static Guid Tag(string value) => new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(value)).AsSpan(0, 16));

    private static Evidence Has(string kind, string value, bool verified = true, int day = 0, Guid? site = null) =>
        new(Guid.NewGuid(), kind, Tag(kind + value), site, verified, day * 24L * 60 * 60 * 1000);

    private static Proof? Find(IReadOnlyList<Evidence> mine, params IReadOnlyList<Evidence>[] others) =>
        Recognition.Find(mine, [.. others.Select((evidence, index) => new Candidate(index == 0 ? Somebody : Other, evidence))]);

    [Theory]
    [InlineData("account")]
    [InlineData("wechat_unionid")]
    [InlineData("wechat_openid")]
    [InlineData("telegram_id")]
    [InlineData("email")]
    [InlineData("phone")]
    public void A_key_that_both_have_proved_joins(string kind)
    {
        var proof = Find([Has(kind, "x")], [Has(kind, "x")]);
        Assert.Equal((Somebody, kind), (proof!.Root, proof.Key.Kind));
    }

    [Theory]
    [InlineData("user")] // another site's numbers
    [InlineData("crm")] // the firm's own word
    [InlineData("name")]
    public void Other_words_join_nobody(string kind) => Assert.Null(Find([Has(kind, "x")], [Has(kind, "x")]));

    [Fact]
    public void What_somebody_typed_joins_nobody()
    {
        Assert.Null(Find([Has("email", "a@b.cn", verified: false)], [Has("email", "a@b.cn")]));
        Assert.Null(Find([Has("email", "a@b.cn")], [Has("email", "a@b.cn", verified: false)]));
        Assert.Null(Find([Has("wechat_unionid", "u", verified: false)], [Has("wechat_unionid", "u")]));
    }

    [Fact]
    public void The_surest_key_is_named()
    {
        var proof = Find([Has("phone", "1"), Has("email", "e"), Has("wechat_unionid", "u")], [Has("email", "e"), Has("wechat_unionid", "u"), Has("phone", "1")]);
        Assert.Equal("wechat_unionid", proof!.Key.Kind);
        Assert.Equal(Other, Find([Has("phone", "1"), Has("account", "a")], [Has("phone", "1")], [Has("account", "a")])!.Root);
    }

    [Fact]
    public void A_recycled_number_joins_nobody()
    {
        Assert.Null(Find([Has("phone", "13800001111", day: 200)], [Has("phone", "13800001111", day: 100)]));
        Assert.NotNull(Find([Has("phone", "13800001111", day: 200)], [Has("phone", "13800001111", day: 120)]));
        // an address is not given to somebody new
        Assert.NotNull(Find([Has("email", "a@b.cn", day: 2000)], [Has("email", "a@b.cn", day: 1)]));
    }

    [Fact]
    public void A_phone_that_two_people_share_is_nobodys_proof()
    {
        Assert.Null(Find([Has("phone", "1")], [Has("phone", "1"), Has("user", "anna", site: Site)], [Has("phone", "1"), Has("user", "ben", site: Site)]));
        // also when the second has only typed it
        Assert.Null(Find([Has("phone", "1")], [Has("phone", "1")], [Has("phone", "1", verified: false)]));
        Assert.Null(Find([Has("email", "family@x.cn")], [Has("email", "family@x.cn")], [Has("email", "family@x.cn")]));
    }

    [Fact]
    public void A_site_that_says_two_people_is_believed()
    {
        Assert.Null(Find([Has("phone", "1"), Has("user", "anna", site: Site)], [Has("phone", "1"), Has("user", "ben", site: Site)]));
        Assert.Null(Find([Has("wechat_unionid", "u"), Has("user", "anna", site: Site)], [Has("wechat_unionid", "u"), Has("user", "ben", site: Site)]));
        // another site's numbers say nothing
        Assert.NotNull(Find([Has("phone", "1"), Has("user", "anna", site: Site)], [Has("phone", "1"), Has("user", "17", site: Other)]));
    }

    [Fact]
    public void Nobody_has_two_unionids()
    {
        Assert.Null(Find([Has("phone", "1"), Has("wechat_unionid", "u1")], [Has("phone", "1"), Has("wechat_unionid", "u2")]));
        Assert.Null(Find([Has("email", "e"), Has("account", "iss|1")], [Has("email", "e"), Has("account", "iss|2")]));
        // but several accounts of one provider
        Assert.NotNull(Find([Has("email", "e"), Has("wechat_openid", "o1")], [Has("email", "e"), Has("wechat_openid", "o2")]));
    }
}
