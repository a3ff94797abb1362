using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Gateway.Support;

/// <summary>The real Program on a real Kestrel socket, over a store of its own. Workspace 1 is set up through the API.</summary>
internal sealed class Site : WebApplicationFactory<Program>
{
    private readonly string _folder;
    private readonly bool _isJoined;
    private readonly StringWriter _printed = new();
    private readonly PostgresDatabase? _database;
    private readonly bool _limits;
    private readonly Action<IServiceCollection>? _also;

    private Site(PostgresDatabase? database, bool limits, Action<IServiceCollection>? also, Site? joins = null)
    {
        (_database, _limits, _also, _isJoined) = (database, limits, also, joins is not null);
        _folder = joins?._folder ?? Directory.CreateTempSubdirectory("queqiao-site-").FullName;
        Time = joins?.Time ?? new Clock();
        UseKestrel(0);
    }

    public Clock Time { get; }

    public Uri Address { get; private set; } = null!;

    public AgentClient Owner { get; private set; } = null!;

    /// <summary>The web channel of workspace 1.</summary>
    public Guid ChannelId { get; private set; }

    /// <summary>What the server logged as an error. Tests that provoke none may say so.</summary>
    public ConcurrentQueue<string> Troubles { get; } = new();

    public static implicit operator Uri(Site site) => site.Address;

    /// <summary>The data folder.</summary>
    public string Folder => _folder;

    /// <summary>None: words between nodes go through the database.</summary>
    public IReadOnlyList<Uri> Brokers { get; init; } = [];

    /// <summary>Null on SQLite.</summary>
    public PostgresDatabase? Database => _database;

    public IStorageEngine Storage => Services.GetRequiredService<IStorageEngine>();

    public T The<T>() where T : notnull => Services.GetRequiredService<T>();

    /// <param name="engine"><c>sqlite</c> or <c>postgres</c>.</param>
    /// <param name="limits">Whether what a connection may send is limited, as it is for everybody.</param>
    /// <param name="also">Changes services.</param>
    public static async Task<Site> Open(string engine = Engines.Sqlite, bool limits = false, Action<IServiceCollection>? also = null, Uri? broker = null)
    {
        var database = engine == Engines.Postgres ? await (await PostgresCluster.Shared()).CreateReady() : null;
        var site = new Site(database, limits, also) { Brokers = broker is null ? [] : [broker] };
        site.StartServer();
        site.Address = new Uri(site.The<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        using var first = new ApiClient(site.Address);
        var token = site._printed.ToString().Split("#token=")[^1].Trim();
        var session = await first.Post("/api/v1/setup", new
        {
            token, workspaceName = "鹊桥优选", name = "林晓", email = "owner@example.com", password = ApiHost.Password, locale = "zh-CN",
        });
        Assert.Equal(System.Net.HttpStatusCode.Created, session.Status);
        site.Owner = new AgentClient(site.Address, 1, Guid.Parse(session.Text("agent", "id")), "林晓", "owner", first.Token!);
        var channel = await site.Owner.Api.Post("/api/v1/channels", new { kind = "web", name = "Shop" });
        Assert.Equal(System.Net.HttpStatusCode.Created, channel.Status);
        site.ChannelId = Guid.Parse(channel.Text("id"));
        return site;
    }

    /// <summary>One more server on the store of this one (PostgreSQL).</summary>
    public async Task<Site> Join(Action<IServiceCollection>? also = null)
    {
        var site = new Site(_database, _limits, also ?? _also, this) { Brokers = Brokers };
        site.StartServer();
        site.Address = new Uri(site.The<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        site.ChannelId = ChannelId;
        site.Owner = Owner.On(site.Address);
        // What nodes only tell each other (typing, presence) is lost on who does not listen yet.
        await Until.True(() => Meets(this) && Meets(site), "the nodes hear each other");
        return site;

        static bool Meets(Site node) => node.The<Bus>() is { HasPeers: true } bus && (bus.Ways.Count == 0 || bus.IsQuick);
    }

    /// <summary>Somebody with a role, signed in. (Hashing a password for each would be most of a test's time.)</summary>
    public async Task<AgentClient> Agent(string role, int ws = 1, string? name = null)
    {
        var sessions = The<AgentSessions>();
        var person = name ?? role + " " + Guid.NewGuid().ToString("N")[..4];
        return await Storage.RunSystem(async (unit, ct) =>
        {
            var id = unit.Ids.New();
            var address = $"{id}@example.com";
            unit.Db.Table<Agent>().Add(new()
            {
                Ws = ws, Id = id, Email = address, EmailKey = address, Name = person, Role = role, PasswordHash = "", Locale = "en", CreatedAt = unit.Ids.Now(),
            });
            await unit.Db.SaveChangesAsync(ct);
            var token = sessions.Begin(unit, ws, id, new DefaultHttpContext());
            await unit.Db.SaveChangesAsync(ct);
            return new AgentClient(Address, ws, id, person, role, token);
        }, CancellationToken.None);
    }

    /// <summary>Another workspace with a web channel.</summary>
    public Task<Guid> Workspace(int ws) => Storage.RunSystem(async (unit, ct) =>
    {
        unit.Db.Table<Workspace>().Add(new() { Ws = ws, Id = unit.Ids.New(), Name = "Shop " + ws, CreatedAt = unit.Ids.Now() });
        await unit.Db.SaveChangesAsync(ct);
        await Storage.Vault.CreateKeys(unit, ws, ct);
        var id = unit.Ids.New();
        unit.Db.Table<Channel>().Add(new() { Ws = ws, Id = id, Kind = "web", Name = "Web", Settings = "{}", Enabled = true, CreatedAt = unit.Ids.Now() });
        await unit.Db.SaveChangesAsync(ct);
        return id;
    }, CancellationToken.None);

    /// <summary>Every job that is due, and what follows from it. By itself none runs here.</summary>
    public Task<int> RunDueJobs() => The<JobWorker>().RunDue(CancellationToken.None);

    /// <summary>As somebody who has the database, past all of the server.</summary>
    public async Task<System.Data.Common.DbConnection> Raw()
    {
        System.Data.Common.DbConnection connection = _database is null ? new SqliteConnection($"Data Source={Path.Combine(_folder, "queqiao.db")};Pooling=false") : new Npgsql.NpgsqlConnection(_database.Owner);
        await connection.OpenAsync();
        return connection;
    }

    public Task<VisitorClient> Visitor(Guid? channel = null) => VisitorClient.Open(Address, channel ?? ChannelId);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("data", _folder);
        builder.UseSetting("limits", _limits ? "on" : "off");
        builder.UseSetting("jobs", "off");
        builder.UseSetting("admission", "off"); // a busy machine that tests must not turn visitors away; OverloadTests does
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(new Collector(Troubles)));
        builder.ConfigureServices(services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            services.AddQuickPasswords();
            services.AddSingleton(new IdentityOptions { Output = _printed, SessionIdle = TimeSpan.FromDays(1000), SessionLength = TimeSpan.FromDays(1000) });
            if (_database is not null)
            {
                services.RemoveAll<IStorageEngine>();
                services.RemoveAll<IWriteLane>();
                services.AddStorage(new StorageOptions { DataFolder = _folder, Database = _database.Owner });
                services.RemoveAll<IBus>();
                services.AddBus(new StorageOptions { DataFolder = _folder, Database = _database.Owner }, new BusOptions { Brokers = Brokers });
            }
            _also?.Invoke(services);
        });
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_isJoined)
            return;
        SqliteConnection.ClearAllPools();
        if (_database is not null)
            await _database.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The real clock, which a test may put forward.</summary>
    internal sealed class Clock : TimeProvider
    {
        private long _ahead;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMilliseconds(Interlocked.Read(ref _ahead));

        public void Move(TimeSpan by) => Interlocked.Add(ref _ahead, (long)by.TotalMilliseconds);
    }

    private sealed class Collector(ConcurrentQueue<string> troubles) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                troubles.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
