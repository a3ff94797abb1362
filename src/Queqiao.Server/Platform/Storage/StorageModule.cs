using Microsoft.Extensions.DependencyInjection.Extensions;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
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
            ? new PostgresEngine(options, all.GetRequiredService<Ids>(), all.GetRequiredService<ILoggerFactory>(), all.GetRequiredService<IRootKeys>())
            : new SqliteEngine(options, all.GetRequiredService<Ids>(), all.GetRequiredService<IRootKeys>()));
        services.AddSingleton(new LocalRootKeys(options));
        services.TryAddSingleton<IRootKeys>(all => all.GetRequiredService<LocalRootKeys>());
        services.AddSingleton(all => all.GetRequiredService<IStorageEngine>().Vault);
        services.AddSingleton<IContactVault>(all => all.GetRequiredService<Vault>().Contacts);
        services.AddSingleton<IVault>(all => all.GetRequiredService<Vault>());
        services.AddSingleton<IWriteLane>(all => all.GetRequiredService<IStorageEngine>());
    }
}
