namespace Queqiao.Bench.Servers;

/// <summary>A store with its owner, in a folder of its own, on one of the databases. Set up unattended; survives the server that uses it.</summary>
internal sealed class Store : IAsyncDisposable
{
    public const string Email = "owner@bench.example";
    public const string Password = "bench-only-Passw0rd";

    private readonly WorkFolder _work;

    private Store(BuiltServer server, WorkFolder work, PostgresCluster? postgres, Options options)
    {
        (Server, _work, Postgres) = (server, work, postgres);
        var environment = new Dictionary<string, string> { ["QUEQIAO_LIMITS"] = ServerProcess.Limits, ["QUEQIAO_FILE_MAX"] = "10240", ["ASPNETCORE_ENVIRONMENT"] = "Production" };
        if (!options.Admission)
            environment["QUEQIAO_ADMISSION"] = "off";
        if (options.Broker is { } broker)
            environment["QUEQIAO_BUS"] = broker;
        if (postgres is not null)
            environment["QUEQIAO_DATABASE"] = postgres.ConnectionString;
        Environment = environment;
    }

    public BuiltServer Server { get; }

    public PostgresCluster? Postgres { get; }

    public string Folder => _work.Of("data");

    public IReadOnlyDictionary<string, string> Environment { get; }

    public static async Task<Store> Create(BuiltServer server, Options options, CancellationToken ct)
    {
        var work = new WorkFolder(options.Folder);
        Store? store = null;
        try
        {
            store = new Store(server, work, options.UsesPostgres ? await PostgresCluster.Start(work.Of("postgres"), ct) : null, options);
            Directory.CreateDirectory(store.Folder);
            await Command.Run(server.Program, [.. server.Before, "user", "add", "--email", Email, "--password", Password, "--role", "owner", "--data", store.Folder], ct, store.Environment);
            return store;
        }
        catch
        {
            if (store is not null)
                await store.DisposeAsync();
            work.Dispose();
            throw;
        }
    }

    /// <summary>Lets the database learn what is in it, now that something is.</summary>
    public Task Settle(CancellationToken ct) => Postgres?.Analyze(ct) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Postgres is not null)
            await Postgres.DisposeAsync();
        _work.Dispose();
    }
}
