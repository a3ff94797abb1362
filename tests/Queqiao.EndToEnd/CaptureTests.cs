using System.Net;
using System.Text;
using Npgsql;
using Queqiao.EndToEnd.Support;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;

namespace Queqiao.EndToEnd;

/// <summary>A test that needs PostgreSQL and RabbitMQ of its own, and to listen to the network; skipped with the reason when it cannot.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CaptureFactAttribute : FactAttribute
{
    public CaptureFactAttribute() => Skip = PostgresCluster.MissingPrivate() ?? Broker.Missing ?? Capture.Missing;
}

/// <summary>
/// Two nodes with HTTPS, PostgreSQL and RabbitMQ by TLS, and somebody who hears every packet: nothing that people write, are called or sign
/// in with can be read. The same ears, in the same capture, do hear what goes in clear.
/// </summary>
public sealed class CaptureTests : IDisposable
{
    private const string Canary = "kanarie-leitung-41c7";
    private const string Chinese = "金丝雀在线上";

    private readonly string _folder = Directory.CreateTempSubdirectory("queqiao-capture-").FullName;
    private readonly TestAuthority _authority = new();

    [CaptureFact]
    public async Task Nobody_who_hears_every_packet_reads_a_word()
    {
        var broker = Broker.Start(authority: _authority);
        await using var cluster = await PostgresCluster.StartPrivate();
        await cluster.SpeakTls(_authority, "localhost");
        await using var database = await cluster.Create();
        await using var words = await broker;
        var store = new NpgsqlConnectionStringBuilder(database.Owner) { Host = "localhost", SslMode = SslMode.VerifyFull, RootCertificate = _authority.Write(Path.Combine(_folder, "ca.pem")), ApplicationName = Canary };
        var place = new ServerPlace { Folder = _folder, Database = store.ConnectionString, Broker = words.SecureAddress, Certificate = _authority.Issue("127.0.0.1", _folder), Port = Free.Port(), PlainPort = Free.Port() };
        var beside = place with { Port = Free.Port(), PlainPort = 0 };
        using var capture = new Capture(place.Port, place.PlainPort, beside.Port, store.Port, words.Address.Port, words.SecureAddress.Port);

        await using var one = await ServerProcess.Start(place, "--bus-ca", store.RootCertificate, "--node-name", "one");
        await using var two = await ServerProcess.Start(beside, "--bus-ca", store.RootCertificate, "--node-name", "two");
        var (owner, channel) = await SetUp(one);
        await Until.True(async () => (await owner.Api.Get("/api/v1/nodes")).Body.Items().Count(node => node.Maybe("bus") == "rabbitmq") == 2, "both are at the broker");
        await Talk(owner, two.Address, channel);
        int[] closed = [place.Port, beside.Port, store.Port, words.SecureAddress.Port];
        foreach (var port in closed)
        {
            Assert.True(capture.Bytes(port) > 2000, "hardly anything was heard at port " + port);
            foreach (var secret in (string[])[Canary, Chinese, Support.Owner.Password, Support.Owner.Email, Broker.Password, "SELECT ", "INSERT INTO", "x-message-ttl"])
                Assert.False(capture.Saw(port, Encoding.UTF8.GetBytes(secret)), $"'{secret}' can be read at port {port}");
        }
        Assert.True(capture.SpeaksOnlyTls(place.Port) && capture.SpeaksOnlyTls(beside.Port) && capture.SpeaksOnlyTls(words.SecureAddress.Port));

        await HearWhatIsInClear(capture, one, place, channel, words, database);
        await RefuseOtherBrokers(capture, words);
    }

    private static async Task<(AgentClient Owner, Guid Channel)> SetUp(ServerProcess node)
    {
        using var first = new ApiClient(node.Address);
        var token = (await node.SetupLink).Fragment["#token=".Length..];
        var session = await first.Post("/api/v1/setup", new { token, workspaceName = "鹊桥" + Canary, name = Chinese, email = Support.Owner.Email, password = Support.Owner.Password, locale = "zh-CN" });
        Assert.Equal(HttpStatusCode.Created, session.Status);
        var owner = new AgentClient(node.Address, 1, Guid.Parse(session.Text("agent", "id")), Chinese, "owner", first.Token!);
        return (owner, (await owner.Api.Post("/api/v1/channels", new { kind = "web", name = Canary })).Expect(HttpStatusCode.Created).GetProperty("id").GetGuid());
    }

    /// <summary>A visitor at one node and the owner at the other, by REST and by socket, both ways.</summary>
    private static async Task Talk(AgentClient owner, Uri other, Guid channel)
    {
        var visitor = await VisitorClient.Open(owner.Address, channel);
        await using var widget = await visitor.Socket();
        var conversation = (await visitor.Say($"{Canary} {Chinese}")).Text("conversationId");
        await using var console = await owner.On(other).Socket();
        await console.Send(new { op = "watch", conversation, after = 0 });
        await console.Next(frame => frame.IsEvent("message.created"), "the past came");
        await widget.Send(new { op = "send", clientId = "w1", text = $"{Canary} {Chinese} by socket" });
        await console.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Maybe("text")?.EndsWith("by socket", StringComparison.Ordinal) == true, "the agent at the other node hears");
        await console.Send(new { op = "send", conversation, clientId = "a1", text = $"{Canary} answer" });
        await widget.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Maybe("text")?.EndsWith("answer", StringComparison.Ordinal) == true, "the visitor hears");
        Assert.NotEmpty(await owner.Log(conversation));
    }

    /// <summary>The proof that the ears work: the same words at a plain port, to the same database and the same broker.</summary>
    private static async Task HearWhatIsInClear(Capture capture, ServerProcess node, ServerPlace place, Guid channel, Broker broker, PostgresDatabase database)
    {
        Assert.Equal("https", node.Address.Scheme);
        var plain = await VisitorClient.Open(new Uri($"http://127.0.0.1:{place.PlainPort}"), channel);
        await plain.Say(Canary + " in clear");
        await Until.True(() => capture.Saw(place.PlainPort, Encoding.UTF8.GetBytes(Canary)), "the visitor's words are heard at the plain port");
        var clear = new NpgsqlConnectionStringBuilder(database.Owner) { SslMode = SslMode.Disable, Pooling = false };
        await using (var connection = new NpgsqlConnection(clear.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"SELECT '{Canary}'", connection);
            Assert.Equal(Canary, await command.ExecuteScalarAsync());
        }
        await Until.True(() => capture.Saw(clear.Port, Encoding.UTF8.GetBytes(Canary)), "a statement in clear is heard");
        await using (await RabbitTransport.Factory(broker.Address, null).CreateConnectionAsync())
            await Until.True(() => capture.Saw(broker.Address.Port, Encoding.UTF8.GetBytes(Broker.Password)), "the password is heard at the broker's plain port");
    }

    /// <summary>Another authority, another name, and a broker that answers in clear when TLS was asked for: no connection, and no password on the line.</summary>
    private async Task RefuseOtherBrokers(Capture capture, Broker broker)
    {
        using var stranger = new TestAuthority();
        var (ours, theirs) = (Authorities(_authority), Authorities(stranger));
        await using (var right = await RabbitTransport.Factory(broker.SecureAddress, ours).CreateConnectionAsync())
            Assert.True(right.IsOpen);
        await Assert.ThrowsAnyAsync<Exception>(() => RabbitTransport.Factory(broker.SecureAddress, theirs).CreateConnectionAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => RabbitTransport.Factory(broker.SecureAddress, null).CreateConnectionAsync()); // the machine does not know it
        await Assert.ThrowsAnyAsync<Exception>(() => RabbitTransport.Factory(new UriBuilder(broker.SecureAddress) { Host = "127.0.0.1" }.Uri, ours).CreateConnectionAsync());
        var heard = capture.Bytes(broker.Address.Port);
        await Assert.ThrowsAnyAsync<Exception>(() => RabbitTransport.Factory(new UriBuilder(broker.SecureAddress) { Port = broker.Address.Port, Host = "127.0.0.1" }.Uri, ours).CreateConnectionAsync());
        await Until.True(() => capture.Bytes(broker.Address.Port) > heard, "it was tried");
        await Assert.ThrowsAnyAsync<Exception>(() => RabbitTransport.Factory(new UriBuilder(broker.Address) { Port = broker.SecureAddress.Port }.Uri, null).CreateConnectionAsync()); // plain where TLS is asked for
        Assert.False(capture.Saw(broker.SecureAddress.Port, Encoding.UTF8.GetBytes(Broker.Password)));
    }

    private static System.Security.Cryptography.X509Certificates.X509Certificate2Collection Authorities(TestAuthority authority)
    {
        var all = new System.Security.Cryptography.X509Certificates.X509Certificate2Collection();
        all.ImportFromPem(authority.Pem);
        return all;
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
