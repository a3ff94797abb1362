using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Tests.Gateway.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>A provider that takes what is sent, and answers what a test wants.</summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeProvider(WebApplication app)
    {
        _app = app;
        app.Run(Answer);
    }

    public ConcurrentQueue<JsonElement> Taken { get; } = new();

    /// <summary>Answers for the next requests; then 200.</summary>
    public ConcurrentQueue<int> Statuses { get; } = new();

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>A site that may call this machine.</summary>
    public static Task<Site> Site(string engine) => Gateway.Support.Site.Open(engine, also: services =>
    {
        var allowed = new ConfigurationBuilder().AddInMemoryCollection([new("outbound-allow", "127.0.0.0/8")]).Build();
        services.AddSingleton(OutboundOptions.Read(allowed)).AddSingleton(all => new GuardedHttp(all.GetRequiredService<OutboundOptions>(), all.GetRequiredService<TimeProvider>()));
    });

    public static async Task<FakeProvider> Start()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var provider = new FakeProvider(builder.Build());
        await provider._app.StartAsync();
        return provider;
    }

    private async Task Answer(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement;
        var status = Statuses.TryDequeue(out var next) ? next : 200;
        if (status == 200)
            Taken.Enqueue(body);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(JsonSerializer.Serialize(new { id = "ext-" + (body.TryGetProperty("id", out var id) ? id.GetString() : "?") }));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
