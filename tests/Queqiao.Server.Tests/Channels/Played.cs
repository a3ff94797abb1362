#pragma warning disable RS0030 // a platform of the tests' own
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Channels;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Demo.Platforms;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Simulators;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Platforms that are played inside of the server, as in the demonstration.</summary>
internal static class Played
{
    public static IServiceCollection AddPlayedPlatforms(this IServiceCollection services) => services
        .AddSingleton<PlayedPlatforms>().AddSingleton<IInsidePlatforms>(all => all.GetRequiredService<PlayedPlatforms>());

    /// <summary>A channel of it; its id.</summary>
    public static async Task<string> Connect(this Site site, string kind) => (await site.Owner.Api.Post("/api/v1/channels", new
    {
        kind, name = kind, settings = site.The<PlayedPlatforms>().SettingsOf(kind),
    })).Expect(HttpStatusCode.Created).Text("id");

    /// <summary>What the platform calls us with, as far as into the conversations.</summary>
    public static async Task Deliver(this Site site, string channel, SimHook hook)
    {
        using var client = new HttpClient();
        using var content = new ByteArrayContent(hook.Body);
        content.Headers.TryAddWithoutValidation("Content-Type", hook.ContentType);
        foreach (var (name, value) in hook.Headers)
            content.Headers.TryAddWithoutValidation(name, value);
        using var answer = await client.PostAsync(new Uri(site.Address, $"/hooks/{channel}?{hook.Query}"), content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await site.The<HookInbox>().RunDue(default);
    }
}
