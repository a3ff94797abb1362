using System.Text;
using Queqiao.Mail.Reading;
using Queqiao.Mail.Threading;

namespace Queqiao.Mail.Tests;

public sealed class TrustTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private static MailMessage Mail(string header) => MailMessage.Read(Encoding.UTF8.GetBytes(header.ReplaceLineEndings("\r\n") + "\r\n\r\nx"));

    [Theory]
    [InlineData("mx.shop.test; dmarc=pass (p=reject) header.from=client.test", true)]
    [InlineData("mx.shop.test; dmarc=fail header.from=client.test; dkim=pass header.d=client.test", false)]
    [InlineData("mx.shop.test; dmarc=none header.from=client.test; dkim=pass header.d=client.test", true)]
    [InlineData("mx.shop.test; dkim=pass header.i=@client.test header.s=x", true)]
    [InlineData("mx.shop.test; dkim=pass header.d=evil.test", false)]
    [InlineData("mx.shop.test; dkim=pass header.d=x.client.test", false)]              // below: may be somebody else's
    [InlineData("mx.shop.test; dkim=fail header.d=client.test", false)]
    [InlineData("mx.shop.test; spf=pass smtp.mailfrom=bounces@client.test", true)]
    [InlineData("mx.shop.test; spf=pass smtp.mailfrom=evil.test", false)]
    [InlineData("mx.shop.test; spf=pass (client.test) smtp.mailfrom=a@evil.test", false)]
    [InlineData("mx.shop.test 1; spf=softfail smtp.mailfrom=client.test", false)]
    [InlineData("mx.shop.test; dmarc=pass header.from=evil.test", false)]              // about another sender
    [InlineData("mx.shop.test; none", false)]
    [InlineData("mx.evil.test; dmarc=pass header.from=client.test", false)]            // nobody trusts this server
    [InlineData("(mx.shop.test) mx.evil.test; dmarc=pass", false)]
    [InlineData("mx.shop.test; x=\"a; dmarc=pass\"; dkim=none", false)]
    [InlineData("", false)]
    public void A_sender_is_proven_by_a_trusted_server_or_not_at_all(string results, bool proven) =>
        Assert.Equal(proven, SenderProof.Of(Mail($"Authentication-Results: {results}\nFrom: Ann <ann@client.test>"), ["mx.shop.test"]).IsProven);

    [Theory]
    [InlineData("client.com.cn", "com.cn", false), InlineData("mail.client.com.cn", "client.com.cn", true), InlineData("client.co.uk", "co.uk", false), InlineData("me.github.io", "github.io", false), InlineData("client.test", "test", false)]
    public void Nobody_signs_for_everybody_below_a_shared_name(string domain, string signer, bool proven) =>
        Assert.Equal(proven, SenderProof.Of(Mail($"Authentication-Results: mx; dkim=pass header.d={signer}\nFrom: ann@{domain}"), ["mx"]).IsProven);

    [Theory]
    [InlineData("From: ann@client.test\nFrom: bob@client.test")]
    [InlineData("From: ann@client.test, bob@client.test")]
    [InlineData("X: y")]
    public void Two_senders_are_none(string from) => Assert.False(SenderProof.Of(Mail($"Authentication-Results: mx; dmarc=pass\n{from}"), ["mx"]).IsProven);

    [Fact]
    public void Only_the_newest_word_of_a_server_counts_and_nobody_is_trusted_by_default()
    {
        var mail = Mail("Authentication-Results: mx; dmarc=fail\nAuthentication-Results: mx; dmarc=pass\nFrom: ann@client.test");
        Assert.False(SenderProof.Of(mail, ["mx"]).IsProven);
        Assert.Equal(SenderProof.None, SenderProof.Of(Mail("Authentication-Results: mx; dmarc=pass\nFrom: ann@client.test"), []));
        Assert.Equal(["mx", "mx"], SenderProof.Servers(mail));
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(long.MaxValue), InlineData(-1), InlineData(1_234_567_890_123)]
    public void A_token_names_its_thread(long thread)
    {
        var token = ReplyToken.Make(Key, thread);
        Assert.Equal(ReplyToken.Length, token.Length);
        Assert.True(token.All(c => c is >= 'a' and <= 'z' or >= '2' and <= '7'));
        Assert.Equal(thread, ReplyToken.Read(Key, token));
        Assert.Equal(thread, ReplyToken.Read(Key, token.ToUpperInvariant()));
        Assert.Null(ReplyToken.Read(new byte[32], token));
        var address = ReplyToken.InAddress("help@shop.test", token)!;
        Assert.Equal(token, ReplyToken.Candidates(address).Single());
        Assert.Equal(token, ReplyToken.Candidates(ReplyToken.InMessageId(token, "u1", "shop.test")).Single());
    }

    [Fact]
    public void No_other_token_is_one()
    {
        var token = ReplyToken.Make(Key, 42);
        for (var at = 0; at < token.Length; at++)
        {
            foreach (var c in "abcdefghijklmnopqrstuvwxyz2345671é")
            {
                var other = token[..at] + c + token[(at + 1)..];
                Assert.True(other == token || ReplyToken.Read(Key, other) is null, other);
            }
        }
        Assert.Null(ReplyToken.Read(Key, ""));
        Assert.Null(ReplyToken.InAddress("a-very-long-name-of-a-mailbox@shop.test", token));
        Assert.Null(ReplyToken.InAddress("nobody", token));
    }
}
