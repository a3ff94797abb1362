using System.Net;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>With the worker as it runs in a server: what <c>RunDue</c> does one after the other would hide who waits for whom.</summary>
public sealed class HangingProviderTests
{
    [Fact]
    public async Task A_provider_that_hangs_does_not_slow_another()
    {
        await using var site = await FakeProvider.Site(Engines.Sqlite);
        await using var hanging = await HangingProvider.Start();
        await using var well = await FakeProvider.Start();
        using var stuck = await OutsideSite.Open(site, hanging.Address.ToString());
        using var other = await OutsideSite.Open(site, well.Address.ToString());
        const int many = 40; // more conversations wait for the one that hangs than the worker has hands for
        Assert.Equal(HttpStatusCode.OK, (await stuck.Deliver([.. Enumerable.Range(0, many).Select(i => OutsideSite.Message($"s{i}", "在吗", $"s{i}"))])).StatusCode);
        await stuck.Digest();
        await Answer(stuck);
        await Until.True(async () => await stuck.Count("delivery") == many, "all answers wait to be delivered");
        var worker = site.The<JobWorker>();
        await worker.StartAsync(CancellationToken.None);
        await Until.True(() => hanging.Waiting == 6, "as many requests hang as may");

        Assert.Equal(HttpStatusCode.OK, (await other.Deliver([.. Enumerable.Range(0, 3).Select(i => OutsideSite.Message($"o{i}", "在吗", $"o{i}"))])).StatusCode);
        await other.Digest();
        await Answer(other);

        await Until.True(() => well.Taken.Count == 3, "the other provider has its messages");
        Assert.Equal(6, hanging.Waiting);
        hanging.Release();
        await Until.True(() => hanging.Waiting == many, "the rest goes on", seconds: 60);
        await worker.StopAsync(CancellationToken.None);
    }

    private static async Task Answer(OutsideSite outside)
    {
        foreach (var message in await outside.Messages())
            Assert.Equal(HttpStatusCode.Created, (await outside.Site.Owner.Api.Post($"/api/v1/conversations/{message.Text("conversationId")}/messages", new { clientId = Guid.NewGuid().ToString("N"), text = "在的" })).Status);
    }
}
