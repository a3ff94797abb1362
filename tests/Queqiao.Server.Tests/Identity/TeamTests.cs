using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Identity;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

public sealed class TeamTests
{
    private static async Task<Guid> Make(ApiClient by, string name, Guid? parentId = null)
    {
        var answer = await by.Post("/api/v1/teams", new { name, parentId });
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return Guid.Parse(answer.Text("id"));
    }

    private static async Task<Guid> Me(ApiClient who) => Guid.Parse((await who.Get("/api/v1/session")).Text("agent", "id"));

    [Theory, OnSqlite, OnPostgres]
    public async Task A_tree_is_built_filled_moved_and_given_up(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        using var agent = await host.Colleague(owner, "agent");
        var who = await Me(agent);
        var sales = await Make(owner, "售前");
        var night = await Make(owner, "夜班", sales);
        var filled = await owner.Patch($"/api/v1/teams/{night}", new { members = new[] { new { id = who, lead = true } } });
        Assert.Equal(HttpStatusCode.OK, filled.Status);
        Assert.True(filled.Body.GetProperty("members")[0].GetProperty("lead").GetBoolean());

        var teams = host.Services.GetRequiredService<ITeams>();
        Assert.Equal([who], await teams.Members(1, sales, CancellationToken.None));
        Assert.Equal(new HashSet<Guid> { sales, night }, await teams.TeamsOf(1, who, CancellationToken.None));
        Assert.Null(await teams.Find(2, sales, CancellationToken.None));

        var list = (await agent.Get("/api/v1/teams")).Body.GetProperty("items");
        Assert.Equal(["售前", "夜班"], list.EnumerateArray().Select(team => team.GetProperty("name").GetString()));
        Assert.Equal(1, list[0].GetProperty("peopleBelow").GetInt32());

        Assert.Equal("team_has_teams", (await owner.Delete($"/api/v1/teams/{sales}")).Code);
        Assert.Equal(HttpStatusCode.OK, (await owner.Patch($"/api/v1/teams/{night}", """{"parentId":null}""")).Status);
        Assert.Empty(await teams.Members(1, sales, CancellationToken.None));
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete($"/api/v1/teams/{night}")).Status);
        Assert.Equal("夜班", (await teams.Names(1, [night, Guid.NewGuid()], CancellationToken.None))[night]);
        Assert.Null(await teams.Find(1, night, CancellationToken.None));
        Assert.Equal(HttpStatusCode.NotFound, (await owner.Patch($"/api/v1/teams/{night}", new { name = "x" })).Status);
        await Make(owner, "夜班"); // the name is free again
        await using var db = host.Storage.Read(1);
        Assert.Equal(3 + 3, db.Table<AuditRow>().Count(row => row.Action.StartsWith("team.")));
    }

    [Fact]
    public async Task Members_replace_members_and_nothing_is_written_when_nothing_changed()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var first = await host.Colleague(owner, "agent");
        using var second = await host.Colleague(owner, "agent");
        var (a, b) = (await Me(first), await Me(second));
        var team = await Make(owner, "A");
        await owner.Patch($"/api/v1/teams/{team}", new { members = new object[] { new { id = a, lead = true }, new { id = b } } });
        var changed = await owner.Patch($"/api/v1/teams/{team}", new { members = new object[] { new { id = b, lead = true } } });
        Assert.Equal((1, b.ToString(), true), (changed.Body.GetProperty("members").GetArrayLength(), changed.Body.GetProperty("members")[0].GetProperty("id").GetString(), changed.Body.GetProperty("members")[0].GetProperty("lead").GetBoolean()));
        await owner.Patch($"/api/v1/teams/{team}", new { name = "A", members = new object[] { new { id = b, lead = true } } });
        await using var db = host.Storage.Read(1);
        Assert.Equal(2, db.Table<AuditRow>().Count(row => row.Action == "team.changed"));
    }

    [Fact]
    public async Task What_would_break_the_tree_is_refused()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var top = await Make(owner, "Top");
        var below = await Make(owner, "Below", top);
        Assert.Equal("team_name_taken", (await owner.Post("/api/v1/teams", new { name = " TOP " })).Code);
        Assert.Equal("team_name_taken", (await owner.Patch($"/api/v1/teams/{below}", new { name = "top" })).Code);
        await Refused("parentId", await owner.Post("/api/v1/teams", new { name = "x", parentId = Guid.NewGuid() }));
        await Refused("parentId", await owner.Patch($"/api/v1/teams/{top}", new { parentId = below }));
        await Refused("parentId", await owner.Patch($"/api/v1/teams/{top}", new { parentId = top }));
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.Patch($"/api/v1/teams/{top}", """{"parentId":7}""")).Status);
        await Refused("members", await owner.Patch($"/api/v1/teams/{top}", new { members = new[] { new { id = Guid.NewGuid() } } }));
        var deepest = below;
        for (var level = 3; level <= 8; level++)
            deepest = await Make(owner, "Level " + level, deepest);
        await Refused("parentId", await owner.Post("/api/v1/teams", new { name = "x", parentId = deepest }));

        static Task Refused(string field, ApiAnswer answer)
        {
            Assert.Equal("validation", answer.Code);
            Assert.True(answer.Body.GetProperty("errors").TryGetProperty(field, out _));
            return Task.CompletedTask;
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Two_moves_at_once_make_no_cycle(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        for (var round = 0; round < 5; round++)
        {
            var (a, b) = (await Make(owner, "a" + round), await Make(owner, "b" + round));
            var answers = await Task.WhenAll(
                owner.Patch($"/api/v1/teams/{a}", new { parentId = b }),
                owner.Patch($"/api/v1/teams/{b}", new { parentId = a }));
            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Agents_see_teams_and_only_administrators_change_them()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var team = await Make(owner, "A");
        foreach (var role in new[] { "supervisor", "agent", "viewer" })
        {
            using var one = await host.Colleague(owner, role);
            Assert.Equal(HttpStatusCode.OK, (await one.Get("/api/v1/teams")).Status);
            Assert.Equal("forbidden", (await one.Post("/api/v1/teams", new { name = "B" })).Code);
            Assert.Equal("forbidden", (await one.Patch($"/api/v1/teams/{team}", new { name = "B" })).Code);
            Assert.Equal("forbidden", (await one.Delete($"/api/v1/teams/{team}")).Code);
        }
    }
}
