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
    private readonly TestAuthority _authority = new();

    [PostgresFact]
    public async Task Nothing_can_be_read_on_the_way_to_the_database_and_another_server_is_refused()
    {
        await using var cluster = await PostgresCluster.StartPrivate();
        await using var database = await cluster.Create();
        await using var tap = new Wiretap(new NpgsqlConnectionStringBuilder(database.Owner).Port);
        var authority = _authority.Write(Path.Combine(_folder, "ca.pem"));
        string Way(string more) => new NpgsqlConnectionStringBuilder(database.Owner) { Host = "localhost", Port = tap.Port }.ConnectionString + ";" + more;
        var checkedInFull = Way($"SSL Mode=VerifyFull;Root Certificate={authority}");

        await cluster.SpeakTls(_authority, "localhost");
        await Ask(Way("SSL Mode=Disable"), "canary-in-clear");
        Assert.True(tap.Saw("canary-in-clear"u8), "the tap hears nothing at all");
        await Ask(checkedInFull, "canary-behind-tls");
        Assert.False(tap.Saw("canary-behind-tls"u8), "the canary crossed the network in clear");

        await cluster.SpeakTls(_authority, "db.example.com"); // the same CA, another name
        await Assert.ThrowsAnyAsync<Exception>(() => Ask(checkedInFull, "canary-to-a-stranger"));
        Assert.False(tap.Saw("canary-to-a-stranger"u8));
        await cluster.SpeakTls(_authority, "localhost");
        using var stranger = new TestAuthority();
        var other = stranger.Write(Path.Combine(_folder, "other.pem"));
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

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
