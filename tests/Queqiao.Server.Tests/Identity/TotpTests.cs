using System.Text;
using Queqiao.Server.Identity.Factors;

namespace Queqiao.Server.Tests.Identity;

public sealed class TotpTests
{
    private static readonly byte[] Rfc = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238 appendix B, the SHA-1 rows.</summary>
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void The_vectors_of_RFC_6238(long seconds, string code) => Assert.Equal(code, Totp.Code(Rfc, Totp.StepOf(seconds * 1000), digits: 8));

    /// <summary>RFC 4226 appendix D.</summary>
    [Fact]
    public void The_vectors_of_RFC_4226() => Assert.Equal(
        ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"],
        Enumerable.Range(0, 10).Select(counter => Totp.Code(Rfc, counter)));

    /// <summary>RFC 4648 section 10, without padding.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void The_vectors_of_RFC_4648(string text, string base32) => Assert.Equal(base32, Totp.Base32(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_phone_may_be_a_step_off(int steps, bool taken)
    {
        const long now = 1_700_000_000_000;
        Assert.Equal(taken ? Totp.StepOf(now) + steps : null, Totp.Match(Rfc, Totp.Code(Rfc, Totp.StepOf(now) + steps), now, lastStep: 0));
    }

    [Fact]
    public void A_step_that_was_used_and_those_before_are_over()
    {
        const long now = 1_700_000_000_000;
        var step = Totp.StepOf(now);
        Assert.Null(Totp.Match(Rfc, Totp.Code(Rfc, step), now, lastStep: step));
        Assert.Null(Totp.Match(Rfc, Totp.Code(Rfc, step - 1), now, lastStep: step));
        Assert.Equal(step + 1, Totp.Match(Rfc, Totp.Code(Rfc, step + 1), now, lastStep: step));
    }

    [Theory]
    [InlineData("123456", "123456")]
    [InlineData(" 123 456 ", "123456")]
    [InlineData("12345", null)]
    [InlineData("1234567", null)]
    [InlineData("１２３４５６", null)]
    [InlineData("12a456", null)]
    public void What_can_be_a_code(string typed, string? code) => Assert.Equal(code, Totp.Typed(typed));

    [Fact]
    public void Recovery_codes_differ_and_forgive_how_they_are_typed()
    {
        var codes = RecoveryCodes.New();
        Assert.Equal(RecoveryCodes.Count, codes.Distinct().Count());
        Assert.All(codes, code => Assert.Matches("^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$", code));
        Assert.Equal(RecoveryCodes.Typed(codes[0]), RecoveryCodes.Typed(codes[0].ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal)));
        Assert.Equal("0123a1b0cd", RecoveryCodes.Typed("O123A-IBOCD"));
        Assert.Null(RecoveryCodes.Typed("123456"));
    }

    [Fact]
    public void A_QR_code_is_a_square_of_dark_modules()
    {
        var drawing = QrDrawing.Of(Totp.Uri(Rfc, "Queqiao 鹊桥小店", "lin@shop.example"));
        Assert.InRange(drawing.Size, 30, 120);
        Assert.Matches(@"^(M\d+ \d+h\d+v1h-\d+z)+$", drawing.Path);
    }

    [Fact]
    public void The_address_of_the_key_names_workspace_and_account() => Assert.Equal(
        "otpauth://totp/Queqiao%20A%26B:lin%40shop.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Queqiao%20A%26B&algorithm=SHA1&digits=6&period=30",
        Totp.Uri(Rfc, "Queqiao A&B", "lin@shop.example"));
}
