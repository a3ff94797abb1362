using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Queqiao.Server.Platform.Web;
using IPNetwork = System.Net.IPNetwork;

namespace Queqiao.Server.Tests.Platform.Web;

public sealed class WebSafetyOptionsTests
{
    private static WebSafetyOptions Read(params (string Name, string Value)[] settings) => WebSafetyOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value)).Build());

    [Theory]
    [InlineData("certificate", "/no/such/file.pem")]
    [InlineData("certificate-key", "/no/such/file.pem")]
    [InlineData("trusted-proxies", "proxy.example")]
    [InlineData("trusted-proxies", "10.0.0.0/99")]
    [InlineData("max-body", "lots")]
    [InlineData("max-body", "1")]
    [InlineData("QUEQIAO_MAX_CONNECTIONS", "-1")]
    [InlineData("allow-http-sign-in", "maybe")]
    public void A_setting_that_cannot_be_meant_stops_the_start(string name, string value)
    {
        var fault = Assert.Throws<InvalidSettingException>(() => Read((name, value)));
        Assert.Contains(name.StartsWith("QUEQIAO", StringComparison.Ordinal) ? name : Setting.VariableOf(name), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_read_from_both_names()
    {
        Assert.Equal(2_000_000, Read(("max-body", "2000000")).MaxBodyBytes);
        Assert.Equal(2_000_000, Read(("QUEQIAO_MAX_BODY", "2000000")).MaxBodyBytes);
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("::1/128")], Read(("trusted-proxies", "10.0.0.0/8; ::1")).TrustedProxies);
        Assert.False(Read().Https);
    }

    [Fact]
    public void The_framework_s_own_trusted_proxies_are_gone()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["trusted-proxies"] = "10.0.0.0/8" });
        builder.AddWebSafety();
        using var services = builder.Services.BuildServiceProvider();
        var forwarded = services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value;
        Assert.Empty(forwarded.KnownProxies);
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8")], forwarded.KnownIPNetworks);
    }

    [Fact]
    public async Task A_certificate_file_gives_https_with_tls_1_2_and_up_and_hsts()
    {
        var folder = Directory.CreateTempSubdirectory("queqiao-tls").FullName;
        var (certificate, key) = (Path.Combine(folder, "c.pem"), Path.Combine(folder, "k.pem"));
        using var own = SelfSigned(certificate, key);
        await using (var host = await WebHost.Start(new() { ["certificate"] = certificate, ["QUEQIAO_CERTIFICATE_KEY"] = key }, "https://127.0.0.1:0"))
        {
            var (protocol, answer) = await Get(host.Address, SslProtocols.None);
            Assert.Equal(SslProtocols.Tls13, protocol);
            Assert.Contains("Strict-Transport-Security: max-age=31536000", answer, StringComparison.Ordinal);
            Assert.Equal(SslProtocols.Tls12, (await Get(host.Address, SslProtocols.Tls12)).Protocol);
#pragma warning disable CA5397, SYSLIB0039 // the test is that it is refused
            await Assert.ThrowsAnyAsync<Exception>(() => Get(host.Address, SslProtocols.Tls11));
#pragma warning restore CA5397, SYSLIB0039
        }
        File.WriteAllText(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        await Assert.ThrowsAsync<InvalidSettingException>(() => WebHost.Start(new() { ["certificate"] = certificate, ["certificate-key"] = key }));
        Directory.Delete(folder, recursive: true);
    }

    private static X509Certificate2 SelfSigned(string certificate, string key)
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", ecdsa, HashAlgorithmName.SHA256);
        var own = request.CreateSelfSigned(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), DateTimeOffset.FromUnixTimeSeconds(4_000_000_000));
        File.WriteAllText(certificate, own.ExportCertificatePem());
        File.WriteAllText(key, ecdsa.ExportPkcs8PrivateKeyPem());
        return own;
    }

    private static async Task<(SslProtocols Protocol, string Answer)> Get(Uri address, SslProtocols protocols)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
#pragma warning disable CA5359 // our own certificate of this test
        await using var tls = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocols });
        await tls.WriteAsync("GET /api/v1/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(tls, Encoding.UTF8);
        return (tls.SslProtocol, await reader.ReadToEndAsync());
    }
}
