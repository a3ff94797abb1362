using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Tests.Platform.Web;

/// <summary>Certificates are renewed while the server runs, and plain HTTP is sent on.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("queqiao-cert").FullName;

    private string CertificateFile => Path.Combine(_folder, "fullchain.pem");

    private string KeyFile => Path.Combine(_folder, "privkey.pem");

    [Fact]
    public async Task A_renewed_certificate_is_taken_without_a_restart_and_a_broken_one_is_not()
    {
        var first = Issue("one.example");
        CertificateWatch? watch = null;
        await using var host = await MiniHost.Start(builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["certificate"] = CertificateFile, ["certificate-key"] = KeyFile });
            builder.AddWebSafety();
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.Services.AddSingleton(TimeProvider.System).AddProblems();
        }, app => watch = new CertificateWatch(app.Services.GetRequiredService<Certificates>(), TimeProvider.System, NullLogger<CertificateWatch>.Instance), url: "https://127.0.0.1:0");

        Assert.Equal(first, await Shown(host.Address));
        var second = Issue("two.example");
        Assert.Equal(first, await Shown(host.Address));
        watch!.Look();
        Assert.Equal(second, await Shown(host.Address));
        await File.WriteAllTextAsync(CertificateFile, "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----");
        watch.Look();
        Assert.Equal(second, await Shown(host.Address));
        File.Delete(CertificateFile);
        watch.Look();
        Assert.Equal(second, await Shown(host.Address));
        var third = Issue("three.example");
        watch.Look();
        Assert.Equal(third, await Shown(host.Address));
    }

    [Fact]
    public async Task Plain_HTTP_is_sent_to_the_public_address_and_what_must_not_travel_so_is_refused()
    {
        await using var host = await WebHost.Start(new() { ["redirect-http"] = "on", ["public-url"] = "https://chat.example.com" });
        using var page = await Ask(host, HttpMethod.Get, "/console/inbox?x=1");
        Assert.Equal((HttpStatusCode.PermanentRedirect, "https://chat.example.com/console/inbox?x=1"), (page.StatusCode, page.Headers.Location!.ToString()));
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/api/v1/session"), (HttpMethod.Get, "/api/v1/echo"), (HttpMethod.Get, "/gateway") })
        {
            using var refused = await Ask(host, method, path);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("https_required", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        using var here = await host.Client.GetAsync("/api/v1/echo"); // this machine
        Assert.Equal(HttpStatusCode.OK, here.StatusCode);
    }

    [Fact]
    public void A_redirect_needs_somewhere_to_lead_and_HSTS_a_number()
    {
        Assert.Throws<InvalidSettingException>(() => Read(new() { ["redirect-http"] = "on" }));
        Assert.Throws<InvalidSettingException>(() => Read(new() { ["redirect-http"] = "on", ["public-url"] = "http://chat.example.com" }));
        Assert.Throws<InvalidSettingException>(() => Read(new() { ["hsts"] = "long" }));
        Assert.Equal(300, Read(new() { ["hsts"] = "300" }).HstsSeconds);
        Assert.Equal(0, Read([]).HstsSeconds);
    }

    private static WebSafetyOptions Read(Dictionary<string, string?> settings) => WebSafetyOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

    private static async Task<HttpResponseMessage> Ask(WebHost host, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Host = "chat.example.com";
        return await host.Client.SendAsync(request);
    }

    private string Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        return certificate.Thumbprint;
    }

    private static async Task<string> Shown(Uri address)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
#pragma warning disable CA5359 // our own certificate of this test: which one is shown is what is asked
        await using var tls = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync("chat.example.com");
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
