using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

/// <summary>Roles are data: who may make, change and give them, and when what they give counts.</summary>
public sealed class RoleTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_role_is_made_given_changed_and_counts_at_once(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        using var agent = await host.Colleague(owner, "viewer");
        var id = await IdOf(agent);
        var role = (await owner.Post("/api/v1/roles", new { name = "招聘官", policy = Policy("agents.read") })).Text("id");
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Send(HttpMethod.Put, $"/api/v1/agents/{id}/roles", new { roles = new[] { role, "agent" } })).Status);
        var row = await owner.Get($"/api/v1/agents/{id}");
        Assert.Equal(("agent", $"agent,{role}"), (row.Text("role"), string.Join(',', row.Body.GetProperty("roles").EnumerateArray().Select(one => one.GetString()))));
        Assert.Equal("forbidden", (await agent.Get("/api/v1/audit")).Code);

        // Whoever has the role has it at once, without a new session.
        var changed = await owner.Patch($"/api/v1/roles/{role}", new { policy = Policy("agents.read", "audit.read"), version = 1 });
        Assert.Equal((2, "audit"), (changed.Body.GetProperty("version").GetInt32(), changed.Body.GetProperty("duties")[0].GetString()));
        Assert.Equal(HttpStatusCode.OK, (await agent.Get("/api/v1/audit")).Status);
        Assert.Equal("role_changed", (await owner.Patch($"/api/v1/roles/{role}", new { name = "x", version = 1 })).Code);
        Assert.Contains("audit.read", (await agent.Get("/api/v1/session")).Body.GetProperty("permissions").EnumerateArray().Select(one => one.GetString()));

        Assert.Equal("role_in_use", (await owner.Delete($"/api/v1/roles/{role}")).Code);
        Assert.Equal(id, (await owner.Get($"/api/v1/roles/{role}/agents")).Body.GetProperty("items")[0].GetProperty("id").GetString());
        await owner.Patch($"/api/v1/agents/{id}", new { role = "agent" });
        Assert.Equal("forbidden", (await agent.Get("/api/v1/audit")).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete($"/api/v1/roles/{role}")).Status);
        await using var db = host.Storage.Read(1);
        var actions = await db.Table<AuditRow>().Where(one => one.ObjectId == role).Select(one => one.Action).ToListAsync();
        Assert.Equal(["role.changed", "role.created", "role.removed"], actions.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Built_in_roles_are_rows_that_can_only_be_copied()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var roles = (await owner.Get("/api/v1/roles")).Body.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(BuiltInRoles.Ids, roles.Select(one => one.GetProperty("id").GetString()));
        Assert.All(roles, one => Assert.True(one.GetProperty("builtIn").GetBoolean()));
        foreach (var id in BuiltInRoles.Ids)
        {
            Assert.Equal("role_built_in", (await owner.Patch($"/api/v1/roles/{id}", new { name = "x" })).Code);
            Assert.Equal("role_built_in", (await owner.Delete($"/api/v1/roles/{id}")).Code);
            var copy = await owner.Post("/api/v1/roles", new { name = "Copy of " + id, copyOf = id });
            Assert.Equal(HttpStatusCode.Created, copy.Status);
            Assert.Equal(
                BuiltInRoles.Find(id)!.Policy.Permissions.Except([Permissions.Own, Permissions.GrantAny]).Order(StringComparer.Ordinal),
                copy.Body.GetProperty("policy").GetProperty("permissions").EnumerateArray().Select(one => one.GetString()!).Order(StringComparer.Ordinal));
        }
        Assert.Equal("role_name_taken", (await owner.Post("/api/v1/roles", new { name = "copy OF agent", copyOf = "agent" })).Code);
        Assert.Equal("not_found", (await owner.Patch($"/api/v1/roles/{Guid.NewGuid()}", new { name = "x" })).Code);
    }

    /// <summary>Not to somebody else, not by a role that somebody has, not by a team, not by a token, not by an invitation.</summary>
    [Fact]
    public async Task Nobody_grants_above_their_own_rights_by_any_way()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var head = (await owner.Post("/api/v1/roles", new { name = "组长", policy = Policy(Scope("tree"), "conversations.read", "agents.read", "agents.manage", "roles.manage") })).Text("id");
        using var lead = await host.Colleague(owner, head);
        using var other = await host.Colleague(owner, "newcomer");
        var (leadId, otherId) = (await IdOf(lead), await IdOf(other));
        var team = (await owner.Post("/api/v1/teams", new { name = "A" })).Text("id");
        var foreign = (await owner.Post("/api/v1/teams", new { name = "B" })).Text("id");
        await owner.Patch($"/api/v1/teams/{team}", new { members = new[] { new { id = leadId } } });

        // A role of more: another permission, a wider scope, clearer fields.
        foreach (var beyond in new object[]
        {
            Policy(Scope("tree"), "conversations.read", "audit.read"), Policy(Scope("all"), "conversations.read"), Policy(Scope("unassigned"), "conversations.read"),
        })
            Assert.Equal("role_above_own", (await lead.Post("/api/v1/roles", new { name = Guid.NewGuid().ToString("N"), policy = beyond })).Code);
        var narrow = await lead.Post("/api/v1/roles", new { name = "组员", policy = Policy(Scope("team"), "conversations.read") });
        Assert.Equal(HttpStatusCode.Created, narrow.Status);
        Assert.Equal("role_above_own", (await lead.Patch($"/api/v1/roles/{narrow.Text("id")}", new { policy = Policy(Scope("all"), "conversations.read") })).Code);
        Assert.Equal("role_is_own", (await lead.Patch($"/api/v1/roles/{head}", new { policy = Policy(Scope("team"), "conversations.read") })).Code);
        foreach (var role in new[] { "owner", "admin", "agent", "viewer", "security_admin" })
        {
            Assert.Equal("role_above_own", (await lead.Send(HttpMethod.Put, $"/api/v1/agents/{otherId}/roles", new { roles = new[] { role } })).Code);
            Assert.Equal("role_above_own", (await lead.Post("/api/v1/invitations", new { email = "n@example.com", role })).Code);
            Assert.Equal("role_above_own", (await lead.Post("/api/v1/agents", new { name = "n", email = "n@example.com", password = ApiHost.Password, role })).Code);
            if (role != "security_admin") // what only built-in roles have does not go with a copy; the rest of it the head has
                Assert.Equal("role_above_own", (await lead.Post("/api/v1/roles", new { name = "C" + role, copyOf = role })).Code);
        }
        // A role that is not beyond, but that somebody above has, cannot be taken from under them.
        await owner.Send(HttpMethod.Put, $"/api/v1/agents/{otherId}/roles", new { roles = new[] { "admin" } });
        Assert.Equal("agent_above_own", (await lead.Send(HttpMethod.Put, $"/api/v1/agents/{otherId}/roles", new { roles = new[] { "newcomer" } })).Code);
        await owner.Send(HttpMethod.Put, $"/api/v1/agents/{otherId}/roles", new { roles = new[] { "newcomer" } });

        // Teams are sight, too.
        Assert.Equal("team_above_own", (await lead.Patch($"/api/v1/teams/{foreign}", new { members = new[] { new { id = leadId } } })).Code);
        Assert.Equal("team_above_own", (await lead.Patch($"/api/v1/agents/{leadId}", new { teams = new[] { team, foreign } })).Code);
        Assert.Equal("team_above_own", (await lead.Patch($"/api/v1/agents/{otherId}", new { teams = new[] { foreign } })).Code);
        Assert.Equal("team_above_own", (await lead.Patch($"/api/v1/teams/{foreign}", new { parentId = team })).Code);
        Assert.Equal(HttpStatusCode.OK, (await lead.Patch($"/api/v1/agents/{otherId}", new { teams = new[] { team } })).Status);

        // A token gives what its agent has, and no program gives roles.
        Assert.Equal("validation", (await lead.Post("/api/v1/tokens", new { name = "t", permissions = new[] { "audit.read" } })).Code);
        var token = (await owner.Post("/api/v1/tokens", new { name = "t" })).Text("token");
        using var program = host.Anonymous();
        Assert.Equal("person_required", (await program.Send(HttpMethod.Put, $"/api/v1/agents/{otherId}/roles", new { roles = new[] { "agent" } }, ("Authorization", $"Bearer {token}"))).Code);
        Assert.Equal("person_required", (await program.Post("/api/v1/roles", new { name = "t", copyOf = "agent" }, ("Authorization", $"Bearer {token}"))).Code);
    }

    [Fact]
    public async Task Roles_count_only_while_their_conditions_hold()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        // It is 16:00 on a Sunday in Shanghai.
        var hours = await Made(owner, new { hours = new { from = "09:00", to = "16:05", days = new[] { 7 } } });
        var network = await Made(owner, new { networks = new[] { "10.0.0.0/8" } });
        var factor = await Made(owner, new { secondFactor = true });
        using var agent = await host.Colleague(owner, "newcomer");
        var id = await IdOf(agent);
        foreach (var (role, counts) in new[] { (hours, true), (network, false), (factor, false) })
        {
            await owner.Send(HttpMethod.Put, $"/api/v1/agents/{id}/roles", new { roles = new[] { role } });
            var answer = await agent.Get("/api/v1/agents");
            Assert.Equal(counts ? (HttpStatusCode.OK, "") : (HttpStatusCode.Forbidden, "outside_conditions"), (answer.Status, counts ? "" : answer.Code));
        }
        await owner.Send(HttpMethod.Put, $"/api/v1/agents/{id}/roles", new { roles = new[] { hours } });
        host.Clock.Move(TimeSpan.FromMinutes(4));
        Assert.Equal(HttpStatusCode.OK, (await agent.Get("/api/v1/agents")).Status);
        host.Clock.Move(TimeSpan.FromMinutes(1));
        Assert.Equal("outside_conditions", (await agent.Get("/api/v1/agents")).Code);

        async Task<string> Made(ApiClient by, object conditions)
        {
            var policy = new { permissions = new[] { "agents.read" }, scope = new { who = Array.Empty<string>() }, handling = (object?)null, fields = Clear, conditions };
            return (await by.Post("/api/v1/roles", new { name = Guid.NewGuid().ToString("N"), policy })).Text("id");
        }
    }

    [Fact]
    public async Task Duties_are_kept_apart_and_none_of_the_three_does_anothers_deed()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        Assert.Equal("duty_vacant", (await owner.Patch("/api/v1/access", new { separatedDuties = true })).Code);
        using var system = await host.Colleague(owner, "system_admin");
        using var security = await host.Colleague(owner, "security_admin");
        using var audit = await host.Colleague(owner, "audit_admin");
        using var somebody = await host.Colleague(owner, "agent");
        var (systemId, securityId, somebodyId) = (await IdOf(system), await IdOf(security), await IdOf(somebody));
        await owner.Send(HttpMethod.Put, $"/api/v1/agents/{systemId}/roles", new { roles = new[] { "system_admin", "audit_admin" } });
        Assert.Equal("duties_apart", (await owner.Patch("/api/v1/access", new { separatedDuties = true })).Code);
        await owner.Send(HttpMethod.Put, $"/api/v1/agents/{systemId}/roles", new { roles = new[] { "system_admin" } });
        Assert.Equal(HttpStatusCode.OK, (await owner.Patch("/api/v1/access", new { separatedDuties = true })).Status);

        // The owner keeps the business and none of the three.
        foreach (var route in new[] { "/api/v1/audit", "/api/v1/invitations" })
            Assert.Equal(HttpStatusCode.Forbidden, (await owner.Get(route)).Status);
        Assert.Equal("forbidden", (await owner.Patch("/api/v1/access", new { separatedDuties = false })).Code);

        // Each does their own deeds and nobody else's.
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden], await Try(client => client.Get("/api/v1/invitations")));
        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.Created, HttpStatusCode.Forbidden], await Try(client => client.Post("/api/v1/roles", new { name = Guid.NewGuid().ToString("N"), copyOf = "agent" })));
        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.OK], await Try(client => client.Get("/api/v1/audit")));

        // The system officer makes accounts without rights; the security officer gives rights, but none to themselves, and never two duties.
        Assert.Equal("role_above_own", (await system.Post("/api/v1/agents", new { name = "n", email = "n@example.com", password = ApiHost.Password, role = "agent" })).Code);
        var newcomer = (await system.Post("/api/v1/agents", new { name = "n", email = "n@example.com", password = ApiHost.Password, role = "newcomer" })).Text("id");
        Assert.Equal(HttpStatusCode.NoContent, (await security.Send(HttpMethod.Put, $"/api/v1/agents/{newcomer}/roles", new { roles = new[] { "supervisor" } })).Status);
        Assert.Equal("not_yourself", (await security.Send(HttpMethod.Put, $"/api/v1/agents/{securityId}/roles", new { roles = new[] { "security_admin", "supervisor" } })).Code);
        Assert.Equal("duties_apart", (await security.Send(HttpMethod.Put, $"/api/v1/agents/{systemId}/roles", new { roles = new[] { "system_admin", "audit_admin" } })).Code);
        Assert.Equal("role_above_own", (await security.Send(HttpMethod.Put, $"/api/v1/agents/{newcomer}/roles", new { roles = new[] { "owner" } })).Code);
        // Nor by a way around: the system officer cannot take over another officer's account.
        Assert.Equal("agent_above_own", (await system.Post($"/api/v1/agents/{securityId}/password-reset", new { })).Code);
        Assert.Equal("agent_above_own", (await system.Delete($"/api/v1/agents/{securityId}/second-factor")).Code);
        Assert.Equal("role_above_own", (await system.Patch($"/api/v1/agents/{somebodyId}", new { role = "newcomer" })).Code is var code && code is "agent_above_own" or "role_above_own" ? "role_above_own" : code);

        async Task<HttpStatusCode[]> Try(Func<ApiClient, Task<ApiAnswer>> deed) => [(await deed(system)).Status, (await deed(security)).Status, (await deed(audit)).Status];
    }

    [Fact]
    public void Every_permission_is_in_the_catalogue_and_every_officers_deed_is_one_duty()
    {
        var named = typeof(Permissions).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal);
        Assert.Equal(named, PermissionCatalog.All.Select(one => one.Name).Order(StringComparer.Ordinal));
        Assert.All(Duties.All, duty => Assert.NotEmpty(Duties.PermissionsOf(duty)));
        foreach (var officer in new[] { BuiltInRoles.SystemOfficer, BuiltInRoles.SecurityOfficer, BuiltInRoles.AuditOfficer })
            Assert.Single(Duties.Among(BuiltInRoles.Find(officer)!.Policy.Permissions));
    }

    [Theory]
    [InlineData("09:00", "18:00", null, "2026-11-23T01:00:00Z", true)] // 09:00 on a Monday in Shanghai
    [InlineData("09:00", "18:00", null, "2026-11-23T10:00:00Z", false)] // 18:00
    [InlineData("22:00", "06:00", 1, "2026-11-23T15:00:00Z", true)] // Monday 23:00
    [InlineData("22:00", "06:00", 1, "2026-11-23T21:00:00Z", true)] // Tuesday 05:00: the night that began on Monday
    [InlineData("22:00", "06:00", 1, "2026-11-22T21:00:00Z", false)] // Monday 05:00: Sunday's night
    public void Hours_go_over_midnight(string from, string to, int? day, string at, bool inside) =>
        Assert.Equal(inside, new RoleHours(from, to, day is { } one ? [one] : null).Contains(DateTimeOffset.Parse(at, null), "Asia/Shanghai"));

    private static readonly object Clear = new { name = "clear", phone = "clear", email = "clear", identities = "clear", fields = "clear", messages = "clear" };

    private static object Scope(params string[] who) => new { who };

    private static object Policy(params string[] permissions) => Policy(Scope(), permissions);

    private static object Policy(object scope, params string[] permissions) => new { permissions, scope, handling = (object?)null, fields = Clear, conditions = new { }, colleagues = "all" };

    private static async Task<string> IdOf(ApiClient client) => (await client.Get("/api/v1/session")).Text("agent", "id");
}
