using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Tokens;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

/// <summary>API tokens and the list of sessions.</summary>
public sealed class TokenTests
{
    private static (string, string) Bearer(string token) => ("Authorization", "Bearer " + token);

    [Theory, OnSqlite, OnPostgres]
    public async Task A_token_does_what_it_was_given_and_is_seen_once(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        var made = await owner.Post("/api/v1/tokens", new { name = "CRM", permissions = new[] { "agents.read" } });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var token = made.Text("token");
        Assert.Matches("^qq_[\\w-]{43}$", token);
        using var program = host.Anonymous();
        Assert.Equal(HttpStatusCode.OK, (await program.Get("/api/v1/agents", Bearer(token))).Status);
        Assert.Equal("forbidden", (await program.Get("/api/v1/channels", Bearer(token))).Code);
        Assert.Equal("forbidden", (await program.Post("/api/v1/teams", new { name = "x" }, Bearer(token))).Code);
        var session = await program.Get("/api/v1/session", Bearer(token));
        Assert.Equal("agents.read", session.Body.GetProperty("permissions").EnumerateArray().Single().GetString());
        var list = await owner.Get("/api/v1/tokens");
        Assert.DoesNotContain(token[8..], list.Body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(token[..8] + "…", list.Body.GetProperty("items")[0].GetProperty("hint").GetString());
        await Until.True(async () => (await owner.Get("/api/v1/tokens")).Body.GetProperty("items")[0].GetProperty("lastUsedAt").ValueKind != System.Text.Json.JsonValueKind.Null, "the use is noted");
        await using var db = host.Storage.Read(1);
        Assert.Equal(32, (await db.Table<ApiToken>().SingleAsync()).TokenHash.Length);
        Assert.DoesNotContain(token, (await db.Table<AuditRow>().SingleAsync(row => row.Action == "token.created")).Detail, StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_token_that_is_revoked_or_over_is_none_and_its_sockets_hear_of_it(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        using var program = host.Anonymous();
        var revoked = await owner.Post("/api/v1/tokens", new { name = "A" });
        var brief = await owner.Post("/api/v1/tokens", new { name = "B", expiresAt = host.Clock.GetUtcNow().AddMinutes(10) });
        Assert.Equal(HttpStatusCode.OK, (await program.Get("/api/v1/agents", Bearer(revoked.Text("token")))).Status);
        Assert.Equal(HttpStatusCode.OK, (await program.Get("/api/v1/agents", Bearer(brief.Text("token")))).Status);
        SignedOut? heard = null;
        host.Services.GetRequiredService<IActors>().SignedOut += told => heard = told;
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete("/api/v1/tokens/" + revoked.Text("id"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.Get("/api/v1/agents", Bearer(revoked.Text("token")))).Status);
        Assert.False(await host.Services.GetRequiredService<ISessions>().Stands(new SignedInBy(heard!.TokenHash!, IsToken: true), active: true, CancellationToken.None));
        Assert.Equal(HttpStatusCode.NotFound, (await owner.Delete("/api/v1/tokens/" + revoked.Text("id"))).Status);
        host.Clock.Move(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.Get("/api/v1/agents", Bearer(brief.Text("token")))).Status);
    }

    [Fact]
    public async Task A_token_never_does_more_than_its_owner()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var admin = await host.Colleague(owner, "admin");
        using var agent = await host.Colleague(owner, "agent");
        Assert.Equal("validation", (await agent.Post("/api/v1/tokens", new { name = "x", permissions = new[] { "agents.manage" } })).Code);
        Assert.Equal("validation", (await agent.Post("/api/v1/tokens", new { name = "x", permissions = new[] { "no.such" } })).Code);
        Assert.Equal("validation", (await agent.Post("/api/v1/tokens", new { name = "x", permissions = Array.Empty<string>() })).Code);
        Assert.Equal("validation", (await agent.Post("/api/v1/tokens", new { name = "x", expiresAt = host.Clock.GetUtcNow() })).Code);
        Assert.Equal("validation", (await agent.Post("/api/v1/tokens", new { name = "x", addresses = new[] { "somewhere" } })).Code);
        var token = (await admin.Post("/api/v1/tokens", new { name = "x" })).Text("token");
        using var program = host.Anonymous();
        Assert.Equal(HttpStatusCode.OK, (await program.Get("/api/v1/audit", Bearer(token))).Status);
        await owner.Patch($"/api/v1/agents/{(await admin.Get("/api/v1/session")).Text("agent", "id")}", new { role = "viewer" });
        Assert.Equal("forbidden", (await program.Get("/api/v1/audit", Bearer(token))).Code); // less than it was given
    }

    [Fact]
    public async Task A_token_cannot_make_tokens_nor_touch_what_only_people_may()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var agent = await host.Colleague(owner, "agent");
        var agentId = (await agent.Get("/api/v1/session")).Text("agent", "id");
        var token = (await owner.Post("/api/v1/tokens", new { name = "x" })).Text("token");
        using var program = host.Anonymous();
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Post, "/api/v1/tokens", new { name = "y" }), (HttpMethod.Post, "/api/v1/me/password", new { current = ApiHost.Password, password = "a brand new password" }),
            (HttpMethod.Post, "/api/v1/me/second-factor", new { }), (HttpMethod.Delete, "/api/v1/me/second-factor", null), (HttpMethod.Delete, "/api/v1/sessions", null),
            (HttpMethod.Post, "/api/v1/session/proof", new { password = ApiHost.Password }), (HttpMethod.Delete, "/api/v1/session", null),
            (HttpMethod.Patch, $"/api/v1/agents/{agentId}", new { role = "owner" }), (HttpMethod.Post, $"/api/v1/agents/{agentId}/password-reset", new { }),
        })
            Assert.Equal((path, "person_required"), (path, (await program.Send(method, path, body, Bearer(token))).Code));
        Assert.Equal(HttpStatusCode.OK, (await program.Send(HttpMethod.Patch, $"/api/v1/agents/{agentId}", new { disabled = true }, Bearer(token))).Status);
        await using var db = host.Storage.Read(1);
        Assert.Equal("token", (await db.Table<AuditRow>().SingleAsync(row => row.Action == "agent.changed")).ActorKind);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("::1", false)]
    [InlineData("203.0.113.0/24", false)]
    public async Task A_token_may_be_bound_to_networks(string network, bool works)
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var token = (await owner.Post("/api/v1/tokens", new { name = "x", addresses = new[] { network } })).Text("token");
        using var program = host.Anonymous();
        Assert.Equal(works ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await program.Get("/api/v1/agents", Bearer(token))).Status);
    }

    [Theory]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("2001:db8::/32", true)]
    [InlineData("10.0.0.1", true)]
    [InlineData("1", false)]
    [InlineData("10.0.0.0/33", false)]
    [InlineData("example.com", false)]
    [InlineData("", false)]
    public void What_is_a_network(string text, bool known) => Assert.Equal(known, TokenRules.Network(text) is not null);

    [Fact]
    public async Task Others_tokens_are_seen_and_revoked_by_administrators_only()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var agent = await host.Colleague(owner, "agent");
        using var admin = await host.Colleague(owner, "admin");
        var agents = await agent.Post("/api/v1/tokens", new { name = "agent's" });
        var owners = await owner.Post("/api/v1/tokens", new { name = "owner's" });
        Assert.Equal("forbidden", (await agent.Get("/api/v1/tokens?of=everybody")).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await agent.Delete("/api/v1/tokens/" + owners.Text("id"))).Status);
        Assert.Equal(2, (await admin.Get("/api/v1/tokens?of=everybody")).Body.GetProperty("items").GetArrayLength());
        Assert.Equal("agent_above_own", (await admin.Delete("/api/v1/tokens/" + owners.Text("id"))).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.Delete("/api/v1/tokens/" + agents.Text("id"))).Status);
    }

    [Fact]
    public async Task Trying_many_tokens_is_slowed_down()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var guesser = host.Anonymous();
        var tries = 0;
        while ((await guesser.Get("/api/v1/agents", Bearer("qq_" + new string((char)('a' + tries % 26), 43)))).Status == HttpStatusCode.Unauthorized && tries < 100)
            tries++;
        Assert.Equal(40, tries);
        Assert.Equal(HttpStatusCode.OK, (await owner.Get("/api/v1/agents")).Status);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Sessions_are_listed_and_ended_one_by_one_or_all_but_this(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        using var laptop = host.Anonymous();
        await laptop.Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password }, ("User-Agent", "Laptop/1"));
        using var phone = host.Anonymous();
        await phone.Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password }, ("User-Agent", "Phone/1"));
        var rows = (await owner.Get("/api/v1/sessions")).Body.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(3, rows.Count);
        Assert.Single(rows, row => row.GetProperty("current").GetBoolean());
        Assert.All(rows, row => Assert.Equal("127.0.0.1", row.GetProperty("address").GetString()));
        var laptopId = rows.Single(row => row.GetProperty("browser").GetString() == "Laptop/1").GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete("/api/v1/sessions/" + laptopId)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await laptop.Get("/api/v1/session")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.Delete("/api/v1/sessions/" + laptopId)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete("/api/v1/sessions")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await phone.Get("/api/v1/session")).Status);
        Assert.Equal(HttpStatusCode.OK, (await owner.Get("/api/v1/session")).Status);

        using var agent = await host.Colleague(owner, "agent");
        var agentId = (await agent.Get("/api/v1/session")).Text("agent", "id");
        var ownerId = (await owner.Get("/api/v1/session")).Text("agent", "id");
        Assert.Equal("forbidden", (await agent.Get($"/api/v1/sessions?agent={ownerId}")).Code);
        Assert.Equal("forbidden", (await agent.Delete($"/api/v1/sessions?agent={ownerId}")).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.Get($"/api/v1/sessions?agent={Guid.NewGuid()}")).Status);
        Assert.Equal(1, (await owner.Get($"/api/v1/sessions?agent={agentId}")).Body.GetProperty("items").GetArrayLength());
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete($"/api/v1/sessions?agent={agentId}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await agent.Get("/api/v1/session")).Status);
    }

    [PostgresFact]
    public async Task What_ended_on_another_node_is_told_here_once()
    {
        await using var database = await (await PostgresCluster.Shared()).CreateReady();
        var clock = new HeldClock();
        await using var here = await ApiHost.Start(database: database.Owner, clock: clock);
        using var owner = await here.SetUp();
        var token = (await owner.Post("/api/v1/tokens", new { name = "x" })).Text("token");
        await using var there = await ApiHost.Start(database: database.Owner, clock: clock, folder: here.Folder);
        using var elsewhere = there.Anonymous();
        elsewhere.Cookie = owner.Cookie;
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.Get("/api/v1/session")).Status);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.Get("/api/v1/session", Bearer(token))).Status);
        var heard = new List<SignedOut>();
        there.Services.GetRequiredService<IActors>().SignedOut += told => { lock (heard) heard.Add(told); };

        var id = (await owner.Get("/api/v1/tokens")).Body.GetProperty("items")[0].GetProperty("id").GetString();
        await owner.Delete("/api/v1/tokens/" + id);
        await owner.Delete("/api/v1/session");
        var watch = there.Services.GetRequiredService<RevocationWatch>();
        await watch.Look(CancellationToken.None);
        await watch.Look(CancellationToken.None);
        Assert.Equal(2, heard.Count);
        Assert.Equal(HttpStatusCode.Unauthorized, (await elsewhere.Get("/api/v1/session")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await elsewhere.Get("/api/v1/session", Bearer(token))).Status);
    }
}
