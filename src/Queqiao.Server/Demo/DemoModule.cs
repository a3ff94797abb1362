using Microsoft.AspNetCore.Hosting.Server;
using Queqiao.Server.CustomerData;
using Queqiao.Server.Channels;
using Queqiao.Server.Demo.Platforms;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Demo;

/// <summary><c>serve --demo</c>: a shop with two weeks of history, and its page with the chat on it.</summary>
internal static class DemoModule
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static IServiceCollection AddDemo(this IServiceCollection services)
    {
        services.AddSingleton<DemoSeeder>();
        services.AddSingleton<DemoKnowledge>();
        services.AddSingleton<DemoReplies>();
        services.AddSingleton<DemoPresence>();
        services.AddSingleton<DemoBot>();
        services.AddSingleton<DemoState>();
        services.AddHostedService<DemoWelcome>();
        services.AddSingleton<PlayedPlatforms>();
        services.AddSingleton<IInsidePlatforms>(all => all.GetRequiredService<PlayedPlatforms>());
        services.AddSingleton<AppPage>();
        services.AddSingleton<DemoCustomers>();
        services.AddHostedService(all => all.GetRequiredService<DemoCustomers>());
        services.AddPlayedMail();
        return services;
    }

    public static void MapDemo(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/demo", Reading, DemoPage.Show).IsPublic().ExcludeFromDescription();
        PhonePage.Map(app);
        AppPage.Map(app);
        app.MapMethods("/demo/shop.css", Reading, DemoPage.Style).IsPublic().ExcludeFromDescription();
    }

    /// <summary>After the storage has been started, before the server listens.</summary>
    public static async Task SeedDemo(this WebApplication app)
    {
        app.Services.GetRequiredService<DemoState>().Access = await app.Services.GetRequiredService<DemoSeeder>().Run(CancellationToken.None);
        await app.Services.GetRequiredService<AppPage>().Seed(CancellationToken.None);
        await app.Services.GetRequiredService<DemoKnowledge>().Run(DemoSeeder.Ws, CancellationToken.None);
        await app.Services.GetRequiredService<DemoReplies>().Run(DemoSeeder.Ws, CancellationToken.None);
        await app.Services.GetRequiredService<DemoPresence>().Run(DemoSeeder.Ws, CancellationToken.None);
        await app.Services.GetRequiredService<DemoBot>().Run(DemoSeeder.Ws, app.Services.GetRequiredService<DemoState>().Access.ChannelId, CancellationToken.None);
        await app.Services.GetRequiredService<ICustomerData>().ConnectDemo(DemoSeeder.Ws, CancellationToken.None);
    }
}

/// <summary>What the seeding gave.</summary>
internal sealed class DemoState
{
    public DemoAccess Access { get => field ?? throw new InvalidOperationException("The demo has not been seeded."); set; }
}

/// <summary>Says on the console where the demo is and how to sign in.</summary>
internal sealed class DemoWelcome(DemoState state, IServer server, PublicUrl url) : IHostedLifecycleService
{

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var address = url.For(server);
        await Console.Out.WriteLineAsync($"Demo shop: {address}/demo");
        await Console.Out.WriteLineAsync($"Console:   {address}/console/  as owner@demo.example (or admin@, supervisor@, agent@, emily@, viewer@demo.example)");
        await Console.Out.WriteLineAsync($"Customers: {address}/demo/phone  (write as a customer of WeChat, WhatsApp, Telegram …; from this machine only)");
        await Console.Out.WriteLineAsync($"Shop's app: {address}/demo/app  (signed in as a customer whom WeChat knows too; from this machine only)");
        await Console.Out.WriteLineAsync($"Password:  {state.Access.Password}");
        await Console.Out.FlushAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
