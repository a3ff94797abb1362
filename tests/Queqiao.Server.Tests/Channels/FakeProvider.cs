using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>A provider that takes what is sent, and answers what a test wants.</summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    private LocalServer _server = null!;

    private FakeProvider()
    {
    }

    public ConcurrentQueue<JsonElement> Taken { get; } = new();

    /// <summary>Answers for the next requests; then 200.</summary>
    public ConcurrentQueue<int> Statuses { get; } = new();

    public Uri Address => _server.Address;

    /// <summary>A site that may call this machine.</summary>
    public static Task<Site> Site(string engine) => Gateway.Support.Site.Open(engine, also: services =>
    {
        var allowed = new ConfigurationBuilder().AddInMemoryCollection([new("outbound-allow", "127.0.0.0/8")]).Build();
        services.AddSingleton(OutboundOptions.Read(allowed)).AddSingleton(all => new GuardedHttp(all.GetRequiredService<OutboundOptions>(), all.GetRequiredService<TimeProvider>()));
    });

    public static async Task<FakeProvider> Start()
    {
        var provider = new FakeProvider();
        provider._server = await LocalServer.Start(provider.Answer);
        return provider;
    }

    private async Task Answer(HttpContext context)
    {
        var body = JsonDocument.Parse(await LocalServer.Body(context)).RootElement;
        var status = Statuses.TryDequeue(out var next) ? next : 200;
        if (status == 200)
            Taken.Enqueue(body);
        await LocalServer.Say(context, status, JsonSerializer.Serialize(new { id = "ext-" + (body.TryGetProperty("id", out var id) ? id.GetString() : "?") }));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
