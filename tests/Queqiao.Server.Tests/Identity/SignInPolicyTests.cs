using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Tests.Identity;

/// <summary>Where people may come from, and what a refusal gives away.</summary>
public sealed class SignInPolicyTests
{
    [Theory]
    [InlineData("203.0.113.0/24", "203.0.113.7", true), InlineData("203.0.113.0/24", "::ffff:203.0.113.7", true), InlineData("203.0.113.0/24", "203.0.114.7", false), InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true), InlineData("2001:db8::/32", "2001:db9::1", false), InlineData("2001:db8::/32", "203.0.113.7", false)]
    public void Networks_of_both_kinds(string network, string from, bool allowed)
    {
        var policy = SignInPolicy.Usual with { Settings = new SignInSettings([new AllowedNetwork(network)]) };
        Assert.Equal(allowed, policy.AllowsAddress(IPAddress.Parse(from)));
        Assert.False(policy.AllowsAddress(null));
        Assert.True(SignInPolicy.Usual.AllowsAddress(null));
    }

    [Fact]
    public async Task Only_from_listed_networks_and_nobody_locks_themselves_out()
    {
        await using var host = await ApiHost.Start(also: builder => builder.Configuration.AddInMemoryCollection([new("trusted-proxies", "127.0.0.1")]));
        var owner = await host.SetUp();
        var locked = await owner.Patch("/api/v1/sign-in-policy", new { networks = new[] { new { network = "203.0.113.0/24", note = "总部" } } });
        Assert.Equal("network_locks_you_out", locked.Code);
        Assert.Equal("validation", (await owner.Patch("/api/v1/sign-in-policy", new { networks = new[] { new { network = "office" } } })).Code);
        var set = await owner.Patch("/api/v1/sign-in-policy", new { networks = new object[] { new { network = "203.0.113.0/24", note = "总部" }, new { network = "127.0.0.0/8" } } });
        Assert.Equal("127.0.0.1", set.Text("yourAddress"));
        Assert.Equal(HttpStatusCode.OK, (await owner.Get("/api/v1/session")).Status);
        await host.Storage.RunSystem((unit, ct) => unit.Db.Table<SignInPolicyRow>().ExecuteUpdateAsync(set => set.SetProperty(row => row.Settings, """{"networks":[{"network":"203.0.113.0/24"}]}"""), ct), CancellationToken.None);
        host.Clock.Move(TimeSpan.FromSeconds(6));

        // From elsewhere the session is good for nothing, and no other begins, for the right password either.
        Assert.Equal("address_refused", (await owner.Get("/api/v1/session")).Code);
        Assert.Equal("address_refused", (await host.Anonymous().Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password })).Code);
        Assert.Equal("invalid_credentials", (await host.Anonymous().Post("/api/v1/session", new { email = "owner@example.com", password = "wrong password!" })).Code);
    }

    [Fact]
    public async Task Every_refusal_costs_one_hash_whoever_is_named()
    {
        await using var host = await ApiHost.Start();
        var owner = await host.SetUp();
        var gone = await host.Colleague(owner, "agent");
        var without = await host.Colleague(owner, "agent");
        var emails = new List<string>();
        foreach (var who in new[] { gone, without })
            emails.Add((await who.Get("/api/v1/session")).Text("agent", "email"));
        await host.Storage.RunSystem(async (unit, ct) =>
        {
            await unit.Db.Table<Agent>().Where(agent => agent.Email == emails[0]).ExecuteUpdateAsync(set => set.SetProperty(agent => agent.DisabledAt, 1), ct);
            return await unit.Db.Table<Agent>().Where(agent => agent.Email == emails[1]).ExecuteUpdateAsync(set => set.SetProperty(agent => agent.PasswordHash, ""), ct);
        }, CancellationToken.None);
        var passwords = host.Services.GetRequiredService<PasswordHashing>();
        foreach (var (email, password) in new[] { ("nobody@example.com", ApiHost.Password), ("owner@example.com", "wrong password!"), (emails[0], ApiHost.Password), (emails[1], ApiHost.Password), (emails[1], "x") })
        {
            var before = passwords.Checks;
            Assert.Equal("invalid_credentials", (await host.Anonymous().Post("/api/v1/session", new { email, password })).Code);
            Assert.Equal((email, 1), (email, passwords.Checks - before));
        }
    }
}
