using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Queqiao.Server.Identity;
using Queqiao.Server.Identity.Profile;
using Queqiao.Server.Platform.WebPush;

namespace Queqiao.Server.Tests.Pushing;

public sealed class PushCipherTests
{
    private static byte[] Bytes(string text) => Base64Url.DecodeFromChars(text);

    private static ECDiffieHellman Key(string secret, string point) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256, D = Bytes(secret), Q = new() { X = Bytes(point)[1..33], Y = Bytes(point)[33..] },
    });

    // RFC 8291, 5 and Appendix A.
    private const string Receiver = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    private const string ReceiverSecret = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    private const string Auth = "BTBZMqHH6r4Tts7J_aSIgg";
    private const string Sender = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    private const string SenderSecret = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    private const string Salt = "DGv6ra1nlYgDCS1FRnbzlw";
    private const string Message = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    [Fact]
    public void The_example_of_the_rfc_comes_out_byte_by_byte_both_ways()
    {
        using var sender = Key(SenderSecret, Sender);
        Assert.Equal(Message, Base64Url.EncodeToString(PushCipher.Encrypt("When I grow up, I want to be a watermelon"u8, Bytes(Receiver), Bytes(Auth), sender, Bytes(Salt))));
        using var receiver = Key(ReceiverSecret, Receiver);
        Assert.Equal("When I grow up, I want to be a watermelon", Encoding.UTF8.GetString(PushCipher.Decrypt(Bytes(Message), receiver, Bytes(Auth))));
    }

    [Fact]
    public void Lengths_say_nothing_and_changed_bytes_are_noticed()
    {
        using var receiver = Key(ReceiverSecret, Receiver);
        byte[] Send(string text) => PushCipher.Encrypt(Encoding.UTF8.GetBytes(text), Bytes(Receiver), Bytes(Auth));
        Assert.Equal(Send("a").Length, Send(new string('b', 400)).Length);
        Assert.True(Send(new string('c', PushCipher.MostClear)).Length <= 4096);
        Assert.NotEqual(Send("a"), Send("a"));
        var sent = Send("hello");
        Assert.Equal("hello"u8, PushCipher.Decrypt(sent, receiver, Bytes(Auth)));
        foreach (var place in new[] { 0, 30, sent.Length - 1 })
        {
            var changed = sent.ToArray();
            changed[place] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => PushCipher.Decrypt(changed, receiver, Bytes(Auth)));
        }
    }

    [Fact]
    public void Only_points_of_the_curve_are_keys()
    {
        Assert.True(PushCipher.IsPublicKey(Bytes(Receiver)));
        var off = Bytes(Receiver);
        off[40] ^= 1;
        Assert.False(PushCipher.IsPublicKey(off));
        Assert.False(PushCipher.IsPublicKey(Bytes(Receiver).AsSpan(0, 64)));
    }

    [Fact]
    public void A_token_names_the_service_and_ends_within_a_day()
    {
        using var made = VapidKey.Create();
        using var key = VapidKey.Import(made.Export());
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var claims = JsonDocument.Parse(Bytes(key.Authorization(new("https://push.example.net/wpush/v2/abc?d=1"), "https://chat.example.com", now).Split('.')[1])).RootElement;
        Assert.Equal(("https://push.example.net", "https://chat.example.com"), (claims.GetProperty("aud").GetString(), claims.GetProperty("sub").GetString()));
        Assert.InRange(claims.GetProperty("exp").GetInt64() - now.ToUnixTimeSeconds(), 1, 86_400);
        Assert.Equal(made.PublicKey, key.PublicKey);
    }

    [Theory]
    [InlineData("22:00", "08:00", "23:30", true)]
    [InlineData("22:00", "08:00", "07:59", true)]
    [InlineData("22:00", "08:00", "08:00", false)]
    [InlineData("12:00", "13:00", "12:30", true)]
    [InlineData("12:00", "13:00", "23:00", false)]
    [InlineData("09:00", "09:00", "15:00", true)]
    public void Quiet_hours_are_those_of_the_agents_own_zone(string from, string to, string now, bool quiet) =>
        Assert.Equal(quiet, AgentCalls.IsIn(new QuietHours(from, to), DateTimeOffset.Parse($"2026-11-26T{now}+08:00", System.Globalization.CultureInfo.InvariantCulture).ToUniversalTime(), TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai")));
}
