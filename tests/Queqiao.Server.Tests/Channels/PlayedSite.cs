using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Channels;
using Queqiao.Server.Channels.Delivering;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Conversations;
using Queqiao.Server.Demo.Platforms;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;
using Queqiao.Simulators;

namespace Queqiao.Server.Tests.Channels;

/// <summary>A site with a channel of a played platform.</summary>
internal sealed class PlayedSite(Site site, Simulator platform, string channel) : IAsyncDisposable
{
    public Site Site => site;

    public Simulator Platform => platform;

    public string Channel => channel;

    public static async Task<PlayedSite> Open(string engine, string kind)
    {
        var site = await Site.Open(engine, also: services => services.AddPlayedPlatforms());
        var channel = await site.Connect(kind);
        return new PlayedSite(site, site.The<PlayedPlatforms>().Find(kind)!, channel);
    }

    public async Task Deliver(SimHook hook)
    {
        await site.Deliver(channel, hook);
        await site.RunDueJobs();
    }

    public async Task<string> Conversation() => Assert.Single((await site.Owner.Api.Get("/api/v1/conversations?limit=100")).Expect(HttpStatusCode.OK).Items(), row => row.GetProperty("channel").Text("id") == channel).Text("id");

    public async Task<long> Say(string conversation, string text) => (await site.Owner.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = Guid.NewGuid().ToString("N"), text }))
        .Expect(HttpStatusCode.Created).GetProperty("seq").GetInt64();

    public async Task<JsonElement> Message(string conversation, long seq) =>
        (await site.Owner.Api.Get($"/api/v1/conversations/{conversation}/messages?limit=100")).Expect(HttpStatusCode.OK).Items().Single(one => one.GetProperty("seq").GetInt64() == seq);

    /// <summary>What the log's listener and jobs make of what was said.</summary>
    public Task Settle(Func<bool> isSo, string what) => Until.True(async () =>
    {
        await site.RunDueJobs();
        return isSo();
    }, what);

    public ValueTask DisposeAsync() => site.DisposeAsync();
}
