using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Postgres;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Storage;

/// <summary>The way to PostgreSQL: with a certificate of one's own CA, checked in full, and nothing to be read on the way.</summary>
public sealed class TransportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("queqiao-").FullName;
    private readonly X509Certificate2 _authority = Authority();

    [PostgresFact]
    public async Task Nothing_can_be_read_on_the_way_to_the_database_and_another_server_is_refused()
    {
        await using var cluster = await PostgresCluster.StartPrivate();
        await using var database = await cluster.Create();
        await using var tap = new Wiretap(new NpgsqlConnectionStringBuilder(database.Owner).Port);
        var authority = Path.Combine(_folder, "ca.pem");
        await File.WriteAllTextAsync(authority, _authority.ExportCertificatePem());
        string Way(string more) => new NpgsqlConnectionStringBuilder(database.Owner) { Host = "localhost", Port = tap.Port }.ConnectionString + ";" + more;
        var checkedInFull = Way($"SSL Mode=VerifyFull;Root Certificate={authority}");

        await Use(cluster, "localhost");
        await Ask(Way("SSL Mode=Disable"), "canary-in-clear");
        Assert.True(tap.Saw("canary-in-clear"u8), "the tap hears nothing at all");
        await Ask(checkedInFull, "canary-behind-tls");
        Assert.False(tap.Saw("canary-behind-tls"u8), "the canary crossed the network in clear");

        await Use(cluster, "db.example.com"); // the same CA, another name
        await Assert.ThrowsAnyAsync<Exception>(() => Ask(checkedInFull, "canary-to-a-stranger"));
        Assert.False(tap.Saw("canary-to-a-stranger"u8));
        await Use(cluster, "localhost");
        var other = Path.Combine(_folder, "other.pem");
        using (var stranger = Authority())
            await File.WriteAllTextAsync(other, stranger.ExportCertificatePem());
        await Assert.ThrowsAnyAsync<Exception>(() => Ask(Way($"SSL Mode=VerifyFull;Root Certificate={other}"), "canary"));
    }

    /// <summary>Starts an engine as the server does and lets a word go to the database and back.</summary>
    private async Task Ask(string owner, string canary)
    {
        NpgsqlConnection.ClearAllPools();
        await using var engine = new PostgresEngine(new StorageOptions { DataFolder = _folder, Database = owner + ";Pooling=false" }, new Ids(new TestClock()), NullLoggerFactory.Instance);
        await engine.Start(CancellationToken.None);
        await using var db = engine.ReadSystem();
        Assert.Equal(canary, await db.Database.SqlQuery<string>($"SELECT {canary}::text AS \"Value\"").SingleAsync());
    }

    /// <summary>Gives the cluster a certificate for a name, signed by our authority.</summary>
    private async Task Use(PostgresCluster cluster, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_authority, DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(79), RandomNumberGenerator.GetBytes(8));
        var data = await cluster.Answer("SHOW data_directory");
        foreach (var (file, text) in new[] { ("server.crt", certificate.ExportCertificatePem()), ("server.key", key.ExportPkcs8PrivateKeyPem()) })
        {
            await cluster.Admin($"COPY (SELECT unnest(string_to_array('{text}', E'\\n'))) TO '{Path.Combine(data, file)}'");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(Path.Combine(data, file), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        await cluster.Admin("ALTER SYSTEM SET ssl = on");
        await cluster.Admin("SELECT pg_reload_conf()");
        await Until.True(async () => await cluster.Answer("SHOW ssl") == "on", "the cluster speaks TLS");
    }

    private static X509Certificate2 Authority()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=A firm's own authority " + Convert.ToHexString(RandomNumberGenerator.GetBytes(4)), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(80));
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
