using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Postgres;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Bus;

internal static class BusModule
{
    private static async Task<long> Wanted(IServiceProvider all, CancellationToken ct)
    {
        var nodes = all.GetRequiredService<NodeSource>();
        return (await nodes.Signal(await nodes.All(ct), ct)).Wanted;
    }

    /// <summary>Several nodes share a PostgreSQL store; a SQLite store has one.</summary>
    public static void AddBus(this IServiceCollection services, StorageOptions storage, BusOptions options)
    {
        services.AddSingleton<CacheNews>();
        services.AddSingleton(new NodeOptions(options.NodeName));
        services.AddSingleton<NodeSource>();
        services.AddGauge("queqiao.nodes", "{node}", "Servers of this store by state.", static async (all, ct) =>
            [.. (await all.GetRequiredService<NodeSource>().All(ct)).GroupBy(node => node.State).Select(state => ((long)state.Count()).Labelled("state", state.Key))]);
        services.AddGauge("queqiao.scale.wanted", "{node}", "Servers that the load asks for.", static async (all, ct) => [new(await Wanted(all, ct))]);
        if (!storage.UsesPostgres)
        {
            services.AddSingleton<IBus, NoBus>();
            return;
        }
        services.AddSingleton(options);
        services.AddSingleton<BusSeal>();
        if (options.Brokers.Count > 0)
            services.AddSingleton<IBusTransport, RabbitTransport>();
        services.AddSingleton<IBusTransport>(all => new PostgresTransport(
            (PostgresEngine)all.GetRequiredService<IStorageEngine>(), all.GetRequiredService<ILogger<PostgresTransport>>()));
        services.AddSingleton<Bus>();
        services.AddSingleton<IBus>(all => all.GetRequiredService<Bus>());
        services.AddHostedService(all => all.GetRequiredService<Bus>());
        services.AddSingleton<NodeRegistry>();
        services.AddHostedService(all => all.GetRequiredService<NodeRegistry>());
        services.AddHostedService<KeyNews>();
        services.AddSingleton<LimitShare>();
        services.AddHostedService(all => all.GetRequiredService<LimitShare>());
    }
}
