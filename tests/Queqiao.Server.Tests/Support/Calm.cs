using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Tests.Support;

internal static class Calm
{
    /// <summary>Nothing is turned away, however busy the machine is that tests.</summary>
    public static IServiceCollection AddCalm(this IServiceCollection services) => services
        .AddSingleton(new OverloadOptions { On = false })
        .AddSingleton(all => all.GetRequiredService<IStorageEngine>().Backlog)
        .AddSingleton<Pressure>();
}
