using System.Net;
using System.Security.Cryptography;
using System.Text;
using Queqiao.Mail.Proving;
using Queqiao.Mail.Reading;

namespace Queqiao.Mail.Tests;

/// <summary>Who sent a mail, found out by ourselves: paths (RFC 7208), signatures (RFC 6376, 8463), and what the sender's domain says (RFC 7489).</summary>
public class ProvingTests
{
    /// <summary>DNS as a table: "TXT a.example" → values. A value of "!" is no answer.</summary>
    private sealed class Zone(params (string Name, string[] Values)[] records) : IMailDns
    {
        private readonly Dictionary<string, string[]> _records = records.ToDictionary(one => one.Name, one => one.Values, StringComparer.OrdinalIgnoreCase);

        public List<string> Asked { get; } = [];

        private DnsValues<T> Find<T>(string kind, string name, Func<string, T> read)
        {
            Asked.Add($"{kind} {name}");
            var found = _records.GetValueOrDefault($"{kind} {name}") ?? [];
            return found is ["!"] ? DnsValues.Trouble<T>() : DnsValues.Of<T>([.. found.Select(read)]);
        }

        public Task<DnsValues<string>> Texts(string name, CancellationToken ct) => Task.FromResult(Find("TXT", name, text => text));

        public Task<DnsValues<IPAddress>> Addresses(string name, bool v6, CancellationToken ct) => Task.FromResult(Find(v6 ? "AAAA" : "A", name, IPAddress.Parse));

        public Task<DnsValues<string>> Exchanges(string name, CancellationToken ct) => Task.FromResult(Find("MX", name, text => text));

        public Task<DnsValues<string>> NamesOf(IPAddress address, CancellationToken ct) => Task.FromResult(Find("PTR", address.ToString(), text => text));
    }

    /// <summary>The records of RFC 7208's appendix A and B, and some that go wrong.</summary>
    private static Zone Example(params (string Name, string[] Values)[] more) => new(
    [
        ("A example.com", ["192.0.2.10", "192.0.2.11"]), ("MX example.com", ["mail-a.example.com", "mail-b.example.com"]),
        ("A mail-a.example.com", ["192.0.2.129"]), ("A mail-b.example.com", ["192.0.2.130"]), ("A amy.example.com", ["192.0.2.65"]), ("A bob.example.com", ["192.0.2.66"]),
        ("MX example.org", ["mail-c.example.org"]), ("A mail-c.example.org", ["192.0.2.140"]),
        ("PTR 192.0.2.65", ["amy.example.com"]), ("PTR 192.0.2.10", ["example.com"]), ("PTR 192.0.2.140", ["mail-c.example.org"]), ("PTR 10.0.0.4", ["bob.example.com"]),
        ("AAAA six.example.com", ["2001:db8::5"]), .. more,
    ]);

    [Theory]
    [InlineData("v=spf1 +all", "203.0.113.9", "pass")]
    [InlineData("v=spf1 a -all", "192.0.2.10", "pass")]
    [InlineData("v=spf1 a -all", "192.0.2.12", "fail")]
    [InlineData("v=spf1 a/24 -all", "192.0.2.200", "pass")]
    [InlineData("v=spf1 a:example.org -all", "192.0.2.10", "fail")]
    [InlineData("v=spf1 mx -all", "192.0.2.129", "pass")]
    [InlineData("v=spf1 mx:example.org -all", "192.0.2.140", "pass")]
    [InlineData("v=spf1 mx mx:example.org -all", "192.0.2.140", "pass")]
    [InlineData("v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.131", "pass")]
    [InlineData("v=spf1 mx/30 mx:example.org/30 -all", "192.0.2.143", "pass")]
    [InlineData("v=spf1 ptr -all", "192.0.2.65", "pass")]
    [InlineData("v=spf1 ptr -all", "192.0.2.140", "fail")]
    [InlineData("v=spf1 ptr -all", "10.0.0.4", "fail")] // the name does not lead back
    [InlineData("v=spf1 ip4:192.0.2.128/28 -all", "192.0.2.65", "fail")]
    [InlineData("v=spf1 ip4:192.0.2.128/28 ~all", "192.0.2.65", "softfail")]
    [InlineData("v=spf1 ip4:192.0.2.128/28 ?all", "192.0.2.129", "pass")]
    [InlineData("v=spf1 ip6:2001:db8::/32 -all", "2001:db8::77", "pass")]
    [InlineData("v=spf1 ip6:2001:db8::/32 -all", "192.0.2.1", "fail")]
    [InlineData("v=spf1 a:six.example.com//64 -all", "2001:db8::99", "pass")]
    [InlineData("v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all", "192.0.2.3", "pass")]
    [InlineData("v=spf1 exists:%{l1r-}.lp._spf.%{d2} -all", "192.0.2.9", "pass")]
    [InlineData("v=spf1 include:other.example -all", "198.51.100.1", "pass")]
    [InlineData("v=spf1 include:other.example ~all", "198.51.100.2", "softfail")]
    [InlineData("v=spf1 redirect=other.example", "198.51.100.1", "pass")]
    [InlineData("v=spf1 redirect=other.example", "198.51.100.2", "fail")]
    [InlineData("v=spf1 ip4:192.0.2.1", "192.0.2.2", "neutral")]
    [InlineData("V=SPF1 A -ALL", "192.0.2.10", "pass")]
    [InlineData("v=spf1 include:nowhere.example -all", "192.0.2.1", "permerror")]
    [InlineData("v=spf1 redirect=nowhere.example", "192.0.2.1", "permerror")]
    [InlineData("v=spf1 include:away.example -all", "192.0.2.1", "temperror")]
    [InlineData("v=spf1 moo -all", "192.0.2.1", "permerror")]
    [InlineData("v=spf1 ip4:300.1.1.1 -all", "192.0.2.1", "permerror")]
    [InlineData("v=spf1 ip4:192.0.2.0/33 -all", "192.0.2.1", "permerror")]
    [InlineData("v=spf1 a:%{q}.example.com -all", "192.0.2.1", "permerror")]
    [InlineData("v=spf1 include: -all", "192.0.2.1", "permerror")]
    [InlineData("v=spf1 redirect=a.example redirect=b.example", "192.0.2.1", "permerror")]
    [InlineData("v=spf1 unknown=thing a -all", "192.0.2.10", "pass")]
    [InlineData("v=spf10 -all", "192.0.2.10", "none")]
    public async Task Paths_are_permitted_or_not(string record, string client, string result)
    {
        var zone = Example(("TXT example.com", ["unrelated", record]), ("TXT other.example", ["v=spf1 ip4:198.51.100.1 -all"]), ("TXT away.example", ["!"]),
            ("A 3.2.0.192.in-addr._spf.example.com", ["127.0.0.2"]), ("A strong.lp._spf.example.com", ["127.0.0.2"]));
        Assert.Equal(result, (await SpfCheck.Of(zone, IPAddress.Parse(client), "strong-bad@example.com", "mx.example.org", default)).Result);
    }

    [Fact]
    public async Task Who_needs_more_than_ten_look_ups_is_a_mistake()
    {
        var ten = Example([("TXT example.com", ["v=spf1 " + string.Concat(Enumerable.Range(0, 10).Select(i => $"include:i{i}.example ")) + "-all"]), .. Enumerable.Range(0, 11).Select(i => ($"TXT i{i}.example", (string[])["v=spf1 ip4:10.0.0.1 -all"]))]);
        Assert.Equal("fail", (await SpfCheck.Of(ten, IPAddress.Parse("192.0.2.1"), "a@example.com", "x", default)).Result);
        var eleven = Example([("TXT example.com", ["v=spf1 " + string.Concat(Enumerable.Range(0, 11).Select(i => $"include:i{i}.example ")) + "-all"]), .. Enumerable.Range(0, 11).Select(i => ($"TXT i{i}.example", (string[])["v=spf1 ip4:10.0.0.1 -all"]))]);
        Assert.Equal("permerror", (await SpfCheck.Of(eleven, IPAddress.Parse("192.0.2.1"), "a@example.com", "x", default)).Result);
        var ring = Example(("TXT example.com", ["v=spf1 include:example.com -all"]));
        Assert.Equal("permerror", (await SpfCheck.Of(ring, IPAddress.Parse("192.0.2.1"), "a@example.com", "x", default)).Result);
        Assert.True(ring.Asked.Count <= 12);
        var empty = Example(("TXT example.com", ["v=spf1 a:n1.example a:n2.example a:n3.example -all"]));
        Assert.Equal("permerror", (await SpfCheck.Of(empty, IPAddress.Parse("192.0.2.1"), "a@example.com", "x", default)).Result);
        Assert.Equal("permerror", (await SpfCheck.Of(Example(("TXT example.com", ["v=spf1 -all", "v=spf1 +all"])), IPAddress.Parse("192.0.2.1"), "a@example.com", "x", default)).Result);
        Assert.Equal("none", (await SpfCheck.Of(Example(), IPAddress.Parse("192.0.2.1"), "a@example.com", "x", default)).Result);
        Assert.Equal("temperror", (await SpfCheck.Of(Example(("TXT example.com", ["!"])), IPAddress.Parse("192.0.2.1"), "a@example.com", "x", default)).Result);
        // A report has no sender: the greeting stands for it.
        Assert.Equal(("pass", "mx.example.com"), await SpfCheck.Of(Example(("TXT mx.example.com", ["v=spf1 ip4:192.0.2.1 -all"])), IPAddress.Parse("192.0.2.1"), "", "mx.example.com", default));
    }

    /// <summary>RFC 7208 7.4.</summary>
    [Theory]
    [InlineData("%{s}", "strong-bad@email.example.com")]
    [InlineData("%{o}", "email.example.com")]
    [InlineData("%{d}", "email.example.com")]
    [InlineData("%{d4}", "email.example.com")]
    [InlineData("%{d2}", "example.com")]
    [InlineData("%{d1}", "com")]
    [InlineData("%{dr}", "com.example.email")]
    [InlineData("%{d2r}", "example.email")]
    [InlineData("%{l}", "strong-bad")]
    [InlineData("%{l-}", "strong.bad")]
    [InlineData("%{lr}", "strong-bad")]
    [InlineData("%{lr-}", "bad.strong")]
    [InlineData("%{l1r-}", "strong")]
    [InlineData("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com")]
    [InlineData("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com")]
    [InlineData("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net")]
    [InlineData("%{d", null)]
    [InlineData("%{}", null)]
    [InlineData("100%", null)]
    public void Macros_expand_as_in_the_standard(string macro, string? expanded) =>
        Assert.Equal(expanded, SpfMacros.Expand(macro, new(IPAddress.Parse("192.0.2.3"), "strong-bad@email.example.com", "email.example.com", "mx.example.org")));

    /// <summary>RFC 8463, appendix A: one mail, signed by both algorithms.</summary>
    private const string Vector = """
        DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=brisbane; t=1528637909; h=from : to :
         subject : date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
         Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
        DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=test; t=1528637909; h=from : to : subject :
         date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
         DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
         dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game.  Are you hungry yet?

        Joe.

        """;

    private static readonly (string, string[])[] Keys =
    [
        ("TXT brisbane._domainkey.football.example.com", ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]),
        ("TXT test._domainkey.football.example.com", ["v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"]),
    ];

    private static byte[] Mail(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    private static async Task<string> Dkim(byte[] mail, params (string, string[])[] records) => string.Join(' ', (await DkimCheck.Of(new Zone(records), mail, DateTimeOffset.UnixEpoch.AddYears(50), default)).Select(one => one.Result));

    [Fact]
    public async Task Signatures_of_the_standard_are_true_and_changed_mail_is_not()
    {
        Assert.Equal("pass pass", await Dkim(Mail(Vector), Keys));
        Assert.Equal("pass pass", await Dkim(Mail(Vector.Replace("Subject: Is dinner", "subject:   Is\n\tdinner", StringComparison.Ordinal).Replace("game.  Are", "game. \tAre", StringComparison.Ordinal) + "\n\n"), Keys)); // what relaxed forms allow
        Assert.Equal("fail fail", await Dkim(Mail(Vector.Replace("hungry", "angry", StringComparison.Ordinal)), Keys));
        Assert.Equal("fail fail", await Dkim(Mail(Vector.Replace("Suzie Q", "Suzie P", StringComparison.Ordinal)), Keys));
        Assert.Equal("fail fail", await Dkim(Mail("Subject: another\n" + Vector), Keys)); // Subject was signed twice, so there can be no other …
        Assert.Equal("fail fail", await Dkim(Mail(Vector.Replace("Message-ID", "From: Eve <eve@football.example.com>\nMessage-ID", StringComparison.Ordinal)), Keys)); // … nor From
        Assert.Equal("permerror pass", await Dkim(Mail(Vector), Keys[1]));
        Assert.Equal("temperror pass", await Dkim(Mail(Vector), ("TXT brisbane._domainkey.football.example.com", ["!"]), Keys[1]));
        Assert.Equal("permerror pass", await Dkim(Mail(Vector), ("TXT brisbane._domainkey.football.example.com", ["v=DKIM1; k=ed25519; p="]), Keys[1])); // withdrawn
        Assert.Equal("neutral pass", await Dkim(Mail(Vector), (Keys[0].Item1, [Keys[0].Item2[0] + "; t=y"]), Keys[1]));
        Assert.Equal("permerror pass", await Dkim(Mail(Vector.Replace("a=ed25519-sha256", "a=rsa-sha1", StringComparison.Ordinal)), Keys));
        Assert.Equal("permerror pass", await Dkim(Mail(Vector.Replace("a=ed25519-sha256; c=relaxed/relaxed;\n d=football.example.com; i=@football", "a=ed25519-sha256; c=relaxed/relaxed;\n d=football.example.com; i=@basket", StringComparison.Ordinal)), Keys));
        Assert.Equal("", await Dkim(Mail("From: a@b.example\n\nhi\n")));
    }

    [Theory]
    [InlineData("simple/simple")]
    [InlineData("relaxed/simple")]
    [InlineData("simple/relaxed")]
    [InlineData("relaxed")]
    public async Task Every_form_of_signing_is_read(string form)
    {
        using var rsa = RSA.Create(2048);
        const string header = "From:  Ann  <ann@shop.example>\r\nSubject: =?utf-8?q?x?=\r\n";
        const string body = "Hello  \r\n\r\n there\t you \r\n\r\n\r\n";
        var parts = form.Split('/');
        var (isHeaderRelaxed, isBodyRelaxed) = (parts[0] == "relaxed", parts.Length > 1 && parts[1] == "relaxed");
        var canonical = isBodyRelaxed ? "Hello\r\n\r\n there you\r\n" : "Hello  \r\n\r\n there\t you \r\n";
        var signature = $"DKIM-Signature: v=1; a=rsa-sha256; c={form}; d=shop.example; s=s1; h=from:subject; x=99999999999;\r\n bh={Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}; b=";
        var signed = isHeaderRelaxed ? "from:Ann <ann@shop.example>\r\nsubject:=?utf-8?q?x?=\r\n" + "dkim-signature:" + signature[16..].Replace("\r\n ", " ", StringComparison.Ordinal) : header + signature;
        var value = Convert.ToBase64String(rsa.SignData(Encoding.UTF8.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var key = ("TXT s1._domainkey.shop.example", (string[])["p=" + Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo())]);
        Assert.Equal("pass", await Dkim(Encoding.UTF8.GetBytes(signature + value + "\r\n" + header + "\r\n" + body), key));
        Assert.Equal("policy", await Dkim(Encoding.UTF8.GetBytes(signature.Replace("x=", "l=5; x=", StringComparison.Ordinal) + value + "\r\n" + header + "\r\n" + body), key));
        Assert.Equal("fail", await Dkim(Encoding.UTF8.GetBytes(signature.Replace("x=99999999999", "x=1", StringComparison.Ordinal) + value + "\r\n" + header + "\r\n" + body), key));
        using var weak = RSA.Create(512);
        Assert.Equal("fail", await Dkim(Encoding.UTF8.GetBytes(signature + Convert.ToBase64String(weak.SignData(Encoding.UTF8.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)) + "\r\n" + header + "\r\n" + body),
            ("TXT s1._domainkey.shop.example", ["p=" + Convert.ToBase64String(weak.ExportSubjectPublicKeyInfo())])));
    }

    [Theory]
    [InlineData("v=DMARC1; p=reject", "spf=none; dkim=pass header.d=football.example.com; dkim=pass header.d=football.example.com; dmarc=pass header.from=football.example.com", true)]
    [InlineData("v=DMARC1; p=reject; adkim=s", "spf=none; dkim=pass header.d=football.example.com; dkim=pass header.d=football.example.com; dmarc=pass header.from=football.example.com", true)]
    [InlineData(null, "spf=none; dkim=pass header.d=football.example.com; dkim=pass header.d=football.example.com; dmarc=none header.from=football.example.com", true)]
    [InlineData("v=DMARC1; p=maybe", "spf=none; dkim=pass header.d=football.example.com; dkim=pass header.d=football.example.com; dmarc=permerror header.from=football.example.com", false)]
    public async Task The_senders_domain_has_the_last_word(string? policy, string verdict, bool isProven)
    {
        var zone = new Zone([.. Keys, .. policy is null ? [] : new[] { ("TXT _dmarc.football.example.com", (string[])[policy]) }]);
        var found = await SenderCheck.Of(zone, null, "joe@football.example.com", "mx", Mail(Vector), DateTimeOffset.UnixEpoch.AddYears(50), default);
        Assert.Equal(verdict, found);
        Assert.Equal(isProven, SenderProof.Of(MailMessage.Read(Mail(Vector)), found).IsProven);
    }

    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("a.b.example.com", "example.com")]
    [InlineData("shop.example.com.cn", "example.com.cn")]
    [InlineData("com.cn", null)]
    [InlineData("github.io", null)]
    [InlineData("me.github.io", "me.github.io")]
    [InlineData("a.shop.myshopify.com", "shop.myshopify.com")]
    [InlineData("x.y.ck", "x.y.ck")] // *.ck
    [InlineData("a.www.ck", "www.ck")] // !www.ck
    [InlineData("bank.nowhere-known", "bank.nowhere-known")]
    [InlineData("com", null)]
    [InlineData("a..b", null)]
    [InlineData("xn--55qx5d.cn", null)] // 公司.cn
    [InlineData("EXAMPLE.Com.", "example.com")]
    public void An_organisation_is_a_suffix_and_one_label_more(string domain, string? organisation) => Assert.Equal(organisation, PublicSuffixes.Organisation(domain));

    /// <summary>A path or signature of the same organisation speaks for it where the record leaves it relaxed; a neighbour below a shared name never does.</summary>
    [Theory]
    [InlineData("bounce.shop.example", "shop.example", "v=DMARC1; p=reject", true)]
    [InlineData("bounce.shop.example", "mail.shop.example", "v=DMARC1; p=reject", true)]
    [InlineData("bounce.shop.example", "shop.example", "v=DMARC1; p=reject; aspf=s", false)]
    [InlineData("evil.github.io", "bank.github.io", "v=DMARC1; p=reject", false)]
    [InlineData("evil.com.cn", "bank.com.cn", "v=DMARC1; p=reject", false)]
    [InlineData("bounce.shop.example", "shop.example", null, false)] // without a record only what stands above counts
    public async Task One_organisation_speaks_for_all_its_names(string path, string from, string? policy, bool isProven)
    {
        var mail = Mail($"From: Ann <ann@{from}>\nSubject: hi\n\nhello\n");
        var zone = new Zone([("TXT " + path, (string[])["v=spf1 ip4:192.0.2.1 -all"]), .. policy is null ? [] : new[] { ("TXT _dmarc." + from, (string[])[policy]) }]);
        var found = await SenderCheck.Of(zone, IPAddress.Parse("192.0.2.1"), "x@" + path, "mx." + path, mail, DateTimeOffset.UnixEpoch, default);
        Assert.Equal(isProven, SenderProof.Of(MailMessage.Read(mail), found).IsProven);
    }

    [Fact]
    public async Task A_permitted_path_of_another_domain_proves_nobody()
    {
        var mail = Mail("From: Boss <boss@bank.example>\nSubject: pay\n\nnow\n");
        var zone = new Zone(("TXT evil.example", ["v=spf1 ip4:192.0.2.1 -all"]), ("TXT _dmarc.bank.example", ["v=DMARC1; p=none"]), ("TXT bank.example", ["v=spf1 ip4:198.51.100.7 -all"]));
        var found = await SenderCheck.Of(zone, IPAddress.Parse("192.0.2.1"), "x@evil.example", "mx.evil.example", mail, DateTimeOffset.UnixEpoch, default);
        Assert.Equal("spf=pass smtp.mailfrom=evil.example; dkim=none; dmarc=fail header.from=bank.example", found);
        Assert.False(SenderProof.Of(MailMessage.Read(mail), found).IsProven);
        var honest = await SenderCheck.Of(zone, IPAddress.Parse("198.51.100.7"), "boss@bank.example", "mx.bank.example", mail, DateTimeOffset.UnixEpoch, default);
        Assert.True(SenderProof.Of(MailMessage.Read(mail), honest).IsProven, honest);
        // What a stranger calls themselves ends nothing in our verdict.
        var forged = await SenderCheck.Of(new Zone(), IPAddress.Parse("192.0.2.1"), "x@a.example;dmarc=pass", "g", mail, DateTimeOffset.UnixEpoch, default);
        Assert.Equal("spf=none; dkim=none; dmarc=none header.from=bank.example", forged);
    }

    [Fact]
    public void Answers_of_dns_are_read_and_broken_ones_are_none()
    {
        var question = DnsMessage.Ask(0x1234, "example.com", DnsKind.Mx)!;
        byte[] answer = [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0, .. question.AsSpan(12, question.Length - 23),
            0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 60, 0, 9, 0, 10, 4, (byte)'m', (byte)'a', (byte)'i', (byte)'l', 0xc0, 12,
            0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 60, 0, 4, 0, 5, 0xc0, 12];
        var read = DnsMessage.Read(answer, question)!.Value;
        Assert.Equal((false, 0), (read.IsCut, read.Code));
        Assert.Equal(["10 mail.example.com", "5 example.com"], read.Records.Select(one => $"{one.Preference} {one.Text}"));
        for (var length = 0; length < answer.Length; length++)
            _ = DnsMessage.Read(answer.AsSpan(0, length), question);
        for (var at = 0; at < answer.Length; at++)
        {
            var broken = (byte[])answer.Clone();
            broken[at] = 0xff;
            _ = DnsMessage.Read(broken, question);
        }
        Assert.Null(DnsMessage.Read(answer, DnsMessage.Ask(0x1235, "example.com", DnsKind.Mx)!)); // another question's
        byte[] ring = [.. answer[..29], 0xc0, 29, .. answer[31..]];
        Assert.Null(DnsMessage.Read(ring, question));
        Assert.Null(DnsMessage.Ask(1, new string('a', 64) + ".example", DnsKind.Txt));
        Assert.Null(DnsMessage.Ask(1, "a..b", DnsKind.Txt));
    }
}
