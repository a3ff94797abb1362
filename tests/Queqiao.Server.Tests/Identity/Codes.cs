using System.Net;
using Queqiao.Server.Identity.Factors;

namespace Queqiao.Server.Tests.Identity;

/// <summary>An authenticator app in somebody's hand.</summary>
internal sealed class Phone(byte[] secret, HeldClock clock)
{
    /// <summary>The code it shows, now or some steps away.</summary>
    public string Code(int steps = 0) => Totp.Code(secret, Totp.StepOf(clock.Now) + steps);

    /// <summary>Sets a second factor up for somebody who is signed in.</summary>
    public static async Task<(Phone Phone, IReadOnlyList<string> RecoveryCodes)> SetUp(ApiHost host, ApiClient who)
    {
        var begun = await who.Post("/api/v1/me/second-factor", new { });
        Assert.Equal(HttpStatusCode.OK, begun.Status);
        var phone = new Phone(FromBase32(begun.Text("secret")), host.Clock);
        var confirmed = await who.Post("/api/v1/me/second-factor/confirm", new { code = phone.Code() });
        Assert.Equal(HttpStatusCode.OK, confirmed.Status);
        return (phone, [.. confirmed.Body.GetProperty("recoveryCodes").EnumerateArray().Select(code => code.GetString()!)]);
    }

    private static byte[] FromBase32(string text)
    {
        const string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(text.Select(letter => Convert.ToString(letters.IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}
