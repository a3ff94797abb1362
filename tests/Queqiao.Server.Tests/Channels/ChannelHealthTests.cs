using System.Net;
using System.Text.Json;
using Queqiao.Channels;
using Queqiao.Server.Channels.Delivering;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>What an administrator is told, and how many requests a provider may hold up.</summary>
public sealed class ChannelHealthTests
{
    [Theory, OnSqlite]
    public async Task The_webhooks_address_is_called_as_from_outside(string engine)
    {
        await using var provider = await FakeProvider.Start();
        await using var site = await FakeProvider.Site(engine);
        using var outside = await OutsideSite.Open(site, provider.Address.ToString());
        async Task<(bool Ok, string Result)> Test()
        {
            var answer = (await site.Owner.Api.Post($"/api/v1/channels/{outside.Channel}/test-webhook", new { })).Expect(HttpStatusCode.OK);
            Assert.NotEqual("", answer.Text("text"));
            return (answer.GetProperty("ok").GetBoolean(), answer.Text("result"));
        }

        Assert.Equal((true, "reached"), await Test());
        // Looking is no delivery: nothing came, and nothing was refused.
        var health = (await site.Owner.Api.Get($"/api/v1/channels/{outside.Channel}/health")).Expect(HttpStatusCode.OK);
        Assert.False(health.TryGetProperty("lastRefused", out var refused) && refused.ValueKind == JsonValueKind.Object);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Post($"/api/v1/channels/{site.ChannelId}/test-webhook", new { })).Status);
    }

    [Theory, OnSqlite]
    public async Task An_address_that_only_this_network_knows_is_no_address(string engine)
    {
        await using var site = await Site.Open(engine); // may not call this machine, as no provider can
        using var outside = await OutsideSite.Open(site);
        Assert.Equal("inside", (await site.Owner.Api.Post($"/api/v1/channels/{outside.Channel}/test-webhook", new { })).Expect(HttpStatusCode.OK).Text("result"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_could_not_be_read_is_read_again_when_somebody_says_so(string engine)
    {
        await using var site = await Site.Open(engine);
        using var outside = await OutsideSite.Open(site);
        await outside.Deliver(OutsideSite.Message("m1", "在吗"));
        await using (var raw = await site.Raw())
        {
            await using var park = raw.CreateCommand();
            park.CommandText = "UPDATE hook_delivery SET state = 'parked', next_at = NULL, tries = 6";
            await park.ExecuteNonQueryAsync();
        }
        Assert.Equal(0, await outside.Digest());
        var health = (await site.Owner.Api.Get($"/api/v1/channels/{outside.Channel}/health")).Expect(HttpStatusCode.OK);
        Assert.Equal((1, "look_at_parked"), (health.GetProperty("parked").GetInt32(), health.GetProperty("todo")[0].Text("code")));
        var agent = await site.Agent("agent");
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Api.Post($"/api/v1/channels/{outside.Channel}/parked/retry", new { })).Status);
        Assert.Equal(1, (await site.Owner.Api.Post($"/api/v1/channels/{outside.Channel}/parked/retry", new { })).Expect(HttpStatusCode.OK).GetProperty("count").GetInt32());
        Assert.Equal(1, await outside.Digest());
        Assert.Equal(["在吗"], await outside.Texts());
    }

    [Fact]
    public void After_five_failures_one_request_finds_out()
    {
        var clock = new TestClock();
        var turns = new ChannelTurns(clock);
        var kind = ChannelCatalogue.Find("api")!.Descriptor;
        var account = new ChannelAccount(1, Guid.NewGuid(), "api", new ChannelSettings(new Dictionary<string, string>()));
        ChannelTurns.Turn? Take() => turns.Take(kind, account, Guid.NewGuid(), out _);
        var away = SendOutcome.Failed(ErrorClass.Retry, "503", "忙", "busy");
        void End(ChannelTurns.Turn? turn, SendOutcome how)
        {
            turn!.Ended(how);
            turn.Dispose();
        }

        for (var i = 0; i < 4; i++)
            End(Take(), away);
        End(Take(), SendOutcome.Failed(ErrorClass.Permanent, "400", "不行", "no")); // an answer: the provider is well
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(turns.OpenUntil(account.ChannelId));
            End(Take(), away);
        }
        Assert.NotNull(turns.OpenUntil(account.ChannelId));
        Assert.Null(Take());
        clock.Move(TimeSpan.FromSeconds(31));
        var probe = Take();
        Assert.NotNull(probe);
        Assert.Null(Take()); // one finds out
        End(probe, away);
        Assert.Null(Take());
        clock.Move(TimeSpan.FromSeconds(31));
        End(Take(), SendOutcome.Done);
        var six = Enumerable.Range(0, 7).Select(_ => Take()).ToList();
        Assert.Equal(6, six.Count(one => one is not null));
        six.ForEach(one => one?.Dispose());
    }
}
