using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Queqiao.Server.Tests.Identity;

/// <summary>The whole program as it is shipped, over a data folder of its own, without a network.</summary>
internal sealed class ProgramHost(bool demo = false, Dictionary<string, string?>? variables = null) : WebApplicationFactory<Program>
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("queqiao-program").FullName;

    public IReadOnlyList<RouteEndpoint> Routes => [.. Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    public HttpClient Browser() => CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, HandleCookies = true });

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("data", Folder);
        builder.UseSetting("admission", "off"); // a busy machine that tests would answer "busy" before anything else
        if (variables is not null)
            builder.ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection(variables));
        if (demo)
            builder.UseSetting("demo", "on");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        SqliteConnection.ClearAllPools();
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }
}
