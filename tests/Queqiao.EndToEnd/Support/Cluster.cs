using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Postgres;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;

namespace Queqiao.EndToEnd.Support;

/// <summary>Up to four nodes on one PostgreSQL and one RabbitMQ behind HAProxy. The second has a network of its own when that can be had.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const int Cut = 1;

    private readonly string _folder = Directory.CreateTempSubdirectory("queqiao-cluster-").FullName;
    private readonly ServerProcess?[] _nodes = new ServerProcess?[4];
    private readonly ServerPlace[] _places = new ServerPlace[4];
    private PostgresDatabase _database = null!;
    private Balancer _balancer = null!;

    public Broker Broker { get; private set; } = null!;

    public NetworkSpace? Space { get; private set; }

    /// <summary>Where clients go.</summary>
    public Uri Address => _balancer.Address;

    public AgentClient Owner { get; private set; } = null!;

    public Guid Channel { get; private set; }

    public static async Task<Cluster> Start()
    {
        var cluster = new Cluster();
        var broker = Broker.Start();
        cluster._database = await (await PostgresCluster.Shared()).Create();
        cluster.Space = NetworkSpace.Missing is null ? NetworkSpace.Create() : null;
        cluster.Broker = await broker;
        await cluster.Arrange();
        await cluster.StartNode(0); // the first makes the store and the keys
        await Task.WhenAll(cluster.StartNode(1), cluster.StartNode(2));
        await cluster.SetUp();
        return cluster;
    }

    private async Task Arrange()
    {
        var database = new NpgsqlConnectionStringBuilder(_database.Owner);
        var ways = new List<(string, int, int)>();
        for (var n = 0; n < _places.Length; n++)
            _places[n] = new ServerPlace { Folder = _folder, Database = database.ConnectionString, Broker = Broker.Address, Port = Free.Port() };
        if (Space is { } space)
        {
            var (store, words) = (Free.Port(), Free.Port());
            ways.AddRange([(space.Outside, store, database.Port), (space.Outside, words, Broker.Address.Port)]);
            _places[Cut] = _places[Cut] with
            {
                Host = space.Inside, Inside = space.Name,
                Database = new NpgsqlConnectionStringBuilder(_database.Owner) { Host = space.Outside, Port = store }.ConnectionString,
                Broker = new UriBuilder(Broker.Address) { Host = space.Outside, Port = words }.Uri,
            };
        }
        _balancer = await Balancer.Start(_places.Select((place, n) => ($"n{n}", place.Host, place.Port)), ways);
    }

    public async Task StartNode(int n) =>
        _nodes[n] = await ServerProcess.Start(_places[n], "--limits", "off", "--admission", "off", "--node-name", $"n{n}", "--drain", "2", "--allow-http-sign-in", "--trusted-proxies", $"127.0.0.1,{Space?.Outside ?? "127.0.0.1"}");

    public ServerProcess Node(int n) => _nodes[n]!;

    public Uri AddressOf(int n) => Node(n).Address;

    private async Task SetUp()
    {
        using var first = new ApiClient(AddressOf(0));
        var token = (await Node(0).SetupLink).Fragment["#token=".Length..];
        var session = await first.Post("/api/v1/setup", new { token, workspaceName = "鹊桥小店", name = "林晓", email = Support.Owner.Email, password = Support.Owner.Password, locale = "zh-CN" });
        Assert.Equal(HttpStatusCode.Created, session.Status);
        Owner = new AgentClient(Address, 1, Guid.Parse(session.Text("agent", "id")), "林晓", "owner", first.Token!);
        var channel = await Owner.Api.Post("/api/v1/channels", new { kind = "web", name = "官网" });
        Channel = Guid.Parse(channel.Text("id"));
    }

    /// <summary>A colleague, signed in.</summary>
    public async Task<AgentClient> Colleague(string name, string role)
    {
        var email = $"{Guid.NewGuid():N}@shop.example";
        var added = (await Owner.Api.Post("/api/v1/agents", new { name, email, role, password = Support.Owner.Password })).Expect(HttpStatusCode.Created);
        using var api = new ApiClient(AddressOf(0));
        (await api.Post("/api/v1/session", new { email, password = Support.Owner.Password })).Expect(HttpStatusCode.OK);
        return new AgentClient(Address, 1, added.GetProperty("id").GetGuid(), name, role, api.Token!);
    }

    /// <summary>The nodes as one of them knows them, by name; the newest of a name.</summary>
    public async Task<Dictionary<string, JsonElement>> Nodes()
    {
        var list = (await Owner.Api.Get("/api/v1/nodes")).Expect(HttpStatusCode.OK);
        return list.GetProperty("items").EnumerateArray().GroupBy(node => node.Text("name")).ToDictionary(name => name.Key, name => name.MaxBy(node => node.Text("startedAt")));
    }

    /// <summary>Reads the whole log past the servers and checks all it must keep.</summary>
    public async Task<LogSnapshot> CheckLog()
    {
        var options = new DbContextOptionsBuilder<QueqiaoDb>().UseNpgsql(_database.Owner).Options;
        await using var db = new QueqiaoDb(options, canWrite: false);
        await using var engine = new PostgresEngine(new StorageOptions { DataFolder = _folder, Database = _database.Owner }, new Ids(TimeProvider.System), NullLoggerFactory.Instance);
        return await LogInvariants.Check(db, engine);
    }

    public async ValueTask DisposeAsync()
    {
        Space?.Mend();
        foreach (var node in _nodes.OfType<ServerProcess>())
            await node.DisposeAsync();
        if (_balancer is not null)
            await _balancer.DisposeAsync();
        if (Broker is not null)
            await Broker.DisposeAsync();
        Space?.Dispose();
        if (_database is not null)
            await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
