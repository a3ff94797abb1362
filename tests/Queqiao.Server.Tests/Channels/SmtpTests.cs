using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Mail.Proving;
using Queqiao.Server.Channels;
using Queqiao.Server.Channels.Email.Receiving;
using Queqiao.Server.Platform.Web;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Others bring mail to this server: for its channels only, acknowledged when it is stored, by the same way from there.</summary>
public sealed class SmtpTests
{
    /// <summary>Somebody who brings mail, word by word.</summary>
    private sealed class Bringer(TcpClient tcp) : IDisposable
    {
        private Stream _stream = tcp.GetStream();
        private StreamReader _reader = new(tcp.GetStream(), Encoding.Latin1);

        public static async Task<Bringer> Come(IPEndPoint place)
        {
            var tcp = new TcpClient();
            await tcp.ConnectAsync(place);
            var bringer = new Bringer(tcp);
            Assert.StartsWith("220 mx.shop.test", await bringer.Hear(), StringComparison.Ordinal);
            await bringer.Say("EHLO sender.example");
            return bringer;
        }

        /// <summary>The answer, its last line.</summary>
        public async Task<string> Say(string line)
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"));
            return await Hear();
        }

        private async Task<string> Hear()
        {
            var all = "";
            while (await _reader.ReadLineAsync() is { } line)
            {
                all += line + "\n";
                if (line.Length < 4 || line[3] == ' ')
                    break;
            }
            return all.TrimEnd();
        }

        public async Task Secure()
        {
            Assert.StartsWith("220", await Say("STARTTLS"), StringComparison.Ordinal);
            var tls = new SslStream(_stream, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.Subject == "CN=mx.shop.test");
            await tls.AuthenticateAsClientAsync("mx.shop.test");
            (_stream, _reader) = (tls, new StreamReader(tls, Encoding.Latin1));
        }

        public async Task<string> Bring(string to, string mail)
        {
            Assert.StartsWith("250", await Say("MAIL FROM:<li@mail.example>"), StringComparison.Ordinal);
            if (await Say($"RCPT TO:<{to}>") is var answer && !answer.StartsWith("250", StringComparison.Ordinal))
                return answer;
            Assert.StartsWith("354", await Say("DATA"), StringComparison.Ordinal);
            return await Say(mail.ReplaceLineEndings("\r\n") + "\r\n.");
        }

        public void Dispose() => tcp.Dispose();
    }

    private static string Mail(string id, string text, string more = "") => $"{more}From: 李雷 <li@mail.example>\nTo: help@shop.test\nSubject: Parcel\nMessage-ID: <{id}>\nContent-Type: text/plain; charset=utf-8\n\n{text}";

    private static Task<Site> Open(string engine, Certificates? certificates = null, params IPNetwork[] trusted) => Site.Open(engine, also: services =>
    {
        services.AddSingleton(new SmtpOptions { Listen = [new IPEndPoint(IPAddress.Loopback, 0)], Name = "mx.shop.test", Trusted = trusted });
        services.AddSingleton<IMailDns>(new Names());
        if (certificates is not null)
            services.AddSingleton(certificates);
    });

    /// <summary>DNS in which this machine may send for mail.example, and for nobody else.</summary>
    private sealed class Names : IMailDns
    {
        public Task<DnsValues<string>> Texts(string name, CancellationToken ct) => Task.FromResult(name switch
        {
            "mail.example" => DnsValues.Of<string>(["v=spf1 ip4:127.0.0.0/8 -all"]),
            "_dmarc.mail.example" or "_dmarc.bank.example" => DnsValues.Of<string>(["v=DMARC1; p=reject"]),
            _ => DnsValues.None<string>(),
        });

        public Task<DnsValues<IPAddress>> Addresses(string name, bool v6, CancellationToken ct) => Task.FromResult(DnsValues.None<IPAddress>());

        public Task<DnsValues<string>> Exchanges(string name, CancellationToken ct) => Task.FromResult(DnsValues.None<string>());

        public Task<DnsValues<string>> NamesOf(IPAddress address, CancellationToken ct) => Task.FromResult(DnsValues.None<string>());
    }

    private static async Task<string> Channel(Site site, string receiveFor, string address = "help@shop.test") => (await site.Owner.Api.Post("/api/v1/channels", new
    {
        kind = "email", name = "客服邮箱", settings = new { address, receiveFor, trustedServers = "mx.partner.test" },
    })).Expect(HttpStatusCode.Created).Text("id");

    private static async Task<List<JsonElement>> Conversations(Site site, int count)
    {
        var rows = new List<JsonElement>();
        await Until.True(async () =>
        {
            await site.The<MailArrivals>().RunDue(CancellationToken.None);
            rows = [.. (await site.Owner.Api.Get("/api/v1/conversations?limit=100")).Expect(HttpStatusCode.OK).Items()];
            return rows.Count >= count;
        }, $"{count} conversations are there");
        return rows;
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Mail_is_taken_for_channels_only_and_is_on_disk_when_it_was_acknowledged(string engine)
    {
        await using var site = await Open(engine);
        using var door = site.The<SmtpDoor>();
        await door.StartAsync(CancellationToken.None);
        await Channel(site, "help@shop.test, @orders.shop.test");
        using var bringer = await Bringer.Come(door.Places[0]);
        Assert.StartsWith("550", await bringer.Bring("somebody@elsewhere.example", ""), StringComparison.Ordinal);
        await bringer.Say("RSET");
        Assert.StartsWith("250", await bringer.Bring("help+77@shop.test", Mail("a@x", "我的包裹到哪了？")), StringComparison.Ordinal);
        await using (var raw = await site.Raw()) // before anybody digested it, or after
        {
            await using var count = raw.CreateCommand();
            count.CommandText = "SELECT (SELECT count(*) FROM mail_arrival) + (SELECT count(*) FROM mail_message)";
            Assert.True(Convert.ToInt64(await count.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture) > 0);
        }
        Assert.StartsWith("250", await bringer.Bring("any@orders.shop.test", Mail("b@x", "order 7")), StringComparison.Ordinal);
        // The same again, as when the acknowledgement was lost: one message.
        Assert.StartsWith("250", await bringer.Bring("help@shop.test", Mail("a@x", "我的包裹到哪了？")), StringComparison.Ordinal);
        var rows = await Conversations(site, 2);
        var texts = new List<string>();
        foreach (var row in rows)
            texts.AddRange((await site.Owner.Log(row.Text("id"))).Where(item => item.Text("kind") == "message").Select(item => item.Text("text")));
        Assert.Equal(["order 7", "我的包裹到哪了？"], texts.Order(StringComparer.Ordinal));
        Assert.StartsWith("221", await bringer.Say("QUIT"), StringComparison.Ordinal);
        await door.StopAsync(CancellationToken.None);
        Assert.Empty(site.Troubles);
    }

    [Theory, OnPostgres]
    public async Task The_same_mail_that_two_servers_are_brought_at_once_is_told_once(string engine)
    {
        await using var site = await Open(engine);
        await using var other = await site.Join();
        var channel = (await site.The<IChannels>().Find(Guid.Parse(await Channel(site, "help@shop.test")), CancellationToken.None))!;
        var mails = Enumerable.Range(0, 4).Select(i => Encoding.UTF8.GetBytes(Mail($"two{i}@x", $"letter {i}").ReplaceLineEndings("\r\n"))).ToList();
        await Task.WhenAll(mails.SelectMany(mail => new[] { site, other }.Select(node => node.The<DigestMail>().Take(channel, mail, CancellationToken.None))));
        var rows = await Conversations(site, 4);
        var texts = new List<string>();
        foreach (var row in rows)
            texts.AddRange((await site.Owner.Log(row.Text("id"))).Where(item => item.Text("kind") == "message").Select(item => item.Text("text")));
        Assert.Equal(["letter 0", "letter 1", "letter 2", "letter 3"], texts.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task With_a_certificate_it_is_brought_encrypted_and_a_verdict_counts_only_from_a_server_of_ours()
    {
        var folder = Directory.CreateTempSubdirectory("queqiao-smtp-").FullName;
        var file = Path.Combine(folder, "mx.pem");
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            var request = new CertificateRequest("CN=mx.shop.test", key, HashAlgorithmName.SHA256);
            using var own = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
            await File.WriteAllTextAsync(file, own.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        }
        const string verdict = "Authentication-Results: mx.partner.test;\n dmarc=pass header.from=stranger.example\n";
        foreach (var isOurs in (bool[])[false, true])
        {
            await using var site = await Open(Engines.Sqlite, new Certificates(file, null), isOurs ? [IPNetwork.Parse("127.0.0.0/8")] : []);
            using var door = site.The<SmtpDoor>();
            await door.StartAsync(CancellationToken.None);
            await Channel(site, "help@shop.test");
            using var bringer = await Bringer.Come(door.Places[0]);
            await bringer.Secure();
            Assert.Contains("250 ", await bringer.Say("EHLO sender.example"), StringComparison.Ordinal);
            Assert.StartsWith("250", await bringer.Bring("help@shop.test", Mail("c@x", "hello", verdict).Replace("li@mail.example", "li@stranger.example", StringComparison.Ordinal)), StringComparison.Ordinal);
            var row = Assert.Single(await Conversations(site, 1));
            var mails = (await site.Owner.Api.Get($"/api/v1/conversations/{row.Text("id")}/mails")).Expect(HttpStatusCode.OK);
            Assert.Equal(isOurs, mails.GetRawText().Contains("\"proven\":true", StringComparison.OrdinalIgnoreCase));
            await door.StopAsync(CancellationToken.None);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Who_brings_a_mail_is_checked_and_nobody_brings_a_verdict_of_ours_along()
    {
        await using var site = await Open(Engines.Sqlite);
        using var door = site.The<SmtpDoor>();
        await door.StartAsync(CancellationToken.None);
        await Channel(site, "help@shop.test");
        using var bringer = await Bringer.Come(door.Places[0]);
        Assert.StartsWith("250", await bringer.Bring("help@shop.test", Mail("p@x", "it is me")), StringComparison.Ordinal);
        // The path is mail.example's, the name on the letter is another's: a stranger, whatever the letter says of itself.
        var forged = Encoding.ASCII.GetString(site.The<SenderVerdicts>().Put(1, [], "spf=pass; dmarc=pass header.from=bank.example")).TrimEnd();
        Assert.StartsWith("250", await bringer.Bring("help@shop.test", forged + "\n" + Mail("q@x", "pay").Replace("From: 李雷 <li@mail.example>", "From: Boss <boss@bank.example>", StringComparison.Ordinal)), StringComparison.Ordinal);
        var proven = new List<string>();
        foreach (var row in await Conversations(site, 2))
        {
            var mails = (await site.Owner.Api.Get($"/api/v1/conversations/{row.Text("id")}/mails")).Expect(HttpStatusCode.OK).GetRawText();
            proven.Add($"{(mails.Contains("bank.example", StringComparison.Ordinal) ? "boss" : "li")} {mails.Contains("\"proven\":true", StringComparison.OrdinalIgnoreCase)}");
        }
        Assert.Equal(["boss False", "li True"], proven.Order(StringComparer.Ordinal));
        await door.StopAsync(CancellationToken.None);
        Assert.Empty(site.Troubles);
    }

    [Fact]
    public void Headers_that_judge_are_taken_out_and_nothing_else()
    {
        var mail = Encoding.UTF8.GetBytes("From: a@b\r\nAuthentication-Results: mx;\r\n dmarc=pass\r\nSubject: x\r\nARC-Authentication-Results: i=1\r\n\r\nAuthentication-Results: in the text\r\n");
        Assert.Equal("From: a@b\r\nSubject: x\r\n\r\nAuthentication-Results: in the text\r\n", Encoding.UTF8.GetString(SmtpDesk.WithoutVerdicts(mail)));
    }
}
