using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

/// <summary>Changing colleagues: what it does, and to whom nobody may do it.</summary>
public sealed class PeopleTests
{
    private static async Task<string> IdOf(ApiClient who) => (await who.Get("/api/v1/session")).Text("agent", "id");

    [Theory, OnSqlite, OnPostgres]
    public async Task A_colleague_is_changed_and_works_with_the_new_rights_at_once(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        using var agent = await host.Colleague(owner, "agent");
        var id = await IdOf(agent);
        var team = (await owner.Post("/api/v1/teams", new { name = "A" })).Text("id");
        var heard = new List<SignedOut>();
        host.Services.GetRequiredService<IActors>().SignedOut += heard.Add;
        var changed = await owner.Patch($"/api/v1/agents/{id}", new { name = "新名字", role = "admin", capacity = 9, teams = new[] { team } });
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Equal(("新名字", "admin", 9, team), (changed.Text("name"), changed.Text("role"), changed.Body.GetProperty("capacity").GetInt32(), changed.Body.GetProperty("teams")[0].GetProperty("id").GetString()));
        Assert.Contains(heard, told => told.AgentId.ToString() == id && told.TokenHash is null); // sockets come in again
        Assert.Equal(HttpStatusCode.OK, (await agent.Get("/api/v1/audit")).Status);
        Assert.Equal("新名字", (await agent.Get("/api/v1/session")).Text("agent", "name"));
        Assert.Equal("新名字", (await agent.Get($"/api/v1/agents/{id}")).Text("name"));
        await using var db = host.Storage.Read(1);
        var row = await db.Table<AuditRow>().SingleAsync(row => row.Action == "agent.changed");
        Assert.Contains("\"role\":{\"from\":\"agent\",\"to\":\"admin\"}", row.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("新名字", row.Detail, StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Whoever_is_disabled_is_out_at_once_and_may_come_back(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        using var agent = await host.Colleague(owner, "agent");
        var id = await IdOf(agent);
        var email = (await agent.Get("/api/v1/session")).Text("agent", "email");
        var token = (await agent.Post("/api/v1/tokens", new { name = "CRM" })).Text("token");
        using var program = host.Anonymous();
        Assert.Equal(HttpStatusCode.OK, (await program.Get("/api/v1/session", ("Authorization", "Bearer " + token))).Status);

        Assert.Equal(HttpStatusCode.OK, (await owner.Patch($"/api/v1/agents/{id}", new { disabled = true })).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await agent.Get("/api/v1/session")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.Get("/api/v1/session", ("Authorization", "Bearer " + token))).Status);
        using var browser = host.Anonymous();
        Assert.Equal("invalid_credentials", (await browser.Post("/api/v1/session", new { email, password = ApiHost.Password })).Code);
        Assert.Equal(id, (await owner.Get("/api/v1/agents?state=disabled")).Body.GetProperty("items")[0].GetProperty("id").GetString());

        Assert.Equal(HttpStatusCode.OK, (await owner.Patch($"/api/v1/agents/{id}", new { disabled = false })).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.Post("/api/v1/session", new { email, password = ApiHost.Password })).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.Get("/api/v1/session", ("Authorization", "Bearer " + token))).Status); // tokens do not rise again
    }

    [Fact]
    public async Task Nobody_gives_or_takes_above_their_own_rights()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var admin = await host.Colleague(owner, "admin");
        using var other = await host.Colleague(owner, "admin");
        using var agent = await host.Colleague(owner, "agent");
        var (ownerId, adminId, agentId) = (await IdOf(owner), await IdOf(admin), await IdOf(agent));
        Assert.Equal("role_above_own", (await admin.Patch($"/api/v1/agents/{agentId}", new { role = "owner" })).Code);
        Assert.Equal("role_above_own", (await admin.Patch($"/api/v1/agents/{adminId}", new { role = "owner" })).Code);
        Assert.Equal("agent_above_own", (await admin.Patch($"/api/v1/agents/{ownerId}", new { role = "viewer" })).Code);
        Assert.Equal("agent_above_own", (await admin.Patch($"/api/v1/agents/{ownerId}", new { disabled = true })).Code);
        Assert.Equal("agent_above_own", (await admin.Post($"/api/v1/agents/{ownerId}/password-reset", new { })).Code);
        Assert.Equal("agent_above_own", (await admin.Delete($"/api/v1/sessions?agent={ownerId}")).Code);
        Assert.Equal("role_above_own", (await admin.Post("/api/v1/invitations", new { email = "new@example.com", role = "owner" })).Code);
        Assert.Equal("role_above_own", (await admin.Post("/api/v1/agents", new { name = "x", email = "x@example.com", role = "owner", password = ApiHost.Password })).Code);
        Assert.Equal("not_yourself", (await admin.Patch($"/api/v1/agents/{adminId}", new { disabled = true })).Code);
        Assert.Equal("not_yourself", (await admin.Patch($"/api/v1/agents/{adminId}", new { role = "agent" })).Code);
        Assert.Equal("not_yourself", (await admin.Post($"/api/v1/agents/{adminId}/password-reset", new { })).Code);
        foreach (var wish in new object[] { new { role = "admin" }, new { name = "x" }, new { capacity = 200 }, new { disabled = false } })
            Assert.Equal("forbidden", (await agent.Patch($"/api/v1/agents/{agentId}", wish)).Code);
        Assert.Equal("validation", (await owner.Patch($"/api/v1/agents/{agentId}", new { role = "god" })).Code);
        Assert.Equal("validation", (await owner.Patch($"/api/v1/agents/{agentId}", new { capacity = -1 })).Code);
        Assert.Equal("validation", (await owner.Patch($"/api/v1/agents/{agentId}", new { teams = new[] { Guid.NewGuid() } })).Code);
        Assert.Equal(HttpStatusCode.BadRequest, (await agent.Patch("/api/v1/me", new { role = "owner" })).Status); // no member of a profile
        Assert.Equal(HttpStatusCode.NotFound, (await owner.Patch($"/api/v1/agents/{Guid.NewGuid()}", new { name = "x" })).Status);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_last_owner_stays_one_also_when_two_leave_at_once(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        var ownerId = await IdOf(owner);
        Assert.Equal("last_owner", (await owner.Patch($"/api/v1/agents/{ownerId}", new { role = "admin" })).Code);
        using var second = await host.Colleague(owner, "owner");
        var secondId = await IdOf(second);
        for (var round = 0; round < 8; round++)
        {
            var answers = await Task.WhenAll(
                owner.Patch($"/api/v1/agents/{secondId}", new { role = "admin" }),
                second.Patch($"/api/v1/agents/{ownerId}", new { role = "admin" }));
            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            await host.Storage.Run(1, async (unit, ct) =>
            {
                Assert.Equal(1, await unit.Db.Table<Agent>().CountAsync(agent => agent.Role == "owner", ct));
                return await unit.Db.Table<Agent>().ExecuteUpdateAsync(set => set.SetProperty(agent => agent.Role, "owner"), ct);
            }, CancellationToken.None);
            foreach (var id in new[] { ownerId, secondId })
                host.Services.GetRequiredService<Server.Identity.Sessions.AgentSessions>().Changed(1, Guid.Parse(id));
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_list_is_searched_filtered_and_paged(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        var team = (await owner.Post("/api/v1/teams", new { name = "A" })).Text("id");
        var below = (await owner.Post("/api/v1/teams", new { name = "B", parentId = team })).Text("id");
        var ids = new List<string>();
        foreach (var (name, email, role) in new[] { ("王小明", "wang@example.com", "agent"), ("Ann Lee", "ann@example.com", "agent"), ("ANNA", "other@example.com", "viewer") })
        {
            host.Clock.Move(TimeSpan.FromMilliseconds(1));
            ids.Add((await owner.Post("/api/v1/agents", new { name, email, role, password = ApiHost.Password })).Text("id"));
        }
        await owner.Patch($"/api/v1/agents/{ids[0]}", new { teams = new[] { below } });
        Assert.Equal(["Ann Lee", "ANNA"], await Names("?q=ann"));
        Assert.Equal(["王小明"], await Names("?q=小明"));
        Assert.Equal(["王小明"], await Names("?q=WANG@"));
        Assert.Equal(["ANNA"], await Names("?q=ann&role=viewer"));
        Assert.Equal(["王小明"], await Names("?team=" + team)); // by a team above
        Assert.Empty(await Names("?state=disabled"));
        Assert.Empty(await Names("?q=%25")); // a sign of LIKE is only a letter
        var first = await owner.Get("/api/v1/agents?limit=3");
        Assert.Equal(3, first.Body.GetProperty("items").GetArrayLength());
        Assert.Equal(["ANNA"], await Names("?limit=3&cursor=" + first.Text("nextCursor")));
        foreach (var wrong in new[] { "?limit=0", "?limit=201", "?role=god", "?state=x", "?q=" + new string('x', 101) })
            Assert.Equal((wrong, "validation"), (wrong, (await owner.Get("/api/v1/agents" + wrong)).Code));

        async Task<IEnumerable<string?>> Names(string query) => (await owner.Get("/api/v1/agents" + query)).Body.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Another_role_needs_a_recent_proof()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var agent = await host.Colleague(owner, "agent");
        var id = await IdOf(agent);
        host.Clock.Move(TimeSpan.FromMinutes(5));
        Assert.Equal("proof_required", (await owner.Patch($"/api/v1/agents/{id}", new { role = "admin" })).Code);
        Assert.Equal("proof_required", (await owner.Post("/api/v1/tokens", new { name = "x" })).Code);
        Assert.Equal(HttpStatusCode.OK, (await owner.Patch($"/api/v1/agents/{id}", new { capacity = 3 })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.Post("/api/v1/session/proof", new { password = "not my password" })).Status);
        Assert.Equal("proof_required", (await owner.Patch($"/api/v1/agents/{id}", new { role = "admin" })).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Post("/api/v1/session/proof", new { password = ApiHost.Password })).Status);
        Assert.Equal(HttpStatusCode.OK, (await owner.Patch($"/api/v1/agents/{id}", new { role = "admin" })).Status);
    }

    [Fact]
    public async Task A_session_left_open_is_no_place_to_guess_passwords()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        ApiAnswer answer;
        var tries = 0;
        do
            answer = await owner.Post("/api/v1/session/proof", new { password = "guess number " + tries });
        while (answer.Status == HttpStatusCode.BadRequest && ++tries < 40);
        Assert.Equal((5, HttpStatusCode.TooManyRequests), (tries, answer.Status));
    }

    [Fact]
    public async Task A_profile_is_its_owners()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        Assert.Equal("Asia/Shanghai", (await owner.Get("/api/v1/me")).Text("workspaceTimeZone"));
        var notifications = new
        {
            assigned = new { sound = true, desktop = false }, message = new { sound = false, desktop = false }, mention = new { sound = true, desktop = true }, waiting = new { sound = false, desktop = true },
            tone = "bell", volume = 30, quiet = new { from = "22:00", to = "07:30" },
        };
        var changed = await owner.Patch("/api/v1/me", new { name = "林 晓", locale = "en", timeZone = "Europe/Berlin", color = "#1f5fd1", signature = "Lin", notifications });
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        var me = await owner.Get("/api/v1/me");
        Assert.Equal(("林 晓", "en", "Europe/Berlin", "#1f5fd1", "Lin", "22:00"), (me.Text("name"), me.Text("locale"), me.Text("timeZone"), me.Text("color"), me.Text("signature"), me.Text("notifications", "quiet", "from")));
        Assert.Equal("林 晓", (await owner.Get("/api/v1/session")).Text("agent", "name"));
        await owner.Patch("/api/v1/me", """{"timeZone":null,"color":null}""");
        var less = (await owner.Get("/api/v1/me")).Body;
        Assert.Equal((System.Text.Json.JsonValueKind.Null, "Lin"), (less.GetProperty("timeZone").ValueKind, less.GetProperty("signature").GetString()));
        foreach (var wrong in new object[] { new { timeZone = "Mars/Base" }, new { timeZone = "China Standard Time" }, new { color = "red" }, new { locale = "fr" }, new { name = " " },
            new { notifications = new { notifications.assigned, notifications.message, notifications.mention, notifications.waiting, tone = "loud", volume = 3, quiet = (object?)null } },
            new { notifications = new { notifications.assigned, notifications.message, notifications.mention, notifications.waiting, tone = "bell", volume = 300, quiet = (object?)null } },
            new { notifications = new { notifications.assigned, notifications.message, notifications.mention, notifications.waiting, tone = "bell", volume = 3, quiet = new { from = "25:00", to = "1" } } } })
            Assert.Equal("validation", (await owner.Patch("/api/v1/me", wrong)).Code);
    }

    [Fact]
    public async Task The_workspace_is_changed_by_administrators_and_the_audit_says_so()
    {
        await using var host = await ApiHost.Start(publicUrl: "https://chat.example.com");
        using var owner = await host.SetUp();
        using var agent = await host.Colleague(owner, "agent");
        Assert.Equal(("https://chat.example.com", 2), ((await agent.Get("/api/v1/workspace")).Text("publicUrl"), (await agent.Get("/api/v1/workspace")).Body.GetProperty("withoutSecondFactor").GetInt32()));
        Assert.Equal("forbidden", (await agent.Patch("/api/v1/workspace", new { name = "Mine" })).Code);
        host.Clock.Move(TimeSpan.FromMilliseconds(1)); // what happens within a millisecond has no order
        Assert.Equal("Shop", (await owner.Patch("/api/v1/workspace", new { name = "Shop", timeZone = "Europe/Berlin", locale = "en" })).Text("name"));
        foreach (var wrong in new object[] { new { name = "" }, new { timeZone = "x" }, new { locale = "fr" }, new { secondFactor = "maybe" } })
            Assert.Equal("validation", (await owner.Patch("/api/v1/workspace", wrong)).Code);
        Assert.Equal("forbidden", (await agent.Get("/api/v1/audit")).Code);
        host.Clock.Move(TimeSpan.FromMilliseconds(1));
        var me = await IdOf(owner);
        await owner.Post("/api/v1/teams", new { name = "A" });
        var rows = (await owner.Get("/api/v1/audit?limit=2")).Body;
        Assert.Equal(["team.created", "workspace.changed"], rows.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("action").GetString()));
        Assert.Equal("林晓", rows.GetProperty("items")[0].GetProperty("actor").GetProperty("name").GetString());
        Assert.Equal("A", rows.GetProperty("items")[0].GetProperty("object").GetProperty("name").GetString());
        var rest = (await owner.Get("/api/v1/audit?cursor=" + rows.GetProperty("nextCursor").GetString())).Body.GetProperty("items");
        Assert.Equal(["session.started", "agent.created", "workspace.created"], rest.EnumerateArray().Select(row => row.GetProperty("action").GetString()));
        Assert.Equal(1, (await owner.Get("/api/v1/audit?action=team")).Body.GetProperty("items").GetArrayLength());
        Assert.Equal(3, (await owner.Get("/api/v1/audit?actor=" + me)).Body.GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await owner.Get("/api/v1/audit?to=2020-01-01T00:00:00Z")).Body.GetProperty("items").GetArrayLength());
        Assert.Equal("unknown_parameter", (await owner.Get("/api/v1/audit?who=me")).Code);
    }
}
