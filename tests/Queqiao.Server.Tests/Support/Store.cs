using Microsoft.Data.Sqlite;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Tests.Support;

/// <summary>A store of one engine in a temporary folder or database, with a clock the test holds and one <see cref="Node"/> at work on it.</summary>
internal sealed class Store : IAsyncDisposable
{
    private readonly PostgresDatabase? _database;
    private readonly List<Node> _nodes = [];

    private Store(string engine, string folder, PostgresDatabase? database, TestClock clock)
    {
        (Engine, _database, Clock) = (engine, database, clock);
        Options = new StorageOptions { DataFolder = folder, Database = database?.Owner };
        Ids = new Ids(clock);
    }

    public string Engine { get; }

    public StorageOptions Options { get; }

    public TestClock Clock { get; }

    public Ids Ids { get; }

    public PostgresDatabase Database => _database!;

    public Node Node => _nodes[0];

    public Guid ChannelId { get; private set; }

    /// <summary>Whether the two agents are there as stored.</summary>
    public Person Lin { get; private set; } = null!;

    public Person Wang { get; private set; } = null!;

    /// <param name="engine"><c>sqlite</c> or <c>postgres</c>.</param>
    /// <param name="folder">Where the SQLite file lies; null: a temporary folder.</param>
    /// <param name="database">Null: a new one of the shared cluster.</param>
    /// <param name="subscribers">Who hears of commits.</param>
    public static async Task<Store> Open(string engine, string? folder = null, PostgresDatabase? database = null, params Server.Conversations.Log.ILogSubscriber[] subscribers)
    {
        if (engine == Engines.Postgres)
            database ??= await (await PostgresCluster.Shared()).CreateReady();
        var store = new Store(engine, folder ?? Directory.CreateTempSubdirectory("queqiao-").FullName, database, new TestClock());
        await store.Start(subscribers);
        await store.Settle(1);
        return store;
    }

    /// <summary>One more server on the same store (PostgreSQL only: SQLite's lock file keeps a second one out).</summary>
    public async Task<Node> Start(params Server.Conversations.Log.ILogSubscriber[] subscribers)
    {
        var node = new Node(this, subscribers);
        await node.Engine.Start(CancellationToken.None);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Stops the first node and starts another in its place.</summary>
    public async Task Restart()
    {
        await _nodes[0].DisposeAsync();
        var node = new Node(this, []);
        await node.Engine.Start(CancellationToken.None);
        _nodes[0] = node;
    }

    /// <summary>A workspace with one web channel and two agents. Workspace 1 is there from the start.</summary>
    public async Task<Guid> Settle(int ws)
    {
        var channel = Ids.New();
        Person lin = new(Ids.New(), "林晓"), wang = new(Ids.New(), "Wang");
        await Node.Engine.RunSystem(async (unit, ct) =>
        {
            unit.Db.Table<Workspace>().Add(new() { Ws = ws, Id = Ids.New(), Name = "Shop " + ws, CreatedAt = Clock.Now });
            await unit.Db.SaveChangesAsync(ct);
            await Node.Engine.Vault.CreateKeys(unit, ws, ct);
            unit.Db.Table<Channel>().Add(new() { Ws = ws, Id = channel, Kind = "web", Name = "Web", Settings = "{}", Enabled = true, CreatedAt = Clock.Now });
            foreach (var person in new[] { lin, wang })
                unit.Db.Table<Agent>().Add(NewAgent(ws, person));
            return await unit.Db.SaveChangesAsync(ct);
        }, CancellationToken.None);
        if (ws == 1)
            (ChannelId, Lin, Wang) = (channel, lin, wang);
        return channel;
    }

    /// <summary>Checks everything that must always hold of the log (the test's work has come to rest).</summary>
    public async Task<LogSnapshot> CheckLog()
    {
        await using var db = Node.Engine.ReadSystem();
        return await LogInvariants.Check(db, Node.Engine);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
        SqliteConnection.ClearAllPools();
        if (Directory.Exists(Options.DataFolder))
            Directory.Delete(Options.DataFolder, recursive: true);
    }

    private Agent NewAgent(int ws, Person person)
    {
        var address = $"{person.Id}@shop{ws}.example";
        return new()
        {
            Ws = ws, Id = person.Id, Email = address, EmailKey = address, Name = person.Name, Role = "agent", PasswordHash = "", Locale = "zh-CN", CreatedAt = Clock.Now,
        };
    }
}
