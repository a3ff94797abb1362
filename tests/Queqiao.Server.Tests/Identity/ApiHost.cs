using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Queqiao.Server.Channels;
using Queqiao.Server.Contacts;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

/// <summary>A clock that stands until it is moved, for instants and for durations alike.</summary>
internal sealed class HeldClock : TimeProvider
{
    private long _now = new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public long Now => Interlocked.Read(ref _now);

    public override long TimestampFrequency => 1000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Now);

    public override long GetTimestamp() => Now;

    public void Move(TimeSpan by) => Interlocked.Add(ref _now, (long)by.TotalMilliseconds);
}

/// <summary>The modules behind the real pipeline on a free port of a real Kestrel, over a store of their own.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly bool _ownsFolder;

    private ApiHost(WebApplication app, string folder, bool ownsFolder, HeldClock clock, StringWriter printed)
    {
        (_app, _folder, _ownsFolder, Clock, Printed) = (app, folder, ownsFolder, clock, printed);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Over a store of this engine that goes away with the host.</summary>
    public static async Task<ApiHost> On(string engine, HeldClock? clock = null, string? publicUrl = null)
    {
        var database = engine == Engines.Postgres ? await (await PostgresCluster.Shared()).CreateReady() : null;
        var host = await Start(database: database?.Owner, publicUrl: publicUrl, clock: clock);
        host._database = database;
        return host;
    }

    private PostgresDatabase? _database;

    /// <summary>One more server on the store of another: beside it on PostgreSQL, after it on SQLite, which serves one. It remembers nothing of the other.</summary>
    public static async Task<ApiHost> Beside(ApiHost other)
    {
        if (other._database is null)
            await other._app.Services.GetRequiredService<IStorageEngine>().DisposeAsync();
        return await Start(folder: other._folder, database: other._database?.Owner, clock: other.Clock);
    }

    public HeldClock Clock { get; }

    public StringWriter Printed { get; }

    public Uri Address { get; }

    public string Folder => _folder;

    public IServiceProvider Services => _app.Services;

    public IStorageEngine Storage => _app.Services.GetRequiredService<IStorageEngine>();

    public IEnumerable<RouteEndpoint> Routes => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    /// <summary>The secret of the set-up link that was printed last.</summary>
    public string SetupSecret => Printed.ToString().Split("#token=")[^1].Trim();

    public static async Task<ApiHost> Start(
        string? folder = null, string? database = null, HeldClock? clock = null, string? publicUrl = null, Action<WebApplicationBuilder>? also = null, IdentityOptions? options = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var data = folder ?? Directory.CreateTempSubdirectory("queqiao-api").FullName;
        var held = clock ?? new HeldClock();
        var printed = new StringWriter();
        builder.AddWebSafety();
        builder.AddPlatformSecurity();
        var services = builder.Services;
        services.AddRoutingCore();
        services.AddSingleton<TimeProvider>(held);
        services.AddStorage(new StorageOptions { DataFolder = data, Database = database });
        services.AddCalm();
        services.AddQuickPasswords();
        services.AddJobs(byThemselves: false);
        services.AddProblems().AddStrictJson();
        services.AddSingleton(new PublicUrl(publicUrl));
        services.AddIdentity(new IdentityOptions { Output = printed, SessionIdle = options?.SessionIdle ?? TimeSpan.FromMinutes(30) });
        services.AddFiles(new FileLimits());
        services.AddCustomFields();
        services.AddContacts();
        services.AddChannels();
        also?.Invoke(builder);
        if (services.All(one => one.ServiceType != typeof(OutboundOptions)))
            builder.AddOutbound();
        var app = builder.Build();
        await app.Services.GetRequiredService<IStorageEngine>().Start(CancellationToken.None);
        app.UseProblems();
        app.UseWebSafety();
        app.UseRouting();
        app.UseAccess();
        app.MapIdentity();
        app.MapChannels();
        await app.StartAsync();
        return new ApiHost(app, data, folder is null, held, printed);
    }

    /// <summary>As somebody who has the database, past all of the server.</summary>
    public async Task<System.Data.Common.DbConnection> Raw()
    {
        System.Data.Common.DbConnection connection = _database is null ? new SqliteConnection($"Data Source={Path.Combine(_folder, "queqiao.db")};Pooling=false") : new Npgsql.NpgsqlConnection(_database.Owner);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Every job that is due at the host's clock, and what follows from it.</summary>
    public Task<int> RunDueJobs() => Services.GetRequiredService<JobWorker>().RunDue(CancellationToken.None);

    /// <summary>Somebody without a cookie.</summary>
    public ApiClient Anonymous() => new(Address);

    /// <summary>Sets up the server and is its owner.</summary>
    public async Task<ApiClient> SetUp()
    {
        var owner = Anonymous();
        Clock.Move(Moment);
        var answer = await owner.Post("/api/v1/setup", new
        {
            token = SetupSecret, workspaceName = "鹊桥优选", name = "林晓", email = "owner@example.com", password = Password, locale = "zh-CN",
        });
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return owner;
    }

    /// <summary>Has the owner add a colleague, who signs in.</summary>
    public async Task<ApiClient> Colleague(ApiClient owner, string role)
    {
        var email = $"{Guid.CreateVersion7():N}@example.com";
        Clock.Move(Moment);
        Assert.Equal(HttpStatusCode.Created, (await owner.Post("/api/v1/agents", new { name = role, email, role, password = Password })).Status);
        var colleague = Anonymous();
        Clock.Move(Moment);
        Assert.Equal(HttpStatusCode.OK, (await colleague.Post("/api/v1/session", new { email, password = Password })).Status);
        return colleague;
    }

    /// <summary>What happens within a millisecond has no order.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    public const string Password = "correct horse battery";

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        if (_database is not null)
            await _database.DisposeAsync();
        if (_ownsFolder)
            Directory.Delete(_folder, recursive: true);
    }
}
