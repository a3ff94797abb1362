using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Channels.Plugins;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Somebody else's adapter: one assembly, built apart, loaded, and a channel like any other.</summary>
public sealed class PluginTests
{
    /// <summary>Where the build has put the sample; not among our own assemblies.</summary>
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "sample-plugins");

    [Fact]
    public async Task An_assembly_in_the_folder_is_a_kind_of_channel_and_receives()
    {
        var adapter = Assert.Single(PluginAdapters.Load(Folder));
        await using var site = await Site.Open(also: services => services.AddSingleton(adapter));
        var kind = (await site.Owner.Api.Get("/api/v1/channel-kinds")).Expect(HttpStatusCode.OK).Items().Single(row => row.Text("kind") == "pigeon");
        Assert.Equal("信鸽", kind.Text("name"));
        var channel = (await site.Owner.Api.Post("/api/v1/channels", new { kind = "pigeon", name = "Loft", settings = new { secret = "ring-42" } })).Expect(HttpStatusCode.Created).Text("id");

        var letter = """{"id":"p1","from":"fang","text":"Arrived from far away"}"""u8.ToArray();
        byte[] signed = [.. HMACSHA256.HashData(Encoding.UTF8.GetBytes("ring-42"), letter), .. letter];
        using var client = new HttpClient();
        using var good = new ByteArrayContent(signed);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(new Uri(site.Address, "/hooks/" + channel), good)).StatusCode);
        using var bad = new ByteArrayContent([.. new byte[32], .. letter]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync(new Uri(site.Address, "/hooks/" + channel), bad)).StatusCode);
        await site.The<HookInbox>().RunDue(default);
        var begun = Assert.Single((await site.Owner.Api.Get("/api/v1/conversations?view=all")).Expect(HttpStatusCode.OK).Items()).Text("id");
        Assert.Contains(await site.Owner.Log(begun), item => item.Maybe("text") == "Arrived from far away");
    }

    [Fact]
    public void What_is_no_plug_in_is_named_and_no_folder_is_no_plug_in()
    {
        Assert.Empty(PluginAdapters.Load(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString())));
        var folder = Directory.CreateTempSubdirectory("queqiao-plugins-");
        File.WriteAllText(Path.Combine(folder.FullName, "Broken.dll"), "no assembly");
        Assert.Contains("Broken.dll", Assert.Throws<InvalidOperationException>(() => PluginAdapters.Load(folder.FullName)).Message, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }
}
