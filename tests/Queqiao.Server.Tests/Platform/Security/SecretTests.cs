using System.Text.Json;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Tests.Platform.Security;

public sealed class SecretTests
{
    private sealed record Settings(string Name, Secret Key);

    [Fact]
    public void A_secret_prints_stars_everywhere()
    {
        var settings = new Settings("a", new Secret("hush"));
        Assert.DoesNotContain("hush", $"{settings} {settings.Key} {string.Format(null, "{0}", settings.Key)}", StringComparison.Ordinal);
        Assert.Equal("""{"name":"a","key":"***"}""", JsonSerializer.Serialize(settings, StrictJson.Options));
        Assert.Equal("hush", JsonSerializer.Deserialize<Settings>("""{"name":"a","key":"hush"}""", StrictJson.Options)!.Key.Reveal());
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Settings>("""{"name":"a","key":"h\u0000"}""", StrictJson.Options));
        Assert.Equal(new Secret("hush"), settings.Key);
        Assert.NotEqual(new Secret("hush!"), settings.Key);
    }

    [Fact]
    public void Tokens_are_long_different_and_stored_as_hashes()
    {
        var token = TokenText.New().Reveal();
        Assert.Equal(43, token.Length);
        Assert.NotEqual(token, TokenText.New().Reveal());
        var stored = TokenText.Hash(token)!;
        Assert.Equal(32, stored.Length);
        Assert.True(TokenText.Matches(token, stored));
        Assert.False(TokenText.Matches(TokenText.New().Reveal(), stored));
        Assert.False(TokenText.Matches(token, []));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("                                           ")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0")]
    public void What_is_no_token_matches_nothing(string? text)
    {
        Assert.Null(TokenText.Hash(text));
        Assert.False(TokenText.Matches(text, new byte[32]));
    }
}
