using Microsoft.Extensions.DependencyInjection.Extensions;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage.Postgres;
using Queqiao.Server.Platform.Storage.Sqlite;

namespace Queqiao.Server.Platform.Storage;

internal static class StorageModule
{
    public static void AddStorage(this IServiceCollection services, StorageOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Ids>();
        services.AddSingleton<IStorageEngine>(all => options.UsesPostgres
            ? new PostgresEngine(options, all.GetRequiredService<Ids>(), all.GetRequiredService<ILoggerFactory>())
            : new SqliteEngine(options, all.GetRequiredService<Ids>()));
        services.AddSingleton<IWriteLane>(all => all.GetRequiredService<IStorageEngine>());
    }
}
