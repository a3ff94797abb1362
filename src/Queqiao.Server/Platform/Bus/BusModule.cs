using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Postgres;

namespace Queqiao.Server.Platform.Bus;

internal static class BusModule
{
    /// <summary>Several nodes share a PostgreSQL store; a SQLite store has one.</summary>
    public static void AddBus(this IServiceCollection services, StorageOptions storage)
    {
        if (!storage.UsesPostgres)
        {
            services.AddSingleton<IBus, NoBus>();
            return;
        }
        services.AddSingleton<BusSeal>();
        services.AddSingleton<IBusTransport>(all => new PostgresTransport(
            (PostgresEngine)all.GetRequiredService<IStorageEngine>(), all.GetRequiredService<ILogger<PostgresTransport>>()));
        services.AddSingleton<Bus>();
        services.AddSingleton<IBus>(all => all.GetRequiredService<Bus>());
        services.AddHostedService(all => all.GetRequiredService<Bus>());
    }
}
